// A frame over a reduced picture: where it stands, the page shows true cells. It is dragged by the
// pointer, or moved by arrow keys; the page is told its first row and column.

import { element } from "./dom.js";
import { inflated } from "./inflate.js";

const states = new WeakMap();
const QUIET = 120; // ms between two places that the page is told while a hand moves

export default async function follow({ data, parentElement, setTriggerValue }) {
  let state = states.get(parentElement);
  if (!state) {
    state = { frame: makeFrame() };
    states.set(parentElement, state);
    listen(state);
    state.placer = setInterval(() => attach(state), 250); // the picture may be drawn anew
  }
  state.tell = (at) => setTriggerValue("chosen", at);
  state.newest = data;
  const unpacked = await inflated(data);
  if (state.newest !== data) return undefined;
  state.window = unpacked;
  if (!state.dragged) state.at = unpacked.at;
  attach(state);
  return () => {
    clearInterval(state.placer);
    states.delete(parentElement);
    state.frame.remove();
  };
}

function makeFrame() {
  const frame = element("div", "ls-window");
  frame.tabIndex = 0;
  frame.setAttribute("role", "slider");
  frame.setAttribute("aria-label", "Window of true cells: arrow keys move it");
  return frame;
}

// Put the frame over its picture, where the picture stands now.
function attach(state) {
  if (!state.window) return;
  const { figure, plane, block, span } = state.window;
  const graph = [...document.querySelectorAll("[data-tensor]")].find(
    ({ dataset }) => dataset.tensor === figure,
  );
  const plot = graph?.parentElement;
  const box = graph?._fullLayout?._plots?.xy && graph.getBoundingClientRect();
  if (!plot || !box?.width) return;
  if (state.frame.parentElement !== plot) plot.append(state.frame);
  const cells = plane.map((length, axis) => Math.ceil(length / block[axis]));
  const { xaxis, yaxis } = graph._fullLayout;
  state.pixels = [yaxis._length / cells[0] / block[0], xaxis._length / cells[1] / block[1]];
  const [down, across] = plane.map((length) => Math.min(span, length));
  Object.assign(state.frame.style, {
    top: `${state.at[0] * state.pixels[0]}px`,
    left: `${state.at[1] * state.pixels[1]}px`,
    height: `${Math.max(6, down * state.pixels[0])}px`,
    width: `${Math.max(6, across * state.pixels[1])}px`,
  });
  state.frame.setAttribute("aria-valuetext", `from row ${state.at[0]}, column ${state.at[1]}`);
  state.frame.setAttribute("aria-valuenow", state.at[0]);
  const surface = plot;
  if (state.surface !== surface) {
    state.surface = surface;
    surface.addEventListener("pointerdown", (event) => start(state, event));
  }
}

function listen(state) {
  state.frame.addEventListener("keydown", (event) => {
    const { plane, span } = state.window;
    const step = event.shiftKey ? span : Math.max(1, Math.floor(span / 4));
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[
      event.key
    ];
    if (!by) return;
    event.preventDefault();
    move(
      state,
      state.at.map((at, axis) => at + step * by[axis]),
      plane,
      span,
    );
  });
}

function start(state, event) {
  const frame = event.target === state.frame;
  const box = state.surface.getBoundingClientRect();
  const { plane, span } = state.window;
  const place = ({ clientX, clientY }) => [
    (clientY - box.top) / state.pixels[0],
    (clientX - box.left) / state.pixels[1],
  ];
  const from = place(event);
  // A drag on the frame takes it along; elsewhere the frame jumps to the pointer.
  const held = frame ? from.map((at, axis) => at - state.at[axis]) : [span / 2, span / 2];
  const follow = (moved) => {
    state.dragged = true;
    move(
      state,
      place(moved).map((at, axis) => at - held[axis]),
      plane,
      span,
    );
  };
  const end = () => {
    removeEventListener("pointermove", follow);
    state.dragged = false;
    tell(state);
  };
  event.preventDefault();
  if (!frame) follow(event);
  addEventListener("pointermove", follow);
  addEventListener("pointerup", end, { once: true });
}

function move(state, to, plane, span) {
  state.at = to.map((at, axis) =>
    Math.round(Math.min(Math.max(0, plane[axis] - Math.min(span, plane[axis])), Math.max(0, at))),
  );
  attach(state);
  clearTimeout(state.telling);
  state.telling = setTimeout(() => tell(state), QUIET);
}

function tell(state) {
  clearTimeout(state.telling);
  const told = JSON.stringify(state.at);
  if (told === state.told && told === JSON.stringify(state.window.at)) return;
  state.told = told;
  state.tell(state.at);
}
