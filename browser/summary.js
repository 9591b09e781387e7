// The summary of a network: a tree of rows with bars. Arrow keys move and fold, a click or Enter
// chooses a row, and the page is sent its path.

import { element } from "./dom.js";
import { inflated } from "./inflate.js";

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} path
 * @property {number} [depth]
 * @property {string} [kind]
 * @property {boolean} [model] whether rows are in it
 * @property {number[]} [shape] -1 for a length that is not fixed
 * @property {number} [parameters]
 * @property {number} [bytes]
 */

/**
 * @typedef {object} State
 * @property {HTMLElement} root
 * @property {Set<number>} folded
 * @property {(path: string) => void} send
 * @property {Row[]} rows
 * @property {HTMLTableRowElement[]} nodes
 * @property {string} [key]
 * @property {unknown} [newest]
 * @property {number} [sending]
 */

/** @type {WeakMap<HTMLElement, State>} */
const states = new WeakMap();
const SETTLED = 60; // ms: a key held down passes many rows, and means the last
const HEAD = ["Layer", "Class", "Output shape", "Parameters", "Bytes"];

/**
 * @param {object} update
 * @param {Uint8Array<ArrayBuffer>} update.data
 * @param {HTMLElement} update.parentElement
 * @param {(name: string, value: unknown) => void} update.setTriggerValue
 */
export default async function summary({ data, parentElement, setTriggerValue }) {
  const state = states.get(parentElement) ?? makeState(parentElement);
  state.send = (path) => setTriggerValue("chosen", path);
  state.newest = data;
  const unpacked = await inflated(data);
  if (state.newest !== data) return undefined;
  const rows = JSON.stringify(unpacked.rows);
  if (state.key !== rows) {
    state.key = rows;
    state.rows = unpacked.rows;
    state.folded.clear();
    build(state);
  }
  choose(state, unpacked.chosen);
  return () => {
    states.delete(parentElement);
    state.root.remove();
  };
}

/** @param {HTMLElement} parent */
function makeState(parent) {
  const root = element("div", "ls-summary");
  /** @type {State} */
  const state = { root, folded: new Set(), send: () => {}, rows: [], nodes: [] };
  parent.append(root);
  states.set(parent, state);
  root.addEventListener("keydown", (event) => onKey(state, event));
  return state;
}

/** @param {State} state */
function build(state) {
  const head = element("tr");
  for (const name of HEAD) {
    const cell = element("th", "", name);
    cell.scope = "col";
    head.append(cell);
  }
  const largest = {
    parameters: Math.max(1, ...state.rows.map(({ parameters }) => parameters ?? 0)),
    bytes: Math.max(1, ...state.rows.map(({ bytes }) => bytes ?? 0)),
    size: Math.max(1, ...state.rows.map(({ shape }) => sizeOf(shape))),
  };
  state.nodes = state.rows.map((row, at) => rowNode(state, row, at, largest));
  const body = element("tbody", "", ...state.nodes);
  const table = element("table", "ls-table ls-tree", element("thead", "", head), body);
  table.setAttribute("role", "treegrid");
  table.setAttribute("aria-label", "Layers");
  state.root.replaceChildren(element("div", "ls-scroll ls-tall", table));
}

/**
 * @param {State} state
 * @param {Row} row
 * @param {number} at
 * @param {{parameters: number, bytes: number, size: number}} largest of all rows
 */
function rowNode(state, row, at, largest) {
  const name = element("th", "", element("code", "", ...breakable(row.name)));
  name.scope = "row";
  name.style.paddingLeft = `${8 + 18 * (row.depth ?? 0)}px`;
  if (row.model) {
    const fold = element("span", "ls-fold", "▾");
    fold.setAttribute("aria-hidden", "true");
    fold.addEventListener("click", (event) => {
      event.stopPropagation();
      toggle(state, at);
    });
    name.prepend(fold);
  }
  const shape = row.shape
    ? row.shape.map((length) => (length < 0 ? "None" : length)).join(", ")
    : "";
  const node = element(
    "tr",
    "",
    name,
    element("td", "ls-class", ...breakable(row.kind || "–")),
    bar(row.shape ? `(${shape})` : "–", sizeOf(row.shape) / largest.size),
    bar((row.parameters ?? 0).toLocaleString("en"), (row.parameters ?? 0) / largest.parameters),
    bar((row.bytes ?? 0).toLocaleString("en"), (row.bytes ?? 0) / largest.bytes),
  );
  node.dataset.layer = row.path;
  node.setAttribute("aria-level", String(1 + (row.depth ?? 0)));
  if (row.model) node.setAttribute("aria-expanded", "true");
  node.addEventListener("click", () => {
    node.focus();
    pick(state, at);
  });
  return node;
}

