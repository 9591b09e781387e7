// One figure: plain Plotly data drawn by plotly.js, with its caption and its own downloads.

import { element } from "./dom.js";
import { downloadButton } from "./download.js";
import { writeCells } from "./canvas.js";
import { layoutOf, painted } from "./plotly.js";
import { ratioOf } from "./zoom.js";

/** @import { Theme } from "./theme.js" */
/** @import { FigureData, Links } from "./wire.js" */

/**
 * A figure's elements, and what is drawn in them. A figure whose cells answer is a heatmap, and has
 * `figure.cells` and `z`.
 * @typedef {object} Drawn
 * @property {HTMLElement} node
 * @property {HTMLElement} graph
 * @property {HTMLCanvasElement} canvas
 * @property {HTMLElement} lights
 * @property {HTMLElement} plot
 * @property {HTMLElement} title
 * @property {HTMLElement} detail
 * @property {string} key of what is drawn
 * @property {FigureData} figure
 * @property {number} ratio of the screen's pixels to the page's
 * @property {[rows: number, columns: number]} grid cells down and across; [0, 0] without cells
 * @property {Theme} theme
 * @property {number} cell pixels
 * @property {Float32Array[]} z rows of numbers; empty without cells
 * @property {boolean} [partial] whether a part of the numbers is shown, by `drawPartial`
 * @property {Links} [links]
 * @property {string} [edges]
 */

/** @typedef {any} Plotly plotly.js, whose types are larger than all of this */

const HISTOGRAM = { width: 240, height: 110 };
const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false };

/**
 * @param {string} name
 * @returns {Drawn}
 */
export function makeFigure(name) {
  const graph = element("div", "ls-graph");
  graph.dataset.tensor = name;
  graph.setAttribute("role", "img");
  const canvas = element("canvas", "ls-cells");
  canvas.setAttribute("aria-hidden", "true");
  const lights = element("div", "ls-lights");
  lights.setAttribute("aria-hidden", "true");
  const plot = element("div", "ls-plot", graph, canvas, lights);
  plot.tabIndex = 0;
  plot.setAttribute("role", "group"); // what takes the focus has a name
  plot.setAttribute("aria-label", name);
  const title = element("span", "ls-title");
  const detail = element("span", "ls-detail");
  const tools = element("span", "ls-tools");
  const caption = element("figcaption", "", title, detail);
  const node = element("figure", "ls-figure", plot, caption, tools);
  const nodes = { node, graph, canvas, lights, plot, title, detail, key: "" };
  const made = /** @type {Drawn} */ (/** @type {unknown} */ (nodes)); // drawFigure sets the rest
  for (const format of ["PNG", "SVG"]) {
    const wanted = () => ({ format: format.toLowerCase(), only: name });
    tools.append(downloadButton(format, `Download ${name} as ${format}`, wanted));
  }
  return made;
}

/**
 * Draw a figure where it changed.
 * @param {Plotly} Plotly
 * @param {Drawn} made
 * @param {FigureData} figure
 * @param {Theme} theme
 * @param {number} cell size of a matrix's cells, in pixels
 * @param {number} width of the page, in pixels
 */
export function drawFigure(Plotly, made, figure, theme, cell, width) {
  const grid = figure.cells ?? [0, 0];
  const [rows, columns] = grid;
  const size = figure.cells
    ? { width: columns * cell, height: rows * cell }
    : {
        width: Math.min(figure.spec.layout.width ?? HISTOGRAM.width, width),
        height: figure.spec.layout.height ?? HISTOGRAM.height,
      };
  const ratio = ratioOf(made.canvas);
  const same = made.figure === figure && made.theme === theme && made.cell === cell;
  if (same && figure.cells && made.ratio === ratio) return;
  const key = JSON.stringify([figure, size, theme.paper, ratio]);
  Object.assign(made, { figure, theme, cell, ratio });
  if (key === made.key) return;
  Object.assign(made, { key, grid });
  made.graph.setAttribute("aria-label", figure.alt);
  made.title.textContent = figure.title ?? figure.name;
  made.detail.replaceChildren(
    ...figure.caption.split(" · ").map((part) => element("span", "", part)),
  );
  const traces = figure.spec.data.map((trace) => painted(trace, figure, theme, cell));
  // Plotly asks whether there is any room at all; asking the DOM lays the page out for every figure.
  Object.defineProperty(made.graph, "clientWidth", { value: size.width, configurable: true });
  Object.defineProperty(made.graph, "clientHeight", { value: size.height, configurable: true });
  // Where a matrix's cells answer by themselves, Plotly's own handlers are left out.
  const config = { ...CONFIG, staticPlot: figure.spec.data[0].hoverinfo === "skip" };
  Plotly.react(made.graph, traces, layoutOf(figure, theme, size), config);
  made.canvas.hidden = !figure.cells;
  made.z = figure.cells ? traces[0].z : [];
  made.partial = false;
  if (figure.cells) writeCells(made);
}

/**
 * Say that a figure's cells answer to keys, and how.
 * @param {Drawn} made
 * @param {string} [keys]
 */
export function nameKeys(made, keys = "Enter pins one, F2 types into it") {
  made.plot.setAttribute("role", "application");
  made.plot.setAttribute("aria-roledescription", "matrix");
  made.plot.setAttribute(
    "aria-label",
    `${made.figure.name}: ${["arrow keys walk its cells", keys].filter(Boolean).join(", ")}`,
  );
}

/**
 * Forget the figures that are gone; return a function that finds one, or makes it.
 * @param {Plotly} Plotly
 * @param {Map<string, Drawn>} figures
 * @param {Set<string>} names
 */
export function keepFigures(Plotly, figures, names) {
  for (const [name, { graph }] of figures) {
    if (names.has(name)) continue;
    Plotly.purge(graph);
    figures.delete(name);
  }
  return (/** @type {string} */ name) => {
    const made = figures.get(name) ?? makeFigure(name);
    figures.set(name, made);
    return made;
  };
}
