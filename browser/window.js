// A frame over a reduced picture: where it stands, the page shows true cells. It is dragged by the
// pointer, or moved by arrow keys; the page is sent its first row and column.

import { act } from "./acts.js";
import { mounts } from "./charts.js";
import { element } from "./dom.js";
import { inflated } from "./inflate.js";
import { makeSent } from "./sent.js";

/** @import { Mount } from "./charts.js" */

/** @typedef {[rows: number, columns: number]} Pair */

/**
 * @typedef {object} WindowData
 * @property {string} figure the tensor whose picture it stands over
 * @property {Pair} plane numbers down and across
 * @property {Pair} block numbers that one cell of the picture stands for
 * @property {number} span numbers on each side of the frame
 * @property {Pair} at first row and column
 */

/**
 * @typedef {object} State
 * @property {HTMLElement} frame
 * @property {(at: Pair) => void} send
 * @property {Pair} at
 * @property {Pair} pixels of one number
 * @property {WindowData} [window]
 * @property {unknown} [newest]
 * @property {boolean} [dragged]
 * @property {HTMLElement} [surface] the picture that is listened to
 * @property {Mount} [mount] the charts that the picture is one of
 * @property {number} [placing]
 * @property {number} [sending] while a place waits to be sent
 * @property {import("./sent.js").Sent} sent the place that the page has not confirmed yet
 */

/** @type {WeakMap<HTMLElement, State>} */
const states = new WeakMap();
const QUIET = 120; // ms between two places that the page is sent while a hand moves
const PLACED_EVERY = 250; // ms: the picture may be drawn anew
const ENDINGS = ["pointerup", "pointercancel"]; // the latter where a finger begins to scroll
/** @type {Record<string, Pair>} */
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * @param {object} update
 * @param {Uint8Array<ArrayBuffer>} update.data
 * @param {HTMLElement} update.parentElement
 * @param {(name: string, value: unknown) => void} update.setTriggerValue
 */
export default async function showWindow({ data, parentElement, setTriggerValue }) {
  const state = states.get(parentElement) ?? makeState(parentElement);
  state.send = (at) => setTriggerValue("chosen", at);
  state.newest = data;
  /** @type {WindowData} */
  const unpacked = await inflated(data);
  if (state.newest !== data) return undefined;
  state.window = unpacked;
  const isCurrent = state.sent.isCurrent(JSON.stringify(unpacked.at));
  if (!state.dragged && !state.sending && isCurrent) state.at = unpacked.at;
  attach(state);
  return () => takeAway(state, parentElement);
}

/**
 * @param {State} state
 * @param {HTMLElement} parent
 */
function takeAway(state, parent) {
  clearInterval(state.placing);
  state.sent.forget();
  if (state.mount) act(state.mount, { window: undefined });
  states.delete(parent);
  state.frame.remove();
}

/** @param {HTMLElement} parent */
function makeState(parent) {
  const frame = element("div", "ls-window");
  frame.tabIndex = 0;
  frame.setAttribute("role", "slider");
  frame.setAttribute("aria-label", "Window of true cells: arrow keys move it");
  /** @type {State} */
  const state = { frame, send: () => {}, at: [0, 0], pixels: [1, 1], sent: makeSent(late) };
  function late() {
    if (!state.dragged && !state.sending && state.window) state.at = state.window.at;
    attach(state);
  }
  states.set(parent, state);
  frame.addEventListener("keydown", (event) => {
    const by = MOVES[event.key];
    if (!by || !state.window) return;
    const { span } = state.window;
    const step = event.shiftKey ? span : Math.max(1, Math.floor(span / 4));
    event.preventDefault();
    move(state, [state.at[0] + step * by[0], state.at[1] + step * by[1]]);
  });
  // Streamlit does not end a component that it removes while its data is being unpacked.
  state.placing = setInterval(
    () => (parent.isConnected ? attach(state) : takeAway(state, parent)),
    PLACED_EVERY,
  );
  return state;
}

/**
 * Put the frame over its picture, where the picture stands now.
 * @param {State} state
 */
