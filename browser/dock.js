// What is said of a pinned cell, and the tools, at the lower edge of the screen. It folds to one line,
// so that it leaves the cells in sight that it speaks of.

import { element } from "./dom.js";

const NARROW = "(max-width: 640px)"; // a telephone has no room for the tools until they are asked for

/** @param {HTMLElement} tools */
export function dock(tools) {
  const fold = element("button", "ls-button ls-folder");
  fold.type = "button";
  const node = element("div", "ls-dock", tools, fold);
  const set = (/** @type {boolean} */ folded) => {
    node.toggleAttribute("data-folded", folded);
    fold.setAttribute("aria-expanded", String(!folded));
    fold.title = folded ? "Show the tools" : "Fold the tools to one line";
    fold.setAttribute("aria-label", fold.title);
  };
  fold.addEventListener("click", () => set(!node.hasAttribute("data-folded")));
  set(matchMedia(NARROW).matches);
  return node;
}
