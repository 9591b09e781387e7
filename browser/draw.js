// A picture to draw by hand, cell by cell: the pointer paints, and by keys the arrows move a cursor
// and the space bar paints. When a stroke ends, the page is sent all cells, from 0 to 1.

import { element } from "./dom.js";
import { inflated } from "./inflate.js";
import { makeSent } from "./sent.js";
import { themeOf } from "./theme.js";

/**
 * @typedef {object} State
 * @property {HTMLElement} root
 * @property {HTMLCanvasElement} canvas
 * @property {[row: number, column: number]} at the cursor of the keys
 * @property {number} rows
 * @property {number} columns
 * @property {Float32Array} cells
 * @property {(cells: number[]) => void} send
 * @property {[row: number, column: number]} [painting] where the stroke that goes on has come to
 * @property {import("./sent.js").Sent} sent the drawing that the page has not confirmed yet
 * @property {unknown} [newest]
 */

/** @type {WeakMap<HTMLElement, State>} */
const states = new WeakMap();
const SIDE = 288; // pixels
const SOFT = 0.5; // what a stroke leaves in the cells beside it
/** @type {[down: number, across: number, ink: number][]} */
const STROKE = [
  [0, 0, 1],
  [-1, 0, SOFT],
  [1, 0, SOFT],
  [0, -1, SOFT],
  [0, 1, SOFT],
];
/** @type {Record<string, [down: number, across: number]>} */
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * @param {object} update
 * @param {Uint8Array<ArrayBuffer>} update.data
 * @param {HTMLElement} update.parentElement
 * @param {(name: string, value: unknown) => void} update.setTriggerValue
 */
export default async function draw({ data, parentElement, setTriggerValue }) {
  const state = states.get(parentElement) ?? makeState(parentElement);
  state.send = (cells) => setTriggerValue("chosen", cells);
  state.newest = data;
  const { rows, columns, cells } = await inflated(data);
  if (state.newest !== data) return undefined;
  const isOther = rows !== state.rows || columns !== state.columns;
  const isCurrent = state.sent.isCurrent(written(columns, Float32Array.from(cells)));
  if (isOther || (!state.painting && isCurrent)) {
    Object.assign(state, { rows, columns, cells: Float32Array.from(cells) });
  }
  show(state);
  return () => {
    state.sent.forget();
    states.delete(parentElement);
    state.root.remove();
  };
}

/** @param {HTMLElement} parent */
function makeState(parent) {
  const canvas = makeCanvas();
  const clear = element("button", "", "Clear");
  clear.type = "button";
  const root = element("div", "ls-draw", canvas, element("span", "ls-tools ls-shown", clear));
  /** @type {State} */
  const state = {
    root,
    canvas,
    at: [0, 0],
    rows: 0,
    columns: 0,
    cells: new Float32Array(),
    send: () => {},
    sent: makeSent(),
  };
  clear.addEventListener("click", () => {
    state.cells.fill(0);
    show(state);
    sendCells(state);
  });
  parent.append(root);
  states.set(parent, state);
  listen(state);
  return state;
}

function makeCanvas() {
  const canvas = element("canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute(
    "aria-label",
    "Draw a picture: the pointer paints; arrow keys move a cursor, and the space bar paints",
  );
  return canvas;
}

