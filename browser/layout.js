// The size of cells with which rows of figures read well. Numbers only; `row.js` makes the elements.

import { rulerRoom } from "./rulers.js";

/** @import { FigureData, Item, Sign } from "./wire.js" */

// Cell sizes in pixels. A ladder, so that one more unit seldom changes the size of every picture.
const SIZES = [44, 40, 36, 32, 28, 24, 20, 16, 14, 12, 10, 8, 6, 5, 4, 3, 2, 1];
const READABLE = 28; // pixels from which a number fits in a cell
const LEGIBLE = 24; // pixels from which it can still be read
const CAPTION = 68; // pixels between the cells of two lines: the caption, and a gap
const TALLEST = 560; // pixels
const NARROW = 640; // pixels below which everything may stand below everything else
const GAP = 8; // pixels between figures
const BESIDE = 20; // pixels between rows that stand beside each other, as in layerscope.css
const LEGEND = 120; // pixels of the colour range beneath one of them
const ABREAST = 500; // pixels from which two stand beside each other however small that makes them
const STAGES = [LEGIBLE, 8]; // pixels of a cell below which none goes: to be read, to be pointed at

/**
 * The largest cell with which every row reads well: on one line with numbers if it can be, on few
 * lines if not, else stacked as on a telephone; never wider than the page. Where it can be, the first
 * row is no taller than the screen.
 * @param {Item[][]} rows all of which have cells of this size
 * @param {number} width of the page, in pixels
 * @param {number} [height] of the screen below what stands above the rows, in pixels
 */
export function cellSize(rows, width, height = 0) {
  const tallest = Math.max(TALLEST, height);
  const fits = SIZES.filter((size) => rows.every((items) => fitsIn(items, size, width, tallest)));
  const pick = (/** @type {number} */ lines, /** @type {number} */ least, most = SIZES[0]) =>
    fits.find(
      (size) =>
        size >= least &&
        size <= most &&
        rows.every((items) => linesOf(items, size, width) <= lines),
    );
  const hasNumbers = rows.some((items) =>
    items.some(({ figure }) => figure?.cells && figure.digits),
  );
  const seen = fits.find(
    (size) => size >= LEGIBLE && heightOf(rows[0] ?? [], size, width) <= height,
  );
  const least = (/** @type {number} */ most) => Math.min(most, seen ?? most);
  const readable = hasNumbers
    ? (pick(1, READABLE, least(SIZES[0])) ??
      pick(2, READABLE, least(36)) ??
      pick(width < NARROW ? 99 : 3, READABLE, least(32)) ??
      seen)
    : undefined;
  const small = pick(1, 16) ?? pick(2, 8) ?? pick(3, 6) ?? fits.find((size) => size <= 36);
  return readable ?? small ?? 1;
}

/**
 * The cells' size of the first row, and of all others. It is one, but where a wide tensor in another
 * row would take the first one's numbers.
 * @param {Item[][]} rows
 * @param {number} width
 * @param {number} height
 * @returns {[first: number, others: number]}
 */
export function cellSizes(rows, width, height) {
  const shared = cellSize(rows, width, height);
  const first = shared < LEGIBLE && rows.length > 1 ? cellSize([rows[0]], width, height) : shared;
  return [Math.max(first, shared), shared];
}

/**
 * The cells' sizes of rows that stand beside each other: on one line where all of them can be read
 * there, else the last one has a line of its own; but the first two share one on a wide page.
 * @param {{items: Item[], tallest?: number}[]} rows
 * @param {number} width of the page, in pixels
 * @returns {number[]}
 */
