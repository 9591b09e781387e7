// Draws the blocks of a picture. What did not change is not drawn again. The first block is drawn at
// once, the others when it is on the screen, and they give way to a newer update. Those of a picture
// ahead of the page come with the page's own update: each frame costs the browser some milliseconds.

import { ACTED } from "./acts.js";
import { dock } from "./dock.js";
import { element, facts, table, text } from "./dom.js";
import { wholeDownloads } from "./download.js";
import { clearFigure, drawFigure, keepFigures } from "./figure.js";
import { formula } from "./formula.js";
import { whenPainted } from "./frames.js";
import { cellSize, sizesBeside } from "./layout.js";
import { drawLines } from "./lines.js";
import { arrange, legend } from "./row.js";
import { themeOf } from "./theme.js";
import { zoomOf } from "./zoom.js";

/** @import { Activity, Mount } from "./charts.js" */
/** @import { Drawn } from "./figure.js" */
/** @import { LinesState } from "./lines.js" */
/** @import { Theme } from "./theme.js" */
/** @import { Block, FactsBlock, LinesBlock, Links, RowBlock, TableBlock, TextBlock } from "./wire.js" */

/**
 * A block's elements, and what is drawn in them.
 * @typedef {object} BlockState
 * @property {HTMLElement} node
 * @property {Map<string, Drawn>} figures by name
 * @property {Drawn[]} shown the figures that are on the page, not folded away
 * @property {HTMLElement} formulas
 * @property {HTMLElement} caption
 * @property {HTMLElement} content
 * @property {HTMLElement} legend
 * @property {HTMLElement} tools
 * @property {{title: string, node: HTMLElement}} [whole] the buttons that take the picture away
 * @property {string} [key] of what is drawn
 * @property {string} [formulasKey]
 * @property {string} [legendKey]
 * @property {LinesState} [lines]
 */

const CONFIRMED_SOON = 100; // ms in which the page's own update mostly comes
const ABOVE = 292; // pixels of the first screen that are taken by what is not the picture
const POINT = "Point at a cell to see what made it; click it for its arithmetic";
const TURN = "; double-click an input or a weight to type; drag an edge to resize";

/** @type {Record<"links" | "answer" | "time", () => Promise<(mount: Mount) => Activity>>} */
const scripts = {
  links: async () => (await import("./explore.js")).explore,
  answer: async () => (await import("./choose.js")).choose,
  time: async () => (await import("./time.js")).time,
};

/** @param {Links | undefined} links */
function hint(links) {
  if (!links || links.answer) return "";
  return `${POINT}${links.fixed ? "" : TURN}.`;
}

/** @param {Mount} mount */
export function drawBlocks(mount) {
  const { root, data, blocks } = mount;
  const width = root.clientWidth;
  const wanted = data?.blocks;
  if (!data || !wanted || !width || !root.isConnected) return;
  mount.width = width;
  const theme = themeOf(root);
  while (blocks.length > wanted.length) {
    const block = /** @type {BlockState} */ (blocks.pop());
    clearBlock(block);
    block.node.remove();
  }
  while (blocks.length < wanted.length) {
    const block = makeBlock();
    blocks.push(block);
    root.append(block.node);
  }
  const beside = besideIn(wanted, width);
  root.classList.toggle("ls-flowing", beside.size > 0);
  const draw = (/** @type {number} */ from, /** @type {number} */ to) => {
    for (let at = from; at < to; at++) {
      blocks[at].node.classList.toggle("ls-beside", beside.has(wanted[at]));
      drawBlock(mount, at, wanted[at], theme, width, beside.get(wanted[at]));
    }
  };
  const isOnScreen = mount.drawn === data;
  mount.drawn = data;
  draw(0, Math.min(1, wanted.length));
  document.dispatchEvent(new Event(ACTED));
  root.dataset.timings = JSON.stringify(data.timings ?? {});
  const drawOthers = () => {
    if (mount.data === data && root.isConnected) draw(1, wanted.length);
  };
  clearTimeout(mount.others);
  if (isOnScreen) drawOthers();
  else if (mount.ahead) mount.others = setTimeout(drawOthers, CONFIRMED_SOON);
  else whenPainted(drawOthers);
}

/**
 * The blocks that stand beside each other, and the sizes of their cells.
 * @param {Block[]} blocks
 * @param {number} width
 * @returns {Map<Block, number>}
 */
function besideIn(blocks, width) {
  const rows = blocks.filter((block) => "items" in block && block.tallest);
  const sizes = sizesBeside(/** @type {RowBlock[]} */ (rows), width);
  return new Map(rows.map((block, at) => [block, sizes[at]]));
}

/**
 * The height of the screen that is the picture's, in its own pixels.
 * @param {Element} root
 */
function heightFor(root) {
  return (innerHeight - ABOVE) / zoomOf(root);
}

/** @returns {BlockState} */
function makeBlock() {
  const [content, ranges, tools] = [element("div"), element("div"), element("div")];
  const [node, formulas] = [element("div", "ls-block"), element("div", "ls-formulas")];
  const caption = element("p", "ls-text");
  return { node, figures: new Map(), shown: [], formulas, caption, content, legend: ranges, tools };
}

