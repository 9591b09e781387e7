// What is changed in a picture is told to the page, until the page has confirmed it.

/** @import { Mount } from "./charts.js" */

const CONFIRMED_WITHIN = 2000; // ms that the page has to confirm what it was sent

/**
 * @typedef {object} Asker
 * @property {(changes: Record<string, string>) => void} tell send parameters to the page
 * @property {(name: string) => string | undefined} value a parameter, as sent or else as confirmed
 * @property {(name: string) => boolean} isPending whether the page has yet to confirm it
 */

/**
 * Streamlit may drop an event for the next one, so what is not confirmed is sent again with it.
 * @param {Mount} mount
 * @returns {Asker}
 */
export function asker(mount) {
  /** @type {Map<string, {text: string, until: number}>} */
  const unconfirmed = new Map();
  const confirmed = () => mount.page?.live?.turned ?? {};
  const dropConfirmed = () => {
    for (const [name, { text, until }] of unconfirmed) {
      if (confirmed()[name] === text || performance.now() > until) unconfirmed.delete(name);
    }
  };
  return {
    tell(changes) {
      dropConfirmed();
      const until = performance.now() + CONFIRMED_WITHIN;
      for (const [name, text] of Object.entries(changes)) unconfirmed.set(name, { text, until });
      mount.send(Object.fromEntries([...unconfirmed].map(([name, { text }]) => [name, text])));
    },
    value(name) {
      dropConfirmed();
      return unconfirmed.get(name)?.text ?? confirmed()[name];
    },
    isPending(name) {
      dropConfirmed();
      return unconfirmed.has(name);
    },
  };
}
