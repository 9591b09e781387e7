// A row of figures with signs between them, in cells of one size, wrapped where the page is narrow.

import { element } from "./dom.js";

// Cell sizes in pixels. A ladder, so that one more unit seldom changes the size of every picture.
const SIZES = [44, 40, 36, 32, 28, 24, 20, 16, 14, 12, 10, 8, 6, 5, 4, 3, 2, 1];
const READABLE = 28; // pixels from which a number fits in a cell
const TALLEST = 560; // pixels
const NARROW = 640; // pixels below which everything may stand below everything else

// The largest cell with which the whole row reads well: on one line with numbers if it can be, on
// few lines if not, else stacked as on a telephone; never wider than the page.
export function cellSize(items, width) {
  const figures = items.filter(({ figure }) => figure?.cells).map(({ figure }) => figure);
  const before = signsBefore(items);
  const fits = SIZES.filter((size) =>
    figures.every(
      ({ cells: [rows, columns] }, at) =>
        columns * size + before[at] <= width && rows * size <= TALLEST,
    ),
  );
  const pick = (lines, least, most = SIZES[0]) =>
    fits.find((size) => size >= least && size <= most && linesOf(items, size, width) <= lines);
  const readable = figures.some(({ digits }) => digits)
    ? (pick(1, READABLE) ?? pick(2, READABLE, 36) ?? pick(width < NARROW ? 99 : 3, READABLE, 32))
    : undefined;
  return (
    readable ?? pick(1, 16) ?? pick(2, 8) ?? pick(3, 6) ?? fits.find((size) => size <= 36) ?? 1
  );
}

// The width of the signs that stand on one line with each figure.
function signsBefore(items) {
  const widths = [];
  let before = 0;
  for (const { sign, figure } of items) {
    if (sign && sign.text !== ")") before += signWidth(sign) + 8;
    if (!figure) continue;
    if (figure.cells) widths.push(before);
    before = 0;
  }
  return widths;
}

function signWidth({ arrow, text }) {
  return arrow ? 26 + 7 * text.length : 24;
}

function linesOf(items, size, width) {
  const blocks = [];
  let before = 0;
  let brackets = 0; // width of what stands in brackets together; 0 outside of them
  for (const { sign, figure } of items) {
    if (sign) {
      before += signWidth(sign);
      if (sign.text === "(") brackets = 1;
      if (sign.text !== ")") continue;
      blocks.push(brackets + before);
      before = brackets = 0;
      continue;
    }
    const wide =
      before + Math.max((figure.cells?.[1] ?? 0) * size, 7.5 * figure.name.length, 84) + 8;
    before = 0;
    if (brackets) brackets += wide;
    else blocks.push(wide);
  }
  let count = 1;
  let used = 0;
  for (const block of blocks) {
    if (used && used + block > width) {
      count += 1;
      used = 0;
    }
    used += block;
  }
  return count;
}

// Each figure with the signs before it, so that a line never ends in an operator, and what stands
// in brackets together where the page is wide enough.
export function arrange(items, nodeOf) {
  const row = element("div", "ls-row");
  let place = row; // the row, or within brackets
  let group = element("div", "ls-group");
  for (const { sign, figure } of items) {
    if (sign?.text === ")") {
      place.lastElementChild.append(signNode(sign));
      place = row;
    } else if (sign) {
      group.append(signNode(sign));
      if (sign.text !== "(") continue;
      place = element("div", "ls-group ls-brackets", group);
      row.append(place);
    } else {
      group.append(nodeOf(figure));
      if (group !== place.lastElementChild) place.append(group);
      group = element("div", "ls-group");
    }
  }
  return row;
}

export function legend(ranges, theme) {
  const entries = ranges.map(({ palette, label, low, high }) => {
    const bar = element("span", "ls-bar");
    const stops = theme[palette].map(([at, colour]) => `${colour} ${100 * at}%`);
    bar.style.background = `linear-gradient(to right, ${stops})`;
    return element("span", "ls-range", element("b", "", label), low, bar, high);
  });
  return element("div", "ls-legend", ...entries);
}

function signNode({ text, says, arrow }) {
  const node = element("span", arrow ? "ls-arrow" : "ls-sign", text);
  if (says) {
    node.title = says;
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", says);
  }
  return node;
}
