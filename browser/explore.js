// Cells that answer, and can be pinned, played, typed into and resized.

import { act } from "./acts.js";
import { asker } from "./ask.js";
import { drawComplete, drawPartial } from "./canvas.js";
import { answerCells } from "./cells.js";
import { fitEdges } from "./edges.js";
import { reasonFixed, typeInto } from "./edit.js";
import { nameKeys } from "./figure.js";
import { playable, scenesOf } from "./play.js";
import { player } from "./player.js";
import { playTime } from "./time_steps.js";
import { makeTools } from "./tools.js";

/** @import { Activity, Drawing, Mount } from "./charts.js" */
/** @import { Drawn } from "./figure.js" */
/** @import { Order } from "./play.js" */
/** @import { Links } from "./wire.js" */

const SETTLED = 400; // ms after which the step of a play that stands goes into the link

/**
 * @param {Mount} mount
 * @returns {Activity}
 */
export function explore(mount) {
  /** @type {{links?: Links, figures: Drawn[]}} */
  const picture = { links: undefined, figures: [] };
  /** @type {{pinned: string, order: Order, arithmetic: string, settling?: number, opened?: boolean, chosen?: string}} */
  const state = { pinned: "", order: "cells", arithmetic: "" };

  const asking = asker(mount);
  /**
   * Ask for another picture: at once, ahead of the page, and of the page itself.
   * @param {Record<string, string>} changes
   * @param {boolean} [ofPage]
   */
  const ask = (changes, ofPage = true) => {
    mount.follower.turn(changes);
    if (ofPage) asking.tell(changes);
  };
  /**
   * Keep how a play stands in the link, on pages whose link has it.
   * @param {Record<string, string>} changes
   */
  const keep = (changes) => {
    if (picture.links?.play) asking.tell(changes);
  };
  const edits = () => asking.value("edits") ?? "";
  const applyEdits = (/** @type {string} */ text) => ask({ edits: text });

  const undo = () => applyEdits(edits().split(",").slice(0, -1).join(","));
  const undoByKey = (/** @type {KeyboardEvent} */ event) => {
    const { key, ctrlKey, metaKey, shiftKey, target } = event;
    const isUndo = key.toLowerCase() === "z" && (ctrlKey || metaKey) && !shiftKey;
    const isTyping = /** @type {Element} */ (target).closest?.(
      "input, textarea, [contenteditable]",
    );
    if (!isUndo || isTyping || !edits()) return;
    undo();
    event.preventDefault();
  };
  document.addEventListener("keydown", undoByKey);

  const cells = answerCells({
    root: mount.root,
    links: () => picture.links,
    figures: () => picture.figures,
    pinned: () => state.pinned,
    pointed: (point) => act(mount, { point }),
    pin(cell) {
      state.pinned = cell === state.pinned ? "" : cell;
      play.end();
      ask({ cell: state.pinned });
      if (!state.pinned) cells.say("Nothing is pinned.");
    },
    edit(cell, spot, typed = "") {
      const reason = reasonFixed(/** @type {Links} */ (picture.links), spot.made.figure.name);
      if (reason) {
        cells.say(reason);
        tools.say(reason);
        return;
      }
      const put = (/** @type {string} */ text) =>
        applyEdits([edits(), `${cell}=${text}`].filter(Boolean).join(","));
      typeInto(spot, typed, put, (refusal) => {
        cells.say(refusal);
        tools.say(refusal);
      });
    },
  });

  const chosen = () => state.chosen ?? cells.chosenTensor();
  const play = player({
    scenes: () =>
      picture.links && picture.figures.length
        ? scenesOf(picture.links, picture.figures, chosen(), state.order)
        : undefined,
    show({ result }, { lit, numberAt, says }) {
      for (const made of picture.figures) if (made !== result) drawComplete(made);
      drawPartial(result, numberAt);
      cells.play({ lit });
      tools.say(says);
      if (!play.state.timer) cells.say(says); // a step is read out; of a play it would be too much
    },
    clear() {
      picture.figures.forEach(drawComplete);
      cells.play(undefined);
    },
    changed(now) {
      tools.showPlay(now);
      act(mount, { play: [now.at, state.order, chosen() ?? ""] });
      clearTimeout(state.settling);
      if (now.timer || String(now.at) === asking.value("play_step")) return;
      state.settling = setTimeout(() => keep({ play_step: String(now.at) }), SETTLED);
    },
  });
  const time = playTime(ask);

  const tools = makeTools({
    play: () => play.toggle(),
    step: (by) => play.step(by),
    stop: () => play.end(),
    order(name) {
      play.end();
      state.order = name;
      keep({ play_order: name });
    },
    speed(speed) {
      play.setSpeed(speed);
      time.setSpeed(speed);
      keep({ play_speed: String(speed) });
    },
    contrast: (name) => ask({ contrast: name }),
    undo,
    reset: () => applyEdits(""),
    unpin() {
      state.pinned = "";
      ask({ cell: "" });
    },
  });
  tools.showPlay(play.state);
  tools.add(time.button);

  /**
   * Set the play up as the link has it, when its picture is drawn first.
   * @param {Links} links
   */
  const open = ({ play: [order, speed, step] = ["cells", 2, -1] }) => {
    if (state.opened) return;
    state.opened = true;
    state.order = /** @type {Order} */ (order);
    play.setSpeed(speed);
    time.setSpeed(speed);
    tools.showChoices(order, speed);
    if (step >= 0) play.step(step + 1);
  };

  return {
    node: tools.node,
    /** @param {Drawing} drawing */
    drawn({ links, pin, figures, theme, width }) {
      if (!links) return;
      mount.root.style.setProperty("--ls-light", theme.mark);
      picture.links = links;
      picture.figures = figures.filter(
        ({ figure }) => figure?.cells && figure.name in links.tensors,
      );
      state.pinned = pin?.cell ?? "";
      for (const made of picture.figures) {
        made.links = links;
        nameKeys(made, links.fixed && "Enter pins one");
        fitEdges(made, links, (field, text, ended) => ask({ [field]: text }, ended));
      }
      const hasProduct =
        picture.figures.length > 0 && Boolean(playable(links, picture.figures).product);
      const { contrast } = links;
      tools.show({ hasProduct, contrast, edits: edits(), pinned: Boolean(pin) });
      const arithmetic = tools.showArithmetic(pin, theme, width);
      if (arithmetic !== state.arithmetic) cells.say(arithmetic);
      state.arithmetic = arithmetic;
      cells.paint();
      time.drawn(links);
      open(links);
      play.again();
    },
    repeat({ point, play: told }) {
      cells.show(point);
      if (!told) return;
      const [at, order, tensor] = told;
      state.order = /** @type {Order} */ (order);
      state.chosen = tensor || undefined;
      if (at < 0 && play.state.at >= 0) play.end();
      if (at >= 0) play.step(at - play.state.at);
    },
    end() {
      play.end();
      time.end();
      clearTimeout(state.settling);
      document.removeEventListener("keydown", undoByKey);
      cells.end();
    },
  };
}
