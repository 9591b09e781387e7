// Tells the server what a presenter's page shows: its words, its pictures by their ids, and what is
// done in them. Nothing is told twice, and never two things at once.

import { ACTED } from "./acts.js";
import { addBar } from "./room_bars.js";
import { mounts } from "./charts.js";
import { element } from "./dom.js";
import { endRoom, keepRoom, spelled, tell } from "./room.js";
import { button } from "./tools.js";

/** @import { Mount } from "./charts.js" */
/** @import { Room } from "./room.js" */

const LOOK_EVERY = 400; // ms between looks at what no event tells of: the page's words and its link
const APART = 30; // ms between what is told while a pointer moves
const HERE_EVERY = 4000; // ms after which a presenter hears who follows, and whether the code has ended
const AGAIN = 2000; // ms after which a server that did not answer is told again
const CHARTS = ".layerscope-charts";
const CHOICES = '.st-key-ls-lesson [data-testid="stRadioOption"]';
const TREE = ".ls-tree"; // a network's layers
const DRAWING = ".ls-draw canvas";
const WORDS = `${CHARTS}, ${CHOICES}, ${TREE}, ${DRAWING}, .stHeading, .stMarkdown, .stAlert, .stCode, .stHtml li`;
const NOT_SHOWN = "button, [role=dialog], .st-key-ls-draw_hint";
const MOST_MISSES = 5; // times that the server has not kept a picture
const LONGEST = 4200; // characters of a text: a drawing has up to 4,099
const MOST = 80; // items of a page

/**
 * What the server was told last.
 * @typedef {object} Told
 * @property {string} page
 * @property {string} acts
 * @property {number} heard when it answered last, in ms
 * @property {number} until when it is told again at the earliest
 * @property {string} missed the page of which it had not kept a picture
 * @property {number} misses how often that was so
 * @property {boolean} [other] whether another device's page is shown
 * @property {boolean} [telling]
 */

/** @type {{end: () => void} | undefined} */
let presenting;

/**
 * Present in a room from now on.
 * @param {Room} room
 */
export function present(room) {
  presenting?.end();
  /** @type {Told} */
  const told = { page: "", acts: "", until: 0, heard: 0, misses: 0, missed: "" };
  const count = element("span");
  const bar = presenterBar(room, count, () => {
    leave();
    bar.remove();
    endRoom(room);
  });

  const look = async () => {
    const now = performance.now();
    if (told.telling || now < told.until) return;
    const { page, acts, visitor } = shown();
    /** @type {Record<string, unknown>} */
    const message = {};
    const [pageText, actsText] = [JSON.stringify(page), JSON.stringify(acts)];
    const isDue = now - told.heard >= HERE_EVERY;
    const moved = pageText !== told.page || (isDue && told.misses > 0 && !told.other);
    const acted = actsText !== told.acts;
    // What was touched last is shown, whichever device it is on.
    if (moved || (acted && told.other)) Object.assign(message, { page, visitor });
    if (acted) message.acts = acts;
    const nothing = !Object.keys(message).length;
    if (nothing && !isDue) return;
    told.telling = true;
    try {
      const answer = await tell(room, nothing ? undefined : message);
      if (answer.status === 404 || answer.status === 403) {
        leave();
        const close = button("✕", "Close", () => bar.remove());
        bar.replaceChildren(
          `${spelled(room.code)} has ended. Press Present for another code.`,
          close,
        );
        return;
      }
      if (!answer.ok) throw new Error(await answer.text());
      const { followers, missing, writer } = await answer.json();
      const same = missing.length && told.missed === pageText;
      Object.assign(told, {
        missed: pageText,
        misses: same ? told.misses + 1 : Math.min(1, missing.length),
      });
      const again = told.misses > 0 && told.misses < MOST_MISSES; // it may be on its way
      Object.assign(told, { page: again ? "" : pageText, acts: actsText, heard: now });
      told.other = writer !== visitor;
      told.until = performance.now() + (again ? LOOK_EVERY : APART);
      say(
        told.misses >= MOST_MISSES
          ? "this picture is too large to be followed"
          : `${followers} ${followers === 1 ? "follower" : "followers"}`,
      );
    } catch (error) {
      told.until = performance.now() + AGAIN;
      const refusal = /** @type {Error} */ (error);
      say(refusal instanceof TypeError ? "the server does not answer" : refusal.message);
    } finally {
      told.telling = false;
    }
  };
  const say = (/** @type {string} */ words) => {
    if (count.textContent !== words) count.textContent = words;
  };
  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    const left = told.telling ? APART : Math.max(0, told.until - performance.now());
    waiting = setTimeout(() => (told.telling ? soon() : look()), left);
  };
  const looking = setInterval(look, LOOK_EVERY);
  document.addEventListener(ACTED, soon);
  const end = () => {
    clearInterval(looking);
    clearTimeout(waiting);
    document.removeEventListener(ACTED, soon);
  };
  const leave = () => {
    end();
    keepRoom();
    presenting = undefined;
  };
  presenting = {
    end() {
      end();
      bar.remove();
    },
  };
  look();
}

