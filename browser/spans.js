// Which cells of an operand make which cells of a result, and back. Python has the same in
// `layers/operations/spans.py`, and both are tested against one table.

import { axesOf, placer, stepOf } from "./forms.js";
import { countOf, indicesOf, intersect, isEmpty, run, runsOfMarks } from "./runs.js";
import { search } from "./search.js";

/** @import { Cells, Run } from "./runs.js" */
/** @import { SpanData } from "./wire.js" */

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
