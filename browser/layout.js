// The size of cells with which rows of figures read well. Numbers only; `row.js` makes the elements.

/** @import { Item, Sign } from "./wire.js" */

// Cell sizes in pixels. A ladder, so that one more unit seldom changes the size of every picture.
const SIZES = [44, 40, 36, 32, 28, 24, 20, 16, 14, 12, 10, 8, 6, 5, 4, 3, 2, 1];
const READABLE = 28; // pixels from which a number fits in a cell
const TALLEST = 560; // pixels
const NARROW = 640; // pixels below which everything may stand below everything else
const GAP = 8; // pixels between figures

/**
 * The largest cell with which every row reads well: on one line with numbers if it can be, on few
 * lines if not, else stacked as on a telephone; never wider than the page.
 * @param {Item[][]} rows all of which have cells of this size
 * @param {number} width of the page, in pixels
 */
export function cellSize(rows, width) {
  const fits = SIZES.filter((size) => rows.every((items) => fitsIn(items, size, width)));
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
  const readable = hasNumbers
    ? (pick(1, READABLE) ?? pick(2, READABLE, 36) ?? pick(width < NARROW ? 99 : 3, READABLE, 32))
    : undefined;
  const small = pick(1, 16) ?? pick(2, 8) ?? pick(3, 6) ?? fits.find((size) => size <= 36);
  return readable ?? small ?? 1;
}

/**
 * Whether no figure is wider than the page, with the signs on its line, or too tall.
 * @param {Item[]} items
 * @param {number} size
 * @param {number} width
 */
function fitsIn(items, size, width) {
  let before = 0; // the width of the signs that stand on one line with the next figure
  for (const item of items) {
    const { figure, sign } = item;
    if (sign && sign.text !== ")") before += signWidth(sign) + GAP;
    if (sign) continue;
    if (figure?.cells) {
      const [down, across] = figure.cells;
      if (across * size + before > width || down * size > TALLEST) return false;
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
  const groups = []; // widths of what is not broken: a figure with its signs, or a pair of brackets
  let before = 0;
  let brackets = 0; // width of what stands in brackets together; 0 outside of them
  for (const { sign, figure, reference } of items) {
    if (sign) {
      before += signWidth(sign);
      if (sign.text === "(") brackets = 1;
      if (sign.text !== ")") continue;
      groups.push(brackets + before);
      before = brackets = 0;
      continue;
    }
    const own = figure
      ? Math.max((figure.cells?.[1] ?? 0) * size, 7.5 * figure.name.length, 84)
      : 24 + 8 * (reference?.text.length ?? 0);
    if (brackets) brackets += before + own + GAP;
    else groups.push(before + own + GAP);
    before = 0;
  }
  let count = 1;
  let used = 0;
  for (const wide of groups) {
    if (used && used + wide > width) {
      count += 1;
      used = 0;
    }
    used += wide;
  }
  return count;
}

/** @param {Sign} sign */
function signWidth({ arrow, text }) {
  return arrow ? 26 + 7 * text.length : 24;
}
