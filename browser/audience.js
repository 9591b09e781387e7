// A follower's page: what a presenter shows, drawn as it comes. The server sends what changed.

import "./room_bars.js";
import { clearBlock, drawBlocks } from "./blocks.js";
import { load } from "./charts.js";
import { element } from "./dom.js";
import { showWritten } from "./draw.js";
import { inflated } from "./inflate.js";
import { openGroups } from "./lines.js";
import { addressOf, keepRoom, keptRoom, spelled } from "./room.js";
import { button } from "./tools.js";
import { placeFrame } from "./window.js";

/** @import { Acts } from "./acts.js" */
/** @import { Mount } from "./charts.js" */
/** @import { Picture } from "./wire.js" */

/** @typedef {{kind?: string, text?: string, place?: string, id?: string}} Item */
/** @typedef {{link: string, items: Item[]}} Page */

const SILENT = 15_000; // ms after which a stream that says nothing has died: one says so every ten seconds
const AGAIN = 20_000; // ms until one who was refused for now asks again
const LOOK = "Look around to try it yourself; one button brings you back.";
const TAGS = { title: "h1", heading: "h3", code: "pre", tree: "pre" };

/** @type {WeakMap<HTMLElement, {end: () => void}>} */
const audiences = new WeakMap();

/**
 * @param {object} update
 * @param {Uint8Array<ArrayBuffer>} update.data
 * @param {HTMLElement} update.parentElement
 */
export default async function audience({ data, parentElement }) {
  const { code } = await inflated(data);
  if (!audiences.has(parentElement)) {
    audiences.set(parentElement, follow(code, parentElement));
  }
  return () => {
    audiences.get(parentElement)?.end();
    audiences.delete(parentElement);
  };
}

/**
 * @param {string} code
 * @param {HTMLElement} parent
 */
function follow(code, parent) {
  if (!keptRoom()?.secret) keepRoom();
  /** @type {Page} */
  const page = { link: "", items: [] };
  /** @type {Map<string, Mount>} */
  const mounts = new Map();
  /** @type {Record<string, Acts>} */
  let acts = {};

  const status = element("span", "", "Connecting …");
  status.setAttribute("role", "status");
  const around = button("Look around", "Look around with controls of your own", () => {
    const there = new URL(page.link, location.origin);
    there.searchParams.delete("present");
    if (!keptRoom()?.secret) keepRoom({ code });
    location.assign(there);
  });
  around.hidden = true;
  const bar = element("div", "ls-audience-bar", element("b", "", spelled(code)), status, around);
  const content = element("div", "ls-audience-page");
  const root = element("div", "ls-audience", bar, content);
  parent.append(root);
  const say = (/** @type {string} */ words) => {
    if (status.textContent !== words) status.textContent = words;
  };

  const arrange = () => {
    const nodes = page.items.map((item) => (item.place ? mountOf(item.place).root : wordsOf(item)));
    const places = new Set(page.items.map(({ place }) => place));
    for (const [place, mount] of mounts) if (!places.has(place)) close(place, mount);
    const same = content.childElementCount === nodes.length;
    // What stands where it stood is not taken out: it would lose the focus.
    nodes.forEach((node, at) => {
      const there = content.children[at];
      if (there === node || there?.isEqualNode(node)) return;
      if (same && there && !there.matches(".layerscope-charts")) there.replaceWith(node);
      else content.insertBefore(node, there ?? null);
      const drawing = /** @type {HTMLCanvasElement?} */ (node.querySelector("[data-drawing]"));
      if (drawing) showWritten(drawing, drawing.dataset.drawing ?? "");
    });
    while (content.childElementCount > nodes.length) content.lastElementChild?.remove();
    document.title = `${page.items.find(({ kind }) => kind === "title")?.text ?? "Layerscope"} · ${spelled(code)}`;
  };

  const mountOf = (/** @type {string} */ place) => {
    const found = mounts.get(place) ?? followedMount(() => say(LOOK));
    mounts.set(place, found);
    return found;
  };
  const close = (/** @type {string} */ place, /** @type {Mount} */ mount) => {
    mount.observer.disconnect();
    mount.activity?.end();
    mount.blocks.forEach((block) => clearBlock(block));
    mount.root.remove();
    mounts.delete(place);
  };

  /** @type {Record<string, (data: any) => unknown>} */
  const heard = {
    /** @param {Page} newest */
    page(newest) {
      Object.assign(page, newest);
      around.hidden = false;
      arrange();
    },
    /** @param {{place: string, data: string}} picture */
    async picture({ place, data }) {
      const mount = mountOf(place);
      mount.newest = data;
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      /** @type {Picture} */
      const unpacked = await inflated(bytes);
      if (mount.newest !== data) return;
      mount.data = { ...unpacked, blocks: unpacked.blocks?.map(untouchable) };
      if (!mount.root.isConnected) arrange();
      drawBlocks(mount);
      repeat(mount, acts[place] ?? {}); // for who comes late, they come before the pictures
      mount.observer.observe(mount.root);
    },
    /** @param {Record<string, Acts>} newest */
    acts(newest) {
      acts = newest;
      for (const [place, mount] of mounts) repeat(mount, acts[place] ?? {});
    },
    /** @param {string} sentence */
    ended(sentence) {
      source?.close();
      over = true;
      say(sentence);
      bar.toggleAttribute("data-ended", true);
    },
    alive() {},
  };

  /** @type {EventSource | undefined} */
  let source;
  let [last, over, asking] = [performance.now(), false, 0];
  const open = () => {
    source?.close();
    last = performance.now();
    const opened = (source = new EventSource(addressOf(code)));
    opened.onopen = () => say("You see what the presenter shows.");
    for (const [name, take] of Object.entries(heard)) {
      opened.addEventListener(name, (event) => {
        last = performance.now();
        take(JSON.parse(/** @type {MessageEvent} */ (event).data));
      });
    }
    opened.onerror = () => {
      if (over) return;
      if (opened.readyState === EventSource.CLOSED) refused();
      else say("Connecting again …");
    };
  };
  /** An EventSource does not tell why it was refused: the same question is asked once more. */
  const refused = async () => {
    const stopped = new AbortController();
    try {
      const answer = await fetch(addressOf(code), { signal: stopped.signal });
      if (answer.status === 404) heard.ended(await answer.text());
      else {
        if (!answer.ok) say(await answer.text());
        clearTimeout(asking);
        asking = setTimeout(open, answer.ok ? 0 : AGAIN);
      }
    } catch {
      say("Connecting again …");
      asking = setTimeout(open, AGAIN / 10);
    }
    stopped.abort();
  };
  const look = () => {
    if (!over && performance.now() - last > SILENT) open();
  };
  const looking = setInterval(look, SILENT / 5);
  document.addEventListener("visibilitychange", look);
  addEventListener("online", look);
  open();
  return {
    end() {
      over = true;
      source?.close();
      clearInterval(looking);
      clearTimeout(asking);
      document.removeEventListener("visibilitychange", look);
      removeEventListener("online", look);
      for (const [place, mount] of mounts) close(place, mount);
      root.remove();
    },
  };
}

