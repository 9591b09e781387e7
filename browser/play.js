// The scenes of a play: a result cell by cell, and a matrix product in four orders.

import { dependencyLights } from "./lights.js";
import { cellsAt, planeOf } from "./plane.js";
import { run, wholeOf } from "./runs.js";

/** @import { Drawn } from "./figure.js" */
/** @import { Light } from "./lights.js" */
/** @import { Links } from "./wire.js" */

/** @typedef {"cells" | "rows" | "columns" | "outer"} Order */

/** @type {Record<Order, string>} */
export const ORDERS = {
  cells: "cell by cell (dot products)",
  rows: "row by row",
  columns: "column by column",
  outer: "as a sum of outer products",
};

/**
 * A product of two matrices that stand whole in the picture.
 * @typedef {object} Product
 * @property {string} result the tensor in which it is shown
 * @property {Drawn} left
 * @property {Drawn} right
 * @property {boolean} added whether something is added to the product before it is shown
 */

/**
 * What is lit in a scene, which numbers the result has in it, and what is said.
 * @typedef {object} Scene
 * @property {Light[]} lit
 * @property {(row: number, column: number) => number | undefined} numberAt
 * @property {string} says
 */

/**
 * @typedef {object} Scenes
 * @property {Drawn} result
 * @property {number} count
 * @property {(at: number) => Scene} scene
 */

/**
 * What can be played: a result that is shown, and the matrix product that it is made of, if any.
 * @param {Links} links
 * @param {Drawn[]} figures
 * @param {string} [chosen] the tensor whose cell was chosen last
 */
export function playable(links, figures, chosen) {
  const named = new Map(figures.map((made) => [made.figure.name, made]));
  const results = new Set(links.steps.map(({ result }) => result));
  const product = productOf(links, named, chosen) ?? productOf(links, named);
  const name = !chosen || product?.result === chosen || !results.has(chosen) ? undefined : chosen;
  const result = named.get(name ?? product?.result ?? "outputs") ?? figures[figures.length - 1];
  return { result, product };
}

/**
 * @param {Links} links
 * @param {Map<string, Drawn>} named
 * @param {string} [chosen]
 * @returns {Product | undefined}
 */
function productOf(links, named, chosen) {
  for (const { result, from, product } of links.steps.toReversed()) {
    if (!product) continue;
    /** @type {string | undefined} */
    let name = result;
    while (name && !named.has(name)) {
      /** @type {string} */
      const hidden = name;
      name = links.steps.find((step) => step.from[0]?.[0] === hidden)?.result;
    }
    const shown = name && named.get(name);
    const [left, right] = from.map(([operand]) => named.get(operand));
    if (!name || !shown || !left || !right || (chosen && chosen !== name)) continue;
    const whole = [left, right, shown].every(({ figure }) => !figure.block);
    const [rows, columns] = [left, shown].map(({ figure }) => planeOf(figure, links));
    const last = rows.columns === rows.tensor.shape.length - 1;
    if (!whole || !last || rows.rows !== columns.rows || columns.columns < 0) continue;
    return { result: name, left, right, added: name !== result };
  }
  return undefined;
}

/**
 * @param {Links} links
 * @param {Drawn[]} figures
 * @param {string | undefined} chosen
 * @param {Order} order of the product, where there is one
 * @returns {Scenes}
 */
export function scenesOf(links, figures, chosen, order) {
  const { result: chosenResult, product } = playable(links, figures, chosen);
  const shown = new Set(figures.map(({ figure }) => figure.name));
  const result = figures.find(({ figure }) => figure.name === product?.result);
  if (!product || !result || order === "cells") return byCells(links, chosenResult, shown);
  if (order === "outer") return byOuterProducts(links, product, result, shown);
  return byLines(links, result, shown, order);
}

/**
 * @param {Links} links
 * @param {Drawn} result
 * @param {Set<string>} shown
 * @returns {Scenes}
 */
