// The room that this tab presents in or has come from, kept until the tab is closed, and its server.
//
// The presenter's secret is in no address that others see: it comes behind a link's #, which no server
// is sent, and is taken out of the address at once.

/**
 * @typedef {object} Room
 * @property {string} code
 * @property {string} [secret] of the presenter; a follower has none
 */

const KEPT = "layerscope:room";
const HANDED = /^#present=([0-9A-Z]{8})\.([\w-]{20,60})$/;
const ROOMS = new URL("../room", import.meta.url).href;
const ROOT = new URL("../../", import.meta.url).href;

/** @returns {Room | undefined} */
export function keptRoom() {
  try {
    const handed = location.hash.match(HANDED);
    if (handed) {
      keepRoom({ code: handed[1], secret: handed[2] });
      history.replaceState(history.state, "", location.pathname + location.search);
    }
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null") ?? undefined;
  } catch {
    return undefined; // a frame may have no storage
  }
}

/** @param {Room} [room] none to forget it */
export function keepRoom(room) {
  if (room) sessionStorage.setItem(KEPT, JSON.stringify(room));
  else sessionStorage.removeItem(KEPT);
}

/** @returns {Promise<Room>} */
export async function openRoom() {
  const answer = await fetch(ROOMS, { method: "POST" });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

/**
 * Tell the server what is shown.
 * @param {Room} room
 * @param {object} [message] nothing says that the presenter is still there
 */
export function tell({ code, secret = "" }, message) {
  const body = message && JSON.stringify(message);
  return fetch(addressOf(code), { method: "POST", body, headers: { "X-Presenter": secret } });
}

/** @param {Room} room */
export async function endRoom({ code, secret = "" }) {
  await fetch(addressOf(code), { method: "DELETE", headers: { "X-Presenter": secret } });
}

/** @param {string} code */
export function addressOf(code) {
  return `${ROOMS}/${encodeURIComponent(code)}`;
}

/** @param {string} code */
export function followLink(code) {
  return `${ROOT}?follow=${code}`;
}

/**
 * The rows of a link's QR code, of 0 and 1.
 * @param {string} link
 * @returns {Promise<string[]>}
 */
export async function codeOf(link) {
  const answer = await fetch(`${ROOMS}/qr`, { method: "POST", body: link });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

/**
 * A code as it is read out.
 * @param {string} code
 */
export function spelled(code) {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}
