// Plays a recurrent layer over its time steps. Each step is a picture of its own, for which the
// server is asked; the page follows when the play pauses.

import { element } from "./dom.js";
import { player } from "./player.js";

/** @import { Links } from "./wire.js" */

const SLOW = 1; // steps a second for those who asked their system for less motion

/**
 * @param {(changes: Record<string, string>, ofPage: boolean) => void} ask for another picture
 */
export function playTime(ask) {
  let [shown, count] = [0, 0];
  const button = element("button", "ls-button");
  button.type = "button";
  button.hidden = true;
  const play = player({
    scenes: () => (count ? { count, scene: (/** @type {number} */ at) => at } : undefined),
    show: (_, at) => ask({ time: String(at) }, false),
    clear() {},
    changed({ timer, at }) {
      const text = timer ? "❚❚ Pause" : "▶ Time";
      if (button.textContent === text) return;
      button.textContent = text;
      button.setAttribute("aria-label", timer ? "Pause the time steps" : "Play the time steps");
      if (!timer && at >= 0) ask({ time: String(at) }, true);
    },
  });
  const setSpeed = (/** @type {number} */ speed) => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    play.setSpeed(still ? Math.min(SLOW, speed) : speed);
  };
  setSpeed(play.state.speed);
  play.step(0);
  button.addEventListener("click", () => play.toggle());
  return {
    button,
    setSpeed,
    /** @param {Links} links of the picture that was drawn */
    drawn({ time }) {
      [shown, count] = time ?? [0, 0];
      button.hidden = !count;
      if (!count) play.end();
      else if (!play.state.timer) play.state.at = shown;
    },
    end: () => play.end(),
  };
}