function byCells(links, result, shown) {
  const { name } = result.figure;
  const [rows, columns] = result.grid;
  const plane = planeOf(result.figure, links);
  const count = rows * columns;
  const scene = (/** @type {number} */ at) => {
    const cells = cellsAt(plane, Math.floor(at / columns), at % columns);
    return {
      lit: cells ? dependencyLights(links, shown, name, cells) : [],
      numberAt: (/** @type {number} */ r, /** @type {number} */ c) =>
        r * columns + c <= at ? result.z[r][c] : undefined,
      says: `${name}: cell ${at + 1} of ${count}`,
    };
  };
  return { result, count, scene };
}

/**
 * @param {Links} links
 * @param {Drawn} result
 * @param {Set<string>} shown
 * @param {"rows" | "columns"} order
 * @returns {Scenes}
 */
function byLines(links, result, shown, order) {
  const { name } = result.figure;
  const [rows, columns] = result.grid;
  const plane = planeOf(result.figure, links);
  const byRows = order === "rows";
  const count = byRows ? rows : columns;
  const scene = (/** @type {number} */ at) => {
    const cells = cellsAt(plane, byRows ? at : 0, byRows ? 0 : at) ?? [];
    const across = byRows ? plane.columns : plane.rows; // the axis along the line
    if (across >= 0) cells[across] = run(0, byRows ? columns : rows);
    return {
      lit: dependencyLights(links, shown, name, cells),
      numberAt: (/** @type {number} */ r, /** @type {number} */ c) =>
        (byRows ? r : c) <= at ? result.z[r][c] : undefined,
      says: `${name}: ${byRows ? "row" : "column"} ${at + 1} of ${count}`,
    };
  };
  return { result, count, scene };
}

/**
 * Each scene adds the outer product of a column of the left and a row of the right. The last one is
 * the layer's own result, with what is added to the product.
 * @param {Links} links
 * @param {Product} product
 * @param {Drawn} result
 * @param {Set<string>} shown
 * @returns {Scenes}
 */
function byOuterProducts(links, { left, right, added }, result, shown) {
  const inner = right.grid[0];
  const [rows, columns] = result.grid;
  const sums = [Array.from({ length: rows }, () => new Float64Array(columns))];
  for (let at = 0; at < inner; at++) {
    sums.push(
      sums[at].map((row, r) => row.map((total, c) => total + left.z[r][at] * right.z[at][c])),
    );
  }
  const { name } = result.figure;
  const names = [left.figure.name, right.figure.name];
  const leftPlane = planeOf(left.figure, links);
  const rightPlane = planeOf(right.figure, links);
  const whole = wholeOf(planeOf(result.figure, links).tensor.shape);
  const scene = (/** @type {number} */ at) => {
    const done = added && at === inner;
    const column = cellsAt(leftPlane, 0, Math.min(at, inner - 1)) ?? [];
    if (leftPlane.rows >= 0) column[leftPlane.rows] = run(0, rows);
    const row = cellsAt(rightPlane, Math.min(at, inner - 1), 0) ?? [];
    row[rightPlane.columns] = run(0, right.grid[1]);
    /** @type {Light[]} */
    const lit = done
      ? dependencyLights(links, shown, name, whole).filter(
          (light) => light.kind === "from" && !names.includes(light.name),
        )
      : [
          { name: names[0], cells: column, kind: "from" },
          { name: names[1], cells: row, kind: "from" },
        ];
    const complete = done || (!added && at === inner - 1);
    const partly = `the sum of ${at + 1} of ${inner} outer products${added ? ", before the bias" : ""}`;
    return {
      lit: [{ name, cells: whole, kind: "here" }, ...lit],
      numberAt: (/** @type {number} */ r, /** @type {number} */ c) =>
        complete ? result.z[r][c] : sums[at + 1][r][c],
      says: `${name}: ${done ? `all ${inner} outer products, and what is added to every row` : partly}`,
    };
  };
  return { result, count: inner + (added ? 1 : 0), scene };
}