export function sizesBeside(rows, width) {
  const wide = (/** @type {number} */ at, /** @type {number} */ size) =>
    Math.max(...brokenInto(rows[at].items, size, width).map((line) => line.wide - GAP), LEGEND);
  const most = rows.map(
    ({ items, tallest = 0 }) => SIZES.find((size) => fitsIn(items, size, width, tallest)) ?? 1,
  );
  const least = (/** @type {number} */ small) =>
    most.map((size) => STAGES.find((stage) => size >= stage) ?? Math.max(small, size / 2));
  const tries = rows.flatMap((_, at) => (at ? [{ count: at + 1, floor: least(2) }] : [])).reverse();
  if (rows.length > 1 && width >= ABREAST) tries.push({ count: 2, floor: least(1) });
  for (const { count, floor } of tries) {
    const sizes = most.slice(0, count);
    const all = () => sizes.reduce((sum, size, at) => sum + wide(at, size) + BESIDE, -BESIDE);
    const shrink = () => {
      const open = [...sizes.keys()].filter((at) => sizes[at] > floor[at]);
      const widest = Math.max(...open.map((at) => wide(at, sizes[at])));
      const at = open.find((each) => wide(each, sizes[each]) === widest);
      if (at !== undefined) sizes[at] = SIZES[SIZES.indexOf(sizes[at]) + 1];
      return at !== undefined;
    };
    while (all() > width && shrink());
    if (all() <= width) return [...sizes, ...sizesBeside(rows.slice(count), width)];
  }
  return [...most.slice(0, 1), ...(rows.length > 1 ? sizesBeside(rows.slice(1), width) : [])];
}

/**
 * The height of a row in cells of a size, to the lower edge of its last line's cells.
 * @param {Item[]} items
 * @param {number} size
 * @param {number} width
 */
export function heightOf(items, size, width) {
  const heights = brokenInto(items, size, width).map(({ down }) => down * size);
  return heights.reduce((sum, high) => sum + high + CAPTION, -CAPTION);
}

/**
 * Whether no figure is wider than the page, with the signs on its line, or too tall.
 * @param {Item[]} items
 * @param {number} size
 * @param {number} width
 * @param {number} tallest
 */
function fitsIn(items, size, width, tallest) {
  let before = 0; // the width of the signs that stand on one line with the next figure
  for (const item of items) {
    const { figure, sign } = item;
    if (sign && sign.text !== ")") before += signWidth(sign) + GAP;
    if (sign) continue;
    if (figure?.cells) {
      const tall = figure.cells[0] * size > tallest;
      if (tall || widthOf(figure, size) + before > width) return false;
    }
    before = 0;
  }
  return true;
}

/**
 * Lines on which a row stands in cells of a size.
 * @param {Item[]} items
 * @param {number} size
 * @param {number} width
 */
export function linesOf(items, size, width) {
  return Math.max(1, brokenInto(items, size, width).length);
}

/**
 * The lines of a row: the width of each, and the cells of its tallest figure.
 * @param {Item[]} items
 * @param {number} size
 * @param {number} width
 */
function brokenInto(items, size, width) {
  /** @type {{wide: number, down: number}[]} */
  const groups = []; // what is not broken: a figure with its signs, or a pair of brackets
  let before = 0;
  let brackets = 0; // width of what stands in brackets together; 0 outside of them
  let tallest = 0; // in those brackets
  for (const { sign, figure, reference } of items) {
    if (sign) {
      before += signWidth(sign);
      if (sign.text === "(") brackets = 1;
      if (sign.text !== ")") continue;
      groups.push({ wide: brackets + before, down: tallest });
      before = brackets = tallest = 0;
      continue;
    }
    const own = figure
      ? Math.max(widthOf(figure, size), 7.5 * figure.name.length, 84)
      : 24 + 8 * (reference?.text.length ?? 0);
    const down = figure?.cells?.[0] ?? 1;
    tallest = Math.max(tallest, down);
    if (brackets) brackets += before + own + GAP;
    else groups.push({ wide: before + own + GAP, down });
    before = 0;
  }
  /** @type {{wide: number, down: number}[]} */
  const lines = [];
  for (const group of groups) {
    const line = lines.at(-1);
    if (line && line.wide + group.wide <= width) {
      line.wide += group.wide;
      line.down = Math.max(line.down, group.down);
    } else {
      lines.push({ ...group });
    }
  }
  return lines;
}

/**
 * @param {FigureData} figure
 * @param {number} size
 */
function widthOf(figure, size) {
  return (figure.cells?.[1] ?? 0) * size + rulerRoom(figure, size)[0];
}

/** @param {Sign} sign */
function signWidth({ arrow, text }) {
  if (arrow) return 26 + 7 * text.length;
  return text.includes(" ") ? 8 * text.length : 24;
}
