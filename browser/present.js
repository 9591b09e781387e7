// What a presenter shows the room, and keeps for a second device: the code, its QR code, the links.

import "./room_bars.js";
import { element } from "./dom.js";
import { present } from "./presenter.js";
import { codeOf, followLink, keepRoom, keptRoom, openRoom, spelled, tell } from "./room.js";
import { button } from "./tools.js";

/** @import { Room } from "./room.js" */

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4; // modules of white around a QR code

/**
 * @param {object} update
 * @param {HTMLElement} update.parentElement
 */
export default function dialog({ parentElement }) {
  const node = element("div", "ls-present", element("p", "", "Asking for a code …"));
  parentElement.replaceChildren(node);
  show(node).catch((/** @type {Error} */ refusal) => {
    const said = refusal instanceof TypeError ? "The server does not answer." : refusal.message;
    node.replaceChildren(element("p", "", `${said} Close this, and press Present again.`));
  });
  return () => node.remove();
}

/** @param {HTMLElement} node */
async function show(node) {
  const room = (await heldRoom()) ?? (await newRoom());
  const link = followLink(room.code);
  const code = element("p", "ls-room-code", spelled(room.code));
  const where = element("p", "", "Who opens this link sees what you show, live:");
  const address = element("p", "ls-room-link", link);
  const large = button("Large, for a room", "Show this page large: present=1", () => {
    const there = new URL(location.href);
    there.searchParams.set("present", "1");
    location.assign(there);
  });
  const own = element("details", "", element("summary", "", "Present from a second device"));
  own.addEventListener("toggle", () => own.open && showSecond(own, room), { once: true });
  const buttons = element("div", "ls-tools-bar", copyButton(link), large);
  const texts = element("div", "", where, code, address, buttons);
  node.replaceChildren(
    element("div", "ls-invitation", drawn(await codeOf(link), link), texts),
    own,
  );
}

/** The room that this tab presents in, if there still is one. */
async function heldRoom() {
  const room = keptRoom();
  if (!room?.secret) return undefined;
  return (await tell(room)).ok ? room : undefined;
}

async function newRoom() {
  const room = await openRoom();
  keepRoom(room);
  present(room);
  return room;
}

/**
 * @param {HTMLElement} place
 * @param {Room} room
 */
async function showSecond(place, { code, secret }) {
  const there = new URL(location.href);
  there.hash = `present=${code}.${secret}`;
  const link = there.href;
  const warning = element("p", "", "Whoever opens this link presents in your place: show nobody.");
  place.append(warning, element("p", "ls-room-link", link), copyButton(link));
  place.append(drawn(await codeOf(link), "your second device"));
}

/** @param {string} text */
function copyButton(text) {
  const copy = button("Copy the link", "Copy the link", async () => {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Select the link, and copy it"; // a page without TLS may not
    }
  });
  return copy;
}

/**
 * A QR code as one path, black on white in both themes: readers want it so.
 * @param {string[]} rows of 0 and 1
 * @param {string} link
 */
function drawn(rows, link) {
  const side = rows.length + 2 * QUIET;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `${-QUIET} ${-QUIET} ${side} ${side}`);
  svg.setAttribute("class", "ls-qr");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `QR code of ${link}`);
  const path = document.createElementNS(SVG, "path");
  const modules = rows.flatMap((row, y) =>
    [...row].map((one, x) => (one === "1" ? `M${x} ${y}h1v1h-1z` : "")),
  );
  path.setAttribute("d", modules.join(""));
  svg.append(path);
  return svg;
}
