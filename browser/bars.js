// Bars: the terms of a sum, or a histogram.

/** @import { Theme } from "./theme.js" */
/** @import { FigureData } from "./wire.js" */

const SVG = "http://www.w3.org/2000/svg";
const ABOVE = 4; // pixels
const BELOW = 1;
const LEAST = 0.5; // pixels of a bar that is not zero
const ROOM = 0.05; // of the height, over the highest bar and under the lowest

/**
 * @param {FigureData} figure
 * @param {Theme} theme
 * @param {{width: number, height: number}} size
 */
export function bars({ spec, palette }, theme, { width, height }) {
  const [{ y }] = spec.data;
  const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  const finite = y.filter(Number.isFinite);
  const [least, most] = [Math.min(0, ...finite), Math.max(0, ...finite)];
  const span = most - least || 1;
  const [low, high] = [least < 0 ? least - ROOM * span : 0, most > 0 ? most + ROOM * span : 0];
  const tall = height - ABOVE - BELOW;
  const place = (/** @type {number} */ value) =>
    ABOVE + (tall * (high - value)) / (high - low || 1);
  const { lefts, wide } = placesOf(spec, width);
  const [below, above] = [theme.signed[0][1], theme.signed[theme.signed.length - 1][1]];
  y.forEach((value, at) => {
    if (!Number.isFinite(value)) return;
    const [top, bottom] = [place(Math.max(0, value)), place(Math.min(0, value))];
    const tallness = value ? Math.max(bottom - top, LEAST) : 0;
    const fill = palette ? (value < 0 ? below : above) : theme.bar;
    svg.append(shape("rect", { x: lefts[at], y: top, width: wide, height: tallness, fill }));
  });
  const zero = place(0);
  svg.append(shape("line", { x1: 0, x2: width, y1: zero, y2: zero, stroke: theme.quiet }));
  return svg;
}

/**
 * The bar at a place of the picture.
 * @param {FigureData} figure
 * @param {number} width of the picture, in pixels
 * @param {number} x pixels from its left
 */
export function barAt({ spec }, width, x) {
  const { lefts, step } = placesOf(spec, width);
  const at = Math.floor((x - lefts[0]) / step + 0.5 * (spec.layout.bargap ?? 0));
  const [{ x0 = 0, dx = 1, y }] = spec.data;
  return at >= 0 && at < y.length ? { x: x0 + at * dx, y: y[at], left: lefts[at] } : undefined;
}

/**
 * Where bars begin, how wide they are, and how far it is from one to the next, in pixels.
 * @param {FigureData["spec"]} spec
 * @param {number} width
 */
function placesOf({ data: [{ y, x0 = 0, dx = 1 }], layout }, width) {
  const [first, last] = layout.xaxis?.range ?? [x0 - dx / 2, x0 + (y.length - 0.5) * dx];
  const step = (width * dx) / (last - first || 1);
  const gap = layout.bargap ?? 0;
  const begin = (width * (x0 - dx / 2 - first)) / (last - first || 1);
  return { lefts: y.map((_, at) => begin + step * (at + gap / 2)), wide: step * (1 - gap), step };
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
