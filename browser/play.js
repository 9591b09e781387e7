// Plays a result cell by cell, and tells a matrix product four ways, each as it grows.

import { boxAt, planeOf } from "./plane.js";
import { reached, sources } from "./reach.js";

export const WAYS = {
  cells: "cell by cell (dot products)",
  rows: "row by row",
  columns: "column by column",
  outer: "as a sum of outer products",
};

// What can be played: a result that is shown, and where it comes of a matrix product, that product.
export function stageOf(links, figures, looked) {
  const named = new Map(figures.map((made) => [made.figure.name, made]));
  const results = new Set(links.steps.map(({ result }) => result));
  const product = productOf(links, named, looked) ?? productOf(links, named);
  const name = product?.result === looked || !results.has(looked) ? undefined : looked;
  return { result: named.get(name ?? product?.result ?? "outputs") ?? figures.at(-1), product };
}

// A product of two matrices that stand whole in the picture, and the result in which it is shown.
function productOf(links, named, looked) {
  for (const { result, from, product } of [...links.steps].reverse()) {
    if (!product) continue;
    let shown = result;
    while (shown && !named.has(shown)) {
      shown = links.steps.find((step) => step.from[0][0] === shown)?.result;
    }
    const [left, right] = from.map(([operand]) => named.get(operand));
    if (!shown || !left || !right || (looked && looked !== shown)) continue;
    const whole = [left, right, named.get(shown)].every(({ figure }) => !figure.block);
    const [rows, columns] = [left, named.get(shown)].map(({ figure }) => planeOf(figure, links));
    const last = rows.columns === rows.tensor.shape.length - 1;
    if (!whole || !last || rows.rows !== columns.rows || columns.columns < 0) continue;
    return { result: shown, left, right, added: shown !== result };
  }
  return undefined;
}

// The scenes of a play: what is lit in each, how far the result has grown, and what is said.
export function scenesOf(links, figures, looked, way) {
  const stage = stageOf(links, figures, looked);
  const { product } = stage;
  const by = product ? way : "cells";
  const result =
    by === "cells" ? stage.result : figures.find((m) => m.figure.name === product.result);
  const [rows, columns] = result.figure.cells;
  const shown = new Set(figures.map(({ figure }) => figure.name));
  const plane = planeOf(result.figure, links);
  const name = result.figure.name;
  const count = { cells: rows * columns, rows, columns, outer: 0 }[by];
  if (by === "outer") return outer(links, product, result, shown);
  const scene = (at) => {
    const [row, column] = by === "cells" ? [Math.floor(at / columns), at % columns] : [at, at];
    const box = boxAt(plane, by === "columns" ? 0 : row, by === "rows" ? 0 : column);
    if (by === "rows" && plane.columns >= 0) box[plane.columns] = [0, columns];
    if (by === "columns" && plane.rows >= 0) box[plane.rows] = [0, rows];
    const grown = (r, c) =>
      ({ cells: r * columns + c <= at, rows: r <= at, columns: c <= at })[by]
        ? result.z[r][c]
        : undefined;
    const lit = [{ name, box, kind: "here" }, ...from(links, shown, name, box)];
    return {
      lit,
      grown,
      says: `${name}: ${{ cells: "cell", rows: "row", columns: "column" }[by]} ${at + 1} of ${count}`,
    };
  };
  return { result, count, scene };
}

function from(links, shown, name, box) {
  return sources(links, shown, name, box).map((one) => ({
    ...one,
    kind: one.far ? "from far" : "from",
  }));
}

// Each scene adds the outer product of a column of the left and a row of the right; the last one is
// the layer's own result, with what is added to the product.
function outer(links, { left, right, added }, result, shown) {
  const inner = right.figure.cells[0];
  const [rows, columns] = result.figure.cells;
  const sums = [Array.from({ length: rows }, () => new Float64Array(columns))];
  for (let at = 0; at < inner; at++) {
    sums.push(sums[at].map((row, r) => row.map((sum, c) => sum + left.z[r][at] * right.z[at][c])));
  }
  const leftPlane = planeOf(left.figure, links);
  const scene = (at) => {
    const done = added && at === inner;
    const box = boxAt(planeOf(right.figure, links), Math.min(at, inner - 1), 0);
    const row = box.with(1, [0, right.figure.cells[1]]);
    const column = boxAt(leftPlane, 0, Math.min(at, inner - 1));
    column[leftPlane.rows] = [0, rows];
    const name = result.figure.name;
    const whole = planeOf(result.figure, links).tensor.shape.map((length) => [0, length]);
    const lit = done
      ? [...reached(links, shown, name, whole), ...from(links, shown, name, whole)].filter(
          (one) =>
            one.name !== left.figure.name && one.name !== right.figure.name && one.kind === "from",
        )
      : [
          { name: left.figure.name, box: column, kind: "from" },
          { name: right.figure.name, box: row, kind: "from" },
        ];
    return {
      lit: [{ name, box: whole, kind: "here" }, ...lit],
      grown: (r, c) => (done || (!added && at === inner - 1) ? result.z[r][c] : sums[at + 1][r][c]),
      says: done
        ? `${name}: all ${inner} outer products, and what is added to every row`
        : `${name}: the sum of ${at + 1} of ${inner} outer products${added ? ", before the bias" : ""}`,
    };
  };
  return { result, count: inner + (added ? 1 : 0), scene };
}

// A player of scenes: at(0) to at(count − 1), by itself or step by step.
export function player({ scenes, show, clear, changed }) {
  const state = { at: -1, timer: undefined, speed: 2 };
  const stop = () => {
    clearInterval(state.timer);
    state.timer = undefined;
    changed(state);
  };
  const go = (to) => {
    const play = scenes();
    if (!play) return;
    if (to >= play.count) {
      stop();
      return;
    }
    state.at = Math.max(0, to);
    show(play, play.scene(state.at));
    changed(state);
  };
  const run = () => {
    clearInterval(state.timer);
    state.timer = setInterval(() => go(state.at + 1), 1000 / state.speed);
  };
  return {
    state,
    step: (by) => {
      stop();
      go(state.at + by);
    },
    toggle() {
      if (state.timer) return stop();
      const play = scenes();
      if (play && state.at >= play.count - 1) state.at = -1;
      run();
      return go(state.at + 1);
    },
    faster(speed) {
      state.speed = speed;
      if (state.timer) run();
    },
    // Show the scene again after the picture has changed; one that is gone ends the play.
    again() {
      if (state.at < 0) return;
      const play = scenes();
      if (play && state.at < play.count) show(play, play.scene(state.at));
      else this.end();
    },
    end() {
      stop();
      state.at = -1;
      clear();
      changed(state);
    },
  };
}
