// Cells that answer and no more: what made the one that is pointed at is framed, and a cell of the
// results can be chosen.

import { answerCells } from "./cells.js";
import { element } from "./dom.js";
import { isWalked } from "./figure.js";

const RESULTS = "outputs";

// `mount` is the component's state: its root, and the way to tell the page.
export function answer(mount) {
  const picture = { links: undefined, figures: [], chosen: "" };
  const cells = answerCells({
    root: mount.root,
    links: () => picture.links,
    figures: () => picture.figures,
    pinned: () => picture.chosen,
    pin(text) {
      if (!text.startsWith(`${RESULTS}.`)) return; // one is always chosen, and of what comes in none
      picture.chosen = text;
      cells.paint();
      mount.tell({ cell: text });
    },
    edit() {},
  });
  return {
    node: element("span"),
    drawn({ links, pin, figures, theme }) {
      mount.root.style.setProperty("--ls-light", theme.mark);
      const shown = figures.filter(({ figure }) => figure && links.answer.includes(figure.name));
      Object.assign(picture, { links, figures: shown, chosen: pin.cell });
      for (const made of shown) {
        const results = made.figure.name === RESULTS;
        isWalked(made, results ? "Enter chooses one" : "");
        made.plot.classList.toggle("ls-choosing", results);
      }
      cells.paint();
    },
    end: () => cells.end(),
  };
}
