// The numbers along the edges of a matrix: which filter, channel or unit stands where.

import { element } from "./dom.js";

/** @import { Drawn } from "./figure.js" */
/** @import { FigureData, Ruler } from "./wire.js" */

const DIGIT = 6.8; // pixels that a digit takes
const TICK = 5; // pixels between a number and the cells
const HIGH = 9; // pixels of a number from head to foot
const LEADING = 4; // pixels that are added to them below each other
const APART = 7; // pixels between two numbers beside each other
const STRIDES = [1, 2, 5, 10, 20, 50, 100];

/**
 * A number, and the place in the matrix that it stands "above" or "left" of; or its "own" place, in
 * the border above its slice.
 * @typedef {{x: number, y: number, number: number, side: string}} Mark
 */

/**
 * Pixels that the numbers take left of the cells and above them.
 * @param {Pick<FigureData, "rulers" | "slices">} figure
 * @param {number} cell pixels
 * @returns {[left: number, above: number]}
 */
export function rulerRoom(figure, cell) {
  const { rulers } = figure;
  if (!rulers) return [0, 0];
  const left = borderOf(figure, cell) ? [] : rulers.left;
  return [
    left.length ? wideOf(left) + TICK : 0,
    rulers.above.some(({ length }) => length) ? HIGH + TICK : 0,
  ];
}

/**
 * The numbers that have room. Where the borders between lines of slices have none, each line has
 * the number of its first slice at the left.
 * @param {Pick<FigureData, "rulers" | "slices">} figure
 * @param {number} cell pixels
 * @returns {Mark[]}
 */
export function marksOf(figure, cell) {
  if (!figure.rulers) return [];
  const { above, left } = figure.rulers;
  const border = borderOf(figure, cell);
  const step = (figure.slices?.step[0] ?? 0) * cell;
  const size = Math.max(...above.map(wideOf)) + APART;
  /** @type {Mark[]} */
  const marks = [];
  for (const [line, ruler] of above.entries()) {
    if (line && !border) break;
    const [side, y] = line ? ["own", line * step - border / 2] : ["above", 0];
    for (const [at, number] of thinned(ruler, cell, size)) {
      marks.push({ side, x: at * cell, y, number });
    }
  }
  for (const [at, number] of border ? [] : thinned(left, cell, HIGH + LEADING)) {
    marks.push({ side: "left", x: 0, y: at * cell, number });
  }
  return marks;
}

/**
 * Write a matrix's numbers around it.
 * @param {Drawn} made
 */
export function drawRulers({ plot, rulers, figure, cell }) {
  const [left, above] = figure.cells ? rulerRoom(figure, cell) : [0, 0];
  plot.style.margin = left || above ? `${above}px 0 0 ${left}px` : "";
  const nodes = (left || above ? marksOf(figure, cell) : []).map(({ x, y, number, side }) => {
    const node = element("i", `ls-${side}`, String(number));
    Object.assign(node.style, { left: `${x}px`, top: `${y}px` });
    return node;
  });
  rulers.replaceChildren(...nodes);
}

/**
 * Pixels of the border above a line of slices, where it is as high as a number; else 0.
 * @param {Pick<FigureData, "rulers" | "slices">} figure
 * @param {number} cell
 */
function borderOf({ rulers, slices }, cell) {
  if (!rulers || !slices || rulers.above.length < 2) return 0;
  const border = (slices.step[0] - slices.tile[0]) * cell;
  return border < HIGH ? 0 : border;
}

/** @param {Ruler} ruler */
function wideOf(ruler) {
  return DIGIT * Math.max(0, ...ruler.map(([, number]) => String(number).length));
}

/**
 * Every number, or every second, fifth, tenth …, so that none runs into the next.
 * @param {Ruler} ruler
 * @param {number} cell pixels
 * @param {number} size pixels of a number along the edge
 */
function thinned(ruler, cell, size) {
  const step = ruler.length > 1 ? (ruler[1][0] - ruler[0][0]) * cell : Infinity;
  const stride = STRIDES.find((each) => each * step >= size) ?? ruler.length;
  return ruler.filter((_, at) => at % stride === 0);
}
