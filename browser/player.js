// Plays scenes one after the other, by itself or step by step.

/** @typedef {{at: number, timer: number | undefined, speed: number}} PlayState */

/**
 * @template Scene
 * @template {{count: number, scene: (at: number) => Scene}} Scenes
 * @param {object} options
 * @param {() => Scenes | undefined} options.scenes
 * @param {(scenes: Scenes, scene: Scene) => void} options.show
 * @param {() => void} options.clear
 * @param {(state: PlayState) => void} options.changed
 */
export function player({ scenes, show, clear, changed }) {
  /** @type {PlayState} */
  const state = { at: -1, timer: undefined, speed: 2 };
  const stop = () => {
    clearInterval(state.timer);
    state.timer = undefined;
    changed(state);
  };
  const end = () => {
    stop();
    state.at = -1;
    clear();
    changed(state);
  };
  const go = (/** @type {number} */ to) => {
    const play = scenes();
    if (!play) return;
    if (to >= play.count) {
      stop();
      return;
    }
    state.at = Math.max(0, to);
    show(play, play.scene(state.at));
    changed(state);
  };
  const start = () => {
    clearInterval(state.timer);
    state.timer = setInterval(() => go(state.at + 1), 1000 / state.speed);
  };
  return {
    state,
    end,
    /** @param {number} by */
    step(by) {
      stop();
      go(state.at + by);
    },
    toggle() {
      if (state.timer) {
        stop();
        return;
      }
      const play = scenes();
      if (play && state.at >= play.count - 1) state.at = -1;
      start();
      go(state.at + 1);
    },
    /** @param {number} speed scenes a second */
    setSpeed(speed) {
      state.speed = speed;
      if (state.timer) start();
    },
    /** Show the scene again after the picture has changed; one that is gone ends the play. */
    again() {
      if (state.at < 0) return;
      const play = scenes();
      if (play && state.at < play.count) show(play, play.scene(state.at));
      else end();
    },
  };
}
