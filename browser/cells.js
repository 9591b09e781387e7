// Cells that answer: the cells that make the one under the pointer are framed, a click pins one, and
// keys walk from cell to cell.
//
// One set of listeners on the component's root serves all figures.

import { element } from "./dom.js";
import { drawLights, lightsOf } from "./lights.js";
import { cellName, cellOf, cellsAt, planeOf } from "./plane.js";
import { describeCell, makeTip } from "./tip.js";

/** @import { Drawn } from "./figure.js" */
/** @import { Light } from "./lights.js" */
/** @import { Cells } from "./runs.js" */
/** @import { Links } from "./wire.js" */

/** @typedef {{made: Drawn, row: number, column: number}} Spot a cell of a picture */

/**
 * @typedef {object} Host
 * @property {HTMLElement} root
 * @property {() => Links | undefined} links
 * @property {() => Drawn[]} figures whose cells answer
 * @property {() => string} pinned the pinned cell, or an empty text
 * @property {(cell: string) => void} pin
 * @property {(point?: [name: string, row: number, column: number]) => void} pointed
 * @property {(cell: string, spot: Spot, typed?: string) => void} edit
 */

/** @type {Record<string, [down: number, across: number]>} */
const WALKS = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

/** @param {Host} host */
export function answerCells(host) {
  const { root } = host;
  /** @type {{pointed?: Spot, cursor?: Spot, shown?: [string, number, number], played?: {lit: Light[]}}} */
  const state = {};
  const tip = makeTip(root);
  const status = element("p", "ls-status");
  status.setAttribute("role", "status"); // a live region: what changes in it is read out
  root.append(status);

  const plane = (/** @type {Drawn} */ made) =>
    planeOf(made.figure, /** @type {Links} */ (host.links()));
  const cellsOf = (/** @type {Spot} */ { made, row, column }) => cellsAt(plane(made), row, column);
  const nameAt = (/** @type {Spot} */ spot) =>
    cellName(spot.made.figure.name, /** @type {Cells} */ (cellsOf(spot)));
  const isInside = (/** @type {Spot} */ { made, row, column }) =>
    row >= 0 && column >= 0 && row < made.grid[0] && column < made.grid[1];

  /** @param {MouseEvent} event */
  const spotUnder = (event) => {
    const plot = /** @type {Element} */ (event.target).closest?.(".ls-plot");
    const made = plot && host.figures().find((one) => one.plot === plot);
    if (!made) return undefined;
    const { left, top, width } = made.plot.getBoundingClientRect();
    const size = (made.cell * width) / made.plot.offsetWidth; // the page may be zoomed by its style
    const row = Math.floor((event.clientY - top) / size);
    const column = Math.floor((event.clientX - left) / size);
    const spot = { made, row, column };
    return isInside(spot) && cellsOf(spot) ? spot : undefined;
  };

  root.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    const spot = event.buttons ? undefined : spotUnder(event);
    if (distance(spot, state.pointed) === 0) return;
    state.pointed = spot;
    paint();
  });
  root.addEventListener("pointerleave", () => {
    state.pointed = undefined;
    paint();
  });
  root.addEventListener("click", (event) => {
    let spot = event.detail > 1 ? undefined : spotUnder(event); // the second click is for typing
    if (!spot) return;
    // A click comes in whole pixels only: the pointer may stand in the cell beside.
    if (state.pointed && distance(spot, state.pointed) <= 1) spot = state.pointed;
    state.cursor = spot;
    host.pin(nameAt(spot));
  });
  root.addEventListener("dblclick", (event) => {
    const spot = spotUnder(event);
    if (spot) host.edit(nameAt(spot), spot);
  });
  root.addEventListener("focusin", (event) => {
    const made = host.figures().find(({ plot }) => plot === event.target);
    if (!made) return;
    if (state.cursor?.made !== made) state.cursor = { made, row: 0, column: 0 };
    paint();
  });
  root.addEventListener("focusout", (event) => {
    if (/** @type {Element} */ (event.target).classList.contains("ls-plot")) paint();
  });
  const ended = new AbortController();
  const unpinOnEscape = (/** @type {KeyboardEvent} */ { key }) => {
    if (key === "Escape" && host.pinned()) host.pin("");
  };
  document.addEventListener("keydown", unpinOnEscape, { signal: ended.signal });
  root.addEventListener("keydown", (event) => {
    const { cursor } = state;
    if (!cursor || event.target !== cursor.made.plot || event.altKey || event.metaKey) return;
    if (event.key in WALKS) {
      state.cursor = walk(cursor, event.key, event.ctrlKey);
      state.pointed = undefined;
      paint();
      say(`${describe(state.cursor)}.`);
    } else if (event.key === "Enter" || event.key === " ") {
      host.pin(nameAt(cursor));
    } else if (event.key === "F2" || (!event.ctrlKey && /^[-\d.]$/.test(event.key))) {
      host.edit(nameAt(cursor), cursor, event.key === "F2" ? "" : event.key);
    } else {
      return;
    }
    event.preventDefault();
  });

  /**
   * The cell that an arrow key leads to.
   * @param {Spot} cursor
   * @param {string} key
   * @param {boolean} far to the edge
   */
  const walk = (cursor, key, far) => {
    const [down, across] = WALKS[key];
    const [rows, columns] = cursor.made.grid;
    const by = far ? Math.max(rows, columns) : 1;
    const to = {
      made: cursor.made,
      row: Math.min(rows - 1, Math.max(0, cursor.row + by * down)),
      column: Math.min(columns - 1, Math.max(0, cursor.column + by * across)),
    };
    while (!cellsOf(to) && isInside(to)) {
      to.row += down; // over a border
      to.column += across;
    }
    return cellsOf(to) ? to : cursor;
  };

  const say = (/** @type {string} */ sentence) => {
    if (status.textContent !== sentence) status.textContent = sentence;
  };

  const describe = (/** @type {Spot} */ spot) =>
    describeCell(spot, plane(spot.made).tensor, /** @type {Cells} */ (cellsOf(spot)));

  const references = () =>
    /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(".ls-reference"));

  /** The tensors that are shown, by a figure or by a reference to it. */
  const shownTensors = () =>
    new Set([
      ...host.figures().map(({ figure }) => figure.name),
      ...[...references()].map(({ dataset }) => dataset.refers ?? ""),
    ]);

  function paint() {
    const links = host.links();
    const figures = host.figures();
    if (!links) return;
    const { pointed, played } = state;
    const focused = figures.some(({ plot }) => plot === document.activeElement);
    const present = (/** @type {Spot | undefined} */ spot) =>
      spot && figures.includes(spot.made) ? fitted(spot) : undefined;
    const cursor = focused ? present(state.cursor) : undefined;
    const spot = present(pointed);
    const pinned = host.pinned();
    const pin = pinned ? cellOf(pinned) : undefined;
    const own = spot ?? cursor;
    host.pointed(own && [own.made.figure.name, own.row, own.column]);
    const told = own ? undefined : present(spotOf(state.shown));
    const here = spot ?? told ?? (played || pin ? undefined : cursor);
    /** @type {Light[]} */
    const lit = links.edited.map((cell) => ({ ...cellOf(cell), kind: "edited" }));
    const light = (/** @type {string} */ name, /** @type {Cells} */ cells) =>
      lit.push(...lightsOf(links, shownTensors(), name, cells));
    if (here) light(here.made.figure.name, /** @type {Cells} */ (cellsOf(here)));
    else if (played) lit.push(...played.lit);
    else if (pin && pin.name in links.tensors) light(pin.name, pin.cells);
    if (pin) lit.push({ ...pin, kind: "pin" });
    if (cursor) {
      const cells = /** @type {Cells} */ (cellsOf(cursor));
      lit.push({ name: cursor.made.figure.name, cells, kind: "cursor" });
    }
    /** @type {Map<string, Light[]>} */
    const byTensor = new Map();
    for (const one of lit) byTensor.set(one.name, [...(byTensor.get(one.name) ?? []), one]);
    for (const made of figures) {
      drawLights(made, plane(made), byTensor.get(made.figure.name) ?? []);
    }
    markReferences(lit);
    const marked = own ?? told;
    if (marked) tip.place(marked.made.plot, boxOf(marked), describe(marked));
    else tip.place(root, undefined, undefined);
  }

  /**
   * Mark the references to tensors that have lit cells: those may be drawn far away.
   * @param {Light[]} lit
   */
  const markReferences = (lit) => {
    const names = new Set(lit.filter(({ kind }) => kind !== "edited").map(({ name }) => name));
    for (const chip of references()) {
      chip.toggleAttribute("data-lit", names.has(chip.dataset.refers ?? ""));
    }
  };

  /** @param {[string, number, number] | undefined} point a presenter's */
  const spotOf = (point) => {
    const made = point && host.figures().find(({ figure }) => figure.name === point[0]);
    return made && { made, row: point[1], column: point[2] };
  };

  /**
   * A cell of a picture that may have become smaller since.
   * @param {Spot} spot
   */
  const fitted = ({ made, row, column }) => {
    const [rows, columns] = made.grid;
    const spot = { made, row: Math.min(row, rows - 1), column: Math.min(column, columns - 1) };
    return cellsOf(spot) ? spot : { made, row: 0, column: 0 };
  };

  return {
    paint,
    say,
    end: () => ended.abort(),
    /** @param {[name: string, row: number, column: number]} [point] where a presenter points */
    show(point) {
      state.shown = point;
      paint();
    },
    /** The tensor whose cell was chosen last. */
    chosenTensor: () => state.cursor?.made.figure.name,
    /** @param {{lit: Light[]} | undefined} played what a play lights, while it runs */
    play(played) {
      state.played = played;
      paint();
    },
  };
}

/** @param {Spot} spot */
function boxOf({ made: { cell }, row, column }) {
  return { left: column * cell, top: row * cell, bottom: (row + 1) * cell };
}

/**
 * Cells from one to the other, diagonally too; 0 also where there are none.
 * @param {Spot | undefined} one
 * @param {Spot | undefined} other
 */
function distance(one, other) {
  if (!one && !other) return 0;
  if (!one || !other || one.made !== other.made) return Infinity;
  return Math.max(Math.abs(one.row - other.row), Math.abs(one.column - other.column));
}
