// One figure with its caption and its own downloads. Matrices and bars are drawn here; all else, by
// plotly.js, takes longer and is seldom there.

import { bars } from "./bars.js";
import { drawCells } from "./canvas.js";
import { element } from "./dom.js";
import { downloadButton } from "./download.js";
import { answerPointer } from "./hover.js";
import { layoutOf, painted, rowsOf } from "./plotly.js";
import { drawRulers } from "./rulers.js";
import { ratioOf } from "./zoom.js";

/** @import { Theme } from "./theme.js" */
/** @import { FigureData, Links } from "./wire.js" */

/**
 * A figure's elements, and what is drawn in them. A figure whose cells answer is a heatmap, and has
 * `figure.cells` and `z`.
 * @typedef {object} Drawn
 * @property {HTMLElement} node
 * @property {HTMLElement} graph
 * @property {HTMLCanvasElement} canvas of a matrix
 * @property {HTMLElement} lights
 * @property {HTMLElement} rulers
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
 * @property {string} [face] the font that is set in the canvas
 * @property {string} [edges]
 * @property {Plotly} [Plotly] where it has drawn
 */

/** @typedef {any} Plotly plotly.js, whose types are larger than all of this */
/** @typedef {() => Promise<Plotly>} Loader fetches it, once */

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
  const lights = element("div", "ls-lights");
  lights.setAttribute("aria-hidden", "true");
  const rulers = element("div", "ls-rulers");
  rulers.setAttribute("aria-hidden", "true"); // the describing text says what is numbered
  const plot = element("div", "ls-plot", graph, lights, rulers);
  plot.tabIndex = 0;
  plot.setAttribute("role", "group"); // what takes the focus has a name
  plot.setAttribute("aria-label", name);
  const title = element("span", "ls-title");
  const detail = element("span", "ls-detail");
  const tools = element("span", "ls-tools");
  const caption = element("figcaption", "", title, detail);
  const node = element("figure", "ls-figure", plot, caption, tools);
  const nodes = { node, graph, canvas, lights, rulers, plot, title, detail, key: "" };
  const made = /** @type {Drawn} */ (/** @type {unknown} */ (nodes)); // drawFigure sets the rest
  for (const format of ["PNG", "SVG"]) {
    const wanted = () => ({ format: format.toLowerCase(), only: name });
    tools.append(downloadButton(format, `Download ${name} as ${format}`, wanted));
  }
  answerPointer(made);
  return made;
}

/**
 * Draw a figure where it changed.
 * @param {Loader | undefined} load undefined on pages without plotly.js
 * @param {Drawn} made
 * @param {FigureData} figure
 * @param {Theme} theme
 * @param {number} cell size of a matrix's cells, in pixels
 * @param {number} width of the page, in pixels
 */
export function drawFigure(load, made, figure, theme, cell, width) {
  const ratio = ratioOf(made.plot);
  const same = made.figure === figure && made.theme === theme && made.cell === cell;
  if (same && figure.cells && made.ratio === ratio) return;
  const [rows, columns] = figure.cells ?? [0, 0];
  const size = figure.cells
    ? { width: columns * cell, height: rows * cell }
    : {
        width: Math.min(figure.spec.layout.width ?? HISTOGRAM.width, width),
        height: figure.spec.layout.height ?? HISTOGRAM.height,
      };
  const key = JSON.stringify([figure, size, theme.paper, ratio]);
  Object.assign(made, { figure, theme, cell, ratio });
  if (key === made.key) return;
  const [trace] = figure.spec.data;
  const z = figure.cells ? (trace.rows ?? rowsOf(trace.z)) : [];
  Object.assign(made, { key, grid: [rows, columns], z, partial: false });
  made.graph.setAttribute("aria-label", figure.alt);
  made.title.textContent = figure.title ?? figure.name;
  made.detail.replaceChildren(
    ...figure.caption.split(" · ").map((part) => element("span", "", part)),
  );
  if (!figure.cells && trace.type !== "bar") {
    drawByPlotly(load, made, size);
    return;
  }
  clearFigure(made);
  drawRulers(made);
  // What is drawn, where plotly.js has it too: on other people's pages it is read there.
  Object.assign(made.graph, { _fullData: [{ ...trace, z }, ...figure.spec.data.slice(1)] });
  if (figure.cells) {
    if (made.canvas.parentNode !== made.graph) made.graph.replaceChildren(made.canvas);
    drawCells(made);
  } else made.graph.replaceChildren(bars(figure, theme, size));
}

/**
 * @param {Loader | undefined} load
 * @param {Drawn} made
 * @param {{width: number, height: number}} size
 */
async function drawByPlotly(load, made, size) {
  const { graph, figure, theme, key } = made;
  if (!made.Plotly) {
    Object.assign(graph.style, { width: `${size.width}px`, height: `${size.height}px` });
    const Plotly = await load?.().catch((error) => made.graph.replaceChildren(error.message));
    if (!Plotly || made.key !== key) return;
    graph.replaceChildren();
    made.Plotly = Plotly;
  }
  const config = { ...CONFIG, staticPlot: figure.spec.data[0].hoverinfo === "skip" };
  const traces = figure.spec.data.map((trace) => painted(trace, theme));
  made.Plotly.react(graph, traces, layoutOf(figure, theme, size), config);
}

/**
 * Give back what plotly.js holds for a figure.
 * @param {Drawn} made
 */
export function clearFigure(made) {
  made.Plotly?.purge(made.graph);
  made.Plotly = undefined;
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
 * Take back what a figure's cells answered: the same figure may stand in a picture where they do not.
 * @param {Drawn} made
 */
export function silence(made) {
  made.lights.replaceChildren();
  made.plot.setAttribute("role", "group");
  made.plot.removeAttribute("aria-roledescription");
  made.plot.setAttribute("aria-label", made.figure.name);
}

/**
 * Forget the figures that are gone; return a function that finds one, or makes it.
 * @param {Map<string, Drawn>} figures
 * @param {Set<string>} names
 */
export function keepFigures(figures, names) {
  for (const [name, made] of figures) {
    if (names.has(name)) continue;
    clearFigure(made);
    figures.delete(name);
  }
  return (/** @type {string} */ name) => {
    const made = figures.get(name) ?? makeFigure(name);
    figures.set(name, made);
    return made;
  };
}