/**
 * A name that may go on in a second line where one of its words ends.
 * @param {string} name
 */
function breakable(name) {
  const words = name.split(/(?<=[_/])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])/);
  return words.flatMap((word, at) => (at ? [element("wbr"), word] : [word]));
}

/** @param {number[] | undefined} shape */
function sizeOf(shape) {
  return (shape ?? []).reduce((all, length) => all * Math.abs(length), shape ? 1 : 0);
}

/**
 * @param {string} words
 * @param {number} share of the longest bar
 */
function bar(words, share) {
  const cell = element("td", "ls-barred", element("span", "", words));
  cell.style.setProperty("--share", `${(100 * share).toFixed(1)}%`);
  return cell;
}

/**
 * @param {State} state
 * @param {number} at
 */
function pick(state, at) {
  choose(state, state.rows[at].path);
  clearTimeout(state.sending);
  state.sending = setTimeout(() => state.send(state.rows[at].path), SETTLED);
}

/**
 * @param {State} state
 * @param {string} path
 */
function choose(state, path) {
  const focused = state.root.contains(document.activeElement);
  state.nodes.forEach((node, at) => {
    const chosen = state.rows[at].path === path;
    node.setAttribute("aria-selected", String(chosen));
    node.tabIndex = chosen ? 0 : -1;
    if (!chosen) return;
    const box = /** @type {HTMLElement} */ (node.closest(".ls-tall"));
    const below = node.offsetTop + node.offsetHeight - box.clientHeight;
    const above = node.offsetTop - node.offsetHeight;
    box.scrollTop = Math.min(above, Math.max(below, box.scrollTop));
    if (focused) node.focus({ preventScroll: true });
  });
}

/**
 * @param {State} state
 * @param {number} at
 * @param {boolean} [fold]
 */
function toggle(state, at, fold = !state.folded.has(at)) {
  if (!state.rows[at].model) return;
  if (fold) state.folded.add(at);
  else state.folded.delete(at);
  state.nodes[at].setAttribute("aria-expanded", String(!fold));
  /** @type {HTMLElement} */ (state.nodes[at].querySelector(".ls-fold")).textContent = fold
    ? "▸"
    : "▾";
  let hidden = Infinity; // deeper rows are hidden
  state.rows.forEach(({ depth = 0 }, row) => {
    if (depth <= hidden) hidden = Infinity;
    state.nodes[row].hidden = depth > hidden;
    if (state.folded.has(row) && hidden === Infinity) hidden = depth;
  });
}

/**
 * @param {State} state
 * @param {KeyboardEvent} event
 */
function onKey(state, event) {
  const target = /** @type {Element} */ (event.target).closest("tr");
  const at = target ? state.nodes.indexOf(target) : -1;
  if (at < 0) return;
  const shown = state.nodes.map((_, row) => row).filter((row) => !state.nodes[row].hidden);
  const place = shown.indexOf(at);
  /** @type {Record<string, number>} */
  const places = {
    ArrowDown: place + 1,
    ArrowUp: place - 1,
    PageDown: place + 10,
    PageUp: place - 10,
    Home: 0,
    End: shown.length - 1,
  };
  const to = places[event.key];
  if (to !== undefined) {
    const row = shown[Math.min(shown.length - 1, Math.max(0, to))];
    state.nodes[row].focus({ preventScroll: true });
    pick(state, row);
  } else if (event.key === "ArrowLeft") toggle(state, at, true);
  else if (event.key === "ArrowRight") toggle(state, at, false);
  else if (event.key === "Enter" || event.key === " ") pick(state, at);
  else return;
  event.preventDefault();
}
