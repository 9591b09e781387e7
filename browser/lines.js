// Rows of figures one below the other, grouped under headings that fold. A tensor is drawn once;
// other rows name it by a reference, which leads to where it is drawn.

import { dock } from "./dock.js";
import { element } from "./dom.js";
import { drawFigure, keepFigures } from "./figure.js";
import { whenPainted } from "./frames.js";
import { rowsOf } from "./items.js";
import { cellSizes } from "./layout.js";
import { arrange } from "./row.js";

/** @import { BlockState } from "./blocks.js" */
/** @import { Loader } from "./figure.js" */
/** @import { Theme } from "./theme.js" */
/** @import { FigureData, GroupData, Item, LineData, LinesBlock, Reference } from "./wire.js" */

/**
 * The elements of groups by their paths, and of rows by their groups' paths and what is in them.
 * @typedef {object} LinesState
 * @property {LinesBlock} data
 * @property {Map<string, GroupNodes>} groups
 * @property {Map<string, HTMLElement>} rows
 */

/** @typedef {{node: HTMLElement, title: HTMLElement, body: HTMLElement}} GroupNodes */

/**
 * @typedef {object} Context
 * @property {Loader} [load] fetches plotly.js
 * @property {Theme} theme
 * @property {number} width
 * @property {number} height of the screen that is the picture's, in pixels
 * @property {() => boolean} isCurrent false when there is a newer picture
 * @property {() => void} redraw
 * @property {() => void} drawn called when figures have been drawn
 */

const FIRST = 6; // figures that are drawn before the page is painted
const AT_ONCE = 12; // ms of drawing between two paints
const FLASH = 1200; // ms
const INDENT = 25; // pixels by which a heading's rows are set in, as in layerscope.css

// Groups that the visitor opened or closed, by path. It outlasts updates, and ends with the page.
/** @type {Map<string, boolean>} */
const folds = new Map();

/**
 * Open and close groups as a presenter has them; return whether any was not so.
 * @param {[path: string, open: boolean][]} wanted
 */
export function openGroups(wanted) {
  const other = wanted.filter(([path, open]) => folds.get(path) !== open);
  for (const [path, open] of other) folds.set(path, open);
  return other.length > 0;
}

/**
 * @param {BlockState} block
 * @param {LinesBlock} data
 * @param {Context} context
 */
export function drawLines(block, data, context) {
  const { load, theme, width, height } = context;
  const rows = rowsOf(data.groups);
  const names = new Set(rows.flat().flatMap(({ figure }) => figure?.name ?? []));
  if (!block.lines) {
    block.key = "lines";
    block.lines = { data, groups: new Map(), rows: new Map() };
    block.content.replaceChildren();
    block.node.replaceChildren(block.formulas, block.content, dock(block.tools));
  }
  const made = keepFigures(block.figures, names);
  // Of folded rows too: opening them moves nothing else.
  const [first, others] = cellSizes(rows, width - INDENT * depthOf(data.groups), height);
  const ends = new Set(rows[0]?.map(({ figure }) => figure?.name));
  const cellOf = (/** @type {string} */ name) => (ends.has(name) ? first : others);
  /** @type {FigureData[]} */
  const figures = [];
  /** @type {LinesState} */
  const lines = { data, groups: new Map(), rows: new Map() };
  const [top, ...below] = data.groups.map(groupNode);
  replaceChildren(block.content, [top, block.legend, ...below]);
  block.lines = lines;
  figures.forEach(reserve);
  drawSome(figures, FIRST);

  /** @param {GroupData} group */
  function groupNode(group) {
    const key = `${group.title ? "folds" : "stands"} ${group.path}`;
    const nodes = block.lines?.groups.get(key) ?? makeGroup(group, context.redraw);
    lines.groups.set(key, nodes);
    const { node, title, body } = nodes;
    if (group.title && title.textContent !== group.title) title.textContent = group.title;
    const open = isOpen(group);
    if (node instanceof HTMLDetailsElement) node.open = open;
    if (!open) {
      body.replaceChildren();
      return node;
    }
    const own = (group.rows ?? []).map((row) => rowNode(group, row));
    replaceChildren(body, [...own, ...(group.groups ?? []).map(groupNode)]);
    return node;
  }

  /**
   * @param {GroupData} group
   * @param {LineData} row
   */
  function rowNode({ path }, { items }) {
    figures.push(...items.flatMap(({ figure }) => figure ?? []));
    let key = JSON.stringify([path, items.map(nameOf)]);
    while (lines.rows.has(key)) key += " again";
    const node =
      block.lines?.rows.get(key) ??
      arrange(
        items,
        ({ name }) => made(name).node,
        (reference) => referenceNode(reference),
      );
    lines.rows.set(key, node);
    return node;
  }

  /** @param {Reference} reference */
  function referenceNode({ name, text }) {
    const chip = element("button", "ls-reference", text);
    chip.type = "button";
    chip.dataset.refers = name;
    chip.title = `${name}: show where it is drawn`;
    chip.setAttribute("aria-label", `${text}: show ${name}`);
    chip.addEventListener("click", () => showFigure(block, name, context));
    return chip;
  }

  /**
   * Keep the room of a figure that is drawn later.
   * @param {FigureData} figure
   */
  function reserve({ name, cells }) {
    if (!cells) return;
    const { style } = made(name).plot;
    style.minHeight = `${cells[0] * cellOf(name)}px`;
    style.minWidth = `${cells[1] * cellOf(name)}px`;
  }

  /**
   * Draw figures, the first ones before the page is painted and the others after, a few at a time.
   * @param {FigureData[]} left
   * @param {number} least
   */
  function drawSome(left, least) {
    const started = performance.now();
    let count = 0;
    while (count < left.length && (count < least || performance.now() - started < AT_ONCE)) {
      const { name } = left[count];
      drawFigure(load, made(name), left[count], theme, cellOf(name), width);
      count += 1;
    }
    block.shown = figures
      .slice(0, figures.length - left.length + count)
      .map(({ name }) => made(name));
    context.drawn();
    if (count === left.length) return;
    whenPainted(() => {
      if (block.lines === lines && context.isCurrent()) drawSome(left.slice(count), 1);
    });
  }
}

