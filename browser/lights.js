// The frames over cells: one small element for each, so that nothing below them is drawn again.

import { element } from "./dom.js";
import { rectsOf } from "./plane.js";

/** @import { Drawn } from "./figure.js" */
/** @import { Plane } from "./plane.js" */
/** @import { Cells } from "./runs.js" */

/** @typedef {{name: string, cells: Cells, kind: string}} Light */

const SMALLEST = 8; // pixels: a frame around smaller cells is drawn larger, so that it is seen

/**
 * Draw the frames that are in one figure.
 * @param {Drawn} made
 * @param {Plane} plane
 * @param {Light[]} lights of its tensor
 */
export function drawLights(made, plane, lights) {
  const frames = lights
    .filter(({ cells }) => cells.length === plane.tensor.shape.length)
    .flatMap(({ cells, kind }) => rectsOf(plane, cells).map((rect) => ({ rect, kind })));
  const { lights: layer, cell } = made;
  while (layer.childElementCount > frames.length) layer.lastElementChild?.remove();
  while (layer.childElementCount < frames.length) layer.append(element("i"));
  frames.forEach(({ rect: { top, bottom, left, right }, kind }, number) => {
    const { style, dataset } = /** @type {HTMLElement} */ (layer.children[number]);
    if (dataset.kind !== kind) dataset.kind = kind;
    const [x, wide] = stretch(left * cell, right * cell);
    const [y, high] = stretch(top * cell, bottom * cell);
    const place = `${x}px ${y}px ${wide}px ${high}px`;
    if (dataset.place === place) return;
    dataset.place = place;
    [style.left, style.top, style.width, style.height] = place.split(" ");
  });
}

/**
 * @param {number} start
 * @param {number} end
 */
function stretch(start, end) {
  const more = Math.max(0, (SMALLEST - (end - start)) / 2);
  return [start - more, end - start + 2 * more];
}
