// The words beside the pointer in a figure whose cells do not answer, and over bars.

import { barAt } from "./bars.js";
import { significant } from "./numbers.js";
import { makeTip } from "./tip.js";

/** @import { Drawn } from "./figure.js" */
/** @import { Slices } from "./wire.js" */

/**
 * Let a figure say what is under the pointer, where its data has a template for it.
 * @param {Drawn} made
 */
export function answerPointer(made) {
  /** @type {ReturnType<typeof makeTip> | undefined} */
  let tip;
  made.plot.addEventListener("pointermove", (event) => {
    const template = made.figure?.spec.data[0].hovertemplate;
    if (!template && !tip) return;
    const found = template ? under(made, event) : undefined;
    tip ??= makeTip(made.plot.closest(".layerscope-charts") ?? document.body);
    tip.place(made.plot, found, found && filled(template ?? "", found.names));
  });
  made.plot.addEventListener("pointerleave", () => tip?.place(made.plot, undefined, undefined));
}

/**
 * Where the pointer is in the picture, and what is there by the names of a template.
 * @param {Drawn} made
 * @param {PointerEvent} event
 * @returns {{left: number, top: number, bottom: number, names: Record<string, unknown>} | undefined}
 */
function under({ plot, graph, figure, grid, cell, z }, { clientX, clientY }) {
  const box = plot.getBoundingClientRect();
  const zoom = box.width / plot.offsetWidth || 1; // the page may be zoomed by its style
  const [across, down] = [(clientX - box.left) / zoom, (clientY - box.top) / zoom];
  if (!figure.cells) {
    if (figure.spec.data[0].type !== "bar") return undefined;
    const bar = barAt(figure, graph.firstElementChild?.clientWidth ?? 0, across);
    return bar && { left: bar.left, top: 0, bottom: 0, names: bar };
  }
  const [row, column] = [Math.floor(down / cell), Math.floor(across / cell)];
  if (row < 0 || column < 0 || row >= grid[0] || column >= grid[1]) return undefined;
  if (!Number.isFinite(z[row][column])) return undefined;
  const { text, customdata } = figure.spec.data[0];
  const names = {
    ...(figure.slices && placeIn(figure.slices, row, column, customdata)),
    ...{ x: column, y: row, z: z[row][column], text: text?.[row]?.[column] },
  };
  return { left: column * cell, top: row * cell, bottom: (row + 1) * cell, names };
}

/**
 * A cell's place by slices: the slice's line, its place there, its number where lines are one long
 * row, and the cell in it.
 * @param {Slices} slices
 * @param {number} row
 * @param {number} column
 * @param {number[]} [sorted] the slices' numbers from left to right
 */
function placeIn({ step, across }, row, column, sorted) {
  const [line, slice] = [Math.floor(row / step[0]), Math.floor(column / step[1])];
  const named = (/** @type {number} */ at) => sorted?.[at] ?? at;
  return {
    line,
    slice: named(slice),
    number: named(line * across + slice),
    down: row % step[0],
    across: column % step[1],
  };
}

/**
 * A template of plotly.js, filled: `%{name}` or `%{name:.4g}`.
 * @param {string} template
 * @param {Record<string, unknown>} names
 */
function filled(template, names) {
  return template
    .replace("<extra></extra>", "")
    .replace(/%\{(\w+)(?::\.(\d+)g)?\}/g, (_, name, digits) => {
      const value = names[name];
      return typeof value === "number"
        ? significant(value, Number(digits || 6))
        : String(value ?? "");
    });
}
