// The arithmetic of one cell: a tree that is worked out and written. Python has the same in
// `layers/operations/algebra.py` and `called.py`, and both are tested against each other.

import { FUNCTIONS } from "./functions.js";
import { significant } from "./numbers.js";

/** @import { Tree } from "./wire.js" */

const SHOWN = 6; // terms that are written: of more than one above, the first four and the last two
const [SUM, PRODUCT, POWER, ATOM] = [1, 2, 3, 4]; // how tightly a node binds
const DIGITS = 4;
/** @type {Record<string, string>} */
const RAISED = { 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", "-1": "⁻¹", "-2": "⁻²" };

/**
 * What a tree comes to.
 * @param {Tree} tree
 * @param {number[]} numbers of its leaves
 * @returns {number}
 */
export function valueOf(tree, numbers) {
  if (typeof tree === "number") return numbers[tree];
  const of = (/** @type {Tree} */ part) => valueOf(part, numbers);
  switch (tree[0]) {
    case "n":
      return Number(tree[1]);
    case "neg":
      return -of(tree[1]);
    case "−":
      return of(tree[1]) - of(tree[2]);
    case "÷":
      return of(tree[1]) / of(tree[2]);
    case "^":
      return of(tree[1]) ** of(tree[2]);
    case "+":
      return tree[1].map(of).reduce((sum, term) => sum + term, 0);
    case "×":
      return tree[1].map(of).reduce((product, factor) => product * factor, 1);
    case "log":
      return logOfPowers(tree[1].map(of));
    case "share":
      return shares(tree[1].map(of))[tree[2]];
    case "pick":
      return tree[3].startsWith("arg") ? tree[2] : of(tree[1][tree[2]]);
    case "?":
      return FUNCTIONS[tree[2]](...tree[1].map(of));
    default:
      return FUNCTIONS[tree[2]](...tree[1].map(of), ...tree[3]);
  }
}

/** @param {number[]} values */
function shares(values) {
  const highest = Math.max(...values);
  const raised = values.map((value) => Math.exp(value - highest));
  const all = raised.reduce((sum, power) => sum + power, 0);
  return raised.map((power) => power / all);
}

/** @param {number[]} values */
function logOfPowers(values) {
  const highest = Math.max(...values);
  if (!Number.isFinite(highest)) return highest;
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}

/**
 * What each summand adds; undefined where the arithmetic is no sum.
 * @param {Tree} tree
 * @param {number[]} numbers
 * @returns {number[] | undefined}
 */
export function termsOf(tree, numbers) {
  if (typeof tree === "number") return undefined;
  if (tree[0] === "f" && tree[1].length === 1) tree = tree[1][0];
  if (typeof tree === "number") return undefined;
  const of = (/** @type {Tree} */ part) => valueOf(part, numbers);
  if (tree[0] === "share") return shares(tree[1].map(of));
  if (tree[0] === "+") return flat(tree).map(of);
  if (tree[0] === "−") return [of(tree[1]), -of(tree[2])];
  if (tree[0] !== "÷" || !isSum(tree[1])) return undefined;
  const by = of(tree[2]);
  return flat(tree[1]).map((term) => of(term) / by);
}

/**
 * Write a tree with its numbers, or with names in their place.
 * @param {Tree} tree
 * @param {(number | string)[]} numbers
 * @param {boolean} [first] it begins a line or a bracket, where a minus needs no brackets
 * @returns {string}
 */
export function write(tree, numbers, first = true) {
  if (typeof tree === "number") return number(numbers[tree], first);
  const all = (/** @type {Tree} */ part) => write(part, numbers);
  const in_ = (/** @type {Tree} */ part, /** @type {number} */ level, starts = false) =>
    levelOf(part) < level ? `(${all(part)})` : write(part, numbers, starts);
  switch (tree[0]) {
    case "n":
      return number(Number(tree[1]), first);
    case "+": {
      const texts = listed(flat(tree), (term, at) => in_(term, SUM, first && at === 0));
      const padding = leftOut(tree);
      const cells = padding === 1 ? "cell" : "cells";
      if (padding) texts.push(`0 (${padding} ${cells} of padding)`);
      return texts.join(" + ") || "0";
    }
    case "×": {
      const level = tree[1].length > 1 ? PRODUCT : SUM;
      const factor = (/** @type {Tree} */ part, /** @type {number} */ at) =>
        in_(
          part,
          level + Number(at > 0 && typeof part !== "number" && part[0] === "÷"),
          first && at === 0,
        );
      return listed(tree[1], factor).join(" × ") || "1";
    }
    case "−":
      return `${in_(tree[1], SUM, first)} − ${in_(tree[2], PRODUCT)}`;
    case "÷":
      return `${in_(tree[1], PRODUCT, first)} ÷ ${in_(tree[2], POWER)}`;
    case "^": {
      const [, left, right] = tree;
      const power = typeof right !== "number" && right[0] === "n" ? Number(right[1]) : NaN;
      const raised = RAISED[power];
      return in_(left, ATOM) + (raised || `^${in_(right, ATOM)}`);
    }
    case "neg": {
      const text = `−${in_(tree[1], PRODUCT)}`;
      return first ? text : `(${text})`;
    }
    case "?": {
      const [left, right] = tree[1].map((part) => in_(part, SUM, true));
      return `${left} ${tree[3]} ${right}`;
    }
    case "pick":
      if (!tree[3]) return write(tree[1][tree[2]], numbers, first);
      return `${tree[3]}(${listed(tree[1], all).join(", ")})`;
    case "log":
      return `log(${powers(tree[1], all)})`;
    case "share":
      return `exp(${all(tree[1][tree[2]])}) ÷ (${powers(tree[1], all)})`;
    default:
      return `${tree[4] || tree[2]}(${listed(tree[1], all).join(", ")})`;
  }
}

/**
 * @param {number | string} value
 * @param {boolean} first
 */
function number(value, first) {
  if (typeof value === "string") return value;
  const text = significant(value, DIGITS);
  return first || !text.startsWith("−") ? text : `(${text})`;
}

/**
 * @param {Tree[]} terms
 * @param {(term: Tree) => string} all
 */
function powers(terms, all) {
  return listed(terms, (term) => `exp(${all(term)})`).join(" + ");
}

/**
 * The terms; of many the first and the last, and between them how many more.
 * @param {Tree[]} terms
 * @param {(term: Tree, at: number) => string} each
 */
function listed(terms, each) {
  if (terms.length <= SHOWN + 1) return terms.map((term, at) => each(term, at));
  const more = `… ${terms.length - SHOWN} more …`;
  const last = terms.slice(-2).map((term) => each(term, SHOWN));
  return [...terms.slice(0, 4).map((term, at) => each(term, at)), more, ...last];
}

/**
 * How tightly a tree binds: an argument of an operator that binds tighter needs brackets.
 * @param {Tree} tree
 * @returns {number}
 */
function levelOf(tree) {
  if (typeof tree === "number") return ATOM;
  switch (tree[0]) {
    case "+": {
      const terms = flat(tree);
      return terms.length + Number(leftOut(tree) > 0) === 1 && terms.length
        ? levelOf(terms[0])
        : SUM;
    }
    case "×":
      return tree[1].length > 1 ? PRODUCT : ATOM;
    case "−":
    case "neg":
      return SUM;
    case "÷":
    case "share":
      return PRODUCT;
    case "^":
      return POWER;
    case "?":
      return 0;
    case "pick":
      return tree[3] ? ATOM : levelOf(tree[1][tree[2]]);
    default:
      return ATOM;
  }
}

/**
 * The terms of a sum, those of sums among them included.
 * @param {Tree} tree
 * @returns {Tree[]}
 */
function flat(tree) {
  return isSum(tree) ? tree[1].flatMap(flat) : [tree];
}

/**
 * The cells of padding, those of sums among the terms included.
 * @param {Tree} tree
 * @returns {number}
 */
function leftOut(tree) {
  return isSum(tree) ? tree[1].map(leftOut).reduce((sum, count) => sum + count, tree[2]) : 0;
}

/**
 * @param {Tree} tree
 * @returns {tree is ["+", Tree[], number]}
 */
function isSum(tree) {
  return typeof tree !== "number" && tree[0] === "+";
}
