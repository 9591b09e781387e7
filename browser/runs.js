// Sets of cells. On one axis a set is a sorted list of runs [start, end) with gaps between them. A
// part of a tensor is a product: one such list for each axis.

/** @typedef {[start: number, end: number]} Run */
/** @typedef {Run[][]} Cells */

/**
 * One run, or none where it would be empty.
 * @param {number} start
 * @param {number} end
 * @returns {Run[]}
 */
export function run(start, end) {
  return start < end ? [[start, end]] : [];
}

/**
 * All cells of a tensor.
 * @param {number[]} shape
 * @returns {Cells}
 */
export function wholeOf(shape) {
  return shape.map((length) => run(0, length));
}

/**
 * The indices that are marked.
 * @param {ArrayLike<number>} marks
 * @returns {Run[]}
 */
export function runsOfMarks(marks) {
  /** @type {Run[]} */
  const runs = [];
  for (let at = 0; at < marks.length; at++) {
    if (!marks[at]) continue;
    const last = runs.at(-1);
    if (last?.[1] === at) last[1] = at + 1;
    else runs.push([at, at + 1]);
  }
  return runs;
}

/**
 * Runs in any order, which may overlap, as a set.
 * @param {Run[]} runs
 * @returns {Run[]}
 */
export function unite(runs) {
  /** @type {Run[]} */
  const united = [];
  for (const [start, end] of runs.toSorted(([one], [other]) => one - other)) {
    const last = united.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else if (start < end) united.push([start, end]);
  }
  return united;
}

/**
 * The cells that are in both sets.
 * @param {Run[]} runs
 * @param {Run[]} others
 */
export function intersect(runs, others) {
  return runs.flatMap(([start, end]) =>
    others.flatMap(([from, to]) => run(Math.max(start, from), Math.min(end, to))),
  );
}

/**
 * @param {Run[]} runs
 * @param {number} start
 * @param {number} end
 */
export function overlaps(runs, start, end) {
  return runs.some(([from, to]) => from < end && start < to);
}

/** @param {Run[]} runs */
export function countOf(runs) {
  return runs.reduce((count, [start, end]) => count + end - start, 0);
}

/** @param {Run[]} runs */
export function indicesOf(runs) {
  const indices = [];
  for (const [start, end] of runs) for (let at = start; at < end; at++) indices.push(at);
  return indices;
}

/** @param {Cells} cells */
export function isEmpty(cells) {
  return cells.some((runs) => !runs.length);
}
