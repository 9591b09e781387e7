// The frames over cells: one small element for each, so that nothing below them is drawn again.

import { dependencies, dependents, tiedCells } from "./dependencies.js";
import { element } from "./dom.js";
import { rectsOf } from "./plane.js";

/** @import { Drawn } from "./figure.js" */
/** @import { Plane } from "./plane.js" */
/** @import { Cells } from "./runs.js" */
/** @import { Links } from "./wire.js" */

/** @typedef {{name: string, cells: Cells, kind: string}} Light */

const SMALLEST = 8; // pixels: a frame around smaller cells is drawn larger, so that it is seen

/**
 * The frames of some cells and of what they are made of.
 * @param {Links} links
 * @param {Set<string>} shown
 * @param {string} name
 * @param {Cells} cells
 * @returns {Light[]}
 */
export function dependencyLights(links, shown, name, cells) {
  const parts = dependencies(links, shown, name, cells);
  const lit = parts.map((part) => ({ ...part, kind: part.far ? "from far" : "from" }));
  return [{ name, cells, kind: "here" }, ...lit];
}

/**
 * The frames of some cells, of what they are made of, of what they help to make, and of their copies.
 * @param {Links} links
 * @param {Set<string>} shown
 * @param {string} name
 * @param {Cells} cells
 * @returns {Light[]}
 */
export function lightsOf(links, shown, name, cells) {
  const lit = dependencyLights(links, shown, name, cells);
  for (const part of dependents(links, shown, name, cells)) {
    lit.push({ ...part, kind: part.far ? "to far" : "to" });
  }
  const tied = tiedCells(links, name, cells);
  return tied ? [...lit, { name, cells: tied, kind: "tied" }] : lit;
}

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
