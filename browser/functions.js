// Functions of numbers by name, as `layers/operations/functions.py` has them.

const { abs, exp, log, max, min, sign, sqrt, tanh } = Math;
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const sigmoid = (/** @type {number} */ x) => (x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)));
const softplus = (/** @type {number} */ x) => max(x, 0) + Math.log1p(exp(-abs(x)));
const elu = (/** @type {number} */ x, alpha = 1) => max(x, 0) + alpha * Math.expm1(min(x, 0));
const clip = (/** @type {number} */ x, /** @type {number} */ low, /** @type {number} */ high) =>
  min(max(x, low), high);
const hardSigmoid = (/** @type {number} */ x) => clip(x + 3, 0, 6) / 6;
const truth = (/** @type {boolean} */ holds) => Number(holds);

/**
 * One minus the error function: a series near zero, a continued fraction beyond.
 * @param {number} x
 */
function erfc(x) {
  if (Number.isNaN(x)) return NaN;
  const z = abs(x);
  if (z < 2.5) {
    let [term, sum] = [z, z];
    for (let n = 1; n < 60; n++) {
      term *= (-z * z) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (sign(x) * 2 * sum) / sqrt(Math.PI);
  }
  let tail = z;
  for (let n = 60; n > 0; n--) tail = z + n / 2 / tail;
  const above = exp(-z * z) / sqrt(Math.PI) / tail;
  return x < 0 ? 2 - above : above;
}

/**
 * The nearest whole number; of two the even one.
 * @param {number} x
 */
function round(x) {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 ? low + 1 : low;
}

/**
 * @param {number} x
 * @param {string} dtype
 */
function cast(x, dtype) {
  if (dtype.startsWith("bool")) return truth(x !== 0);
  if (/^u?int/.test(dtype)) return Math.trunc(x);
  return dtype === "float32" ? Math.fround(x) : x;
}

/** @type {Record<string, (...numbers: any[]) => number>} */
export const FUNCTIONS = {
  abs,
  acos: Math.acos,
  acosh: Math.acosh,
  add: (x, y) => x + y,
  add_n: (...terms) => terms.reduce((sum, term) => sum + term, 0),
  and: (x, y) => truth(x && y),
  asin: Math.asin,
  asinh: Math.asinh,
  atan: Math.atan,
  atan2: Math.atan2,
  atanh: Math.atanh,
  bucketize: (x, ...edges) => edges.filter((edge) => Math.fround(edge) <= x).length,
  cast,
  ceil: Math.ceil,
  celu: (x, alpha = 1) => max(x, 0) + alpha * Math.expm1(min(x, 0) / alpha),
  clip,
  cos: Math.cos,
  cosh: Math.cosh,
  divide: (x, y) => x / y,
  divide_no_nan: (x, y) => (y === 0 ? 0 : x / y),
  elu,
  equal: (x, y) => truth(x === y),
  erf: (x) => 1 - erfc(x),
  erfc,
  exp,
  expm1: Math.expm1,
  floor: Math.floor,
  floor_divide: (x, y) => Math.floor(x / y),
  gelu: (x) => 0.5 * x * erfc(-x * sqrt(0.5)),
  gelu_tanh: (x) => 0.5 * x * (1 + tanh(sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
  greater: (x, y) => truth(x > y),
  greater_equal: (x, y) => truth(x >= y),
  hard_shrink: (x, threshold = 0.5) => (abs(x) > threshold ? x : 0),
  hard_sigmoid: hardSigmoid,
  hard_silu: (x) => x * hardSigmoid(x),
  hard_tanh: (x) => clip(x, -1, 1),
  identity: (x) => x,
  is_finite: (x) => truth(Number.isFinite(x)),
  is_inf: (x) => truth(abs(x) === Infinity),
  is_nan: (x) => truth(Number.isNaN(x)),
  leaky_relu: (x, alpha = 0.2) => (x > 0 ? x : alpha * x),
  less: (x, y) => truth(x < y),
  less_equal: (x, y) => truth(x <= y),
  log,
  log1p: Math.log1p,
  log_sigmoid: (x) => -softplus(-x),
  maximum: max,
  minimum: min,
  mish: (x) => x * tanh(softplus(x)),
  mod: (x, y) => x - y * Math.floor(x / y),
  multiply: (x, y) => x * y,
  multiply_no_nan: (x, y) => (y === 0 ? 0 : x * y),
  negative: (x) => -x,
  not: (x) => truth(!x),
  not_equal: (x, y) => truth(x !== y),
  or: (x, y) => truth(x || y),
  place: (...numbers) => {
    const [at, apart, length] = numbers.slice(-3);
    const places = numbers.slice(0, -3).flatMap((cell, place) => (cell ? [place] : []));
    return Math.floor(places[at] / apart) % length;
  },
  power: (x, y) => x ** y,
  prelu: (x, alpha = 0.2) => (x > 0 ? x : alpha * x),
  reciprocal: (x) => 1 / x,
  relu: (x) => max(x, 0),
  relu6: (x) => clip(x, 0, 6),
  round,
  rsqrt: (x) => 1 / sqrt(x),
  selu: (x) => SELU_SCALE * elu(x, SELU_ALPHA),
  sigmoid,
  sign,
  silu: (x) => x * sigmoid(x),
  sin: Math.sin,
  sinh: Math.sinh,
  soft_shrink: (x, threshold = 0.5) => (abs(x) > threshold ? x - sign(x) * threshold : 0),
  softplus,
  softsign: (x) => x / (1 + abs(x)),
  sqrt,
  square: (x) => x * x,
  squared_difference: (x, y) => (x - y) ** 2,
  squareplus: (x, b = 4) => (x + sqrt(x * x + b)) / 2,
  stop_gradient: (x) => x,
  subtract: (x, y) => x - y,
  swish: (x) => x * sigmoid(x),
  tan: Math.tan,
  tanh,
  tanh_shrink: (x) => x - tanh(x),
  truncate: Math.trunc,
  truncate_mod: (x, y) => x % y,
  where: (condition, yes, no) => (condition ? yes : no),
  x_divided_by_y: (x, y) => (x === 0 ? 0 * y : x / y),
  x_log_y: (x, y) => (x === 0 ? 0 : x * log(y)),
  xor: (x, y) => truth(Boolean(x) !== Boolean(y)),
  // Slopes: a gradient and what went in, or the result; the last five the other way about.
  relu_grad: (gradient, x) => (x > 0 ? gradient : 0),
  relu6_grad: (gradient, x) => (x > 0 && x < 6 ? gradient : 0),
  leaky_relu_grad: (gradient, x, alpha = 0.2) => (x > 0 ? gradient : alpha * gradient),
  softplus_grad: (gradient, x) => gradient * sigmoid(x),
  softsign_grad: (gradient, x) => gradient / (1 + abs(x)) ** 2,
  elu_grad: (gradient, y) => (y < 0 ? gradient * (y + 1) : gradient),
  selu_grad: (gradient, y) =>
    y < 0 ? gradient * (y + SELU_SCALE * SELU_ALPHA) : gradient * SELU_SCALE,
  tanh_grad: (y, gradient) => gradient * (1 - y * y),
  sigmoid_grad: (y, gradient) => gradient * y * (1 - y),
  sqrt_grad: (y, gradient) => (gradient * 0.5) / y,
  rsqrt_grad: (y, gradient) => gradient * -0.5 * y * y * y,
  reciprocal_grad: (y, gradient) => -gradient * y * y,
};
