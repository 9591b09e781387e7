// What somebody does in a picture: pointed at, played, walked. A presenter's followers see it, too.

/** @import { Mount } from "./charts.js" */
/** @import { WindowData } from "./window.js" */

/**
 * @typedef {object} Acts
 * @property {[name: string, row: number, column: number]} [point] the cell under the pointer or keys
 * @property {[at: number, order: string, chosen: string]} [play] the scene at which a play stands
 * @property {number} [step] of a training
 * @property {[path: string, open: boolean][]} [folds] groups, and whether they are open
 * @property {WindowData} [window] where a frame stands over a reduced picture
 */

/** An event on the document: something was done, or drawn. */
export const ACTED = "layerscope:acted";

/**
 * Note what is done in a picture.
 * @param {Mount} mount
 * @param {Acts} changes
 */
export function act(mount, changes) {
  const acts = { ...mount.acts, ...changes };
  if (JSON.stringify(acts) === JSON.stringify(mount.acts ?? {})) return;
  mount.acts = acts;
  document.dispatchEvent(new Event(ACTED));
}
