// The edges of a matrix can be dragged: the dimension changes, and with it all that share it.

import { element } from "./dom.js";
import { planeOf } from "./plane.js";

// Give a figure a handle at each edge that is a dimension; `resize` is told of every new length.
export function fitEdges(made, links, resize) {
  const { tensor, rows, columns, block } = planeOf(made.figure, links);
  const edges = [
    ["right", columns],
    ["bottom", rows],
  ].filter(([, axis]) => axis >= 0 && edgeOf(links, tensor, axis));
  const whole = block[0] === 1 && block[1] === 1;
  const wanted = JSON.stringify(
    whole ? edges.map(([side, axis]) => [side, tensor.axes[axis]]) : [],
  );
  place(made);
  if (made.edges === wanted) return;
  made.edges = wanted;
  for (const old of made.plot.querySelectorAll(".ls-edge")) {
    if (!old.matches(":active")) old.remove();
  }
  if (!whole) return;
  for (const [side, axis] of edges) {
    const edge = element("span", `ls-edge ls-${side}`);
    edge.title = `Drag to change ${tensor.axes[axis]}`;
    edge.dataset.edge = tensor.axes[axis];
    edge.addEventListener("pointerdown", (event) => drag(event, made, side, axis, resize));
    edge.addEventListener("click", (event) => event.stopPropagation());
    made.plot.append(edge);
  }
  place(made);
}

// The plot may be wider than its cells, where its caption is.
function place({ plot, figure, cell }) {
  const [rows, columns] = figure.cells;
  for (const { style, classList } of plot.querySelectorAll(".ls-edge")) {
    style.left = classList.contains("ls-right") ? `${columns * cell}px` : "0";
    style.top = classList.contains("ls-right") ? "0" : `${rows * cell}px`;
    style.width = classList.contains("ls-right") ? "8px" : `${columns * cell}px`;
    style.height = classList.contains("ls-right") ? `${rows * cell}px` : "8px";
  }
}

function drag(event, made, side, axis, resize) {
  event.preventDefault();
  event.stopPropagation();
  const edge = event.currentTarget;
  const across = side === "right";
  const { tensor } = planeOf(made.figure, made.links);
  const [field, least, most, at] = edgeOf(made.links, tensor, axis);
  const start = across ? event.clientX : event.clientY;
  const [length, { cell }] = [tensor.shape[axis], made];
  let last = length;
  const ask = (to, ended) => {
    if (at === undefined) return resize(field, String(to), ended);
    const shape = [...made.links.tensors.inputs.shape];
    shape[at < 0 ? shape.length + at : at] = to;
    return resize(field, shape.join(","), ended);
  };
  edge.setPointerCapture(event.pointerId);
  const move = (moved) => {
    const by = Math.round(((across ? moved.clientX : moved.clientY) - start) / cell);
    const to = Math.min(most, Math.max(least, length + by));
    if (to !== last) ask((last = to), false);
  };
  const end = () => {
    edge.removeEventListener("pointermove", move);
    if (last !== length) ask(last, true);
  };
  edge.addEventListener("pointermove", move);
  edge.addEventListener("lostpointercapture", end, { once: true });
}

// [field, least, most] of the dimension that an axis is, and of a typed shape which of its numbers.
function edgeOf(links, tensor, axis) {
  return links.edges[tensor.axes[axis]];
}
