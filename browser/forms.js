// The forms of spans: how a span says which cells of an operand axis make a result's cell.
//
// An affine span is [axis, size, stride, offset, every, wrap, step], without defaults at its end:
// with v the result's index on `axis`, or the sum of index × weight where `axis` is [[axis, weight],
// …], its cells are start, start + step, … (`size` of them), where
// start = offset + stride × (⌊v ÷ every⌋ mod wrap). A `wrap` of 0 is none. A table looks `start` and
// `size` up by the result's index on `axes`. Cells outside of the axis are padding.

/** @import { AffineData, Nested, SpanData, TableData } from "./wire.js" */

/**
 * @typedef {object} Affine
 * @property {[axis: number, weight: number][]} terms
 * @property {number} size
 * @property {number} stride
 * @property {number} offset
 * @property {number} every
 * @property {number} wrap
 * @property {number} step
 */

/**
 * First cell and number of cells, by the result's index.
 * @param {Exclude<SpanData, null>} span
 * @returns {(index: number[]) => [start: number, size: number]}
 */
export function placer(span) {
  if (isTable(span)) {
    const { axes, starts, sizes = 1 } = span;
    const size =
      typeof sizes === "number"
        ? () => sizes
        : (/** @type {number[]} */ index) => look(sizes, axes, index);
    return (index) => [look(starts, axes, index), size(index)];
  }
  const { terms, size, stride, offset, every, wrap } = affineOf(span);
  return (index) => {
    let v = 0;
    for (const [axis, weight] of terms) v += weight * index[axis];
    v = Math.floor(v / every);
    return [offset + stride * (wrap ? modulo(v, wrap) : v), size];
  };
}

/**
 * @param {Nested} nested
 * @param {number[]} axes
 * @param {number[]} index
 */
function look(nested, axes, index) {
  for (const axis of axes) nested = /** @type {Nested[]} */ (nested)[index[axis]];
  return /** @type {number} */ (nested);
}

/**
 * @param {Exclude<SpanData, null | TableData>} span
 * @returns {Affine}
 */
export function affineOf(span) {
  const list = typeof span === "number" ? [span] : span;
  const [axis, size = 1, stride = 1, offset = 0, every = 1, wrap = 0, step = 1] =
    /** @type {AffineData} */ (list);
  /** @type {[number, number][]} */
  const terms = axis === null ? [] : typeof axis === "number" ? [[axis, 1]] : axis;
  return { terms, size, stride, offset, every, wrap, step };
}

/**
 * @param {SpanData} span
 * @returns {span is TableData}
 */
export function isTable(span) {
  return typeof span === "object" && span !== null && !Array.isArray(span);
}

/**
 * The axes of the result that move a span.
 * @param {Exclude<SpanData, null>} span
 */
export function axesOf(span) {
  if (isTable(span)) return [...span.axes];
  return affineOf(span).terms.map(([axis]) => axis);
}

/** @param {Exclude<SpanData, null>} span */
export function stepOf(span) {
  return isTable(span) ? (span.step ?? 1) : affineOf(span).step;
}

/**
 * @param {SpanData} span
 * @param {number} axis
 */
export function weightOf(span, axis) {
  if (span === null) return 0;
  if (isTable(span)) return span.axes.includes(axis) ? 1 : 0;
  return affineOf(span).terms.find(([own]) => own === axis)?.[1] ?? 0;
}

/**
 * The remainder of a division that rounds down, as in Python.
 * @param {number} number
 * @param {number} by
 */
export function modulo(number, by) {
  return ((number % by) + by) % by;
}
