// What the page was sent and has not confirmed. Older updates of the page come in between, and would
// take back on the screen what a hand has just done.

const CONFIRMED_WITHIN = 2000; // ms

/**
 * @typedef {object} Sent
 * @property {() => string | undefined} newest what the page has not confirmed; undefined: nothing
 * @property {(text: string) => void} wait for the page to confirm it
 * @property {(text: string) => boolean} isCurrent whether an update of the page that holds this is
 *   no older than what was sent
 * @property {() => void} forget
 */

/**
 * @param {() => void} [late] called where the page has not confirmed it in time
 * @returns {Sent}
 */
export function makeSent(late) {
  /** @type {string | undefined} */
  let newest;
  /** @type {number | undefined} */
  let timer;
  const forget = () => {
    clearTimeout(timer);
    newest = undefined;
  };
  return {
    newest: () => newest,
    wait(text) {
      forget();
      newest = text;
      timer = setTimeout(() => {
        forget();
        late?.();
      }, CONFIRMED_WITHIN);
    },
    isCurrent(text) {
      if (text === newest) forget();
      return newest === undefined;
    },
    forget,
  };
}
