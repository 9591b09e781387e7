// The words beside the pointer in a figure whose cells do not answer, and over bars.

import { barAt } from "./bars.js";
import { significant } from "./numbers.js";
import { makeTip } from "./tip.js";

/** @import { Drawn } from "./figure.js" */

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
  const text = figure.spec.data[0].text?.[row]?.[column];
  const names = { x: column, y: row, z: z[row][column], text };
  return { left: column * cell, top: row * cell, bottom: (row + 1) * cell, names };
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
