// Brings a drawn equation to life: its cells answer, can be pinned, played, typed into and resized.

import { answerCells } from "./cells.js";
import { fitEdges } from "./edges.js";
import { fixedBecause, typeInto } from "./edit.js";
import { isWalked, paintGrown, paintWhole } from "./figure.js";
import { player, scenesOf, stageOf } from "./play.js";
import { makeTools } from "./tools.js";

const PATIENCE = 2000; // ms that the page has to confirm what it was told

// `mount` is the component's state: its root, Plotly, the page's live link, and the ways to ask.
export function explore(mount) {
  const picture = { links: undefined, figures: [], pin: undefined };
  const hand = { pinned: "", way: "cells", said: "" };

  // Ask for another picture: at once ahead of the page, and of the page itself. Streamlit may drop
  // an event for the next one, so what the page has not confirmed is told again with it.
  const untold = new Map();
  const confirmed = () => mount.page?.live?.turned ?? {};
  const forget = () => {
    for (const [name, { text, until }] of untold) {
      if (confirmed()[name] === text || performance.now() > until) untold.delete(name);
    }
  };
  const ask = (changes, tell = true) => {
    mount.follower.turn(changes);
    if (!tell) return;
    forget();
    const until = performance.now() + PATIENCE;
    for (const [name, text] of Object.entries(changes)) untold.set(name, { text, until });
    mount.tell(Object.fromEntries([...untold].map(([name, { text }]) => [name, text])));
  };
  const edits = () => {
    forget();
    return untold.get("edits")?.text ?? confirmed().edits ?? "";
  };
  const put = (text) => ask({ edits: text });

  const cells = answerCells({
    root: mount.root,
    links: () => picture.links,
    figures: () => picture.figures,
    pinned: () => hand.pinned,
    pin(text) {
      const wanted = text === hand.pinned ? "" : text;
      hand.pinned = wanted;
      play.end();
      ask({ cell: wanted });
      if (!wanted) cells.say("Nothing is pinned.");
    },
    edit(cell, at, typed = "") {
      const fixed = fixedBecause(picture.links, at.made.figure.name);
      if (fixed) {
        cells.say(fixed);
        tools.say(fixed);
        return;
      }
      typeInto(at, typed, (text) => {
        if (text) put([edits(), `${cell}=${text}`].filter(Boolean).join(","));
      });
    },
  });

  const scenes = () =>
    picture.figures.length
      ? scenesOf(picture.links, picture.figures, cells.looked(), hand.way)
      : undefined;
  const play = player({
    scenes,
    show({ result }, { lit, grown, says }) {
      for (const made of picture.figures) if (made !== result) paintWhole(made);
      paintGrown(result, grown);
      cells.play({ lit });
      tools.say(says);
      if (!play.state.timer) cells.say(says); // a step is read out; of a play it would be too much
    },
    clear() {
      picture.figures.forEach(paintWhole);
      cells.play(undefined);
    },
    changed: (state) => tools.playing(state),
  });

  const tools = makeTools({
    play: () => play.toggle(),
    step: (by) => play.step(by),
    stop: () => play.end(),
    way(name) {
      play.end();
      hand.way = name;
    },
    speed: (speed) => play.faster(speed),
    contrast: (name) => ask({ contrast: name }),
    undo: () => put(edits().split(",").slice(0, -1).join(",")),
    reset: () => put(""),
    unpin: () => ask({ cell: (hand.pinned = "") }),
  });
  tools.playing(play.state);

  const resize = (field, text, ended) => ask({ [field]: text }, ended);

  return {
    node: tools.node,
    drawn({ links, pin, figures, theme, width }) {
      Object.assign(picture, { links, pin });
      mount.root.style.setProperty("--ls-light", theme.mark);
      picture.figures = figures.filter(({ figure }) => figure.name in links.tensors);
      hand.pinned = pin?.cell ?? "";
      forget();
      for (const made of picture.figures) {
        made.links = links;
        isWalked(made);
        fitEdges(made, links, resize);
      }
      const { product } = stageOf(links, picture.figures);
      const pinned = Boolean(pin);
      tools.show({
        hasProduct: Boolean(product),
        contrast: links.contrast,
        edits: edits(),
        pinned,
      });
      const written = tools.arithmetic(mount.Plotly, pin, theme, width);
      if (written !== hand.said) cells.say(written);
      hand.said = written;
      cells.paint();
      play.again();
    },
    end() {
      play.end();
      cells.end();
      tools.clear(mount.Plotly);
    },
  };
}
