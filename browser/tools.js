// The bar beneath the equation: play, colour scale, undo; and the pinned cell's arithmetic.

import { element } from "./dom.js";
import { drawFigure, makeFigure } from "./figure.js";
import { ORDERS } from "./play.js";

/** @import { Drawn } from "./figure.js" */
/** @import { Order } from "./play.js" */
/** @import { PlayState } from "./player.js" */
/** @import { Theme } from "./theme.js" */
/** @import { Pin } from "./wire.js" */

const CONTRASTS = {
  kind: "shared by tensors of a kind",
  tensor: "each tensor's own",
  pinned: "around the pinned number",
};
const SPEEDS = { 1: "slow", 2: "normal", 6: "fast", 20: "very fast" };

/**
 * What the tools do.
 * @typedef {object} Actions
 * @property {() => void} play
 * @property {(by: number) => void} step
 * @property {() => void} stop
 * @property {(order: Order) => void} order
 * @property {(speed: number) => void} speed
 * @property {(name: string) => void} contrast
 * @property {() => void} undo
 * @property {() => void} reset
 * @property {() => void} unpin
 */

/** @param {Actions} actions */
export function makeTools(actions) {
  const play = button("▶ Play", "Play the result, cell by cell", actions.play);
  const back = button("◀", "One step back", () => actions.step(-1));
  const on = button("▶|", "One step on", () => actions.step(1));
  const stop = button("■", "End the play", actions.stop);
  const order = choice("product", ORDERS, (value) => actions.order(/** @type {Order} */ (value)));
  const speed = choice("speed", SPEEDS, (value) => actions.speed(Number(value)));
  speed.select.value = "2";
  const contrast = choice("colour scale", CONTRASTS, actions.contrast);
  const undo = button("Undo edit", "Undo the last edit", actions.undo);
  const reset = button("Back to the seed's numbers", "Undo all edits", actions.reset);
  const sentence = element("p", "ls-said");
  const pin = element("div", "ls-pin");
  const plays = element("span", "ls-together", play, back, on, stop);
  const named = { play: plays, product: order.node, speed: speed.node, contrast: contrast.node };
  for (const [name, tool] of Object.entries(named)) tool.dataset.tool = name;
  const bar = element(
    "div",
    "ls-tools-bar",
    plays,
    order.node,
    speed.node,
    contrast.node,
    element("span", "ls-together", undo, reset),
  );
  const node = element("div", "ls-below", bar, sentence, pin);
  /** @type {{key: string, terms?: Drawn}} */
  const state = { key: "" };

  return {
    node,
    /** @param {HTMLElement} other one more button, beside those of the play */
    add: (other) => bar.firstElementChild?.after(other),
    /**
     * @param {string} product
     * @param {number} perSecond
     */
    showChoices(product, perSecond) {
      order.select.value = product;
      speed.select.value = String(perSecond);
    },
    /** @param {string} words */
    say(words) {
      sentence.textContent = words;
    },
    /** @param {PlayState} state */
    showPlay({ timer, at }) {
      const text = timer ? "❚❚ Pause" : "▶ Play";
      if (play.textContent !== text) play.textContent = text;
      stop.hidden = at < 0;
      if (at < 0) sentence.textContent = "";
    },
    /** @param {{hasProduct: boolean, contrast?: string, edits: string, pinned: boolean}} shown */
    show({ hasProduct, contrast: scale, edits, pinned }) {
      order.node.hidden = !hasProduct;
      contrast.node.hidden = !scale;
      contrast.select.value = scale ?? "";
      contrast.select.options[2].disabled = !pinned;
      undo.hidden = reset.hidden = !edits;
    },
    /**
     * Write a pinned cell's arithmetic; the picture of its terms is a figure like the others.
     * @param {Pin | undefined} pinned
     * @param {Theme} theme
     * @param {number} width
     * @returns what is written
     */
    showArithmetic(pinned, theme, width) {
      const key = pinned ? `${pinned.where} ${pinned.sentence}` : "";
      if (key !== state.key) {
        state.key = key;
        state.terms = pinned?.figure && makeFigure(pinned.figure.name);
        pin.replaceChildren();
        if (pinned) {
          const where = element("b", "", pinned.where);
          const close = button("✕", "Unpin the cell", actions.unpin);
          pin.append(element("p", "ls-arithmetic", where, " ", ...unfolding(pinned, close)));
        }
        if (state.terms) pin.append(state.terms.node);
      }
      if (state.terms && pinned?.figure) {
        drawFigure(undefined, state.terms, pinned.figure, theme, 0, width);
      }
      return key;
    },
  };
}

/**
 * A pinned cell's sentence, with a button for all its terms and, above them, the cells' names. The
 * buttons stand on one line with its last word.
 * @param {Pin} pinned
 * @param {HTMLElement} close
 */
function unfolding({ sentence, whole, names = "" }, close) {
  const [words, last] = [element("span"), element("span")];
  const say = (/** @type {string} */ text) => {
    const cut = text.lastIndexOf(" ") + 1;
    words.textContent = text.slice(0, cut);
    last.textContent = text.slice(cut);
  };
  say(sentence);
  if (!whole && !names) return [words, element("span", "ls-ending", last, " ", close)];
  const named = element("span", "ls-names", names);
  named.hidden = true;
  const [more, label] = whole
    ? ["all terms", "Write all terms out, with the names of their cells"]
    : ["names", "Write the names of the cells above"];
  const fold = button(more, label, () => {
    const folded = !named.hidden;
    named.hidden = folded;
    say(folded ? sentence : (whole ?? sentence));
    fold.textContent = folded ? more : whole ? "fewer terms" : "no names";
    fold.setAttribute("aria-expanded", String(!folded));
  });
  fold.setAttribute("aria-expanded", "false");
  fold.setAttribute("aria-label", label);
  return [named, words, element("span", "ls-ending", last, " ", fold, " ", close)];
}

/**
 * @param {string} text
 * @param {string} label for screen readers
 * @param {() => void} act
 */
export function button(text, label, act) {
  const made = element("button", "ls-button", text);
  made.type = "button";
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

/**
 * @param {string} label
 * @param {Record<string, string>} options texts by values
 * @param {(value: string) => void} act
 */
export function choice(label, options, act) {
  const select = element("select", "ls-select");
  for (const [value, text] of Object.entries(options)) {
    const option = element("option", "", text);
    option.value = value;
    select.append(option);
  }
  select.addEventListener("change", () => act(select.value));
  return { select, node: element("label", "ls-choice", element("span", "", label), select) };
}
