// Draws a run: blocks of figures, facts, tables and sentences, given as plain data.
//
// Called by Streamlit with every update; all state hangs on the element it is given, so that many
// mounts stay apart. What did not change is not drawn again. The first block is drawn at once, the
// others when it is on the screen, and they give way to a newer update.

import { element, facts, table, text } from "./dom.js";
import { drawFigure, makeFigure } from "./figure.js";
import { inflated } from "./inflate.js";
import { follow, isBehind } from "./live.js";
import { arrange, cellSize, legend } from "./row.js";
import { themeOf } from "./theme.js";

const here = new URL(import.meta.url);
const states = new WeakMap();
const explores = async () => (await import("./explore.js")).explore;
const answers = async () => (await import("./answer.js")).answer;
const REST = 100; // ms after an update before the next one is foreseen
const PATIENCE = 1000; // ms that a picture ahead of the page may stand before the page's own does

const plotly = new Promise((resolve, reject) => {
  if (window.Plotly) return resolve(window.Plotly);
  const script = element("script");
  script.src = new URL("plotly.min.js", here).href;
  script.onload = () => resolve(window.Plotly);
  script.onerror = () => reject(new Error("plotly.js could not be loaded: reload the page."));
  document.head.append(script);
});

const style = element("link");
style.rel = "stylesheet";
style.href = new URL("layerscope.css", here).href;
document.head.append(style);

export default async function charts({ data, parentElement, setTriggerValue }) {
  let state = states.get(parentElement);
  if (!state) {
    state = { root: element("div", "layerscope-charts"), blocks: [] };
    parentElement.append(state.root);
    states.set(parentElement, state);
    state.observer = new ResizeObserver(() => requestAnimationFrame(() => draw(state)));
    state.follower = follow(
      (link) => overtake(state, link),
      () => state.page?.live,
    );
  }
  state.newest = data;
  state.tell = (changes) => setTriggerValue("asked", changes);
  const unpacked = await inflated(data);
  state.Plotly = await plotly;
  if (state.newest !== data) return undefined; // a newer update came in between
  state.page = unpacked;
  settle(state);
  state.observer.observe(state.root);
  return () => {
    state.observer.disconnect();
    state.follower.disconnect();
    state.explored?.end();
    state.blocks.forEach((block) => clear(state, block));
    states.delete(parentElement);
    state.root.remove();
  };
}

// Draw the page's own update, unless a picture is on the screen that is ahead of it.
function settle(state) {
  const { ahead, page } = state;
  const late = ahead && page.live && isBehind(page.live, ahead.turned);
  if (late && performance.now() < ahead.until) {
    clearTimeout(state.waiting);
    state.waiting = setTimeout(() => settle(state), PATIENCE);
    return;
  }
  mark(state, undefined);
  if (!page.blocks && state.data?.id !== page.id) return void overtake(state, page.live);
  if (page.blocks) state.data = page;
  draw(state);
  state.foreseen = undefined;
  clearTimeout(state.foreseeing);
  state.foreseeing = setTimeout(() => foresee(state), REST);
}

// Have the picture of one more step in the same direction ready before it is asked for. What was
// foreseen in vain is forgotten with the next update of the page.
function foresee(state) {
  const question = state.follower.foresee();
  if (!question || state.asking || state.ahead || !state.root.isConnected) return;
  const coming = answerTo(state, { ...question, foreseen: true }).catch(() => undefined);
  state.foreseen = { asked: nameOf(question.link), coming };
}

// Note, also in the page itself, whether the picture is ahead of what the page has confirmed.
function mark(state, ahead) {
  state.ahead = ahead;
  state.root.toggleAttribute("data-ahead", Boolean(ahead));
}

// Draw what the server answers to a link while the page's own update is still on its way. One
// question at a time, and after it the newest: so pictures keep coming however fast a hand is.
async function overtake(state, question) {
  state.wanted = question;
  if (state.asking) return;
  state.asking = true;
  try {
    while (state.wanted && state.root.isConnected) {
      const { turned, ...question } = state.wanted;
      state.wanted = undefined;
      const foreseen = state.foreseen?.asked === nameOf(question.link) && state.foreseen.coming;
      const data = (await foreseen) || (await answerTo(state, question));
      if (!data) continue;
      if (isBehind(state.page.live, turned)) {
        mark(state, { turned, until: performance.now() + PATIENCE });
      }
      state.data = data;
      draw(state);
    }
  } catch (error) {
    console.info("No picture ahead of the page:", error.message);
  } finally {
    state.asking = false;
  }
}

