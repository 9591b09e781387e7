// Follows sliders as they turn, by key or by hand: Streamlit itself hears of a drag when it ends.

import { fieldOf, showNumbers } from "./controls.js";

/** @import { Live } from "./wire.js" */

/**
 * An event on the document: what was turned without a control of the page, and what comes next if
 * it goes on so.
 * @typedef {{turned: Record<string, string>, next?: Record<string, string>}} Turned
 */
export const TURNED = "layerscope:turned";

/** @type {Record<string, number>} */
const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

/**
 * What is asked of the server.
 * @typedef {Pick<Live, "path" | "visitor" | "link">} Question
 */
/** @typedef {Question & Pick<Live, "turned">} Wanted */

/**
 * @typedef {object} Follower
 * @property {(changes: Record<string, string>) => void} turn note values set without a control
 * @property {(values: Record<string, string>) => void} forget drop values that the page has taken, or
 *   never will
 * @property {() => Question | undefined} nextStep what would be asked if the same control went on
 * @property {() => Question | undefined} comingStep what was said to come next
 * @property {() => void} disconnect
 */

/**
 * Call `ask` with the link of every position that a control takes in the user's hands. Values that
 * the page sets by itself come with a picture of their own.
 * @param {(wanted: Wanted) => void} ask
 * @param {() => Live | undefined} live
 * @returns {Follower}
 */
export function follow(ask, live) {
  /** @type {Record<string, string>} */
  const turned = {};
  let asked = "";
  /** @type {{name: string, input: HTMLInputElement, by: number} | undefined} */
  let stepped;

  const forget = (/** @type {Record<string, string>} */ values) => {
    for (const [name, value] of Object.entries(values)) {
      if (turned[name] === value) delete turned[name];
    }
  };

  const turn = (/** @type {Record<string, string>} */ changes) => {
    const current = live();
    if (!current) return;
    for (const other of Object.keys(turned)) if (!(other in current.turned)) delete turned[other];
    forget(current.turned);
    Object.assign(turned, changes);
    const link = { ...current.link, ...turned };
    const asking = JSON.stringify(link); // one change is reported more than once
    if (asking !== asked && current.path) ask({ ...current, link, turned: { ...turned } });
    asked = asking;
    showNumbers(changes); // after the question, which is on its way meanwhile
  };

  const slide = (/** @type {HTMLInputElement} */ input, /** @type {string} */ value) => {
    const name = fieldOf(input);
    const before = name && { ...live()?.turned, ...turned }[name];
    if (!name || before === undefined) return;
    if (before !== value) stepped = { name, input, by: Number(value) - Number(before) };
    turn({ [name]: value });
  };
  const observer = new MutationObserver((changes) => {
    const input = /** @type {HTMLInputElement} */ (changes[changes.length - 1].target);
    if (input === document.activeElement) slide(input, input.value);
  });
  const attributeFilter = ["aria-valuetext"];
  observer.observe(document.body, { subtree: true, attributes: true, attributeFilter });

  // Streamlit takes some milliseconds to move a slider: the question leaves before that.
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    const { target: input, key, altKey, ctrlKey, metaKey, shiftKey } = event;
    const isSlider = input instanceof HTMLInputElement && input.type === "range";
    const by = KEYS[key];
    if (!isSlider || !by || altKey || ctrlKey || metaKey || shiftKey) return;
    const next = Number(input.value) + by * Number(input.step || 1);
    if (next >= Number(input.min) && next <= Number(input.max)) slide(input, String(next));
  };
  addEventListener("keydown", pressed, { capture: true });

  /** @type {Record<string, string> | undefined} */
  let coming;
  const heard = (/** @type {Event} */ event) => {
    const { detail } = /** @type {CustomEvent<Turned>} */ (event);
    coming = detail.next;
    turn(detail.turned);
  };
  document.addEventListener(TURNED, heard);

  const nextStep = () => {
    const current = live();
    if (!stepped?.input.isConnected || !current?.path) return undefined;
    const { name, input, by } = stepped;
    const next = Number(current.turned[name]) + by;
    const within = next >= Number(input.min) && next <= Number(input.max);
    if (Math.abs(by) !== Number(input.step || 1) || !within) return undefined;
    return { ...current, link: { ...current.link, [name]: String(next) } };
  };
  const disconnect = () => {
    observer.disconnect();
    removeEventListener("keydown", pressed, { capture: true });
    document.removeEventListener(TURNED, heard);
  };
  const comingStep = () => {
    const current = live();
    if (!coming || !current?.path) return undefined;
    return { ...current, link: { ...current.link, ...turned, ...coming } };
  };
  return { turn, forget, nextStep, comingStep, disconnect };
}

/**
 * Whether a picture was made before the controls had these values.
 * @param {Pick<Live, "turned">} picture
 * @param {Record<string, string>} values
 */
export function isBehind({ turned }, values) {
  return Object.entries(values).some(([name, value]) => name in turned && turned[name] !== value);
}