/** @param {BlockState} block */
export function clearBlock(block) {
  block.figures.forEach(clearFigure);
  block.figures.clear();
  block.shown = [];
  block.key = block.legendKey = block.lines = undefined;
  block.node.replaceChildren();
}

/**
 * @param {Mount} mount
 * @param {number} at
 * @param {Block} data
 * @param {Theme} theme
 * @param {number} width
 * @param {number} [cell] where it stands beside others
 */
function drawBlock(mount, at, data, theme, width, cell) {
  const block = mount.blocks[at];
  showFormulas(block, ("formulas" in data && data.formulas) || []);
  if ("items" in data) {
    drawRow(mount, block, data, theme, width, cell);
    finish(mount, at, data, theme, width);
    return;
  }
  if (data.kind === "lines") {
    const picture = mount.data;
    drawLines(block, data, {
      load: mount.load,
      theme,
      width,
      height: heightFor(mount.root),
      isCurrent: () => mount.data === picture && mount.root.isConnected,
      redraw: () => drawBlocks(mount),
      drawn: () => finish(mount, at, data, theme, width),
    });
    return;
  }
  const key = JSON.stringify(data);
  if (block.key === key) return;
  clearBlock(block);
  block.key = key;
  block.node.append(plainNode(data));
}

/**
 * @param {BlockState} block
 * @param {string[]} formulas MathML
 */
function showFormulas(block, formulas) {
  const key = formulas.join("\n");
  if (block.formulasKey === key) return;
  block.formulasKey = key;
  block.formulas.replaceChildren(...formulas.map((each) => element("span", "", formula(each))));
}

/** @param {FactsBlock | TableBlock | TextBlock} data */
function plainNode(data) {
  if (data.kind === "facts") return facts(data);
  return data.kind === "table" ? table(data) : text(data);
}

/**
 * @param {Mount} mount
 * @param {BlockState} block
 * @param {RowBlock} data
 * @param {Theme} theme
 * @param {number} width
 * @param {number} [beside] the size of its cells where it stands beside others
 */
function drawRow(mount, block, { items, links, caption }, theme, width, beside) {
  const figures = items.flatMap(({ figure }) => figure ?? []);
  const key = JSON.stringify([!caption, items.map(({ figure, sign }) => figure?.name ?? sign)]);
  if (block.key !== key) {
    block.key = key;
    block.lines = undefined;
    const made = keepFigures(block.figures, new Set(figures.map(({ name }) => name)));
    const row = arrange(items, ({ name }) => made(name).node);
    block.content.replaceChildren(row);
    const tools = links && !links.answer ? dock(block.tools) : block.tools;
    const above = caption ? [block.formulas, block.caption] : [block.formulas];
    block.node.replaceChildren(...above, block.content, block.legend, tools);
  }
  block.caption.textContent = caption ?? "";
  const cell = beside ?? cellSize([items], width, heightFor(mount.root));
  block.shown = figures.map((figure) => {
    const made = /** @type {Drawn} */ (block.figures.get(figure.name));
    Object.assign(made.plot.style, { minWidth: "", minHeight: "" }); // kept by another layer's lines
    drawFigure(mount.load, made, figure, theme, cell, width);
    return made;
  });
}

/**
 * Draw what stands beneath the figures, and let their cells answer.
 * @param {Mount} mount
 * @param {number} at
 * @param {RowBlock | LinesBlock} data
 * @param {Theme} theme
 * @param {number} width
 */
function finish(mount, at, data, theme, width) {
  const { ranges, links, pin, title } = data;
  const time = "time" in data ? data.time : undefined;
  const block = mount.blocks[at];
  const legendKey = JSON.stringify([ranges, theme.paper, title]);
  if (block.legendKey !== legendKey) {
    block.legendKey = legendKey;
    const made = legend(ranges, theme, hint(links));
    if (title) {
      if (block.whole?.title !== title) block.whole = { title, node: wholeDownloads(title) };
      made.append(block.whole.node);
    }
    block.legend.replaceWith(made);
    block.legend = made;
  }
  if (!links && !time) return;
  const { tools } = block;
  const above = mount.blocks.slice(0, at + 1); // inputs may stand in a block before
  const figures = above.flatMap(({ shown }) => shown);
  mount.linked = { links, pin, time, figures, theme, width, tools };
  if (mount.activity) {
    activate(mount);
    return;
  }
  tools.toggleAttribute("data-waking", true);
  whenPainted(async () => {
    const script = time ? "time" : links?.answer ? "answer" : "links";
    activate(mount, await scripts[script]());
  });
}

/**
 * Let the cells of the newest picture answer. The scripts for it are loaded after the picture.
 * @param {Mount} mount
 * @param {(mount: Mount) => Activity} [make]
 */
function activate(mount, make) {
  if (!mount.root.isConnected || !mount.linked) return;
  const { tools, ...drawing } = mount.linked;
  mount.activity ??= make?.(mount);
  if (!mount.activity) return;
  tools.removeAttribute("data-waking");
  if (!tools.contains(mount.activity.node)) tools.append(mount.activity.node);
  mount.activity.drawn(drawing);
  if (mount.told) mount.activity.repeat?.(mount.told);
}
