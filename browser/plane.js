// Where a cell of a tensor stands in its picture, and which cell stands at a place of the picture.

import { isEmpty, run } from "./runs.js";

/** @import { Cells, Run } from "./runs.js" */
/** @import { FigureData, Links, Slices, TensorData } from "./wire.js" */

/**
 * How a picture shows a tensor: two of its axes, with one index on each of the others; or a vector
 * broken into lines; or the slices of its last axis side by side. An axis of -1 is none.
 * @typedef {object} Plane
 * @property {TensorData} tensor
 * @property {[rows: number, columns: number]} block numbers that one cell of the picture stands for
 * @property {number} rows the axis that runs down
 * @property {number} columns the axis that runs across
 * @property {number[]} at the index shown on each axis
 * @property {number} [line] numbers in one line
 * @property {Slices} [slices]
 */

/** @typedef {{top: number, bottom: number, left: number, right: number}} Rect */

// Frames on one picture. More are drawn as one around them all.
const MOST = 600;

/**
 * @param {Pick<FigureData, "name" | "block" | "slices" | "line" | "plane" | "at">} figure
 * @param {Pick<Links, "tensors" | "plane" | "at">} links
 * @returns {Plane}
 */
export function planeOf(figure, links) {
  const tensor = links.tensors[figure.name];
  const rank = tensor.shape.length;
  const { slices, line, block = [1, 1] } = figure;
  if (slices) return { tensor, block, slices, rows: rank - 3, columns: rank - 2, at: [] };
  if (line) return { tensor, block, line, rows: -1, columns: longestAxis(tensor.shape), at: [] };
  if (rank < 2) return { tensor, block, rows: -1, columns: rank - 1, at: [] };
  let [rows, columns] = [rank - 2, rank - 1];
  const chosen = figure.plane ?? (rank > 2 ? links.plane : undefined);
  if (chosen) {
    const axes = chosen.map((axis) => (axis < 0 ? axis + rank : axis));
    if (axes[0] !== axes[1]) [rows, columns] = axes;
  }
  const shown = figure.at ?? links.at;
  const at = tensor.shape.map((length, axis) => Math.min(shown[axis] ?? 0, length - 1));
  return { tensor, block, rows, columns, at };
}

/**
 * The tensor's cells that one cell of the picture stands for: more than one in a block; undefined
 * for a border, and past the end.
 * @param {Plane} plane
 * @param {number} row
 * @param {number} column
 * @returns {Cells | undefined}
 */
export function cellsAt(plane, row, column) {
  const { tensor, block, slices, line, rows, columns, at } = plane;
  const many = (
    /** @type {number} */ cell,
    /** @type {number} */ side,
    /** @type {number} */ length,
  ) => run(cell * side, Math.min(length, (cell + 1) * side));
  if (line) {
    const runs = many(row * line + column, block[1], tensor.shape[columns]);
    if (!runs.length) return undefined;
    return tensor.shape.map((_, axis) => (axis === columns ? runs : run(0, 1)));
  }
  let [r, c, slice] = [row, column, -1];
  if (slices) {
    [r, c] = [row % slices.step[0], column % slices.step[1]];
    slice = Math.floor(row / slices.step[0]) * slices.across + Math.floor(column / slices.step[1]);
    const inside = r < slices.tile[0] && c < slices.tile[1] && slice < (tensor.shape.at(-1) ?? 0);
    if (!inside) return undefined;
  }
  const cells = tensor.shape.map((length, axis) => {
    if (axis === rows) return many(r, block[0], length);
    if (axis === columns) return many(c, block[1], length);
    if (slices && axis === columns + 1) return run(slice, slice + 1);
    return run(at[axis] ?? 0, (at[axis] ?? 0) + 1);
  });
  return isEmpty(cells) ? undefined : cells;
}

/**
 * The part of some cells that the picture shows, as rectangles in its own rows and columns.
 * @param {Plane} plane
 * @param {Cells} cells
 * @returns {Rect[]}
 */
export function rectsOf(plane, cells) {
  const { tensor, block, slices, line, rows, columns, at } = plane;
  if (line) return blocksOf(cells[columns], block[1]).flatMap((part) => linesOf(line, ...part));
  const hidden = (/** @type {Run[]} */ runs, /** @type {number} */ axis) =>
    !(axis === rows || axis === columns || (slices && axis === columns + 1)) &&
    !runs.some(([start, end]) => start <= (at[axis] ?? 0) && (at[axis] ?? 0) < end);
  if (tensor.shape.some((_, axis) => hidden(cells[axis], axis))) return [];
  const down = rows < 0 ? run(0, 1) : blocksOf(cells[rows], block[0]);
  const across = columns < 0 ? run(0, 1) : blocksOf(cells[columns], block[1]);
  const rects = product(down, across);
  if (!slices) return rects;
  const shifted = [];
  for (const [start, end] of cells[columns + 1]) {
    for (let slice = start; slice < end; slice++) {
      const below = Math.floor(slice / slices.across) * slices.step[0];
      const beside = (slice % slices.across) * slices.step[1];
      for (const { top, bottom, left, right } of rects) {
        shifted.push({
          top: top + below,
          bottom: bottom + below,
          left: left + beside,
          right: right + beside,
        });
      }
    }
  }
  return shifted;
}

/**
 * @param {Run[]} down
 * @param {Run[]} across
 * @returns {Rect[]}
 */
function product(down, across) {
  if (!down.length || !across.length) return [];
  if (down.length * across.length > MOST) return product(hull(down), hull(across));
  return down.flatMap(([top, bottom]) =>
    across.map(([left, right]) => ({ top, bottom, left, right })),
  );
}

/** @param {Run[]} runs */
function hull(runs) {
  return run(runs[0][0], /** @type {Run} */ (runs.at(-1))[1]);
}

/**
 * The blocks in which some cells are.
 * @param {Run[]} runs
 * @param {number} side
 */
function blocksOf(runs, side) {
  if (side === 1) return runs;
  /** @type {Run[]} */
  const blocks = [];
  for (const [start, end] of runs) {
    const [first, past] = [Math.floor(start / side), Math.ceil(end / side)];
    const last = blocks.at(-1);
    if (last && first <= last[1]) last[1] = past;
    else blocks.push([first, past]);
  }
  return blocks;
}

/** @param {number[]} shape */
function longestAxis(shape) {
  const long = shape.findLastIndex((length) => length > 1);
  return long < 0 ? shape.length - 1 : long;
}

/**
 * A run of a vector that is broken into lines: the rest of one, whole ones, the start of one.
 * @param {number} line
 * @param {number} start
 * @param {number} end
 * @returns {Rect[]}
 */
function linesOf(line, start, end) {
  const rects = [];
  for (let at = start; at < end;) {
    const [top, left] = [Math.floor(at / line), at % line];
    const whole = left ? 0 : Math.floor((end - at) / line);
    const count = whole ? whole * line : Math.min(end - at, line - left);
    rects.push({ top, bottom: top + (whole || 1), left, right: whole ? line : left + count });
    at += count;
  }
  return rects;
}

/**
 * A cell as the link carries it, `outputs.2.3`.
 * @param {string} name
 * @param {Cells} cells of which the first is meant
 */
export function cellName(name, cells) {
  return [name, ...cells.map(([[start]]) => start)].join(".");
}

/**
 * The cell that a link carries.
 * @param {string} text
 */
export function cellOf(text) {
  const [name, ...index] = text.split(".");
  return { name, cells: index.map((at) => run(Number(at), Number(at) + 1)) };
}