function attach(state) {
  if (!state.window) return;
  const placed = { ...state.window, at: state.at };
  const pixels = placeFrame(state.frame, document, placed);
  const plot = state.frame.parentElement;
  if (!pixels || !plot) return;
  state.pixels = pixels;
  state.frame.setAttribute("aria-valuetext", `from row ${state.at[0]}, column ${state.at[1]}`);
  state.frame.setAttribute("aria-valuenow", String(state.at[0]));
  const charts = plot.closest(".layerscope-charts")?.parentElement;
  state.mount = charts ? mounts.get(charts) : undefined;
  if (state.mount) act(state.mount, { window: placed });
  if (state.surface === plot) return;
  state.surface = plot;
  plot.addEventListener("pointerdown", (event) => drag(state, event, plot));
}

/**
 * Place a frame over its picture, if that is drawn.
 * @param {HTMLElement} frame
 * @param {ParentNode} within where the picture is looked for
 * @param {WindowData} window
 * @returns {Pair | undefined} pixels of one number, down and across
 */
export function placeFrame(frame, within, { figure, plane, block, span, at }) {
  const graph = within.querySelector(`[data-tensor="${CSS.escape(figure)}"]`);
  const canvas = graph?.querySelector("canvas");
  const plot = graph?.parentElement;
  if (!plot || !canvas?.clientWidth) return undefined;
  if (frame.parentElement !== plot) plot.append(frame);
  const cells = plane.map((length, axis) => Math.ceil(length / block[axis]));
  const high = canvas.clientHeight / cells[0] / block[0];
  const wide = canvas.clientWidth / cells[1] / block[1];
  const [down, across] = plane.map((length) => Math.min(span, length));
  Object.assign(frame.style, {
    top: `${at[0] * high}px`,
    left: `${at[1] * wide}px`,
    height: `${Math.max(6, down * high)}px`,
    width: `${Math.max(6, across * wide)}px`,
  });
  return [high, wide];
}

/**
 * A drag on the frame takes it along; elsewhere the frame jumps to the pointer.
 * @param {State} state
 * @param {PointerEvent} event
 * @param {HTMLElement} surface
 */
function drag(state, event, surface) {
  if (!state.window) return;
  const { span } = state.window;
  const onFrame = event.target === state.frame;
  const box = surface.getBoundingClientRect();
  /**
   * @param {PointerEvent} pointer
   * @returns {Pair}
   */
  const place = ({ clientX, clientY }) => [
    (clientY - box.top) / state.pixels[0],
    (clientX - box.left) / state.pixels[1],
  ];
  const from = place(event);
  // What lies between the frame's first cell and the pointer stays the same.
  const [down, across] = onFrame
    ? [from[0] - state.at[0], from[1] - state.at[1]]
    : [span / 2, span / 2];
  const follow = (/** @type {PointerEvent} */ moved) => {
    state.dragged = true;
    const [row, column] = place(moved);
    move(state, [row - down, column - across]);
  };
  const end = () => {
    removeEventListener("pointermove", follow);
    for (const ending of ENDINGS) removeEventListener(ending, end);
    state.dragged = false;
    sendPlace(state);
  };
  event.preventDefault();
  if (!onFrame) follow(event);
  addEventListener("pointermove", follow);
  for (const ending of ENDINGS) addEventListener(ending, end);
}

/**
 * @param {State} state
 * @param {Pair} to
 */
function move(state, to) {
  if (!state.window) return;
  const { plane, span } = state.window;
  const within = (/** @type {number} */ at, /** @type {number} */ length) =>
    Math.round(Math.min(Math.max(0, length - Math.min(span, length)), Math.max(0, at)));
  state.at = [within(to[0], plane[0]), within(to[1], plane[1])];
  attach(state);
  clearTimeout(state.sending);
  state.sending = setTimeout(() => sendPlace(state), QUIET);
}

/** @param {State} state */
function sendPlace(state) {
  clearTimeout(state.sending);
  state.sending = undefined;
  const place = JSON.stringify(state.at);
  if (place === (state.sent.newest() ?? JSON.stringify(state.window?.at))) return;
  state.sent.wait(place);
  state.send(state.at);
}
