// Plain elements. Text is always set as text, never as markup.

/** @import { FactsBlock, TableBlock, TextBlock } from "./wire.js" */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {...(Node | string)} content
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, className = "", ...content) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...content);
  return node;
}

/** @param {FactsBlock} block */
export function facts({ counts, checks }) {
  const numbers = element("dl");
  for (const [label, value] of counts) {
    numbers.append(element("div", "", element("dt", "", label), element("dd", "", value)));
  }
  const sentences = element("ul");
  for (const { mark, says, sentence, figure } of checks) {
    const sign = element("span", "", mark);
    sign.setAttribute("role", "img");
    sign.setAttribute("aria-label", says);
    const words = element("span", "", sentence, " ", element("small", "", figure));
    sentences.append(element("li", "", sign, words));
  }
  return element("div", "ls-facts", numbers, sentences);
}

/** @param {TableBlock} block */
export function table({ label, head, rows }) {
  const header = element("tr");
  for (const name of head) {
    const cell = element("th", "", name);
    cell.scope = "col";
    header.append(cell);
  }
  const body = element("tbody");
  for (const [name, ...values] of rows) {
    const first = element("th", "", element("code", "", name));
    first.scope = "row";
    body.append(element("tr", "", first, ...values.map((value) => element("td", "", value))));
  }
  const lines = element("table", "ls-table", element("thead", "", header), body);
  const region = element("div", "ls-scroll", lines);
  region.tabIndex = 0; // a table wider than the page is scrolled by keys
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", label);
  return region;
}

/** @param {TextBlock} block */
export function text({ sentence }) {
  return element("p", "ls-text", sentence);
}
