// Typing into a cell, where the number in it is stored and not computed.

import { element } from "./dom.js";
import { reasonRefused, typedNumber } from "./numbers.js";

/** @import { Spot } from "./cells.js" */
/** @import { Links } from "./wire.js" */

const COMPUTED = "Computed. Edit an input or a weight.";
/** @type {Record<string, string>} */
const FIXED = {
  constant: "A constant of the layer. Change its dimensions instead.",
  state: "Left by the calls before. Edit the input instead.",
  intermediate: COMPUTED,
  output: COMPUTED,
  gradient: COMPUTED,
  update: COMPUTED,
  random: "Drawn by the layer. Change the seed instead.",
};

/**
 * Why a tensor's cells cannot be typed into; empty where they can.
 * @param {Pick<Links, "tensors" | "fixed">} links
 * @param {string} name
 */
export function reasonFixed({ tensors, fixed }, name) {
  const reason = fixed ?? FIXED[tensors[name].role];
  return reason ? `${name} cannot be edited. ${reason}` : "";
}

/**
 * Put a box to type in over a cell.
 * @param {Spot} spot
 * @param {string} typed the first character, or nothing
 * @param {(text: string) => void} done called with the number, unless it was given up
 * @param {(reason: string) => void} refused called where what was typed is no number, and with
 *   nothing once that is past
 */
export function typeInto({ made, row, column }, typed, done, refused) {
  const box = element("input", "ls-typing");
  box.type = "text";
  box.inputMode = "decimal";
  box.setAttribute("aria-label", `New number for ${made.figure.name}`);
  const { [column]: value } = made.z[row];
  box.value = typed || String(Number(value.toPrecision(6))).replace("Infinity", "inf");
  box.style.left = `${column * made.cell}px`;
  box.style.top = `${row * made.cell}px`;
  box.style.height = `${Math.max(made.cell, 24)}px`;
  const refusal = element("div", "ls-refused");
  refusal.hidden = true;
  refusal.style.top = `calc(${box.style.top} + ${box.style.height})`;
  const say = (/** @type {string} */ reason) => {
    if (reason === refusal.textContent) return;
    if (reason) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
    refusal.textContent = reason;
    refusal.hidden = !reason;
    const page = made.plot.closest(".layerscope-charts") ?? document.body;
    const room = page.getBoundingClientRect().right - made.plot.getBoundingClientRect().left;
    refusal.style.left = `${Math.min(column * made.cell, room - refusal.offsetWidth)}px`;
    refused(reason);
  };
  let open = true;
  const end = (/** @type {boolean} */ confirmed) => {
    if (!open) return;
    const text = typedNumber(box.value);
    const reason = confirmed && text ? reasonRefused(text) : "";
    say(reason);
    if (reason) return;
    open = false;
    box.remove();
    refusal.remove();
    made.plot.focus({ preventScroll: true });
    if (confirmed && text) done(text);
  };
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") end(true);
    if (event.key === "Escape") end(false);
  });
  box.addEventListener("blur", () => end(false));
  box.addEventListener("input", () => say(""));
  for (const name of ["click", "dblclick", "pointermove"]) {
    box.addEventListener(name, (event) => event.stopPropagation());
  }
  made.plot.append(box, refusal);
  box.focus();
  if (!typed) box.select();
}
