// A figure's data and layout as plotly.js takes them, with the theme's colours.

/** @import { Theme } from "./theme.js" */
/** @import { FigureData, PackedArray, TraceData } from "./wire.js" */

const THINNEST = 10; // pixels below which Plotly takes a default size instead

/**
 * @param {TraceData} trace
 * @param {FigureData} figure
 * @param {Theme} theme
 * @param {number} cell
 * @returns {any} a trace of plotly.js
 */
export function painted(trace, figure, theme, cell) {
  if (trace.type === "bar") {
    const [below, above] = [theme.signed[0][1], theme.signed[theme.signed.length - 1][1]];
    const color = figure.palette ? trace.y.map((y) => (y < 0 ? below : above)) : theme.bar;
    return { ...trace, marker: { color } };
  }
  if (trace.type === "contour") {
    const colorscale = [
      [0, theme.gap],
      [1, theme.bar],
    ]; // light to dark, and the lines are labelled
    const contours = { ...trace.contours, labelfont: { color: theme.text, size: 10 } };
    const line = { color: theme.text, width: 0.5 };
    return { ...trace, colorscale, contours, line, showscale: false, z: unpack(trace.z) };
  }
  if (trace.mode === "lines") {
    const color = trace.meta === "picked" ? theme.mark : theme.bar;
    return { ...trace, line: { width: 2, ...trace.line, color } };
  }
  if (trace.type === "scatter" && !figure.cells) {
    const line = { width: 1.5, color: theme.mark };
    return { ...trace, marker: { ...trace.marker, size: 8, color: theme.mark, line } };
  }
  if (trace.type === "scatter") {
    const line = { width: 1.5, color: theme.mark };
    const marker = { ...trace.marker, size: Math.max(3, cell * 0.5), color: theme.mark, line };
    return { ...trace, marker };
  }
  const colorscale = theme[figure.palette ?? "signed"];
  return {
    ...trace,
    colorscale,
    showscale: false,
    hoverongaps: false,
    z: trace.rows ?? unpack(trace.z),
  };
}

/**
 * @param {FigureData} figure
 * @param {Theme} theme
 * @param {{width: number, height: number}} size
 * @returns {any} a layout of plotly.js
 */
export function layoutOf(figure, theme, { width, height }) {
  /** @type {Record<string, any>} */
  const layout = {
    width: Math.max(width, THINNEST),
    height: Math.max(height, THINNEST),
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: figure.cells ? theme.gap : "rgba(0,0,0,0)",
    font: { color: theme.quiet, size: 11, family: "inherit" },
    hoverlabel: { bgcolor: theme.paper, bordercolor: theme.quiet, font: { color: theme.text } },
    dragmode: false,
    hovermode: figure.spec.data[0].hoverinfo === "skip" ? false : "closest",
    showlegend: false,
  };
  if (figure.cells) {
    const [rows, columns] = figure.cells;
    const bare = { visible: false, fixedrange: true };
    layout.margin = { l: 0, r: layout.width - width, t: 0, b: layout.height - height };
    layout.xaxis = { ...bare, range: [-0.5, columns - 0.5] };
    layout.yaxis = { ...bare, range: [rows - 0.5, -0.5] };
    return layout;
  }
  // The range stands in the caption: measuring tick labels would take longer than all the rest.
  const bare = { fixedrange: true, showticklabels: false, showgrid: false, zeroline: false };
  layout.margin = { l: 0, r: 0, t: 4, b: 1 };
  layout.bargap = figure.spec.layout.bargap;
  const line = figure.palette ? {} : { linecolor: theme.quiet }; // signed bars hang from zero
  layout.xaxis = { ...bare, range: figure.spec.layout.xaxis.range, ...line };
  const zero = { zeroline: Boolean(figure.palette), zerolinecolor: theme.quiet };
  const { shapes, yaxis } = figure.spec.layout;
  if (shapes) {
    const stroke = { width: 2, color: theme.mark };
    layout.shapes = shapes.map((/** @type {object} */ shape) => ({ ...shape, line: stroke }));
  }
  const { range, type } = yaxis; // of a curve; bars stand on zero
  layout.yaxis = range
    ? { ...bare, type, range, showline: true, linecolor: theme.quiet }
    : { ...bare, rangemode: "tozero", ...zero };
  return layout;
}

/**
 * The rows of a packed matrix.
 * @param {PackedArray} packed
 */
function unpack({ bdata, shape }) {
  const [rows, columns] = shape.split(",").map(Number);
  const bytes = Uint8Array.from(atob(bdata), (letter) => letter.charCodeAt(0));
  const all = new Float32Array(bytes.buffer);
  return Array.from({ length: rows }, (_, row) => all.subarray(row * columns, (row + 1) * columns));
}
