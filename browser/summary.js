// The summary of a network: a tree of rows with bars. Arrow keys move and fold, a click or Enter
// chooses; the row that is chosen is told to the page.

import { element } from "./dom.js";
import { inflated } from "./inflate.js";

const states = new WeakMap();
const HEAD = ["Layer", "Class", "Output shape", "Parameters", "Bytes"];

export default async function summary({ data, parentElement, setTriggerValue }) {
  let state = states.get(parentElement);
  if (!state) {
    state = { root: element("div", "ls-summary"), folded: new Set() };
    parentElement.append(state.root);
    states.set(parentElement, state);
    state.root.addEventListener("keydown", (event) => onKey(state, event));
  }
  state.tell = (path) => setTriggerValue("chosen", path);
  state.newest = data;
  const unpacked = await inflated(data);
  if (state.newest !== data) return undefined;
  const rows = JSON.stringify(unpacked.rows);
  if (state.key !== rows) {
    state.key = rows;
    state.rows = unpacked.rows;
    state.folded.clear();
    build(state);
  }
  choose(state, unpacked.chosen);
  return () => {
    states.delete(parentElement);
    state.root.remove();
  };
}

function build(state) {
  const head = element("tr");
  for (const name of HEAD) {
    const cell = element("th", "", name);
    cell.scope = "col";
    head.append(cell);
  }
  const most = Math.max(1, ...state.rows.map(({ parameters }) => parameters ?? 0));
  const fattest = Math.max(1, ...state.rows.map(({ bytes }) => bytes ?? 0));
  const longest = Math.max(1, ...state.rows.map(({ shape }) => size(shape)));
  state.nodes = state.rows.map((row, at) => rowNode(state, row, at, { most, fattest, longest }));
  const body = element("tbody", "", ...state.nodes);
  const table = element("table", "ls-table ls-tree", element("thead", "", head), body);
  table.setAttribute("role", "treegrid");
  table.setAttribute("aria-label", "Layers");
  state.root.replaceChildren(element("div", "ls-scroll ls-tall", table));
}

function rowNode(state, row, at, { most, fattest, longest }) {
  const name = element("th", "", element("code", "", row.name));
  name.scope = "row";
  name.style.paddingLeft = `${8 + 18 * (row.depth ?? 0)}px`;
  if (row.model) {
    const fold = element("span", "ls-fold", "▾");
    fold.setAttribute("aria-hidden", "true");
    fold.addEventListener("click", (event) => {
      event.stopPropagation();
      toggle(state, at);
    });
    name.prepend(fold);
  }
  const shape = row.shape
    ? row.shape.map((length) => (length < 0 ? "None" : length)).join(", ")
    : "";
  const node = element(
    "tr",
    "",
    name,
    element("td", "ls-class", row.kind || "–"),
    bar(row.shape ? `(${shape})` : "–", size(row.shape) / longest),
    bar((row.parameters ?? 0).toLocaleString("en"), (row.parameters ?? 0) / most),
    bar((row.bytes ?? 0).toLocaleString("en"), (row.bytes ?? 0) / fattest),
  );
  node.dataset.layer = row.path;
  node.setAttribute("aria-level", 1 + (row.depth ?? 0));
  if (row.model) node.setAttribute("aria-expanded", "true");
  node.addEventListener("click", () => {
    node.focus();
    pick(state, at);
  });
  return node;
}

function size(shape) {
  return (shape ?? []).reduce((all, length) => all * Math.abs(length), shape ? 1 : 0);
}

function bar(words, share) {
  const cell = element("td", "ls-barred", element("span", "", words));
  cell.style.setProperty("--share", `${(100 * share).toFixed(1)}%`);
  return cell;
}

function pick(state, at) {
  choose(state, state.rows[at].path);
  clearTimeout(state.telling); // a key held down passes many rows, and means the last
  state.telling = setTimeout(() => state.tell(state.rows[at].path), 60);
}

function choose(state, path) {
  const held = state.root.contains(document.activeElement);
  state.nodes.forEach((node, at) => {
    const chosen = state.rows[at].path === path;
    node.setAttribute("aria-selected", chosen);
    node.tabIndex = chosen ? 0 : -1;
    if (!chosen) return;
    const box = node.closest(".ls-tall");
    const below = node.offsetTop + node.offsetHeight - box.clientHeight;
    const above = node.offsetTop - node.offsetHeight;
    box.scrollTop = Math.min(above, Math.max(below, box.scrollTop));
    if (held) node.focus({ preventScroll: true });
  });
}

function toggle(state, at, fold = !state.folded.has(at)) {
  if (!state.rows[at].model) return;
  if (fold) state.folded.add(at);
  else state.folded.delete(at);
  state.nodes[at].setAttribute("aria-expanded", !fold);
  state.nodes[at].querySelector(".ls-fold").textContent = fold ? "▸" : "▾";
  let hidden = Infinity; // deeper rows are hidden
  state.rows.forEach(({ depth = 0 }, row) => {
    if (depth <= hidden) hidden = Infinity;
    state.nodes[row].hidden = depth > hidden;
    if (state.folded.has(row) && hidden === Infinity) hidden = depth;
  });
}

function onKey(state, event) {
  const at = state.nodes.indexOf(event.target.closest("tr"));
  if (at < 0) return;
  const shown = state.nodes.map((_, row) => row).filter((row) => !state.nodes[row].hidden);
  const place = shown.indexOf(at);
  const to = {
    ArrowDown: place + 1,
    ArrowUp: place - 1,
    PageDown: place + 10,
    PageUp: place - 10,
    Home: 0,
    End: shown.length - 1,
  }[event.key];
  if (to !== undefined) {
    const row = shown[Math.min(shown.length - 1, Math.max(0, to))];
    state.nodes[row].focus({ preventScroll: true });
    pick(state, row);
  } else if (event.key === "ArrowLeft") toggle(state, at, true);
  else if (event.key === "ArrowRight") toggle(state, at, false);
  else if (event.key === "Enter" || event.key === " ") pick(state, at);
  else return;
  event.preventDefault();
}
