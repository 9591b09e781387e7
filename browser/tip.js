// The words beside the cell under the pointer.

import { element } from "./dom.js";
import { written } from "./numbers.js";

/** @import { Spot } from "./cells.js" */
/** @import { Cells } from "./runs.js" */
/** @import { TensorData } from "./wire.js" */

const HIGH = 30; // pixels, with its distance from the cell

/**
 * A cell's tensor, place and number.
 * @param {Spot} spot
 * @param {TensorData} tensor
 * @param {Cells} cells that it stands for
 */
export function describeCell({ made, row, column }, { axes }, cells) {
  const places = cells.map(([[start, end]], at) => {
    if (!axes[at]) return "";
    const axis = /\d$/.test(axes[at]) ? `${axes[at]} at` : axes[at];
    return end - start > 1 ? `${axis} ${start} to ${end - 1}` : `${axis} ${start}`;
  });
  const where = [made.figure.name, places.filter(Boolean).join(", ")].filter(Boolean).join(" ");
  return `${where}: ${written(made.z[row][column])}`;
}

/** @param {HTMLElement} root within which it stays */
export function makeTip(root) {
  const tip = element("div", "ls-tip");
  tip.setAttribute("aria-hidden", "true"); // the status says the same
  return {
    /**
     * @param {Spot | undefined} spot
     * @param {string | undefined} words
     */
    place(spot, words) {
      if (!spot || !words) {
        tip.remove();
        return;
      }
      tip.textContent = words;
      const { plot, cell } = spot.made;
      const below = spot.row * cell < HIGH;
      tip.style.top = `${below ? (spot.row + 1) * cell + 6 : spot.row * cell - HIGH}px`;
      if (tip.parentNode !== plot) plot.append(tip);
      const room = root.getBoundingClientRect().right - plot.getBoundingClientRect().left;
      tip.style.left = `${Math.min(spot.column * cell, room - tip.offsetWidth)}px`;
    },
  };
}
