// Typing into a cell, where the number in it is stored and not computed.

import { element } from "./dom.js";

const FIXED = {
  constant: "is a constant, which the layer makes by itself: change its dimensions instead.",
  state: "is what the calls have left: change the input instead.",
  intermediate: "is computed: change a number that it is made of.",
  output: "is computed: change a number that it is made of.",
};

// Why a tensor's cells cannot be typed into; nothing where they can.
export function fixedBecause({ tensors }, name) {
  const why = FIXED[tensors[name].role];
  return why && `${name} cannot be edited: it ${why}`;
}

// Put a box to type in over a cell; `done` gets the text, unless it was given up.
export function typeInto({ made, row, column }, typed, done) {
  const box = element("input", "ls-typing");
  box.type = "text";
  box.inputMode = "decimal";
  box.setAttribute("aria-label", `New number for ${made.figure.name}`);
  box.value = typed || String(Number(made.z[row][column].toPrecision(6)));
  box.style.left = `${column * made.cell}px`;
  box.style.top = `${row * made.cell}px`;
  box.style.height = `${Math.max(made.cell, 24)}px`;
  let open = true;
  const end = (keep) => {
    if (!open) return;
    open = false;
    const { value } = box;
    box.remove();
    made.plot.focus({ preventScroll: true });
    if (keep)
      done(
        value
          .trim()
          .replace("−", "-")
          .replace(/^(-?\d+),(\d+)$/, "$1.$2"),
      );
  };
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") end(true);
    if (event.key === "Escape") end(false);
  });
  box.addEventListener("blur", () => end(false));
  for (const name of ["click", "dblclick", "pointermove"]) {
    box.addEventListener(name, (event) => event.stopPropagation());
  }
  made.plot.append(box);
  box.focus();
  if (!typed) box.select();
}
