// A row of figures with signs between them, wrapped where the page is narrow.

import { element } from "./dom.js";

/** @import { Theme } from "./theme.js" */
/** @import { ColorRange, FigureData, Item, Reference, Sign } from "./wire.js" */

const AFTER = /^[)ᵀ[]/; // a bracket that closes, what is transposed, which part

/**
 * Each figure with the signs before it, so that a line never ends in an operator, and what stands
 * in brackets together where the page is wide enough.
 * @param {Item[]} items
 * @param {(figure: FigureData) => HTMLElement} figureNode
 * @param {(reference: Reference) => HTMLElement} [referenceNode]
 */
export function arrange(items, figureNode, referenceNode) {
  const row = element("div", "ls-row");
  let place = row; // the row, or within brackets
  let group = element("div", "ls-group");
  for (const { sign, figure, reference } of items) {
    if (sign && !sign.arrow && AFTER.test(sign.text)) {
      // With the signs since the last figure: they stand before it, not after it.
      (place.lastElementChild ?? place).append(...group.childNodes, signNode(sign));
      if (sign.text === ")") place = row;
      group = element("div", "ls-group");
    } else if (sign) {
      group.append(signNode(sign));
      if (sign.text !== "(") continue;
      place = element("div", "ls-group ls-brackets", group);
      row.append(place);
    } else {
      if (figure) group.append(figureNode(figure));
      else if (reference && referenceNode) group.append(referenceNode(reference));
      if (group !== place.lastElementChild) place.append(group);
      group = element("div", "ls-group");
    }
  }
  if (group.childElementCount && !group.parentNode) place.append(group); // signs after the last
  return row;
}

/**
 * The colour ranges, each with its numbers, and what can be done with the cells.
 * @param {ColorRange[]} ranges
 * @param {Theme} theme
 * @param {string} hint
 */
export function legend(ranges, theme, hint) {
  const entries = ranges.map(({ palette, label, low, high }) => {
    const bar = element("span", "ls-bar");
    const stops = theme[palette].map(([at, colour]) => `${colour} ${100 * at}%`);
    bar.style.background = `linear-gradient(to right, ${stops})`;
    return element("span", "ls-range", element("b", "", label), low, bar, high);
  });
  const words = hint ? [element("span", "ls-hint", hint)] : [];
  return element("div", "ls-legend", ...entries, ...words);
}

/** @param {Sign} sign */
function signNode({ text, says, arrow }) {
  const kind = arrow ? "ls-arrow" : "ls-sign";
  const node = element("span", !arrow && text.includes(" ") ? `${kind} ls-words` : kind, text);
  if (says) {
    node.title = says;
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", says);
  }
  return node;
}
