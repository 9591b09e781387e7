// The box beside a slider. It shows the slider's number, and sends the page the one that is typed.

import { element } from "./dom.js";
import { inflated } from "./inflate.js";
import { makeSent } from "./sent.js";

/**
 * @typedef {object} State
 * @property {HTMLInputElement} input
 * @property {(number: string) => void} send
 * @property {() => void} end
 */

/** @type {WeakMap<HTMLElement, State>} */
const states = new WeakMap();

/**
 * @param {object} update
 * @param {Uint8Array<ArrayBuffer>} update.data
 * @param {HTMLElement} update.parentElement
 * @param {(name: string, value: unknown) => void} update.setTriggerValue
 */
export default async function box({ data, parentElement, setTriggerValue }) {
  const state = states.get(parentElement) ?? makeState(parentElement);
  state.send = (number) => setTriggerValue("chosen", number);
  const { label, minimum, maximum } = await inflated(data);
  state.input.setAttribute("aria-label", label);
  Object.assign(state.input, { min: minimum, max: maximum });
  return () => {
    states.delete(parentElement);
    state.end();
  };
}

/** @param {HTMLElement} parent */
function makeState(parent) {
  const input = element("input", "ls-box");
  Object.assign(input, { type: "number", step: "1", required: true, disabled: true });
  parent.append(input);
  const row = /** @type {HTMLElement} */ (parent.closest('[data-testid="stHorizontalBlock"]'));
  let isTyping = false;
  const slider = () => /** @type {HTMLInputElement?} */ (row.querySelector('input[type="range"]'));
  const show = () => {
    const number = slider()?.value;
    input.disabled = number === undefined; // Streamlit shows the slider later
    if (number === undefined || isTyping || !sent.isCurrent(number)) return;
    if (input.value !== number) input.value = number;
  };
  const sent = makeSent(show); // a slider follows later, and older updates of the page move it
  const leave = () => {
    isTyping = false;
    input.setCustomValidity("");
    show();
  };
  const take = () => {
    isTyping = false;
    input.value = String(input.valueAsNumber); // not 007, and not 1e1
    if (input.value === (sent.newest() ?? slider()?.value)) return;
    sent.wait(input.value);
    state.send(input.value);
  };
  input.addEventListener("input", () => {
    isTyping = true;
    input.setCustomValidity("");
  });
  input.addEventListener("blur", () => (input.validity.valid ? take() : leave()));
  input.addEventListener("keydown", (event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (by && input.validity.valid) {
      input.stepUp(by);
      take();
    } else if (event.key === "Enter") {
      refuse(input);
      if (input.reportValidity()) take();
    } else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
  });
  const observer = new MutationObserver(show);
  const attributeFilter = ["aria-valuetext", "value"];
  observer.observe(row, { subtree: true, childList: true, attributes: true, attributeFilter });
  const end = () => {
    observer.disconnect();
    sent.forget();
    input.remove();
  };
  /** @type {State} */
  const state = { input, send: () => {}, end };
  states.set(parent, state);
  show();
  return state;
}

/**
 * Say in a sentence why what was typed is not taken, where it is not.
 * @param {HTMLInputElement} input
 */
function refuse(input) {
  if (input.validity.valid) return;
  const came = input.value || "no number";
  const expected = `expected a whole number from ${input.min} to ${input.max}`;
  input.setCustomValidity(`The number is not taken: ${expected}. Received ${came}.`);
}