/**
 * @param {GroupData} group
 * @param {() => void} redraw
 * @returns {GroupNodes}
 */
function makeGroup({ path, title: heading }, redraw) {
  const body = element("div", "ls-lines");
  const title = element("span", "ls-heading");
  if (!heading) return { node: body, title, body };
  const summary = element("summary", "", title);
  const node = element("details", "ls-sublayer", summary, body);
  node.dataset.path = path;
  summary.addEventListener("click", (event) => {
    event.preventDefault(); // the next drawing opens it, with its rows
    folds.set(path, !node.open);
    redraw();
  });
  return { node, title, body };
}

/**
 * Headings above the rows that are set in most.
 * @param {GroupData[]} groups
 * @returns {number}
 */
function depthOf(groups) {
  return Math.max(
    0,
    ...groups.map(({ title, groups: inner }) => (title ? 1 : 0) + depthOf(inner ?? [])),
  );
}

/** @param {GroupData} group */
function isOpen({ path, title, open = true }) {
  return !title || (folds.get(path) ?? open);
}

/**
 * Open the groups around a figure, bring it into view and mark it for a moment.
 * @param {BlockState} block
 * @param {string} name
 * @param {Context} context
 */
function showFigure(block, name, context) {
  const closed = groupsAround(block.lines?.data.groups ?? [], name).filter(
    (group) => !isOpen(group),
  );
  for (const { path } of closed) folds.set(path, true);
  if (closed.length) context.redraw();
  const root = block.node.closest(".layerscope-charts") ?? document;
  const node = root.querySelector(`[data-tensor="${CSS.escape(name)}"]`)?.closest(".ls-figure");
  if (!node) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  node.scrollIntoView({ block: "center", inline: "nearest", behavior: still ? "auto" : "smooth" });
  const plot = /** @type {HTMLElement | null} */ (node.querySelector(".ls-plot"));
  plot?.focus({ preventScroll: true });
  node.classList.add("ls-flash");
  setTimeout(() => node.classList.remove("ls-flash"), FLASH);
}

/**
 * The groups in which a figure is, the outermost first.
 * @param {GroupData[]} groups
 * @param {string} name
 * @returns {GroupData[]}
 */
function groupsAround(groups, name) {
  for (const group of groups) {
    const rows = group.rows ?? [];
    if (rows.some(({ items }) => items.some(({ figure }) => figure?.name === name))) return [group];
    const inner = groupsAround(group.groups ?? [], name);
    if (inner.length) return [group, ...inner];
  }
  return [];
}

/** @param {Item} item */
function nameOf({ figure, sign, reference }) {
  return figure?.name ?? sign ?? { reference };
}

/**
 * Set an element's children, where they are not the same already.
 * @param {HTMLElement} parent
 * @param {HTMLElement[]} nodes
 */
function replaceChildren(parent, nodes) {
  const same =
    nodes.length === parent.children.length &&
    nodes.every((node, at) => node === parent.children[at]);
  if (!same) parent.replaceChildren(...nodes);
}