/**
 * @param {Room} room
 * @param {HTMLElement} count
 * @param {() => void} stop
 */
function presenterBar({ code }, count, stop) {
  const show = button(spelled(code), "Show the code and its links", () =>
    /** @type {HTMLElement | null} */ (
      document.querySelector(".st-key-ls-present button")
    )?.click(),
  );
  count.setAttribute("role", "status");
  const ending = button("Stop", "Stop presenting: the code ends", stop);
  return addBar("Presenting", "Presenting", show, count, ending);
}

/** What the page shows now. */
function shown() {
  const main = document.querySelector('[data-testid="stMain"]');
  /** @type {Record<string, string>[]} */
  const items = [];
  /** @type {Record<string, object>} */
  const acts = {};
  let visitor = "";
  for (const node of main?.querySelectorAll(WORDS) ?? []) {
    if (items.length === MOST || node.closest(NOT_SHOWN) || !node.checkVisibility()) continue;
    if (!node.matches(CHARTS)) {
      const item = wordsOf(node);
      if (item) items.push(item);
      continue;
    }
    const mount = node.parentElement && mounts.get(node.parentElement);
    if (!mount?.data?.id || !mount.page?.files) continue;
    const { picture, visitor: name } = mount.page.files;
    visitor = name;
    items.push({ place: picture, id: mount.data.id });
    const done = actsOf(mount);
    if (Object.keys(done).length) acts[picture] = done;
  }
  return { page: { link: location.pathname + location.search, items }, acts, visitor };
}

/** @param {Element} node */
function wordsOf(node) {
  if (node.parentElement?.closest(WORDS) || node.querySelector("style")) return undefined;
  if (node instanceof HTMLCanvasElement) {
    const { drawing } = node.dataset;
    return drawing ? { kind: "drawing", text: drawing } : undefined;
  }
  const text = (node.textContent ?? "").trim().slice(0, LONGEST);
  if (!text) return undefined;
  if (node.matches(TREE)) return { kind: "tree", text: treeOf(node).slice(0, LONGEST) };
  if (node.matches(CHOICES)) return { kind: "text", text: `○ ${text}` };
  if (node.matches(".stCode")) return { kind: "code", text };
  if (node.querySelector("h1")) return { kind: "title", text };
  if (node.querySelector("h2, h3, h4, h5, h6")) return { kind: "heading", text };
  if (node.matches(".stAlert")) {
    const said = node.querySelector('[data-testid="stMarkdownContainer"]')?.textContent ?? text;
    return { kind: "alert", text: said.trim().slice(0, LONGEST) };
  }
  const quiet = node.querySelector('[data-testid="stCaptionContainer"]');
  return { kind: quiet ? "quiet" : "text", text };
}

/**
 * A network's layers in lines, the chosen one marked.
 * @param {Element} table
 */
function treeOf(table) {
  const rows = [...table.querySelectorAll("tr")].map((row) => [
    row.getAttribute("aria-selected") === "true" ? "→" : "·",
    ...[...row.cells].map(({ textContent }) => textContent?.trim() ?? ""),
  ]);
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  return rows.map((row) => row.map((text, at) => text.padEnd(widths[at])).join("  ")).join("\n");
}

/**
 * What is done in a picture, and which of its groups are open.
 * @param {Mount} mount
 */
function actsOf(mount) {
  const groups = /** @type {NodeListOf<HTMLDetailsElement>} */ (
    mount.root.querySelectorAll("details[data-path]")
  );
  if (!groups.length) return { ...mount.acts };
  return { ...mount.acts, folds: [...groups].map(({ dataset, open }) => [dataset.path, open]) };
}
