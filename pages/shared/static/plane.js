// Where a cell of a tensor stands in its picture, and which cell stands under a point of it.

// A figure's tensor as the picture shows it: two of its axes, the others standing somewhere.
export function planeOf(figure, links) {
  const tensor = links.tensors[figure.name];
  const rank = tensor.shape.length;
  const block = figure.block ?? [1, 1];
  if (rank < 2) return { tensor, block, rows: -1, columns: rank - 1, at: [] };
  let [rows, columns] = [rank - 2, rank - 1];
  if (rank > 2) {
    const kept = links.plane.map((axis) => (axis < 0 ? axis + rank : axis));
    if (kept[0] !== kept[1]) [rows, columns] = kept;
  }
  const at = tensor.shape.map((length, axis) => Math.min(links.at[axis] ?? 0, length - 1));
  return { tensor, block, rows, columns, at };
}

// The tensor's cells that one cell of the picture stands for, as a box: more than one in a block.
export function boxAt({ tensor, block, rows, columns, at }, row, column) {
  return tensor.shape.map((length, axis) => {
    if (axis === rows) return [row * block[0], Math.min(length, (row + 1) * block[0])];
    if (axis === columns) return [column * block[1], Math.min(length, (column + 1) * block[1])];
    return [at[axis], at[axis] + 1];
  });
}

// The part of a box that the picture shows, in its own rows and columns; nothing if it is elsewhere.
export function rectOf({ tensor, block, rows, columns, at }, box) {
  const elsewhere = (axis) => at[axis] < box[axis][0] || at[axis] >= box[axis][1];
  for (const axis of tensor.shape.keys()) {
    if (axis !== rows && axis !== columns && elsewhere(axis)) return undefined;
  }
  const [top, bottom] = rows < 0 ? [0, 1] : box[rows];
  const [left, right] = columns < 0 ? [0, 1] : box[columns];
  if (top >= bottom || left >= right) return undefined;
  return {
    top: Math.floor(top / block[0]),
    bottom: Math.ceil(bottom / block[0]),
    left: Math.floor(left / block[1]),
    right: Math.ceil(right / block[1]),
  };
}

// A cell as the link carries it, `outputs.2.3`, to and fro.
export const cellName = (name, box) => [name, ...box.map(([start]) => start)].join(".");

export function cellOf(text) {
  const [name, ...index] = text.split(".");
  return { name, box: index.map((at) => [Number(at), Number(at) + 1]) };
}