// The server's picture of a link, complete with the arrays that are here already.
async function answerTo(state, { path, visitor, link, foreseen }) {
  const known = new Map(arraysOf(state.data).map((z) => [z.id, z]));
  const query = new URLSearchParams({ ...link, visitor, have: [...known.keys()].join(",") });
  if (foreseen) query.set("foreseen", "");
  const answer = await fetch(`${path}?${query}`);
  if (!answer.ok) return undefined;
  const data = await answer.json();
  for (const array of arraysOf(data)) Object.assign(array, known.get(array.id));
  return data;
}

function nameOf(link) {
  return new URLSearchParams(Object.entries(link).sort()).toString();
}

// The arrays of a picture that have ids: of what the browser has, the server sends nothing else.
function arraysOf(data) {
  const figures = (data?.blocks ?? []).flatMap(({ items }) => items ?? []);
  const arrays = figures.flatMap(({ figure }) => figure?.spec.data.map(({ z }) => z) ?? []);
  return arrays.filter((z) => z?.id);
}

function draw(state) {
  const { root, data } = state;
  const width = Math.floor(root.clientWidth);
  if (!data || !width || !root.isConnected) return;
  const theme = themeOf(root);
  while (state.blocks.length > data.blocks.length) clear(state, state.blocks.pop());
  while (state.blocks.length < data.blocks.length) {
    const block = { node: element("div", "ls-block"), figures: new Map() };
    state.blocks.push(block);
    root.append(block.node);
  }
  const drawBlocks = (from, to) => {
    for (let at = from; at < to; at++) drawBlock(state, at, theme, width);
  };
  drawBlocks(0, Math.min(1, data.blocks.length));
  root.dataset.timings = JSON.stringify(data.timings ?? {});
  const others = () => {
    if (state.data === data && root.isConnected) drawBlocks(1, data.blocks.length);
  };
  whenPainted(others);
}

function drawBlock(state, at, theme, width) {
  const block = state.blocks[at];
  const data = state.data.blocks[at];
  if (data.items) return drawRow(state, at, theme, width);
  const key = JSON.stringify(data);
  if (block.key === key) return undefined;
  clear(state, block);
  block.key = key;
  const make = { facts, table, text }[data.kind];
  return block.node.append(make(data));
}

function drawRow(state, at, theme, width) {
  const block = state.blocks[at];
  const { items, ranges, links, pin } = state.data.blocks[at];
  const figures = items.filter(({ figure }) => figure).map(({ figure }) => figure);
  const key = JSON.stringify(items.map(({ figure, sign }) => figure?.name ?? sign));
  if (block.key !== key) {
    const kept = new Map(figures.map(({ name }) => [name, block.figures.get(name)]));
    for (const [name, made] of block.figures) if (!kept.has(name)) state.Plotly.purge(made.graph);
    for (const [name, made] of kept) kept.set(name, made ?? makeFigure(state.Plotly, name));
    block.figures = kept;
    block.key = key;
    block.legend = element("div");
    block.tools = element("div");
    const row = arrange(items, ({ name }) => kept.get(name).node);
    block.node.replaceChildren(row, block.legend, block.tools);
  }
  const cell = cellSize(items, width);
  for (const figure of figures) {
    drawFigure(state.Plotly, block.figures.get(figure.name), figure, theme, cell, width);
  }
  const bars = JSON.stringify([ranges, theme.paper]);
  if (block.bars !== bars) {
    block.bars = bars;
    const made = legend(ranges, theme);
    block.legend.replaceWith(made);
    block.legend = made;
  }
  if (!links) return;
  const { tools } = block;
  const above = state.blocks.slice(0, at + 1); // what comes in may stand in a row before
  const figuresAbove = above.flatMap((row) => [...row.figures.values()]);
  state.explorable = { links, pin, figures: figuresAbove, theme, width, tools };
  if (state.explored) return void enliven(state);
  tools.toggleAttribute("data-waking", true);
  whenPainted(async () => enliven(state, await (links.answer ? answers() : explores())));
}

// Let the cells of the newest picture answer. The scripts for it come when a picture is there.
function enliven(state, make) {
  if (!state.root.isConnected) return;
  const { tools, ...drawn } = state.explorable;
  state.explored ??= make(state);
  tools.removeAttribute("data-waking");
  if (!tools.contains(state.explored.node)) tools.append(state.explored.node);
  state.explored.drawn(drawn);
}

// The second frame begins when the first is on the screen.
function whenPainted(work) {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(work)));
}

function clear(state, block) {
  for (const { graph } of block.figures.values()) state.Plotly?.purge(graph);
  block.figures.clear();
  block.key = block.bars = undefined;
  block.node.replaceChildren();
  if (!state.blocks.includes(block)) block.node.remove();
}
