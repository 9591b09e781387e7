// Bars at the edge of the window, of who presents or follows, and the style of all of that.

import { element } from "./dom.js";

const style = element("link");
style.rel = "stylesheet";
style.href = new URL("present.css", import.meta.url).href;
document.head.append(style);

const bars = element("div", "ls-room-bars");

/**
 * A bar that stays until it is removed.
 * @param {string} label for screen readers
 * @param {...(Node | string)} content
 */
export function addBar(label, ...content) {
  const bar = element("section", "ls-room-bar", ...content);
  bar.setAttribute("aria-label", label);
  bars.append(bar);
  const app = document.querySelector(".stApp"); // which has the theme's colours
  if (!bars.isConnected) app?.append(bars);
  return bar;
}
