// Waiting for the screen.

/**
 * Work after the frame that is being made has been painted.
 * @param {() => void} work
 */
export function whenPainted(work) {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(work)));
}
