// A matrix on a canvas: colours, marks where a number is not finite, grid and numbers.

import { fitted, formatter } from "./numbers.js";
import { inkOf, shadesOf } from "./theme.js";

/** @import { Drawn } from "./figure.js" */

const GRIDDED = 8; // pixels a cell from which lines stand between cells
const MARKED = 1.5; // pixels of a mark's strokes
/**
 * A mark's strokes, in halves of its size from the middle of its cell.
 * @type {Record<string, [x: number, y: number][][]>}
 */
const MARKS = {
  "x-thin": [
    [
      [-1, -1],
      [1, 1],
    ],
    [
      [-1, 1],
      [1, -1],
    ],
  ],
  "triangle-up-open": [
    [
      [-1, 0.8],
      [1, 0.8],
      [0, -0.9],
      [-1, 0.8],
    ],
  ],
  "triangle-down-open": [
    [
      [-1, -0.8],
      [1, -0.8],
      [0, 0.9],
      [-1, -0.8],
    ],
  ],
};

/** @param {Drawn} made */
export function drawCells(made) {
  const { canvas, grid, cell, ratio } = made;
  const [height, width] = grid.map((count) => count * cell);
  const [high, wide] = [Math.round(height * ratio), Math.round(width * ratio)];
  if (canvas.width !== wide || canvas.height !== high) {
    Object.assign(canvas, { width: wide, height: high });
    made.face = undefined;
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  }
  const pen = paint(made, made.z, made.theme.gap);
  markCells(pen, made);
  writeNumbers(pen, made, made.z);
}

/**
 * Draw over a figure the part of its numbers that a play has come to.
 * @param {Drawn} made
 * @param {(row: number, column: number) => number | undefined} numberAt
 */
export function drawPartial(made, numberAt) {
  const z = made.z.map((row, r) => Float32Array.from(row, (_, c) => numberAt(r, c) ?? NaN));
  writeNumbers(paint(made, z, made.theme.paper), made, z);
  made.partial = true;
}

/**
 * Show all numbers of a figure again.
 * @param {Drawn} made
 */
export function drawComplete(made) {
  if (!made.partial) return;
  made.partial = false;
  drawCells(made);
}

const scratch = document.createElement("canvas"); // a pixel a cell

/**
 * Colour the cells, with lines between them.
 * @param {Drawn} made
 * @param {ArrayLike<number>[]} z
 * @param {string} blank the colour of cells without a finite number
 */
function paint({ canvas, figure, grid, theme, cell, ratio }, z, blank) {
  const [rows, columns] = grid;
  const { zmin, zmax } = figure.spec.data[0];
  const pen = penOf(canvas);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.fillStyle = blank;
  pen.fillRect(0, 0, columns * cell, rows * cell);
  if (!rows || !columns) return pen;
  const shades = shadesOf(theme[figure.palette ?? "signed"]);
  const most = shades.length / 4 - 1;
  const image = new ImageData(columns, rows);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let col = 0; col < columns; col++, at += 4) {
      const place = (z[row][col] - zmin) / (zmax - zmin);
      if (!Number.isFinite(z[row][col])) continue;
      const shade = 4 * Math.round(most * Math.min(1, Math.max(0, place)));
      for (let part = 0; part < 4; part++) image.data[at + part] = shades[shade + part];
    }
  }
  Object.assign(scratch, { width: columns, height: rows });
  penOf(scratch).putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(scratch, 0, 0, columns * cell, rows * cell);
  if (cell >= GRIDDED) {
    pen.fillStyle = theme.gap;
    for (let row = 0; row <= rows; row++) pen.fillRect(0, row * cell - 0.5, columns * cell, 1);
    for (let col = 0; col <= columns; col++) pen.fillRect(col * cell - 0.5, 0, 1, rows * cell);
  }
  return pen;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Drawn} made
 */
function markCells(pen, { figure, theme, cell }) {
  const marks = figure.spec.data[1];
  if (!marks) return;
  const { symbol } = /** @type {{symbol: string | string[]}} */ (marks.marker);
  const half = Math.max(3, cell * 0.5) / 2;
  Object.assign(pen, { strokeStyle: theme.mark, lineWidth: MARKED });
  marks.x?.forEach((column, at) => {
    const [x, y] = [(column + 0.5) * cell, (marks.y[at] + 0.5) * cell];
    pen.beginPath();
    for (const [[right, down], ...rest] of MARKS[Array.isArray(symbol) ? symbol[at] : symbol]) {
      pen.moveTo(x + right * half, y + down * half);
      for (const [further, below] of rest) pen.lineTo(x + further * half, y + below * half);
    }
    pen.stroke();
  });
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Drawn} made
 * @param {ArrayLike<number>[]} z
 */
function writeNumbers(pen, made, z) {
  const { canvas, figure, grid, theme, cell } = made;
  const [rows, columns] = grid;
  const { zmin, zmax } = figure.spec.data[0];
  const { size, format } = fitted(figure.format ?? "", figure.digits ?? 0, cell);
  canvas.toggleAttribute("data-numbers", size > 0);
  if (!size || !format) return;
  const write = formatter(format);
  const ink = inkOf(theme[figure.palette ?? "signed"]);
  Object.assign(pen, { textAlign: "center", textBaseline: "middle" });
  const face = `${size}px ${fontOf(canvas)}`;
  if (made.face !== face) pen.font = made.face = face; // which works all styles out
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < columns; col++) {
      const value = z[row][col];
      if (!Number.isFinite(value)) continue; // marked
      pen.fillStyle = ink((value - zmin) / (zmax - zmin));
      pen.fillText(write(value), (col + 0.5) * cell, (row + 0.5) * cell + 0.5);
    }
  }
}

let font = "";

/**
 * The page's font. It is asked for once: asking works all styles out.
 * @param {HTMLElement} node
 */
function fontOf(node) {
  font ||= node.isConnected ? getComputedStyle(node).fontFamily : "";
  return font || "sans-serif";
}

/** @param {HTMLCanvasElement} canvas */
function penOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}
