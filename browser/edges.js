// The edges of a matrix can be dragged: the dimension changes, and with it every matrix that has it.

import { element } from "./dom.js";
import { planeOf } from "./plane.js";

/** @import { Drawn } from "./figure.js" */
/** @import { EdgeData, Links } from "./wire.js" */

/** @typedef {(field: string, text: string, ended: boolean) => void} Resize */
/** @typedef {"right" | "bottom"} Side */

/**
 * Give a figure a handle at each edge that is a dimension.
 * @param {Drawn} made
 * @param {Links} links
 * @param {Resize} resize called with every new length
 */
export function fitEdges(made, links, resize) {
  const { tensor, rows, columns, block } = planeOf(made.figure, links);
  const whole = block[0] === 1 && block[1] === 1;
  /** @type {[Side, number][]} */
  const sides = [
    ["right", columns],
    ["bottom", rows],
  ];
  const edges = sides.filter(([, axis]) => whole && axis >= 0 && links.edges[tensor.axes[axis]]);
  const key = JSON.stringify(edges.map(([side, axis]) => [side, tensor.axes[axis]]));
  if (made.edges !== key) {
    made.edges = key;
    for (const old of made.plot.querySelectorAll(".ls-edge")) {
      if (!old.matches(":active")) old.remove();
    }
    for (const [side, axis] of edges) {
      const edge = element("span", `ls-edge ls-${side}`);
      edge.title = `Drag to change ${tensor.axes[axis]}`;
      edge.tabIndex = 0;
      edge.setAttribute("role", "slider");
      edge.setAttribute("aria-label", `Length of ${tensor.axes[axis]}`);
      edge.setAttribute("aria-orientation", side === "right" ? "horizontal" : "vertical");
      edge.dataset.edge = tensor.axes[axis];
      edge.addEventListener("pointerdown", (event) => drag(event, made, side, axis, resize));
      edge.addEventListener("keydown", (event) => turn(event, made, axis, resize));
      edge.addEventListener("click", (event) => event.stopPropagation());
      made.plot.append(edge);
    }
  }
  place(made);
  for (const edge of made.plot.querySelectorAll(".ls-edge")) {
    const axis = edge.classList.contains("ls-right") ? columns : rows;
    const [, least, most] = links.edges[tensor.axes[axis]] ?? [];
    edge.setAttribute("aria-valuenow", String(tensor.shape[axis]));
    edge.setAttribute("aria-valuemin", String(least));
    edge.setAttribute("aria-valuemax", String(most));
  }
}

/**
 * Put the handles where the cells end: the plot may be wider, for its caption.
 * @param {Drawn} made
 */
function place({ plot, grid, cell }) {
  const [rows, columns] = grid;
  const edges = /** @type {NodeListOf<HTMLElement>} */ (plot.querySelectorAll(".ls-edge"));
  for (const { style, classList } of edges) {
    const right = classList.contains("ls-right");
    style.left = right ? `${columns * cell}px` : "0";
    style.top = right ? "0" : `${rows * cell}px`;
    style.width = right ? "8px" : `${columns * cell}px`;
    style.height = right ? `${rows * cell}px` : "8px";
  }
}

/** @type {Record<string, number>} */
const TURNS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * Change a length by a key.
 * @param {KeyboardEvent} event
 * @param {Drawn} made
 * @param {number} axis
 * @param {Resize} resize
 */
function turn(event, made, axis, resize) {
  const by = TURNS[event.key];
  if (!by) return;
  event.preventDefault();
  event.stopPropagation();
  const links = /** @type {Links} */ (made.links);
  const length = planeOf(made.figure, links).tensor.shape[axis];
  ask(made, axis, length + by, true, resize);
}

/**
 * Ask for another length of an axis, where it is one that the layer may have.
 * @param {Drawn} made
 * @param {number} axis
 * @param {number} to
 * @param {boolean} ended
 * @param {Resize} resize
 */
function ask(made, axis, to, ended, resize) {
  const links = /** @type {Links} */ (made.links);
  const { tensor } = planeOf(made.figure, links);
  const [field, least, most, at] = /** @type {EdgeData} */ (links.edges[tensor.axes[axis]]);
  if (to < least || to > most) return;
  if (at === undefined) {
    resize(field, String(to), ended);
    return;
  }
  const shape = [...links.tensors.inputs.shape];
  shape[at < 0 ? shape.length + at : at] = to;
  resize(field, shape.join(","), ended);
}

/**
 * @param {PointerEvent} event
 * @param {Drawn} made
 * @param {Side} side
 * @param {number} axis
 * @param {Resize} resize
 */
function drag(event, made, side, axis, resize) {
  event.preventDefault();
  event.stopPropagation();
  const edge = /** @type {HTMLElement} */ (event.currentTarget);
  const links = /** @type {Links} */ (made.links); // as they are when the drag begins
  const { tensor } = planeOf(made.figure, links);
  const [, least, most] = /** @type {EdgeData} */ (links.edges[tensor.axes[axis]]);
  const across = side === "right";
  const start = across ? event.clientX : event.clientY;
  const length = tensor.shape[axis];
  const { cell } = made;
  let last = length;
  edge.focus({ preventScroll: true }); // arrow keys go on from here
  edge.setPointerCapture(event.pointerId);
  const move = (/** @type {PointerEvent} */ moved) => {
    const by = Math.round(((across ? moved.clientX : moved.clientY) - start) / cell);
    const to = Math.min(most, Math.max(least, length + by));
    if (to !== last) ask(made, axis, (last = to), false, resize);
  };
  const end = () => {
    edge.removeEventListener("pointermove", move);
    if (last !== length) ask(made, axis, last, true, resize);
  };
  edge.addEventListener("pointermove", move);
  edge.addEventListener("lostpointercapture", end, { once: true });
}
