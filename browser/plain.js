// Draws what plotly.js draws in the app, matrices and bars, for a page without it: it is 4.8 MB.
// It has plotly.js's names for what `figure.js` calls.

import { element } from "./dom.js";
import { colourOf } from "./theme.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {HTMLElement} graph
 * @param {any[]} traces as `plotly.js` paints them
 * @param {any} layout
 */
function react(graph, traces, layout) {
  const [first] = traces;
  graph.replaceChildren(first.type === "bar" ? bars(first, layout) : matrix(traces, layout));
}

/** @param {HTMLElement} graph */
function purge(graph) {
  graph.replaceChildren();
}

export const plain = { react, purge };

/**
 * @param {any[]} traces the matrix, and crosses where a number is not finite
 * @param {any} layout
 */
function matrix([{ z, zmin, zmax, colorscale }, marks], layout) {
  const canvas = element("canvas");
  const wide = layout.width - layout.margin.r;
  const high = layout.height - layout.margin.b;
  const cell = wide / Math.max(1, z[0]?.length ?? 0);
  const ratio = devicePixelRatio || 1;
  Object.assign(canvas, { width: wide * ratio, height: high * ratio });
  Object.assign(canvas.style, { width: `${wide}px`, height: `${high}px`, display: "block" });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.scale(ratio, ratio);
  pen.fillStyle = layout.plot_bgcolor;
  pen.fillRect(0, 0, wide, high);
  const colour = colourOf(colorscale);
  z.forEach((/** @type {ArrayLike<number>} */ row, /** @type {number} */ r) => {
    for (let c = 0; c < row.length; c++) {
      if (!Number.isFinite(row[c])) continue;
      pen.fillStyle = colour((row[c] - zmin) / (zmax - zmin));
      pen.fillRect(c * cell, r * cell, cell, cell);
    }
  });
  if (!marks) return canvas;
  const { size, line } = marks.marker;
  pen.strokeStyle = line.color;
  pen.lineWidth = line.width;
  marks.x.forEach((/** @type {number} */ column, /** @type {number} */ at) => {
    const [x, y] = [(column + 0.5) * cell, (marks.y[at] + 0.5) * cell];
    for (const down of [-1, 1]) {
      pen.beginPath();
      pen.moveTo(x - size / 2, y - (down * size) / 2);
      pen.lineTo(x + size / 2, y + (down * size) / 2);
      pen.stroke();
    }
  });
  return canvas;
}

/**
 * @param {any} trace
 * @param {any} layout
 */
function bars({ y, marker }, { width, height, bargap = 0.1, yaxis, margin }) {
  const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  const finite = y.filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...finite), Math.max(0, ...finite)];
  const tall = height - margin.t - margin.b;
  const place = (/** @type {number} */ value) =>
    margin.t + (tall * (high - value)) / (high - low || 1);
  const step = width / Math.max(1, y.length);
  y.forEach((/** @type {number | null} */ value, /** @type {number} */ at) => {
    if (value === null) return;
    const [top, bottom] = [place(Math.max(0, value)), place(Math.min(0, value))];
    const fill = Array.isArray(marker.color) ? marker.color[at] : marker.color;
    const size = { width: step * (1 - bargap), height: Math.max(bottom - top, 0.5) };
    svg.append(shape("rect", { x: step * (at + bargap / 2), y: top, ...size, fill }));
  });
  const stroke = yaxis.zerolinecolor;
  svg.append(shape("line", { x1: 0, x2: width, y1: place(0), y2: place(0), stroke }));
  return svg;
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
