// The way back to the presenter, for a follower who looks around.

import { addBar } from "./room_bars.js";
import { followLink, keepRoom, spelled } from "./room.js";
import { button } from "./tools.js";

/** @param {import("./room.js").Room} room */
export function wayBack({ code }) {
  const back = button("Back to the presenter", `Follow ${spelled(code)} again`, () =>
    location.assign(followLink(code)),
  );
  const leave = button("✕", "Do not go back: stay here", () => {
    keepRoom();
    bar.remove();
  });
  const bar = addBar("Looking around", "You look around.", back, leave);
}