/** @param {State} state */
function listen(state) {
  const { canvas } = state;
  /**
   * @param {PointerEvent} event
   * @returns {[row: number, column: number]}
   */
  const place = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    return [
      Math.floor(((clientY - box.top) / box.height) * state.rows),
      Math.floor(((clientX - box.left) / box.width) * state.columns),
    ];
  };
  const paintTo = (/** @type {PointerEvent} */ event) => {
    for (const part of [...event.getCoalescedEvents(), event]) {
      const next = place(part);
      for (const one of between(state.painting ?? next, next)) paint(state, one);
      state.painting = next;
    }
    show(state);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button) return;
    canvas.setPointerCapture(event.pointerId);
    paintTo(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (state.painting && event.isPrimary) paintTo(event);
  });
  const end = (/** @type {PointerEvent} */ event) => {
    if (!state.painting || !event.isPrimary) return;
    state.painting = undefined;
    sendCells(state);
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("keydown", (event) => {
    const by = MOVES[event.key];
    if (by) {
      state.at = [
        Math.min(state.rows - 1, Math.max(0, state.at[0] + by[0])),
        Math.min(state.columns - 1, Math.max(0, state.at[1] + by[1])),
      ];
      show(state);
    } else if (event.key === " ") {
      paint(state, state.at);
      show(state);
      sendCells(state);
    } else return;
    event.preventDefault();
  });
  for (const type of ["focus", "blur"]) canvas.addEventListener(type, () => show(state));
}

/**
 * @param {State} state
 * @param {[row: number, column: number]} place
 */
function paint(state, [row, column]) {
  const { rows, columns, cells } = state;
  for (const [down, across, ink] of STROKE) {
    const [y, x] = [row + down, column + across];
    if (y < 0 || x < 0 || y >= rows || x >= columns) continue;
    cells[y * columns + x] = Math.max(cells[y * columns + x], ink);
  }
}

/**
 * The cells of a straight stroke, without the first: a quick hand passes some between two events.
 * @param {[row: number, column: number]} from
 * @param {[row: number, column: number]} to
 * @returns {[row: number, column: number][]} the last one alone where both are the same
 */
export function between([row, column], [lastRow, lastColumn]) {
  const [down, across] = [lastRow - row, lastColumn - column];
  const steps = Math.max(1, Math.abs(down), Math.abs(across));
  return Array.from({ length: steps }, (_, at) => [
    Math.round(row + (down * (at + 1)) / steps),
    Math.round(column + (across * (at + 1)) / steps),
  ]);
}

/** @param {State} state */
function show({ canvas, rows, columns, cells, at }) {
  if (!cells.length) return;
  canvas.dataset.drawing = written(columns, cells);
  const { pen, cell } = redraw(canvas, rows, columns, cells);
  if (document.activeElement !== canvas) return;
  pen.strokeStyle = themeOf(canvas).mark;
  pen.strokeRect(at[1] * cell + 0.5, at[0] * cell + 0.5, cell - 1, cell - 1);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} rows
 * @param {number} columns
 * @param {ArrayLike<number>} cells
 */
function redraw(canvas, rows, columns, cells) {
  const theme = themeOf(canvas);
  const cell = Math.max(2, Math.floor(SIDE / Math.max(rows, columns)));
  Object.assign(canvas, { width: columns * cell, height: rows * cell });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.fillStyle = theme.paper;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = theme.bar;
  for (let index = 0; index < cells.length; index++) {
    pen.globalAlpha = cells[index];
    pen.fillRect((index % columns) * cell, Math.floor(index / columns) * cell, cell, cell);
  }
  pen.globalAlpha = 1;
  return { pen, cell };
}

/**
 * A drawing as a text: its columns, and a digit from 0 to f for each cell.
 * @param {number} columns
 * @param {Float32Array} cells
 */
function written(columns, cells) {
  return `${columns} ${Array.from(cells, (ink) => Math.round(15 * ink).toString(16)).join("")}`;
}

/**
 * Show a drawing that another page has written.
 * @param {HTMLCanvasElement} canvas in the document, where its colours are known
 * @param {string} text
 */
export function showWritten(canvas, text) {
  const [columns, digits] = text.split(" ");
  const cells = Array.from(digits, (digit) => parseInt(digit, 16) / 15);
  redraw(canvas, cells.length / Number(columns), Number(columns), cells);
}

/** @param {State} state */
function sendCells(state) {
  state.sent.wait(written(state.columns, state.cells));
  state.send([...state.cells]);
}
