// The colours, light and dark: safe for the colour-blind, and signed data centred on zero.

/** @typedef {[at: number, colour: string][]} Scale colours by places from 0 to 1 */

/**
 * @typedef {object} Theme
 * @property {"light" | "dark"} name
 * @property {string} paper
 * @property {string} text
 * @property {string} quiet
 * @property {string} bar
 * @property {string} mark
 * @property {string} gap
 * @property {Scale} signed
 * @property {Scale} mask
 * @property {Scale} grey
 */

// A picture is black where it is 0, on light and on dark.
/** @type {Scale} */
const GREY = [
  [0, "#000000"],
  [1, "#ffffff"],
];

/** @type {{light: Theme, dark: Theme}} */
const THEMES = {
  light: {
    name: "light",
    paper: "#ffffff",
    text: "#1f2430",
    quiet: "#5b6472",
    bar: "#2f6db5",
    mark: "#b3005e",
    gap: "#e6e8ec",
    signed: [
      [0, "#1b4f93"],
      [0.25, "#7ea9da"],
      [0.5, "#f6f5f2"],
      [0.75, "#eea06a"],
      [1, "#b4430a"],
    ],
    mask: [
      [0, "#2b3140"],
      [0.5, "#2b3140"],
      [0.5, "#cfe6dc"],
      [1, "#cfe6dc"],
    ],
    grey: GREY,
  },
  dark: {
    name: "dark",
    paper: "#0f131a",
    text: "#e8eaef",
    quiet: "#a3acbb",
    bar: "#6ea8ee",
    mark: "#ff7ac0",
    gap: "#3a4150",
    signed: [
      [0, "#8cc2ff"],
      [0.25, "#3b72b8"],
      [0.5, "#1c222c"],
      [0.75, "#b3591d"],
      [1, "#ffab70"],
    ],
    mask: [
      [0, "#05070a"],
      [0.5, "#05070a"],
      [0.5, "#4f9479"],
      [1, "#4f9479"],
    ],
    grey: GREY,
  },
};

/**
 * The theme that suits the page's background, which Streamlit names in a CSS property.
 * @param {Element} node
 */
export function themeOf(node) {
  const [red, green, blue] = channels(
    getComputedStyle(node).getPropertyValue("--st-background-color").trim(),
  );
  return 0.3 * red + 0.59 * green + 0.11 * blue < 128 ? THEMES.dark : THEMES.light;
}

/**
 * Black or white, whichever is read better on a colour scale at a place between 0 and 1. The better
 * one has a contrast of 4.5 or more: they are equal, at 4.58, on a luminance of 0.179.
 * @param {Scale} scale
 * @returns {(at: number) => string}
 */
export function inkOf(scale) {
  const mixed = mixer(scale);
  return (at) => (luminance(mixed(at)) > 0.179 ? "#000000" : "#ffffff");
}

/**
 * Relative luminance as WCAG 2 defines it, from 0 (black) to 1 (white).
 * @param {number[]} colour
 */
function luminance(colour) {
  const [red, green, blue] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * The colour of a scale at a place between 0 and 1.
 * @param {Scale} scale
 * @returns {(at: number) => string}
 */
export function colourOf(scale) {
  const mixed = mixer(scale);
  return (at) => `rgb(${mixed(at).map(Math.round).join(" ")})`;
}

const SHADES = 2048; // of a scale: more than a screen tells apart
/** @type {WeakMap<Scale, Uint8ClampedArray>} */
const tables = new WeakMap();

/**
 * A scale's colours from 0 to 1: red, green, blue and opacity of one after the other. A picture of
 * many cells looks them up.
 * @param {Scale} scale
 */
export function shadesOf(scale) {
  let table = tables.get(scale);
  if (table) return table;
  const mixed = mixer(scale);
  table = new Uint8ClampedArray(4 * SHADES);
  for (let at = 0; at < SHADES; at++) table.set([...mixed(at / (SHADES - 1)), 255], 4 * at);
  tables.set(scale, table);
  return table;
}

/**
 * @param {Scale} scale
 * @returns {(at: number) => number[]}
 */
function mixer(scale) {
  /** @type {[number, number[]][]} */
  const stops = scale.map(([at, colour]) => [at, channels(colour)]);
  return (at) => {
    const place = Math.min(1, Math.max(0, at));
    const next = Math.max(
      1,
      stops.findIndex(([stop]) => stop >= place),
    );
    const [from, low] = stops[next - 1];
    const [to, high] = stops[next];
    const part = to > from ? (place - from) / (to - from) : 1;
    return low.map((value, index) => value + part * (high[index] - value));
  };
}

/**
 * Red, green and blue, from 0 to 255.
 * @param {string} colour
 */
function channels(colour) {
  if (/^#[0-9a-f]{6}$/i.test(colour)) {
    return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  }
  return (colour.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
}
