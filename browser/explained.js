// The arithmetic of a cell, worked out from the numbers of a page that answers offline.

import { termsOf, valueOf, write } from "./arithmetic.js";
import { agreed, significant } from "./numbers.js";
import { cellOf } from "./plane.js";
import { terms } from "./terms.js";

/** @import { Form, Links, Page, Pin, Tree } from "./wire.js" */

/** @type {Record<string, string>} */
const ROLES = {
  input: "input value",
  weight: "stored weight",
  constant: "constant",
  random: "random number, drawn by the layer",
  state: "left by the calls before",
  output: "passed on by the layer as it is",
};

/** @typedef {Map<string, {shape: number[], all: ArrayLike<number>}>} Numbers by tensor */

/**
 * @param {Page} page
 * @returns {Numbers}
 */
export function numbersOf({ numbers }) {
  return new Map(
    Object.entries(numbers).map(([name, { shape, bits, data }]) => {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const all = bits === 32 ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer);
      return [name, { shape, all }];
    }),
  );
}

/**
 * What is said of a cell, and a figure of its terms; undefined where there is no such cell.
 * @param {Page} page
 * @param {Numbers} numbers
 * @param {Links} links
 * @param {string} cell
 * @returns {Pin | undefined}
 */
export function explained(page, numbers, links, cell) {
  const { name, cells } = cellOf(cell);
  const tensor = links.tensors[name];
  const index = cells.map((runs) => runs[0]?.[0]);
  const fits =
    tensor?.shape.length === index.length && index.every((at, axis) => at < tensor.shape[axis]);
  if (!fits) return undefined;
  const where = place(name, tensor.axes, index);
  const flat = flatOf(index, tensor.shape);
  const recorded = numbers.get(name)?.all[flat];
  const form = page.forms[name]?.find(({ cells: own }) => !own || own.includes(flat));
  if (form) {
    const places = placesOf(form, index, flat, numbers);
    const leaves = places.map(([leaf, at]) => numberAt(numbers, leaf, at));
    const sentence = `= ${equation(form.tree, leaves, recorded ?? NaN)}`;
    const products = termsOf(form.tree, leaves);
    const figure = products && products.length > 1 ? terms(products, where, cell) : undefined;
    const alone = typeof form.tree === "number" || form.tree[0] === "n";
    const said = alone ? "" : write(form.tree, places.map(nameOf));
    return { cell, where, sentence, figure, names: said && `= ${said}` };
  }
  const said = page.says[name] ?? "";
  if (recorded === undefined) return { cell, where, sentence: said };
  if (said) return { cell, where, sentence: `= ${significant(recorded)} (${said})` };
  const role = links.edited.includes(cell)
    ? "typed in by you"
    : (ROLES[tensor.role] ?? tensor.role);
  return { cell, where, sentence: `= ${significant(recorded)}, ${role}` };
}

/**
 * The arithmetic, what a function is of, and the result.
 * @param {Tree} tree
 * @param {number[]} leaves
 * @param {number} recorded
 */
function equation(tree, leaves, recorded) {
  const result = agreed(valueOf(tree, leaves), recorded);
  if (typeof tree === "number" || tree[0] === "n") return result;
  let said = write(tree, leaves);
  if (tree[0] === "f" && tree[1].length === 1) {
    const [inner] = tree[1];
    const plain = typeof inner === "number" || inner[0] === "n";
    /** @type {Tree} */
    const again = ["f", [["n", valueOf(inner, leaves)]], tree[2], tree[3], tree[4]];
    if (!plain) said += ` = ${write(again, [])}`;
  }
  return `${said} = ${result}`;
}

/**
 * The cells of a form's leaves, of one of its cells.
 * @param {Form} form
 * @param {number[]} index
 * @param {number} flat
 * @param {Numbers} numbers
 * @returns {[name: string, index: number[]][]}
 */
function placesOf({ leaves, moves, at, cells }, index, flat, numbers) {
  const own = at?.[cells ? cells.indexOf(flat) : flat];
  return leaves.map((name, leaf) => {
    if (own) return [name, indexOf(own[leaf], numbers.get(name)?.shape ?? [])];
    const axes = /** @type {number[][][]} */ (moves)[leaf];
    const there = axes.map(([start, ...by]) =>
      by.reduce((sum, move, axis) => sum + move * index[axis], start),
    );
    return [name, there];
  });
}

/**
 * @param {Numbers} numbers
 * @param {string} name
 * @param {number[]} index
 */
function numberAt(numbers, name, index) {
  const { all, shape } = /** @type {{all: ArrayLike<number>, shape: number[]}} */ (
    numbers.get(name)
  );
  return all[flatOf(index, shape)];
}

/** @param {[name: string, index: number[]]} place */
function nameOf([name, index]) {
  return index.length ? `${name}[${index.join(", ")}]` : name;
}

/**
 * @param {number} flat
 * @param {number[]} shape
 */
function indexOf(flat, shape) {
  const index = [];
  for (const length of [...shape].reverse()) {
    index.unshift(flat % length);
    flat = Math.floor(flat / length);
  }
  return index;
}

/**
 * @param {number[]} index
 * @param {number[]} shape
 */
function flatOf(index, shape) {
  return index.reduce((flat, at, axis) => flat * shape[axis] + at, 0);
}

/**
 * Where a cell is, in words.
 * @param {string} name
 * @param {string[]} axes
 * @param {number[]} index
 */
function place(name, axes, index) {
  const words = index.map((at, axis) => {
    const word = axes[axis] ?? "";
    return `${/\d$/.test(word) ? `${word} at` : word} ${at}`;
  });
  return words.length ? `${name} at ${words.join(", ")}` : name;
}