/**
 * @param {() => void} refuse called where a follower changes what is the presenter's
 */
function followedMount(refuse) {
  /** @type {Mount} */
  const mount = {
    root: element("div", "layerscope-charts ls-followed"),
    load,
    blocks: [],
    observer: new ResizeObserver(() =>
      requestAnimationFrame(() => {
        drawBlocks(mount);
        showFrame(mount);
      }),
    ),
    follower: {
      turn() {},
      forget() {},
      nextStep: () => undefined,
      comingStep: () => undefined,
      disconnect() {},
    },
    send() {
      refuse();
      drawBlocks(mount);
    },
  };
  mount.root.dataset.hidden = "downloads";
  return mount;
}

/**
 * A block whose numbers and edges are the presenter's.
 * @param {import("./wire.js").Block} block
 */
function untouchable(block) {
  if (!("links" in block) || !block.links) return block;
  return { ...block, links: { ...block.links, edges: {}, play: undefined, fixed: LOOK } };
}

/**
 * Do in a picture what the presenter does.
 * @param {Mount} mount
 * @param {Acts} acts
 */
function repeat(mount, acts) {
  const before = mount.told?.point?.[0];
  mount.told = acts;
  if (acts.folds && openGroups(acts.folds)) drawBlocks(mount);
  mount.activity?.repeat?.(acts);
  showFrame(mount);
  const name = acts.point?.[0];
  if (!name || name === before) return;
  const figure = mount.root.querySelector(`[data-tensor="${CSS.escape(name)}"]`);
  figure?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/**
 * Show where the presenter's frame stands over a reduced picture.
 * @param {Mount} mount
 */
function showFrame({ root, told }) {
  const frame = root.querySelector(".ls-window") ?? element("div", "ls-window");
  const placed = told?.window && placeFrame(/** @type {HTMLElement} */ (frame), root, told.window);
  if (!placed) frame.remove();
}

/** @param {Item} item */
function wordsOf({ kind = "text", text = "" }) {
  if (kind === "drawing") {
    const drawing = element("canvas");
    drawing.dataset.drawing = text;
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", "The presenter's drawing");
    return element("div", "ls-draw", drawing);
  }
  const tag = TAGS[/** @type {keyof typeof TAGS} */ (kind)] ?? "p";
  return element(/** @type {"p"} */ (tag), `ls-words-${kind}`, text);
}
