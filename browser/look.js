// The look for a room: large type and cells, controls when they are asked for, keys for next and
// previous. layerscope.css says what is large.

import { addBar } from "./room_bars.js";
import { button } from "./tools.js";

const NEXT = new Set(["PageDown", "n", "N"]); // a presenter's remote sends PageDown
const PREVIOUS = new Set(["PageUp", "p", "P"]);
const CONTROLS = new Set(["c", "C"]);
const WAYS = [
  [".st-key-ls-lesson_next button", ".st-key-ls-lesson_back button"],
  ['[aria-label="One training step forward"]', '[aria-label="One training step back"]'],
  ['[aria-label="One step on"]', '[aria-label="One step back"]'],
];

/** Make the page large, now and until it is closed. */
export function lookLarge() {
  const page = document.documentElement;
  if (page.dataset.present) return;
  page.dataset.present = "1";
  if (new URLSearchParams(location.search).has("follow")) return; // the presenter has the controls
  const turn = () => {
    const shown = page.toggleAttribute("data-controls");
    controls.setAttribute("aria-expanded", String(shown));
    controls.textContent = shown ? "Hide controls" : "Controls";
  };
  const controls = button("Controls", "Controls: C shows and hides them", turn);
  controls.setAttribute("aria-expanded", "false");
  const previous = button("◀", "Previous: Page up", () => go(1));
  const next = button("▶", "Next: Page down", () => go(0));
  addBar("Presentation", previous, next, controls);
  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    const target = /** @type {Element} */ (event.target);
    const types = target.closest("input:not([type=range]), textarea, [contenteditable]");
    if (ctrlKey || metaKey || altKey || types) return;
    if (NEXT.has(key)) go(0);
    else if (PREVIOUS.has(key)) go(1);
    else if (CONTROLS.has(key)) turn();
    else return;
    event.preventDefault();
  });
}

/**
 * Press the first button there is: of a lesson, of a training, or of a play.
 * @param {0 | 1} way next or previous
 */
function go(way) {
  for (const ways of WAYS) {
    const found = /** @type {HTMLButtonElement | null} */ (document.querySelector(ways[way]));
    if (!found) continue;
    found.click();
    return;
  }
}
