// The steps of a training: played, walked and scrubbed. A picture elsewhere on the page follows.

import { act } from "./acts.js";
import { asker } from "./ask.js";
import { element } from "./dom.js";
import { TURNED } from "./follow.js";
import { player } from "./player.js";
import { button, choice } from "./tools.js";

/** @import { Activity, Drawing, Mount } from "./charts.js" */
/** @import { Drawn } from "./figure.js" */
/** @import { Turned } from "./follow.js" */
/** @import { TimeData } from "./wire.js" */

const SPEEDS = { 1: "slow", 4: "normal", 12: "fast", 0: "all of it in 10 s" };
const WHOLE = { seconds: 10, speed: 12 };

/**
 * @param {Mount} mount
 * @returns {Activity}
 */
export function time(mount) {
  const asking = asker(mount);
  /** @type {{time: TimeData, figures: Drawn[], shown: number, whole: boolean}} */
  const picture = { time: { step: 0, last: 0 }, figures: [], shown: 0, whole: false };

  const mark = (/** @type {number} */ at) => {
    for (const { figure, graph, Plotly } of picture.figures) {
      const { data, layout } = figure.spec;
      const place = placeOf(at, data);
      if (place) Plotly?.restyle(graph, place, [data.length - 1]);
      if (layout.shapes) Plotly?.relayout(graph, { "shapes[0].x0": at, "shapes[0].x1": at });
    }
  };
  const show = (/** @type {number} */ at) => {
    const says = saysOf(at, picture);
    picture.shown = at;
    range.value = String(at);
    range.setAttribute("aria-valuetext", says);
    said.textContent = says;
    back.setAttribute("aria-disabled", String(at <= 0));
    forward.setAttribute("aria-disabled", String(at >= picture.time.last));
    mark(at);
    act(mount, { step: at });
  };
  /** Show a step here, and ask what else shows it to follow. */
  const turn = (/** @type {number} */ at) => {
    const next = at + (at < picture.shown ? -stride() : stride());
    show(at);
    /** @type {Turned} */
    const detail = { turned: { step: String(at) } };
    if (next >= 0 && next <= picture.time.last) detail.next = { step: String(next) };
    document.dispatchEvent(new CustomEvent(TURNED, { detail }));
  };
  const stride = () =>
    picture.whole ? Math.ceil(picture.time.last / (WHOLE.seconds * WHOLE.speed)) : 1;
  /** The page is told where a play, a walk or a drag has come to rest. */
  const tell = () => {
    const step = String(play.state.at);
    if (asking.value("step") !== step) asking.tell({ step });
  };

  const play = player({
    scenes: () => ({ count: picture.time.last + 1, scene: (/** @type {number} */ at) => at }),
    show: (_, at) => turn(at),
    clear() {},
    stride: () => (document.querySelector("[data-asking]") ? 0 : stride()), // no step is left out
    changed({ timer }) {
      toggle.textContent = timer ? "❚❚ Pause" : "▶ Play";
      toggle.setAttribute("aria-label", timer ? "Pause the training" : "Play the training");
      if (!timer) tell();
    },
  });

  const range = element("input", "ls-steps");
  range.type = "range";
  range.setAttribute("aria-label", "Step");
  range.addEventListener("input", () => {
    if (play.state.timer) play.step(0);
    play.state.at = Number(range.value);
    turn(play.state.at);
  });
  range.addEventListener("change", tell);
  const toggle = button("▶ Play", "Play the training", () => play.toggle());
  const back = button("◀", "One training step back", () => play.step(-1));
  const forward = button("▶|", "One training step forward", () => play.step(1));
  const speed = choice("speed", SPEEDS, (value) => setSpeed(value));
  const setSpeed = (/** @type {string} */ value) => {
    picture.whole = value === "0";
    play.setSpeed(Number(value) || WHOLE.speed);
  };
  speed.select.setAttribute("aria-label", "speed");
  speed.select.value = matchMedia("(prefers-reduced-motion: reduce)").matches ? "1" : "4";
  setSpeed(speed.select.value);
  const said = element("p", "ls-said");
  const bar = element(
    "div",
    "ls-tools-bar",
    element("span", "ls-together", toggle, back, forward),
    speed.select,
    said,
  );
  const node = element("div", "ls-time", range, bar);

  // Who turns to something else finds the step that is shown in the link.
  const pause = (/** @type {Event} */ event) => {
    const elsewhere = !node.contains(/** @type {Node} */ (event.target));
    const chooses = !(event instanceof KeyboardEvent) || event.key === "Enter";
    if (play.state.timer && elsewhere && chooses) play.step(0);
  };
  document.addEventListener("click", pause, true);
  document.addEventListener("keydown", pause, true);
  const follow = (/** @type {Event} */ event) => {
    const { detail } = /** @type {CustomEvent<Turned>} */ (event);
    if (picture.time.follows) show(Number(detail.turned.step));
  };
  document.addEventListener(TURNED, follow);

  return {
    node,
    /** @param {Drawing} drawing */
    drawn({ time: newest, figures }) {
      if (!newest) return;
      const { last } = picture.time;
      Object.assign(picture, { time: newest, figures });
      node.hidden = newest.last === 0 || Boolean(newest.follows);
      range.max = String(newest.last);
      const isAhead = play.state.timer || asking.isPending("step");
      if (!isAhead || last !== newest.last) {
        if (play.state.timer) play.step(0);
        play.state.at = newest.step;
      }
      show(play.state.at);
    },
    repeat({ step }) {
      if (step === undefined || step > picture.time.last) return;
      play.state.at = step;
      show(step);
    },
    end() {
      if (play.state.timer) clearInterval(play.state.timer);
      document.removeEventListener("click", pause, true);
      document.removeEventListener("keydown", pause, true);
      document.removeEventListener(TURNED, follow);
    },
  };
}

/**
 * Where on a path a step is, or the last state before it; nothing of a figure without a path.
 * @param {number} step
 * @param {any[]} traces
 */
function placeOf(step, traces) {
  const path = traces.find(({ customdata }) => customdata);
  if (!path) return undefined;
  const at = path.customdata.findLastIndex((/** @type {number} */ own) => own <= step);
  const found = Math.max(0, at);
  return { x: [[path.x[found]]], y: [[path.y[found]]] };
}

/**
 * Which step it is, and the loss where its curve has a point there.
 * @param {number} at
 * @param {{time: TimeData, figures: Drawn[]}} picture
 */
function saysOf(at, { time: { last }, figures }) {
  const curve = figures[0]?.figure.spec.data[0];
  const loss = curve?.y[curve.x?.indexOf(at) ?? -1];
  const known = typeof loss === "number" ? `, loss ${Number(loss.toPrecision(4))}` : "";
  return `Step ${at} of ${last}${known}`;
}
