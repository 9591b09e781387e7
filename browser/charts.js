// Draws a run: blocks of figures, facts, tables and sentences, given as plain data.
//
// Called by Streamlit with every update. All state hangs on the element that it is given, so that
// many mounts do not mix. `blocks.js` draws, `ahead.js` asks the server before the page is updated.

import { drawAhead, prefetch } from "./ahead.js";
import { clearBlock, drawBlocks } from "./blocks.js";
import { showNumbers } from "./controls.js";
import { element } from "./dom.js";
import { answerDownloads } from "./download.js";
import { follow, isBehind } from "./follow.js";
import { inflated } from "./inflate.js";
import { keptRoom } from "./room.js";

/** @import { Acts } from "./acts.js" */
/** @import { BlockState } from "./blocks.js" */
/** @import { Drawn, Loader, Plotly } from "./figure.js" */
/** @import { Follower, Wanted } from "./follow.js" */
/** @import { Theme } from "./theme.js" */
/** @import { Links, Picture, Pin, TimeData } from "./wire.js" */

/**
 * @typedef {object} Mount
 * @property {HTMLElement} root
 * @property {Loader} [load] fetches plotly.js
 * @property {BlockState[]} blocks
 * @property {Follower} follower
 * @property {ResizeObserver} observer
 * @property {(changes: Record<string, string>) => void} send tell the page what was changed here
 * @property {unknown} [newest] the update that came last, still packed
 * @property {Picture} [page] the page's own update
 * @property {Picture} [data] what is drawn: the page's update, or one ahead of it
 * @property {Picture} [drawn] whose first block is on the screen
 * @property {number} [width] for which it was drawn, in pixels
 * @property {number} [others] waits to draw the other blocks
 * @property {{turned: Record<string, string>, until: number}} [ahead] set while the picture is
 * @property {Wanted} [wanted] the newest question that was not asked yet
 * @property {boolean} [asking]
 * @property {{link: string, answer: Promise<Picture | undefined>}} [prefetched]
 * @property {number} [waiting]
 * @property {number} [returning]
 * @property {() => void} [showPage] draw the page's own update again
 * @property {number} [prefetching]
 * @property {Activity} [activity]
 * @property {Acts} [acts] what is done in the picture
 * @property {Acts} [told] what a presenter does, which the picture repeats
 * @property {Drawing & {tools: HTMLElement}} [linked] the newest picture whose cells answer
 */

/**
 * @typedef {object} Drawing
 * @property {Links} [links] of a picture whose cells answer
 * @property {Pin} [pin]
 * @property {TimeData} [time] of one whose steps are walked
 * @property {Drawn[]} figures
 * @property {Theme} theme
 * @property {number} width
 */

/**
 * What makes the cells of a picture answer.
 * @typedef {object} Activity
 * @property {HTMLElement} node
 * @property {(drawing: Drawing) => void} drawn called after the picture was drawn
 * @property {(acts: Acts) => void} [repeat] do what a presenter does
 * @property {() => void} end
 */

const REST = 100; // ms after an update before the next one is prefetched
const CONFIRMED_WITHIN = 1000; // ms that a picture ahead of the page may stand before the page's own

const here = new URL(import.meta.url);
/** @type {WeakMap<HTMLElement, Mount>} */
export const mounts = new WeakMap();

/** @type {Promise<Plotly> | undefined} */
let plotly;

/** @type {Loader} */
export function load() {
  plotly ??= new Promise((resolve, reject) => {
    const script = element("script");
    script.src = new URL("plotly.min.js", here).href;
    script.onload = () => resolve(/** @type {any} */ (window).Plotly);
    script.onerror = () => {
      plotly = undefined; // the next figure tries again
      reject(new Error("plotly.js could not be loaded: reload the page."));
    };
    document.head.append(script);
  });
  return plotly;
}

const style = element("link");
style.rel = "stylesheet";
style.href = new URL("layerscope.css", here).href;
document.head.append(style);

const parameters = new URLSearchParams(location.search);
if (parameters.get("present") === "1") import("./look.js").then(({ lookLarge }) => lookLarge());
const room = parameters.has("follow") ? undefined : keptRoom();
if (room?.secret) {
  import("./presenter.js").then(({ present }) => present(room));
} else if (room) {
  import("./back.js").then(({ wayBack }) => wayBack(room));
}

const isEmbedded = parameters.get("embed") === "true";
if (isEmbedded && parent !== window) import("./embed.js").then(({ tellHeight }) => tellHeight());

/**
 * @param {object} update
 * @param {Uint8Array<ArrayBuffer>} update.data
 * @param {HTMLElement} update.parentElement
 * @param {(name: string, value: unknown) => void} update.setTriggerValue
 */
export default async function charts({ data, parentElement, setTriggerValue }) {
  let mount = mounts.get(parentElement);
  if (!mount) {
    mount = makeMount(parentElement);
    mounts.set(parentElement, mount);
  }
  const mounted = mount;
  mounted.newest = data;
  mounted.send = (changes) => setTriggerValue("changes", changes);
  /** @type {Picture} */
  const unpacked = await inflated(data);
  if (mounted.newest !== data) return undefined; // a newer update came in between
  mounted.page = unpacked;
  mounted.root.dataset.hidden = (unpacked.hidden ?? []).join(" ");
  showPage(mounted);
  mounted.observer.observe(mounted.root);
  return () => {
    mounted.observer.disconnect();
    mounted.follower.disconnect();
    mounted.activity?.end();
    mounted.blocks.forEach(clearBlock);
    mounts.delete(parentElement);
    mounted.root.remove();
  };
}

/**
 * @param {HTMLElement} parent
 * @returns {Mount}
 */
function makeMount(parent) {
  /** @type {Mount} */
  const mount = {
    root: element("div", "layerscope-charts"),
    load,
    blocks: [],
    observer: new ResizeObserver(() => {
      if (mount.root.clientWidth !== mount.width) requestAnimationFrame(() => drawBlocks(mount));
    }),
    follower: follow(
      (wanted) => drawAhead(mount, wanted, CONFIRMED_WITHIN),
      () => mount.page?.live,
    ),
    send: () => {},
    showPage: () => showPage(mount),
  };
  answerDownloads(mount);
  parent.append(mount.root);
  return mount;
}

/**
 * Draw the page's own update, unless a picture is on the screen that is ahead of it.
 * @param {Mount} mount
 */
function showPage(mount) {
  const { ahead, page } = mount;
  if (!page) return;
  const late = ahead && page.live && isBehind(page.live, ahead.turned);
  if (late && performance.now() < ahead.until) {
    clearTimeout(mount.waiting);
    mount.waiting = setTimeout(() => showPage(mount), CONFIRMED_WITHIN);
    return;
  }
  mount.ahead = undefined;
  if (late) mount.follower.forget(ahead.turned);
  mount.follower.forget(page.live?.turned ?? {});
  clearTimeout(mount.returning);
  mount.root.removeAttribute("data-ahead");
  if (late) showNumbers(page.live?.turned ?? {});
  if (!page.blocks && mount.data?.id !== page.id) {
    if (page.live) drawAhead(mount, page.live, CONFIRMED_WITHIN);
    return;
  }
  if (page.blocks) mount.data = page;
  drawBlocks(mount);
  mount.prefetched = undefined;
  clearTimeout(mount.prefetching);
  mount.prefetching = setTimeout(() => prefetch(mount), REST);
}
