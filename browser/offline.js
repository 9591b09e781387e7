// A page that answers without a server: its numbers stand in it, and cells are explained from them.

import { drawBlocks } from "./blocks.js";
import { element } from "./dom.js";
import { explained, numbersOf } from "./explained.js";
import { planeOf } from "./plane.js";

/** @import { Mount } from "./charts.js" */
/** @import { FigureData, Item, LinesBlock, Links, Page, RowBlock, Slider } from "./wire.js" */

const TIME = "time";

/**
 * Draw a page's picture, and let it answer.
 * @param {HTMLElement} place where the picture that stands there without scripts gives way
 * @param {Page} page
 */
export function showPage(place, page) {
  const numbers = numbersOf(page);
  const values = Object.fromEntries(page.sliders.map(({ name, value }) => [name, value]));
  const state = { cell: page.cell };

  /**
   * The figure at the sliders' places, with its numbers.
   * @param {number} number
   * @param {Links} links
   */
  const figureOf = (number, links) => {
    const { figure, sliders, planes } = page.figures[number];
    const key = sliders.map((name) => values[name]).join(",");
    const shown = { ...figure, ...planes[key] };
    return withNumbers(shown, links);
  };

  /**
   * @param {FigureData} figure
   * @param {Links} links
   * @returns {FigureData}
   */
  const withNumbers = (figure, links) => {
    const [trace, ...marks] = figure.spec.data;
    const all = numbers.get(figure.name)?.all;
    if (trace.z || !all || !figure.cells) return figure;
    const { tensor, rows, columns, at } = planeOf(figure, links);
    const steps = tensor.shape.map((_, axis) =>
      tensor.shape.slice(axis + 1).reduce((size, length) => size * length, 1),
    );
    const start = at.reduce(
      (sum, index, axis) => sum + (axis === rows || axis === columns ? 0 : index * steps[axis]),
      0,
    );
    const [down, across] = figure.cells;
    const z = Array.from({ length: down }, (_row, r) =>
      Float32Array.from(
        { length: across },
        (_cell, c) => all[start + r * (steps[rows] ?? 0) + c * (steps[columns] ?? 0)],
      ),
    );
    return { ...figure, spec: { ...figure.spec, data: [{ ...trace, rows: z }, ...marks] } };
  };

  const pictureNow = () => {
    const { links: number, ...block } = page.pictures[values[TIME] ?? 0];
    const links = page.links[number];
    const item = (/** @type {any} */ one) =>
      typeof one.figure === "number" ? { ...one, figure: figureOf(one.figure, links) } : one;
    const pin = state.cell ? explained(page, numbers, links, state.cell) : undefined;
    return { ...withItems(block, item), links, pin };
  };

  /** @type {Mount} */
  const mount = {
    root: element("div", "layerscope-charts"),
    blocks: [],
    follower: {
      turn() {},
      forget() {},
      nextStep: () => undefined,
      comingStep: () => undefined,
      disconnect() {},
    },
    observer: new ResizeObserver(() => requestAnimationFrame(() => drawBlocks(mount))),
    send({ cell }) {
      if (cell === undefined) return;
      state.cell = cell;
      draw();
    },
  };
  mount.root.dataset.hidden = "downloads contrast"; // which need a server
  const draw = () => {
    const picture = page.pictures.length ? [pictureNow()] : [];
    mount.data = { blocks: [...picture, ...page.blocks] };
    drawBlocks(mount);
  };
  const turn = (/** @type {string} */ name, /** @type {number} */ value) => {
    values[name] = value;
    draw();
  };
  place.replaceChildren(sliderBar(page.sliders, turn), mount.root);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
  mount.observer.observe(mount.root);
}

/**
 * A block with other items.
 * @param {RowBlock | LinesBlock} block
 * @param {(item: Item) => Item} exchange
 * @returns {RowBlock | LinesBlock}
 */
function withItems(block, exchange) {
  if ("items" in block) return { ...block, items: block.items.map(exchange) };
  /** @param {import("./wire.js").GroupData} group @returns {import("./wire.js").GroupData} */
  const inner = (group) => ({
    ...group,
    rows: group.rows?.map(({ items }) => ({ items: items.map(exchange) })),
    groups: group.groups?.map(inner),
  });
  return { ...block, groups: block.groups.map(inner) };
}

/**
 * @param {Slider[]} sliders
 * @param {(name: string, value: number) => void} turn
 */
function sliderBar(sliders, turn) {
  const bar = element("div", "ls-sliders");
  for (const { name, label, most, value } of sliders) {
    const input = element("input");
    Object.assign(input, { type: "range", min: "0", max: String(most), value: String(value) });
    const shown = element("output", "", String(value));
    input.addEventListener("input", () => {
      shown.textContent = input.value;
      turn(name, Number(input.value));
    });
    bar.append(element("label", "ls-slider", element("span", "", label), input, shown));
  }
  return bar;
}

const FACES = ["12px", "600 12px"].flatMap((face) =>
  ["Sans", "Code"].map((name) => `${face} "Layerscope ${name}"`),
);
const data = document.querySelector("#layerscope-page");
const stage = document.querySelector("#picture");
if (data && stage instanceof HTMLElement) {
  // Numbers are drawn once: in the page's own letters, where the browser takes them.
  Promise.allSettled(FACES.map((face) => document.fonts.load(face))).then(() =>
    showPage(stage, JSON.parse(data.textContent ?? "")),
  );
}
