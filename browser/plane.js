// Where a cell of a tensor stands in its picture, and which cell stands under a point of it.

// A figure's tensor as the picture shows it: two of its axes, the others standing somewhere; a
// vector in lines; or the slices of its last axis side by side.
export function planeOf(figure, links) {
  const tensor = links.tensors[figure.name];
  const rank = tensor.shape.length;
  const block = figure.block ?? [1, 1];
  const { slices, line } = figure;
  if (slices) return { tensor, block, slices, rows: rank - 3, columns: rank - 2, at: [] };
  if (line) return { tensor, block, line, columns: longest(tensor.shape) };
  if (rank < 2) return { tensor, block, rows: -1, columns: rank - 1, at: [] };
  let [rows, columns] = [rank - 2, rank - 1];
  if (rank > 2) {
    const kept = links.plane.map((axis) => (axis < 0 ? axis + rank : axis));
    if (kept[0] !== kept[1]) [rows, columns] = kept;
  }
  const at = tensor.shape.map((length, axis) => Math.min(links.at[axis] ?? 0, length - 1));
  return { tensor, block, rows, columns, at };
}

// The tensor's cells that one cell of the picture stands for, as a box: more than one in a block;
// nothing for a border, or past the end.
export function boxAt(plane, row, column) {
  const { tensor, block, slices, line, rows, columns, at } = plane;
  const many = (cell, side, length) => [cell * side, Math.min(length, (cell + 1) * side)];
  if (line) {
    const [first, end] = many(row * line + column, block[1], tensor.shape[columns]);
    return first < end
      ? tensor.shape.map((_, axis) => (axis === columns ? [first, end] : [0, 1]))
      : undefined;
  }
  let [r, c, slice] = [row, column, -1];
  if (slices) {
    [r, c] = [row % slices.step[0], column % slices.step[1]];
    slice = Math.floor(row / slices.step[0]) * slices.across + Math.floor(column / slices.step[1]);
    const inside = r < slices.tile[0] && c < slices.tile[1] && slice < tensor.shape.at(-1);
    if (!inside) return undefined;
  }
  return tensor.shape.map((length, axis) => {
    if (axis === rows) return many(r, block[0], length);
    if (axis === columns) return many(c, block[1], length);
    if (slices && axis === columns + 1) return [slice, slice + 1];
    return [at[axis] ?? 0, (at[axis] ?? 0) + 1];
  });
}

// The part of a box that the picture shows, as rectangles in its own rows and columns.
export function rectsOf(plane, box) {
  const { tensor, block, slices, line, rows, columns, at } = plane;
  if (line) return linesOf(line, ...blocks(box[columns], block[1]));
  const shown = (axis) => axis === rows || axis === columns || (slices && axis === columns + 1);
  const elsewhere = (axis) => (at[axis] ?? 0) < box[axis][0] || (at[axis] ?? 0) >= box[axis][1];
  if ([...tensor.shape.keys()].some((axis) => !shown(axis) && elsewhere(axis))) return [];
  const [top, bottom] = rows < 0 ? [0, 1] : blocks(box[rows], block[0]);
  const [left, right] = columns < 0 ? [0, 1] : blocks(box[columns], block[1]);
  if (top >= bottom || left >= right) return [];
  if (!slices) return [{ top, bottom, left, right }];
  const rects = [];
  for (let slice = box[columns + 1][0]; slice < box[columns + 1][1]; slice++) {
    const down = Math.floor(slice / slices.across) * slices.step[0];
    const across = (slice % slices.across) * slices.step[1];
    rects.push({
      top: top + down,
      bottom: bottom + down,
      left: left + across,
      right: right + across,
    });
  }
  return rects;
}

const blocks = ([start, end], side) => [Math.floor(start / side), Math.ceil(end / side)];

function longest(shape) {
  const long = shape.findLastIndex((length) => length > 1);
  return long < 0 ? shape.length - 1 : long;
}

// A stretch of a vector that is broken into lines: the rest of one, whole ones, the start of one.
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

// A cell as the link carries it, `outputs.2.3`, to and fro.
export const cellName = (name, box) => [name, ...box.map(([start]) => start)].join(".");

export function cellOf(text) {
  const [name, ...index] = text.split(".");
  return { name, box: index.map((at) => [Number(at), Number(at) + 1]) };
}
