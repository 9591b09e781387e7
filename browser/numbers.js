// How numbers are written.

const GLYPH = 0.52; // width of a digit, in font sizes
const POINT = 0.5; // by so many digits a point is narrower than one
const LARGEST = 12; // pixels
const MOST_TYPED = 1e6; // as `layers/inputs/cells.py` has it
const SMALLEST = 8; // pixels below which a number cannot be read

/**
 * A writer of numbers in a d3 format such as ".2f" or ".1e", with a true minus and no minus before
 * zero.
 * @param {string} format
 * @returns {(value: number) => string}
 */
export function formatter(format) {
  const decimals = Number(format.slice(1, -1));
  const scientific = format.endsWith("e");
  return (value) => {
    const text = scientific ? value.toExponential(decimals) : value.toFixed(decimals);
    return withMinus(text.replace(/^-(?=[0.]*$)/, ""));
  };
}

/**
 * A number with six digits, as a sentence has it.
 * @param {number} value
 */
export function written(value) {
  return withMinus(String(Number(value.toPrecision(6)))).replace("Infinity", "∞");
}

/**
 * A number with at most so many significant digits, as Python's `layers/operations/numbers.py` has
 * it: whole numbers below a million keep all of theirs, and of two that are as near the even one.
 * @param {number} value
 * @param {number} [digits]
 */
export function significant(value, digits = 6) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return withMinus(String(value + 0));
  return general(value, digits);
}

/**
 * A number as Python's format `g` writes it, with a true minus and a short exponent.
 * @param {number} value finite
 * @param {number} digits
 */
function general(value, digits) {
  let [text, power] = value.toExponential(digits - 1).split("e");
  const exact = value.toExponential(60).split("e")[0];
  const at = exact.indexOf(".") + digits;
  if (/^50*$/.test(exact.slice(at)) && Number(exact[at - 1]) % 2 === 0) {
    [text, power] = [exact.slice(0, at), value.toExponential(60).split("e")[1]];
  }
  const exponent = Number(power);
  const short = (/** @type {string} */ number) =>
    number.includes(".") ? number.replace(/\.?0+$/, "") : number;
  if (exponent < -4 || exponent >= digits) return withMinus(`${short(text)}e${exponent}`);
  return withMinus(
    short(Number(`${text}e${exponent}`).toFixed(Math.max(0, digits - 1 - exponent))),
  );
}

/**
 * A result with the digits in which two calculations of it agree.
 * @param {number} checked
 * @param {number} computed
 */
export function agreed(checked, computed) {
  for (const digits of [6, 5, 4, 3]) {
    const text = significant(computed, digits);
    if (text === significant(checked, digits)) return text;
  }
  return `${significant(checked, 4)} worked out here, ${significant(computed, 4)} by TensorFlow`;
}

/**
 * A number that was typed, with a decimal comma or a true minus, as Python reads it. Infinities may
 * be written ∞.
 * @param {string} text
 */
export function typedNumber(text) {
  return text
    .trim()
    .replace("−", "-")
    .replace(/^([-+]?)(∞|inf|infinity)$/i, "$1inf")
    .replace(/^(-?\d*),(\d+)$/, "$1.$2");
}

/**
 * Why a typed number cannot be put into a cell; empty where it can.
 * @param {string} text as `typedNumber` returns it
 */
export function reasonRefused(text) {
  if (/^([-+]?inf|nan)$/i.test(text)) return "";
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (Math.abs(value) <= MOST_TYPED) return "";
  const received = text ? `“${text.slice(0, 20)}”` : "nothing";
  return `Not a number for this cell: expected one from −1,000,000 to 1,000,000, nan, inf or −inf. Received ${received}.`;
}

/**
 * The font size of numbers in a cell, in pixels; 0 where they could not be read.
 * @param {number} digits characters of the longest of them; 0 where none are written
 * @param {number} cell pixels
 */
export function numberSize(digits, cell) {
  const size = digits ? Math.min(LARGEST, Math.floor((cell - 4) / (digits * GLYPH))) : 0;
  return size >= SMALLEST ? size : 0;
}

/**
 * The font size of numbers in a cell and their format: with a decimal less where they would not fit.
 * @param {string} format as `formatter` takes it
 * @param {number} digits
 * @param {number} cell pixels
 * @returns {{size: number, format: string}} a size of 0 where they could not be read
 */
export function fitted(format, digits, cell) {
  const size = numberSize(digits, cell);
  const decimals = Number(format.slice(1, -1));
  if (size || !digits || !decimals) return { size, format };
  const left = decimals - 1;
  const shorter = digits - (left ? 1 + POINT : 2); // without decimals there is no point either
  // A pixel closer to the edges than usual, rather than none.
  return { size: numberSize(shorter, cell + 1), format: `.${left}${format.at(-1)}` };
}

/** @param {string} text */
function withMinus(text) {
  return text.replaceAll("-", "−");
}
