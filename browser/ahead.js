// Pictures that the server answers directly, while the page's own update is still on its way.

import { drawBlocks } from "./blocks.js";
import { isBehind } from "./follow.js";
import { itemsOf } from "./items.js";

/** @import { Mount } from "./charts.js" */
/** @import { Question, Wanted } from "./follow.js" */
/** @import { Live, PackedArray, Picture } from "./wire.js" */

const RETURNED_AFTER = 5000; // ms after which a page that never confirmed a picture shows its own

/**
 * Draw what the server answers to a link. One question at a time, and after it the newest: so
 * pictures keep coming however fast a hand is.
 * @param {Mount} mount
 * @param {Wanted} wanted
 * @param {number} confirmedWithin ms that the picture may stand before the page's own
 */
export async function drawAhead(mount, wanted, confirmedWithin) {
  mount.wanted = wanted;
  if (mount.asking) return;
  mount.asking = true;
  mount.root.toggleAttribute("data-asking", true);
  try {
    while (mount.wanted && mount.root.isConnected) {
      const { turned, ...question } = mount.wanted;
      mount.wanted = undefined;
      const ready = mount.prefetched?.link === linkName(question.link) && mount.prefetched.answer;
      const data = (await ready) || (await answerTo(mount, question));
      if (!data) continue;
      if (isBehind(/** @type {Live} */ (mount.page?.live), turned)) {
        mount.ahead = { turned, until: performance.now() + confirmedWithin };
        mount.root.toggleAttribute("data-ahead", true);
        returnLater(mount);
      }
      mount.data = data;
      drawBlocks(mount);
    }
  } catch (error) {
    console.info("No picture ahead of the page:", error);
  } finally {
    mount.asking = false;
    mount.root.removeAttribute("data-asking");
  }
  fetchEarly(mount, mount.follower.comingStep());
}

/**
 * Show the page's own picture again where the page never confirms the one ahead of it. It is not
 * told of a drag before the hand lets go.
 * @param {Mount} mount
 */
function returnLater(mount) {
  clearTimeout(mount.returning);
  mount.returning = setTimeout(() => {
    if (document.querySelector("body :active")) returnLater(mount);
    else mount.showPage?.();
  }, RETURNED_AFTER);
}

/**
 * Have the picture of one more step in the same direction ready before it is asked for. It is
 * dropped with the next update of the page.
 * @param {Mount} mount
 */
export function prefetch(mount) {
  if (!mount.ahead) fetchEarly(mount, mount.follower.nextStep());
}

/**
 * @param {Mount} mount
 * @param {Question | undefined} question
 */
function fetchEarly(mount, question) {
  if (!question || mount.asking || !mount.root.isConnected) return;
  const answer = answerTo(mount, question, true).catch(() => undefined);
  mount.prefetched = { link: linkName(question.link), answer };
}

/**
 * The server's picture of a link, complete with the arrays that are here already.
 * @param {Mount} mount
 * @param {Question} question
 * @param {boolean} [early] whether nobody waits for it
 * @returns {Promise<Picture | undefined>}
 */
async function answerTo(mount, { path, visitor, link }, early = false) {
  const known = new Map(arraysOf(mount.data).map((array) => [array.id, array]));
  const query = new URLSearchParams({ ...link, visitor, have: [...known.keys()].join(",") });
  if (early) query.set("prefetch", "");
  const answer = await fetch(`${path}?${query}`);
  if (!answer.ok) return undefined;
  const data = await answer.json();
  for (const array of arraysOf(data)) Object.assign(array, known.get(array.id));
  return data;
}

/** @param {Record<string, string>} link */
function linkName(link) {
  return new URLSearchParams(Object.entries(link).sort()).toString();
}

/**
 * The arrays of a picture that have ids: those that the browser has are not sent again.
 * @param {Picture | undefined} data
 * @returns {(PackedArray & {id: string})[]}
 */
function arraysOf(data) {
  const figures = (data?.blocks ?? []).flatMap(itemsOf).map(({ figure }) => figure);
  const arrays = figures.flatMap((figure) => figure?.spec.data.map(({ z }) => z) ?? []);
  return /** @type {(PackedArray & {id: string})[]} */ (arrays.filter((z) => z?.id));
}
