// A page that its style shows larger, as the look for a room does.

/**
 * How many times as large an element is shown; 1 in browsers that do not tell.
 * @param {Element} node
 */
export function zoomOf(node) {
  if (!document.documentElement.dataset.present) return 1; // asking works all styles out
  return /** @type {{currentCSSZoom?: number}} */ (node).currentCSSZoom ?? 1;
}

/**
 * The screen's pixels to an element's own.
 * @param {Element} node
 */
export function ratioOf(node) {
  return (devicePixelRatio || 1) * zoomOf(node);
}
