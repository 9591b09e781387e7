// A picture to draw by hand, cell by cell: the pointer paints, and by keys the arrows move a cursor
// and the space bar paints. When a stroke ends, the page is told all cells, from 0 to 1.

import { element } from "./dom.js";
import { inflated } from "./inflate.js";
import { themeOf } from "./theme.js";

const states = new WeakMap();
const SIDE = 288; // pixels
const SOFT = 0.5; // what a stroke leaves in the cells beside it

export default async function draw({ data, parentElement, setTriggerValue }) {
  let state = states.get(parentElement);
  if (!state) {
    state = { canvas: makeCanvas(), at: [0, 0] };
    const clear = element("button", "", "Clear");
    clear.type = "button";
    clear.addEventListener("click", () => {
      state.cells.fill(0);
      show(state);
      tell(state);
    });
    state.root = element(
      "div",
      "ls-draw",
      state.canvas,
      element("span", "ls-tools ls-shown", clear),
    );
    parentElement.append(state.root);
    states.set(parentElement, state);
    listen(state);
  }
  state.tell = (cells) => setTriggerValue("chosen", cells);
  state.newest = data;
  const { rows, columns, cells } = await inflated(data);
  if (state.newest !== data) return undefined;
  if (!state.painting) Object.assign(state, { rows, columns, cells: Float32Array.from(cells) });
  show(state);
  return () => {
    states.delete(parentElement);
    state.root.remove();
  };
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

function listen(state) {
  const { canvas } = state;
  const place = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    return [
      Math.floor(((clientY - box.top) / box.height) * state.rows),
      Math.floor(((clientX - box.left) / box.width) * state.columns),
    ];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    state.painting = true;
    paint(state, place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (state.painting)
      event
        .getCoalescedEvents()
        .concat(event)
        .forEach((e) => paint(state, place(e)));
  });
  canvas.addEventListener("pointerup", () => {
    state.painting = false;
    tell(state);
  });
  canvas.addEventListener("keydown", (event) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[
      event.key
    ];
    if (by) {
      const sizes = [state.rows, state.columns];
      state.at = state.at.map((at, axis) => Math.min(sizes[axis] - 1, Math.max(0, at + by[axis])));
      show(state);
    } else if (event.key === " ") {
      paint(state, state.at);
      tell(state);
    } else return;
    event.preventDefault();
  });
  for (const type of ["focus", "blur"]) canvas.addEventListener(type, () => show(state));
}

function paint(state, [row, column]) {
  const { rows, columns, cells } = state;
  for (const [down, across, ink] of [
    [0, 0, 1],
    [-1, 0, SOFT],
    [1, 0, SOFT],
    [0, -1, SOFT],
    [0, 1, SOFT],
  ]) {
    const [y, x] = [row + down, column + across];
    if (y < 0 || x < 0 || y >= rows || x >= columns) continue;
    cells[y * columns + x] = Math.max(cells[y * columns + x], ink);
  }
  show(state);
}

function show({ canvas, rows, columns, cells, at }) {
  if (!cells) return;
  const theme = themeOf(canvas);
  const cell = Math.max(2, Math.floor(SIDE / Math.max(rows, columns)));
  Object.assign(canvas, { width: columns * cell, height: rows * cell });
  const pen = canvas.getContext("2d");
  pen.fillStyle = theme.paper;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = theme.bar;
  cells.forEach((ink, index) => {
    pen.globalAlpha = ink;
    pen.fillRect((index % columns) * cell, Math.floor(index / columns) * cell, cell, cell);
  });
  pen.globalAlpha = 1;
  if (document.activeElement !== canvas) return;
  pen.strokeStyle = theme.mark;
  pen.strokeRect(at[1] * cell + 0.5, at[0] * cell + 0.5, cell - 1, cell - 1);
}

function tell(state) {
  state.tell([...state.cells]);
}
