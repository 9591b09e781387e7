"""What a backward pass computes of each cell: a gradient times the slope of a function.

The arguments are in TensorFlow's own order: the gradient and the operand (or the result), or the
result and the gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def _where(condition: Any, yes: Any, no: Any) -> np.ndarray:
    return np.where(condition, yes, np.zeros_like(yes) if no is None else no)


def _softplus(gradient: np.ndarray, x: np.ndarray) -> np.ndarray:
    power = np.exp(-np.abs(x))  # at most 1
    return gradient * np.where(np.asarray(x) < 0, power, 1) / (1 + power)


def _leaky_relu(gradient: np.ndarray, x: np.ndarray, alpha: float = 0.2) -> np.ndarray:
    return _where(np.asarray(x) > 0, gradient, alpha * gradient)


def _selu(gradient: np.ndarray, y: np.ndarray) -> np.ndarray:
    below = gradient * (y + SELU_SCALE * SELU_ALPHA)
    return _where(np.asarray(y) < 0, below, gradient * SELU_SCALE)


DERIVATIVES: dict[str, Callable[..., Any]] = {
    # (gradient, what went in)
    "relu_grad": lambda gradient, x: _where(np.asarray(x) > 0, gradient, None),
    "relu6_grad": lambda gradient, x: _where(np.logical_and(x > 0, x < 6), gradient, None),
    "leaky_relu_grad": _leaky_relu,
    "softplus_grad": _softplus,
    "softsign_grad": lambda gradient, x: gradient / np.square(1 + np.abs(x)),
    # (gradient, result)
    "elu_grad": lambda gradient, y: _where(np.asarray(y) < 0, gradient * (y + 1), gradient),
    "selu_grad": _selu,
    # (result, gradient)
    "tanh_grad": lambda y, gradient: gradient * (1 - y * y),
    "sigmoid_grad": lambda y, gradient: gradient * y * (1 - y),
    "sqrt_grad": lambda y, gradient: gradient * 0.5 / y,
    "rsqrt_grad": lambda y, gradient: gradient * -0.5 * y * y * y,
    "reciprocal_grad": lambda y, gradient: -gradient * y * y,
}
"""By name."""
