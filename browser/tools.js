// The bar beneath the equation: play, the colours' range, undo; and the pinned cell's arithmetic.

import { element } from "./dom.js";
import { drawFigure, makeFigure } from "./figure.js";
import { WAYS } from "./play.js";

const CONTRASTS = {
  kind: "all tensors of a kind",
  tensor: "each tensor by itself",
  pinned: "what is near the pinned number",
};
const SPEEDS = { 1: "slow", 2: "normal", 6: "fast", 20: "very fast" };

// `does` has play(), step(by), way(name), speed(number), contrast(name), undo(), reset(), unpin().
export function makeTools(does) {
  const button = (text, label, act) => {
    const made = element("button", "ls-button", text);
    made.type = "button";
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  };
  const choice = (label, options, act) => {
    const select = element("select", "ls-select");
    for (const [value, text] of Object.entries(options)) {
      const option = element("option", "", text);
      option.value = value;
      select.append(option);
    }
    select.addEventListener("change", () => act(select.value));
    return { select, node: element("label", "ls-choice", element("span", "", label), select) };
  };
  const play = button("▶ Play", "Play the result, cell by cell", does.play);
  const back = button("◀", "One step back", () => does.step(-1));
  const on = button("▶|", "One step on", () => does.step(1));
  const stop = button("■", "End the play", does.stop);
  const way = choice("product", WAYS, does.way);
  const speed = choice("speed", SPEEDS, (value) => does.speed(Number(value)));
  speed.select.value = "2";
  const contrast = choice("colours span", CONTRASTS, does.contrast);
  const undo = button("Undo edit", "Undo the last edit", does.undo);
  const reset = button("Back to the seed's numbers", "Undo all edits", does.reset);
  const said = element("p", "ls-said");
  const pin = element("div", "ls-pin");
  const node = element(
    "div",
    "ls-below",
    element(
      "div",
      "ls-tools-bar",
      element("span", "ls-together", play, back, on, stop),
      way.node,
      speed.node,
      contrast.node,
      element("span", "ls-together", undo, reset),
    ),
    said,
    pin,
  );
  const state = { key: "", made: undefined };

  return {
    node,
    say(sentence) {
      said.textContent = sentence;
    },
    playing({ timer, at }) {
      const text = timer ? "❚❚ Pause" : "▶ Play";
      if (play.textContent !== text) play.textContent = text;
      stop.hidden = at < 0;
      if (at < 0) said.textContent = "";
    },
    show({ hasProduct, contrast: spanned, edits, pinned }) {
      way.node.hidden = !hasProduct;
      contrast.select.value = spanned;
      contrast.select.options[2].disabled = !pinned;
      undo.hidden = reset.hidden = !edits;
    },
    // Write a pinned cell's arithmetic; the picture of its terms is a figure like the others.
    arithmetic(Plotly, pinned, theme, width) {
      const key = pinned ? `${pinned.where} ${pinned.sentence}` : "";
      if (key !== state.key) {
        state.key = key;
        if (state.made) Plotly.purge(state.made.graph);
        state.made = pinned?.figure && makeFigure(Plotly, pinned.figure.name);
        pin.replaceChildren();
        if (pinned) {
          const where = element("b", "", pinned.where);
          const close = button("✕", "Let go of the pinned cell", does.unpin);
          pin.append(element("p", "ls-arithmetic", where, ` ${pinned.sentence} `, close));
        }
        if (state.made) pin.append(state.made.node);
      }
      if (state.made) drawFigure(Plotly, state.made, pinned.figure, theme, 0, width);
      return key;
    },
    clear(Plotly) {
      if (state.made) Plotly?.purge(state.made.graph);
    },
  };
}
