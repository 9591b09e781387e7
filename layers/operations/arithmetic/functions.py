"""Functions of numbers, cell by cell, from their textbook formulas: arrays in, an array out.

NaN stays NaN, and nothing overflows on the way to a finite result.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from layers.operations.arithmetic.derivatives import DERIVATIVES, SELU_ALPHA, SELU_SCALE

_error = np.vectorize(math.erf, otypes=["float64"])
_complement = np.vectorize(math.erfc, otypes=["float64"])


def _like(x: Any, values: Any) -> np.ndarray:
    """Return values in the precision of ``x``."""
    return np.asarray(values, dtype=np.asarray(x).dtype)


def _erf(x: np.ndarray) -> np.ndarray:
    return _like(x, _error(x))


def _erfc(x: np.ndarray) -> np.ndarray:
    return _like(x, _complement(x))


def _sigmoid(x: np.ndarray) -> np.ndarray:
    power = np.exp(-np.abs(x))  # at most 1
    return np.where(np.asarray(x) < 0, power, 1) / (1 + power)


def _softplus(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _expm1_below(x: np.ndarray) -> np.ndarray:
    """Return exp(x) − 1 where x is negative, and 0 elsewhere."""
    return np.expm1(np.minimum(x, 0))


def _elu(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    return np.maximum(x, 0) + alpha * _expm1_below(x)


def _celu(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    return np.maximum(x, 0) + alpha * _expm1_below(x / alpha)


def _leaky_relu(x: np.ndarray, alpha: float = 0.2) -> np.ndarray:
    return np.where(np.asarray(x) > 0, x, alpha * x)


def _gelu(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * _erfc(-x * math.sqrt(0.5))


def _gelu_tanh(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))


def _hard_sigmoid(x: np.ndarray) -> np.ndarray:
    return np.clip(x + 3, 0, 6) / 6


def _round(x: np.ndarray) -> np.ndarray:
    return np.rint(x) if np.issubdtype(np.asarray(x).dtype, np.floating) else np.asarray(x)


def _no_nan(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """Return the function with 0 wherever its second argument is 0."""

    def guarded(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.where(np.equal(y, 0), np.zeros((), np.result_type(x, y)), function(x, y))

    return guarded


def _x_log_y(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.where(np.equal(x, 0), np.zeros((), np.result_type(x, y)), x * np.log(y))


def _cast(x: np.ndarray, dtype: str) -> np.ndarray:
    """Return the numbers in another type; of complex numbers the real part, as TensorFlow does."""
    x = np.asarray(x)
    return (np.real(x) if not dtype.startswith("complex") else x).astype(dtype)


def _whole(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """Return a function of whole numbers that also takes them as floats."""

    def converted(*operands: Any) -> np.ndarray:
        arrays = [np.asarray(each) for each in operands]
        return function(*(a.astype("int64") if a.dtype.kind == "f" else a for a in arrays))

    return converted


def _bits(x: np.ndarray) -> np.ndarray:
    """Return the bits of numbers in float32, read as whole numbers."""
    return np.asarray(x, "float32").view("int32")


def _add_n(*terms: np.ndarray) -> np.ndarray:
    return functools.reduce(np.add, terms)


def _bucketize(x: np.ndarray, *boundaries: float) -> np.ndarray:
    edges = np.array(boundaries, dtype="float32")  # TensorFlow keeps them in float32
    return np.searchsorted(edges, np.asarray(x), side="right").astype("int32")


def _place(*numbers: float) -> float:
    """Return where the n-th of some cells that are not zero is, along one axis."""
    *cells, number, apart, length = numbers
    return np.flatnonzero(cells)[int(number)] // apart % length


def _soft_shrink(x: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    beyond = np.abs(x) > threshold  # false of NaN, which Keras makes 0
    return np.where(beyond, x - np.sign(x) * threshold, np.zeros_like(x))


def _hard_shrink(x: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    return np.where(np.abs(x) > threshold, x, np.zeros_like(x))  # 0 for NaN, as Keras has it


def _identity(x: np.ndarray) -> np.ndarray:
    return np.array(x)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "acos": np.arccos,
    "acosh": np.arccosh,
    "add": np.add,
    "add_n": _add_n,
    "and": np.logical_and,
    "angle": np.angle,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "atanh": np.arctanh,
    "bits": _bits,
    "bits_and": _whole(np.bitwise_and),
    "bits_not": _whole(np.invert),
    "bits_or": _whole(np.bitwise_or),
    "bits_xor": _whole(np.bitwise_xor),
    "bucketize": _bucketize,
    "cast": _cast,
    "ceil": np.ceil,
    "celu": _celu,
    "clip": lambda x, low, high: np.minimum(np.maximum(x, low), high),
    "complex": lambda real, imaginary: real + 1j * imaginary,
    "conjugate": np.conj,
    "cos": np.cos,
    "cosh": np.cosh,
    "divide": np.true_divide,
    "divide_no_nan": _no_nan(np.true_divide),
    "elu": _elu,
    "equal": np.equal,
    "erf": _erf,
    "erfc": _erfc,
    "exp": np.exp,
    "expm1": np.expm1,
    "floor": np.floor,
    "floor_divide": np.floor_divide,
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "hard_shrink": _hard_shrink,
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": lambda x: x * _hard_sigmoid(x),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "identity": _identity,
    "imaginary": np.imag,
    "is_finite": np.isfinite,
    "is_inf": np.isinf,
    "is_nan": np.isnan,
    "leaky_relu": _leaky_relu,
    "left_shift": _whole(np.left_shift),
    "less": np.less,
    "less_equal": np.less_equal,
    "log": np.log,
    "log1p": np.log1p,
    "log_sigmoid": lambda x: -_softplus(-x),
    "maximum": np.maximum,
    "minimum": np.minimum,
    "mish": lambda x: x * np.tanh(_softplus(x)),
    "mod": np.mod,
    "multiply": np.multiply,
    "multiply_no_nan": _no_nan(np.multiply),
    "negative": np.negative,
    "not": np.logical_not,
    "not_equal": np.not_equal,
    "or": np.logical_or,
    "place": _place,
    "power": np.power,
    "prelu": _leaky_relu,
    "real": np.real,
    "reciprocal": lambda x: 1 / x,
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "right_shift": _whole(np.right_shift),
    "round": _round,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "selu": lambda x: SELU_SCALE * _elu(x, SELU_ALPHA),
    "sigmoid": _sigmoid,
    "sign": np.sign,
    "silu": lambda x: x * _sigmoid(x),
    "sin": np.sin,
    "sinh": np.sinh,
    "soft_shrink": _soft_shrink,
    "softplus": _softplus,
    "softsign": lambda x: x / (1 + np.abs(x)),
    "sqrt": np.sqrt,
    "square": np.square,
    "squared_difference": lambda x, y: np.square(np.subtract(x, y)),
    "squareplus": lambda x, b=4.0: (x + np.sqrt(x * x + b)) / 2,
    "stop_gradient": _identity,
    "subtract": np.subtract,
    "tan": np.tan,
    "tanh": np.tanh,
    "tanh_shrink": lambda x: x - np.tanh(x),
    "truncate": np.trunc,
    "truncate_mod": np.fmod,
    "where": np.where,
    "x_divided_by_y": lambda x, y: np.where(np.equal(x, 0), 0 * y, np.true_divide(x, y)),
    "x_log_y": _x_log_y,
    "xor": np.logical_xor,
}
"""By name; the parameters of an operation are further arguments."""
FUNCTIONS |= DERIVATIVES
FUNCTIONS["swish"] = FUNCTIONS["silu"]
