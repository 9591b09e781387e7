// Curves, points and contours, drawn by plotly.js, which is fetched for the first of them.

/** @import { Theme } from "./theme.js" */
/** @import { FigureData, PackedArray, TraceData } from "./wire.js" */

const THINNEST = 10; // pixels below which Plotly takes a default size instead

/**
 * @param {TraceData} trace
 * @param {Theme} theme
 * @returns {any} a trace of plotly.js
 */
export function painted(trace, theme) {
  if (trace.type === "contour") {
    const colorscale = [
      [0, theme.gap],
      [1, theme.bar],
    ]; // light to dark, and the lines are labelled
    const contours = { ...trace.contours, labelfont: { color: theme.text, size: 10 } };
    const line = { color: theme.text, width: 0.5 };
    return { ...trace, colorscale, contours, line, showscale: false, z: rowsOf(trace.z) };
  }
  if (trace.mode === "lines") {
    const color = trace.meta === "picked" ? theme.mark : theme.bar;
    return { ...trace, line: { width: 2, ...trace.line, color } };
  }
  const line = { width: 1.5, color: theme.mark };
  return { ...trace, marker: { ...trace.marker, size: 8, color: theme.mark, line } };
}

/**
 * @param {FigureData} figure
 * @param {Theme} theme
 * @param {{width: number, height: number}} size
 * @returns {any} a layout of plotly.js
 */
export function layoutOf({ spec }, theme, { width, height }) {
  const { range, type } = spec.layout.yaxis;
  // The range stands in the caption: measuring tick labels would take longer than all the rest.
  const bare = { fixedrange: true, showticklabels: false, showgrid: false, zeroline: false };
  const axis = { ...bare, linecolor: theme.quiet };
  /** @type {Record<string, any>} */
  const layout = {
    width: Math.max(width, THINNEST),
    height: Math.max(height, THINNEST),
    margin: { l: 0, r: 0, t: 4, b: 1 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: theme.quiet, size: 11, family: "inherit" },
    hoverlabel: { bgcolor: theme.paper, bordercolor: theme.quiet, font: { color: theme.text } },
    dragmode: false,
    hovermode: spec.data[0].hoverinfo === "skip" ? false : "closest",
    showlegend: false,
    xaxis: { ...axis, range: spec.layout.xaxis.range },
    yaxis: { ...axis, type, range, showline: true },
  };
  const stroke = { width: 2, color: theme.mark };
  layout.shapes = spec.layout.shapes?.map((/** @type {object} */ shape) => ({
    ...shape,
    line: stroke,
  }));
  return layout;
}

/**
 * The rows of a packed matrix.
 * @param {PackedArray} packed
 */
export function rowsOf({ bdata, shape }) {
  const [rows, columns] = shape.split(",").map(Number);
  const bytes = Uint8Array.from(atob(bdata), (letter) => letter.charCodeAt(0));
  const all = new Float32Array(bytes.buffer);
  return Array.from({ length: rows }, (_, row) => all.subarray(row * columns, (row + 1) * columns));
}
