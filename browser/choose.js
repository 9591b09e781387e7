// Cells that answer, and of which one can be chosen: nothing is typed, resized or played.

import { act } from "./acts.js";
import { answerCells } from "./cells.js";
import { element } from "./dom.js";
import { nameKeys, silence } from "./figure.js";

/** @import { Activity, Drawing, Mount } from "./charts.js" */
/** @import { Drawn } from "./figure.js" */
/** @import { Links } from "./wire.js" */

const RESULTS = "outputs";

/**
 * @param {Mount} mount
 * @returns {Activity}
 */
export function choose(mount) {
  /** @type {{links?: Links, figures: Drawn[], chosen: string}} */
  const picture = { links: undefined, figures: [], chosen: "" };
  const cells = answerCells({
    root: mount.root,
    links: () => picture.links,
    figures: () => picture.figures,
    pinned: () => picture.chosen,
    pointed: (point) => act(mount, { point }),
    pin(cell) {
      if (!cell.startsWith(`${RESULTS}.`)) return; // there is always one, and inputs have none
      picture.chosen = cell;
      cells.paint();
      mount.send({ cell });
    },
    edit() {},
  });
  return {
    node: element("span"),
    /** @param {Drawing} drawing */
    drawn({ links, pin, figures, theme }) {
      if (!links) return;
      mount.root.style.setProperty("--ls-light", theme.mark);
      const shown = figures.filter(({ figure }) => figure && links.answer?.includes(figure.name));
      Object.assign(picture, { links, figures: shown, chosen: pin?.cell ?? "" });
      for (const made of figures) if (made.figure && !shown.includes(made)) silence(made);
      for (const made of shown) {
        const results = made.figure.name === RESULTS;
        nameKeys(made, results ? "Enter chooses one" : "");
        made.plot.classList.toggle("ls-choosing", results);
      }
      cells.paint();
    },
    repeat: ({ point }) => cells.show(point),
    end: () => cells.end(),
  };
}
