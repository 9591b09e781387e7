// Grid and numbers, on a canvas over the graph. For three matrices of 170 cells Plotly's own gaps
// and text take 30 ms, these take 3.

import { fitted, formatter } from "./numbers.js";
import { colourOf, inkOf } from "./theme.js";
import { ratioOf } from "./zoom.js";

/** @import { Drawn } from "./figure.js" */

export const GRIDDED = 8; // pixels a cell from which lines stand between cells

/** @param {Drawn} made */
export function writeCells(made) {
  const { canvas, grid, theme, cell } = made;
  const [rows, columns] = grid;
  const ratio = ratioOf(canvas);
  Object.assign(canvas, { width: columns * cell * ratio, height: rows * cell * ratio });
  Object.assign(canvas.style, { width: `${columns * cell}px`, height: `${rows * cell}px` });
  const pen = penOf(made);
  pen.scale(ratio, ratio);
  if (cell >= GRIDDED) {
    pen.fillStyle = theme.gap;
    for (let row = 0; row <= rows; row++) pen.fillRect(0, row * cell - 0.5, columns * cell, 1);
    for (let col = 0; col <= columns; col++) pen.fillRect(col * cell - 0.5, 0, 1, rows * cell);
  }
  writeNumbers(pen, made, made.z);
}

/**
 * Draw over a figure the part of its numbers that a play has come to.
 * @param {Drawn} made
 * @param {(row: number, column: number) => number | undefined} numberAt
 */
export function drawPartial(made, numberAt) {
  const { figure, grid, theme, cell } = made;
  const [rows, columns] = grid;
  const { zmin, zmax } = figure.spec.data[0];
  const pen = penOf(made);
  const colour = colourOf(theme[figure.palette ?? "signed"]);
  const gap = cell >= GRIDDED ? 1 : 0;
  const z = made.z.map((row, r) => Array.from(row, (_, c) => numberAt(r, c) ?? NaN));
  pen.fillStyle = theme.gap;
  pen.fillRect(0, 0, columns * cell, rows * cell);
  z.forEach((row, r) =>
    row.forEach((value, c) => {
      pen.fillStyle = Number.isFinite(value) ? colour((value - zmin) / (zmax - zmin)) : theme.paper;
      pen.fillRect(c * cell + gap / 2, r * cell + gap / 2, cell - gap, cell - gap);
    }),
  );
  writeNumbers(pen, made, z);
  made.partial = true;
}

/**
 * Show all numbers of a figure again.
 * @param {Drawn} made
 */
export function drawComplete(made) {
  if (!made.partial) return;
  made.partial = false;
  writeCells(made);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Drawn} made
 * @param {ArrayLike<number>[]} z
 */
function writeNumbers(pen, { canvas, figure, grid, theme, cell }, z) {
  const [rows, columns] = grid;
  const { zmin, zmax } = figure.spec.data[0];
  const { size, format } = fitted(figure.format ?? "", figure.digits ?? 0, cell);
  canvas.toggleAttribute("data-numbers", size > 0);
  if (!size || !format) return;
  const write = formatter(format);
  const ink = inkOf(theme[figure.palette ?? "signed"]);
  Object.assign(pen, { textAlign: "center", textBaseline: "middle" });
  pen.font = `${size}px ${getComputedStyle(canvas).fontFamily}`;
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < columns; col++) {
      const value = z[row][col];
      if (!Number.isFinite(value)) continue; // marked by a cross
      pen.fillStyle = ink((value - zmin) / (zmax - zmin));
      pen.fillText(write(value), (col + 0.5) * cell, (row + 0.5) * cell + 0.5);
    }
  }
}

/** @param {Drawn} made */
function penOf({ canvas }) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}
