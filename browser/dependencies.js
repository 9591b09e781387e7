// Follows cells through the steps of a run: what they are made of, and what they help to make.

import { isEmpty, unite } from "./runs.js";
import { dependencyRuns, dependentCells } from "./spans.js";

/** @import { Cells } from "./runs.js" */
/** @import { Links, SpanData } from "./wire.js" */

/**
 * Cells of one tensor; `far` where another tensor that is shown stands between.
 * @typedef {{name: string, cells: Cells, far: boolean}} Part
 */
/** @typedef {Pick<Links, "steps" | "tensors">} Graph */

// Parts of one tensor that are followed one by one. More are followed as one that holds them all.
const MOST = 16;

/**
 * The shown tensors' cells of which these cells are made.
 * @param {Graph} graph
 * @param {Set<string>} shown
 * @param {string} name
 * @param {Cells} cells
 */
export function dependencies({ steps, tensors }, shown, name, cells) {
  const parts = partsFrom(name, cells);
  for (let at = steps.length - 1; at >= 0; at--) {
    const { result, from } = steps[at];
    for (const { cells: made, far } of parts.get(result)) {
      for (const [operand, spans] of from) {
        const used = operandCells(spans, made, tensors[operand].shape);
        parts.add(operand, used, far || (shown.has(result) && result !== name));
      }
    }
  }
  return parts.list(shown);
}

/**
 * The shown tensors' cells that these cells help to make.
 * @param {Graph} graph
 * @param {Set<string>} shown
 * @param {string} name
 * @param {Cells} cells
 */
export function dependents({ steps, tensors }, shown, name, cells) {
  const parts = partsFrom(name, cells);
  for (const { result, from } of steps) {
    for (const [operand, spans] of from) {
      for (const { cells: used, far } of parts.get(operand)) {
        const made = dependentCells(spans, used, tensors[result].shape);
        parts.add(result, made, far || (shown.has(operand) && operand !== name));
      }
    }
  }
  return parts.list(shown);
}

/**
 * The cells that hold one number with these: copies of one stored cell.
 * @param {Graph} graph
 * @param {string} name
 * @param {Cells} cells
 */
export function tiedCells({ steps, tensors }, name, cells) {
  const step = steps.find(({ result, copies }) => result === name && copies);
  if (!step) return undefined;
  const [[operand, spans]] = step.from;
  const stored = operandCells(spans, cells, tensors[operand].shape);
  return dependentCells(spans, stored, tensors[name].shape);
}

/**
 * @param {SpanData[]} spans
 * @param {Cells} cells
 * @param {number[]} shape
 */
function operandCells(spans, cells, shape) {
  return spans.map((span, axis) => dependencyRuns(span, cells, shape[axis]));
}

/**
 * The parts that were found so far, by tensor.
 * @param {string} start
 * @param {Cells} cells
 */
function partsFrom(start, cells) {
  /** @type {Map<string, Map<string, Part>>} */
  const found = new Map([[start, new Map([["", { name: start, cells, far: false }]])]]);
  return {
    /** @param {string} name */
    get: (name) => [...(found.get(name)?.values() ?? [])],
    /**
     * @param {string} name
     * @param {Cells} more
     * @param {boolean} far
     */
    add(name, more, far) {
      if (isEmpty(more)) return;
      const parts = found.get(name) ?? new Map();
      found.set(name, parts);
      const key = JSON.stringify(more);
      const known = parts.get(key);
      parts.set(key, { name, cells: more, far: far && (known?.far ?? true) });
      if (parts.size <= MOST) return;
      const all = [...parts.values()];
      const merged = more.map((_, axis) => unite(all.flatMap((part) => part.cells[axis])));
      parts.clear();
      parts.set(JSON.stringify(merged), {
        name,
        cells: merged,
        far: all.every((part) => part.far),
      });
    },
    /** @param {Set<string>} shown */
    list: (shown) =>
      [...found]
        .filter(([name]) => name !== start && shown.has(name))
        .flatMap(([, parts]) => [...parts.values()]),
  };
}
