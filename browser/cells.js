// The cells answer: point at one and what made it lights up, click and it stays, walk by keys.
//
// One set of listeners on the component's root serves all figures, and goes with it. What is lit
// is drawn in the browser alone: one small element a box, over the figures.

import { element } from "./dom.js";
import { boxAt, cellName, cellOf, planeOf, rectsOf } from "./plane.js";
import { reached, sources, twins } from "./reach.js";

const SEEN = 8; // pixels
const WALKS = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

// `host` has the root, and says what is drawn: links(), figures() by name, pinned(); it is told to
// pin(text) and edit(cell, figure).
export function answerCells(host) {
  const { root } = host;
  const state = { pointed: undefined, cursor: undefined, played: undefined };
  const tip = element("div", "ls-tip");
  tip.setAttribute("aria-hidden", "true");
  const status = element("p", "ls-status");
  status.setAttribute("role", "status"); // a live region: what changes in it is read out
  root.append(status);

  const under = (event) => {
    const plot = event.target.closest?.(".ls-plot");
    const made = plot && host.figures().find((one) => one.plot === plot);
    if (!made) return undefined;
    const { left, top, width } = plot.getBoundingClientRect();
    const size = (made.cell * width) / plot.offsetWidth; // the page may be zoomed by its style
    const [rows, columns] = made.figure.cells;
    const row = Math.floor((event.clientY - top) / size);
    const column = Math.floor((event.clientX - left) / size);
    const inside = isOn({ row, column }, rows, columns);
    return inside && boxOf({ made, row, column }) ? { made, row, column } : undefined;
  };
  const same = (one, other) =>
    one?.made === other?.made && one?.row === other?.row && one?.column === other?.column;

  const isBeside = (one, other) =>
    one.made === other?.made &&
    Math.abs(one.row - other.row) <= 1 &&
    Math.abs(one.column - other.column) <= 1;

  root.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    const at = event.buttons ? undefined : under(event);
    if (same(at, state.pointed)) return;
    state.pointed = at;
    paint();
  });
  root.addEventListener("pointerleave", () => {
    state.pointed = undefined;
    paint();
  });
  root.addEventListener("click", (event) => {
    let at = event.detail > 1 ? undefined : under(event); // the second click is for typing
    if (!at) return;
    if (isBeside(at, state.pointed)) at = state.pointed; // a click comes in whole pixels only
    state.cursor = at;
    host.pin(nameAt(at));
  });
  root.addEventListener("dblclick", (event) => {
    const at = under(event);
    if (at) host.edit(nameAt(at), at);
  });
  root.addEventListener("focusin", (event) => {
    const made = host.figures().find(({ plot }) => plot === event.target);
    if (!made) return;
    if (state.cursor?.made !== made) state.cursor = { made, row: 0, column: 0 };
    paint();
  });
  root.addEventListener("focusout", (event) => {
    if (!event.target.classList.contains("ls-plot")) return;
    paint();
  });
  const leaving = new AbortController();
  const letGo = ({ key }) => key === "Escape" && host.pinned() && host.pin("");
  document.addEventListener("keydown", letGo, { signal: leaving.signal });
  root.addEventListener("keydown", (event) => {
    const { cursor } = state;
    if (!cursor || event.target !== cursor.made.plot || event.altKey || event.metaKey) return;
    if (event.key in WALKS) {
      const [down, across] = WALKS[event.key];
      const [rows, columns] = cursor.made.figure.cells;
      const far = event.ctrlKey ? Math.max(rows, columns) : 1;
      const to = { ...cursor };
      to.row = Math.min(rows - 1, Math.max(0, cursor.row + far * down));
      to.column = Math.min(columns - 1, Math.max(0, cursor.column + far * across));
      while (!boxOf(to) && isOn(to, rows, columns)) {
        to.row += down; // over a border
        to.column += across;
      }
      if (boxOf(to)) state.cursor = to;
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

  const plane = (made) => planeOf(made.figure, host.links());
  const boxOf = ({ made, row, column }) => boxAt(plane(made), row, column);
  const isOn = ({ row, column }, rows, columns) =>
    row >= 0 && column >= 0 && row < rows && column < columns;
  const nameAt = (at) => cellName(at.made.figure.name, boxOf(at));
  const say = (sentence) => {
    if (status.textContent !== sentence) status.textContent = sentence;
  };
  const describe = ({ made, row, column }) => {
    const { tensor } = plane(made);
    const box = boxOf({ made, row, column });
    const where = box.map(([start, end], at) => {
      if (!tensor.axes[at]) return "";
      const axis = /\d$/.test(tensor.axes[at]) ? `${tensor.axes[at]} at` : tensor.axes[at];
      return end - start > 1 ? `${axis} ${start} to ${end - 1}` : `${axis} ${start}`;
    });
    const value = String(Number(made.z[row][column].toPrecision(6)));
    const written = value.replace("-", "−").replace("Infinity", "∞");
    return `${[made.figure.name, where.filter(Boolean).join(", ")].filter(Boolean).join(" ")}: ${written}`;
  };

  // What is to be lit: the cell itself, what made it, what it makes, and its twins.
  const lights = (name, box) => {
    const links = host.links();
    const shown = new Set(host.figures().map(({ figure }) => figure.name));
    const lit = [{ name, box, kind: "here" }];
    for (const one of sources(links, shown, name, box)) {
      lit.push({ ...one, kind: one.far ? "from far" : "from" });
    }
    for (const one of reached(links, shown, name, box)) {
      lit.push({ ...one, kind: one.far ? "to far" : "to" });
    }
    const tied = twins(links, name, box);
    if (tied) lit.push({ name, box: tied, kind: "twin" });
    return lit;
  };

  function paint() {
    const links = host.links();
    const figures = host.figures();
    if (!links) return;
    const { pointed, played } = state;
    const focused = figures.some(({ plot }) => plot === document.activeElement);
    const cursor =
      focused && figures.includes(state.cursor?.made) ? fitted(state.cursor) : undefined;
    const at = pointed && figures.includes(pointed.made) ? fitted(pointed) : undefined;
    const pinned = host.pinned();
    const pin = pinned ? cellOf(pinned) : undefined;
    const here = at ?? played ?? (pin ? undefined : cursor);
    const lit = links.edited.map((cell) => ({ ...cellOf(cell), kind: "edited" }));
    if (played && !at) lit.push(...played.lit);
    else if (here) lit.push(...lights(here.made.figure.name, boxOf(here)));
    else if (pin) lit.push(...lights(pin.name, pin.box));
    if (pin) lit.push({ ...pin, kind: "pin" });
    if (cursor) lit.push({ name: cursor.made.figure.name, box: boxOf(cursor), kind: "cursor" });
    for (const made of figures) light(made, plane(made), lit);
    point(at ?? cursor);
  }

  // A cell of a picture that has become smaller since.
  const fitted = ({ made, row, column }) => {
    const [rows, columns] = made.figure.cells;
    const at = { made, row: Math.min(row, rows - 1), column: Math.min(column, columns - 1) };
    return boxOf(at) ? at : { made, row: 0, column: 0 };
  };

  function light(made, shown, lit) {
    const rects = lit
      .filter(
        ({ name, box }) => name === made.figure.name && box.length === shown.tensor.shape.length,
      )
      .flatMap(({ box, kind }) => rectsOf(shown, box).map((rect) => ({ rect, kind })));
    const { lights: layer, cell } = made;
    while (layer.childElementCount > rects.length) layer.lastElementChild.remove();
    while (layer.childElementCount < rects.length) layer.append(element("i"));
    rects.forEach(({ rect: { top, bottom, left, right }, kind }, number) => {
      const { style, dataset } = layer.children[number];
      if (dataset.kind !== kind) dataset.kind = kind;
      const [[x, wide], [y, high]] = [
        span(left * cell, right * cell),
        span(top * cell, bottom * cell),
      ];
      const place = `${x}px ${y}px ${wide}px ${high}px`;
      if (dataset.place === place) return;
      dataset.place = place;
      [style.left, style.top, style.width, style.height] = place.split(" ");
    });
  }

  // A frame around very small cells stands around them, so that it is seen, and they are in it.
  function span(start, end) {
    const more = Math.max(0, (SEEN - (end - start)) / 2);
    return [start - more, end - start + 2 * more];
  }

  function point(at) {
    if (!at) return void tip.remove();
    tip.textContent = describe(at);
    const below = at.row * at.made.cell < 30;
    tip.style.top = `${below ? (at.row + 1) * at.made.cell + 6 : at.row * at.made.cell - 30}px`;
    const { plot } = at.made;
    if (tip.parentNode !== plot) plot.append(tip);
    const room = root.getBoundingClientRect().right - plot.getBoundingClientRect().left;
    tip.style.left = `${Math.min(at.column * at.made.cell, room - tip.offsetWidth)}px`;
  }

  return {
    paint,
    say,
    end: () => leaving.abort(),
    // The result that was looked at last.
    looked: () => state.cursor?.made.figure.name,
    play(played) {
      state.played = played;
      paint();
    },
  };
}
