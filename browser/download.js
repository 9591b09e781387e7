// A figure as a file. It stands alone, so it has the title, axes and colour bar that the page shows
// around the figure.

import { GRIDDED } from "./canvas.js";
import { element } from "./dom.js";
import { numberSize } from "./numbers.js";
import { layoutOf, painted } from "./plotly.js";

/** @import { Drawn, Plotly } from "./figure.js" */

/**
 * @param {Plotly} Plotly
 * @param {Drawn} made
 * @param {string} format "png", at twice its size, or "svg"
 */
export async function download(Plotly, { figure, theme }, format) {
  const [rows, columns] = figure.cells ?? [0, 0];
  const cell = Math.max(2, Math.min(36, Math.floor(900 / Math.max(rows, columns, 1))));
  const plot = figure.cells
    ? { width: Math.max(180, columns * cell), height: Math.max(36, rows * cell) }
    : { width: 480, height: 280 };
  const margin = { l: 70, r: figure.cells ? 90 : 24, t: 48, b: 56 };
  const size = {
    width: plot.width + margin.l + margin.r,
    height: plot.height + margin.t + margin.b,
  };
  const font = numberSize(figure.digits ?? 0, cell);
  const numbers = font ? { texttemplate: `%{z:${figure.format}}`, textfont: { size: font } } : {};
  const gap = cell >= GRIDDED ? 1 : 0;
  const bar = { thickness: 10, outlinewidth: 0, len: 1, nticks: 5 };
  const matrix = { ...numbers, xgap: gap, ygap: gap, showscale: plot.height >= 100, colorbar: bar };
  const data = figure.spec.data.map((trace) => ({
    ...painted(trace, figure, theme, cell),
    ...(trace.type === "heatmap" ? matrix : {}),
  }));
  const ticks = figure.cells
    ? { tickformat: "d", nticks: 8, showgrid: false, zeroline: false }
    : {};
  const plain = layoutOf(figure, theme, size);
  const axis = (/** @type {string} */ name) => ({
    ...figure.spec.layout[name],
    ...ticks,
    color: theme.text,
    gridcolor: theme.gap,
    autorange: undefined,
    showticklabels: true,
    range: plain[name].range,
  });
  const title = `${figure.title ?? figure.name}  ${figure.caption}`;
  const layout = {
    ...plain,
    margin,
    paper_bgcolor: theme.paper,
    font: { color: theme.text, size: 12, family: "Source Sans, Source Sans 3, sans-serif" },
    title: { text: title, font: { size: 13 }, x: 0.02, y: 0.97 },
    xaxis: axis("xaxis"),
    yaxis: axis("yaxis"),
  };
  const scale = format === "png" ? 2 : 1;
  const link = element("a");
  link.href = await Plotly.toImage({ data, layout }, { format, scale, ...size });
  link.download = `${figure.file_name}.${format}`;
  link.click();
}
