// Which cells of an operand make which cells of a result, and back. Python has the same in
// `layers/operations/spans.py`, and both are tested against one table.
//
// An affine span is [axis, size, stride, offset, every, wrap, step], without defaults at its end:
// with v the result's index on `axis`, or the sum of index × weight where `axis` is [[axis, weight],
// …], its cells are start, start + step, … (`size` of them), where
// start = offset + stride × (⌊v ÷ every⌋ mod wrap). A `wrap` of 0 is none. A table looks `start` and
// `size` up by the result's index on `axes`. Cells outside of the axis are padding.

import { countOf, indicesOf, intersect, isEmpty, overlaps, run, runsOfMarks } from "./runs.js";

/** @import { Cells, Run } from "./runs.js" */
/** @import { Nested, SpanData, TableData } from "./wire.js" */

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

// Indices that are looked at for one span. Of more the whole axis is returned, which holds them.
const MOST = 1 << 18;

/**
 * The cells of one operand axis that make cells of the result: exact for one cell of the result,
 * and where one axis moves the span; else the union over all of them.
 * @param {SpanData} span
 * @param {Cells} cells of the result
 * @param {number} length of the operand's axis
 * @returns {Run[]}
 */
export function dependencyRuns(span, cells, length) {
  if (isEmpty(cells)) return [];
  if (span === null) return run(0, length);
  if (typeof span === "number") return intersect(cells[span], run(0, length));
  const axes = axesOf(span);
  if (axes.reduce((count, axis) => count * countOf(cells[axis]), 1) > MOST) return run(0, length);
  const place = placer(span);
  const step = stepOf(span);
  const marks = new Uint8Array(length);
  /** @type {number[]} */
  const index = [];
  const indices = axes.map((axis) => indicesOf(cells[axis]));
  const visit = (/** @type {number} */ depth) => {
    if (depth === axes.length) {
      const [start, size] = place(index);
      for (let k = 0, cell = start; k < size; k++, cell += step) {
        if (cell >= 0 && cell < length) marks[cell] = 1;
      }
      return;
    }
    for (const at of indices[depth]) {
      index[axes[depth]] = at;
      visit(depth + 1);
    }
  };
  visit(0);
  return runsOfMarks(marks);
}

/**
 * The cells of a result that cells of an operand help to make, as the smallest product that holds
 * them.
 * @param {SpanData[]} spans of the operand, one for each axis
 * @param {Cells} cells of the operand
 * @param {number[]} shape of the result
 * @returns {Cells}
 */
export function dependentCells(spans, cells, shape) {
  const found = shape.map((length) => run(0, length));
  if (isEmpty(cells)) return shape.map(() => []);
  for (const { axes, members } of groupsOf(spans)) {
    const [first] = members;
    if (members.length === 1 && typeof spans[first] === "number") {
      found[axes[0]] = intersect(found[axes[0]], cells[first]);
      continue;
    }
    const runs = search(
      axes,
      members.map((at) => ({ span: spans[at], runs: cells[at] })),
      shape,
    );
    if (!runs) return shape.map(() => []);
    axes.forEach((axis, at) => (found[axis] = runs[at]));
  }
  return isEmpty(found) ? shape.map(() => []) : found;
}

/**
 * The indices on the result's axes at which every span holds one of its cells. Axes are fixed one
 * by one, the heaviest first, and what cannot hold any more is not looked at.
 * @param {number[]} axes
 * @param {{span: SpanData, runs: Run[]}[]} members
 * @param {number[]} shape
 * @returns {Run[][] | undefined} undefined where there are none
 */
function search(axes, members, shape) {
  const weight = (/** @type {number} */ axis) =>
    Math.max(...members.map(({ span }) => Math.abs(weightOf(span, axis))));
  const order = axes.toSorted((one, other) => weight(other) - weight(one));
  const marks = new Map(axes.map((axis) => [axis, new Uint8Array(shape[axis])]));
  const tests = members.map(({ span, runs }) => holder(span, runs));
  const bounds = members.map(({ span, runs }) => bounder(span, runs, order, shape));
  /** @type {number[]} */
  const index = [];
  let left = MOST;
  let any = false;
  const visit = (/** @type {number} */ depth) => {
    if (depth === order.length) {
      if (!tests.every((holds) => holds(index))) return;
      any = true;
      for (const axis of axes) /** @type {Uint8Array} */ (marks.get(axis))[index[axis]] = 1;
      return;
    }
    const axis = order[depth];
    for (let at = 0; at < shape[axis] && left > 0; at++) {
      left -= 1;
      index[axis] = at;
      if (bounds.every((may) => may(index, depth + 1))) visit(depth + 1);
    }
  };
  visit(0);
  if (left <= 0) return axes.map((axis) => run(0, shape[axis]));
  return any ? axes.map((axis) => runsOfMarks(marks.get(axis) ?? [])) : undefined;
}

