// The indices of a result at which spans hold some cells: the way back from an operand.

import { affineOf, modulo, placer, stepOf, weightOf } from "./forms.js";
import { overlaps, run, runsOfMarks } from "./runs.js";

/** @import { Run } from "./runs.js" */
/** @import { SpanData } from "./wire.js" */

// Indices that are looked at. Of more the whole axes are returned, which hold them.
const MOST = 1 << 18;

/**
 * The indices on the result's axes at which every span holds one of its cells. Axes are fixed one
 * by one, the heaviest first, and what cannot hold any more is not looked at.
 * @param {number[]} axes
 * @param {{span: SpanData, runs: Run[]}[]} members
 * @param {number[]} shape
 * @returns {Run[][] | undefined} undefined where there are none
 */
export function search(axes, members, shape) {
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

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
