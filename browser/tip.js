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
     * @param {HTMLElement} plot
     * @param {{left: number, top: number, bottom: number} | undefined} cell pixels from its corner
     * @param {string | undefined} words
     */
    place(plot, cell, words) {
      if (!cell || !words) {
        tip.remove();
        return;
      }
      tip.textContent = words;
      tip.style.top = `${cell.top < HIGH ? cell.bottom + 6 : cell.top - HIGH}px`;
      if (tip.parentNode !== plot) plot.append(tip);
      const room = root.getBoundingClientRect().right - plot.getBoundingClientRect().left;
      tip.style.left = `${Math.min(cell.left, room - tip.offsetWidth)}px`;
    },
  };
}