/**
 * Whether a span holds one of these cells, at a whole index.
 * @param {SpanData} span
 * @param {Run[]} runs
 * @returns {(index: number[]) => boolean}
 */
function holder(span, runs) {
  if (span === null) return () => true;
  const place = placer(span);
  const step = stepOf(span);
  return (index) => {
    const [start, size] = place(index);
    if (step === 1) return overlaps(runs, start, start + size);
    for (let k = 0; k < size; k++) {
      if (overlaps(runs, start + k * step, start + k * step + 1)) return true;
    }
    return false;
  };
}

/**
 * Whether a span can still hold one of these cells, when the first axes of `order` are fixed.
 * @param {SpanData} span
 * @param {Run[]} runs
 * @param {number[]} order
 * @param {number[]} shape
 * @returns {(index: number[], depth: number) => boolean}
 */
function bounder(span, runs, order, shape) {
  if (span === null || (typeof span === "object" && !Array.isArray(span))) return () => true;
  const { offset, stride, every, wrap, size, step } = affineOf(span);
  const weights = order.map((axis) => weightOf(span, axis));
  const rest = weights.map((_, at) => {
    const spans = weights.slice(at).map((weight, more) => weight * (shape[order[at + more]] - 1));
    return [sum(spans.map((v) => Math.min(0, v))), sum(spans.map((v) => Math.max(0, v)))];
  });
  rest.push([0, 0]);
  const [low, high] = [runs[0][0], /** @type {Run} */ (runs.at(-1))[1] - 1];
  return (index, depth) => {
    let v = 0;
    for (let at = 0; at < depth; at++) v += weights[at] * index[order[at]];
    let from = Math.floor((v + rest[depth][0]) / every);
    let to = Math.floor((v + rest[depth][1]) / every);
    if (wrap) {
      if (Math.floor(from / wrap) !== Math.floor(to / wrap)) return true;
      [from, to] = [modulo(from, wrap), modulo(to, wrap)];
    }
    const [one, other] = [offset + stride * from, offset + stride * to];
    return Math.min(one, other) <= high && Math.max(one, other) + step * (size - 1) >= low;
  };
}

/**
 * Spans that share axes of the result belong together; whole axes are left out.
 * @param {SpanData[]} spans
 */
function groupsOf(spans) {
  /** @type {{axes: number[], members: number[]}[]} */
  let groups = [];
  spans.forEach((span, at) => {
    if (span === null) return;
    let [axes, members] = [axesOf(span), [at]];
    const others = groups.filter((group) => {
      if (!group.axes.some((axis) => axes.includes(axis))) return true;
      axes = [...new Set([...axes, ...group.axes])];
      members = [...group.members, ...members];
      return false;
    });
    groups = [...others, { axes, members }];
  });
  return groups;
}

/**
 * First cell and number of cells, by the result's index.
 * @param {Exclude<SpanData, null>} span
 * @returns {(index: number[]) => [start: number, size: number]}
 */
function placer(span) {
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
function affineOf(span) {
  const list = typeof span === "number" ? [span] : span;
  const [axis, size = 1, stride = 1, offset = 0, every = 1, wrap = 0, step = 1] =
    /** @type {import("./wire.js").AffineData} */ (list);
  /** @type {[number, number][]} */
  const terms = axis === null ? [] : typeof axis === "number" ? [[axis, 1]] : axis;
  return { terms, size, stride, offset, every, wrap, step };
}

/**
 * @param {SpanData} span
 * @returns {span is TableData}
 */
function isTable(span) {
  return typeof span === "object" && span !== null && !Array.isArray(span);
}

/**
 * The axes of the result that move a span.
 * @param {Exclude<SpanData, null>} span
 */
function axesOf(span) {
  if (isTable(span)) return [...span.axes];
  return affineOf(span).terms.map(([axis]) => axis);
}

/** @param {Exclude<SpanData, null>} span */
function stepOf(span) {
  return isTable(span) ? (span.step ?? 1) : affineOf(span).step;
}

/**
 * @param {SpanData} span
 * @param {number} axis
 */
function weightOf(span, axis) {
  if (span === null) return 0;
  if (isTable(span)) return span.axes.includes(axis) ? 1 : 0;
  return affineOf(span).terms.find(([own]) => own === axis)?.[1] ?? 0;
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * The remainder of a division that rounds down, as in Python.
 * @param {number} number
 * @param {number} by
 */
function modulo(number, by) {
  return ((number % by) + by) % by;
}
