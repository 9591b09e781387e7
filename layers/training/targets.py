"""What a layer may be asked to learn, in NumPy: random numbers, a rule of its input, classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from layers.inputs.fields import BadInputError
from layers.inputs.sources import MAXIMUM_ELEMENTS, check_size, format_shape

Shape = tuple[int, ...]
_APART = 1_000_003
"""Between the seed of targets and that of inputs, so that the two are not the same numbers."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A way to make targets from the inputs.

    Attributes:
        label: as a page calls it.
        make: (inputs, targets' shape, seed) → float32 of that shape.
    """

    label: str
    make: Callable[[np.ndarray, Shape, int], np.ndarray]


def _random(_inputs: np.ndarray, shape: Shape, seed: int) -> np.ndarray:
    return np.random.default_rng(seed + _APART).normal(size=shape).astype("float32")


def _rows(inputs: np.ndarray) -> np.ndarray:
    """Return the inputs in float64 as one line a row."""
    return inputs.reshape(len(inputs), -1).astype("float64")


def _alike(values: np.ndarray, shape: Shape) -> np.ndarray:
    """Return one number a row, repeated to the targets' shape."""
    column = values.reshape((len(values),) + (1,) * (len(shape) - 1))
    return np.ascontiguousarray(np.broadcast_to(column, shape), "float32")


def _sum(inputs: np.ndarray, shape: Shape, _seed: int) -> np.ndarray:
    return _alike(_rows(inputs).sum(axis=1), shape)


def _mean(inputs: np.ndarray, shape: Shape, _seed: int) -> np.ndarray:
    return _alike(_rows(inputs).mean(axis=1), shape)


def _center(inputs: np.ndarray, shape: Shape, _seed: int) -> np.ndarray:
    """Return the number in the middle of each row: of each axis its middle cell."""
    middle = tuple(length // 2 for length in inputs.shape[1:])
    return _alike(inputs[(slice(None), *middle)].astype("float64"), shape)


def _one_hot(classes: np.ndarray, shape: Shape) -> np.ndarray:
    column = classes.reshape((len(classes),) + (1,) * (len(shape) - 1))
    chosen = np.arange(shape[-1]) == column
    return np.ascontiguousarray(np.broadcast_to(chosen, shape), "float32")


def _classes(_inputs: np.ndarray, shape: Shape, seed: int) -> np.ndarray:
    draws = np.random.default_rng(seed + _APART).integers(_ways(shape), size=shape[0])
    return _as_classes(draws, shape)


def stripe_classes(inputs: np.ndarray) -> np.ndarray:
    """Return 1 where an image changes more from row to row than from column to column, else 0.

    Args:
        inputs: (batch, rows, columns, …), or (batch, features), whose features are then compared
            as even against odd.

    Returns:
        (batch,) int64.
    """
    values = inputs.astype("float64")
    if values.ndim < 3:
        rows = _rows(inputs)
        return (rows[:, 0::2].sum(axis=1) > rows[:, 1::2].sum(axis=1)).astype("int64")
    rest = tuple(range(1, values.ndim))
    down = np.abs(np.diff(values, axis=1)).sum(axis=rest)
    across = np.abs(np.diff(values, axis=2)).sum(axis=rest)
    return (down > across).astype("int64")


def _stripes(inputs: np.ndarray, shape: Shape, _seed: int) -> np.ndarray:
    return _as_classes(stripe_classes(inputs), shape)


def _ways(shape: Shape) -> int:
    return shape[-1] if len(shape) > 1 and shape[-1] > 1 else 2


def _as_classes(classes: np.ndarray, shape: Shape) -> np.ndarray:
    """Return one-hot rows; a single number, 0 or 1, where there is one output a row."""
    if _ways(shape) == 2 and (len(shape) < 2 or shape[-1] == 1):
        return _alike(classes.astype("float64"), shape)
    return _one_hot(classes, shape)


RULES: Mapping[str, Rule] = {
    "random": Rule(label="Random numbers", make=_random),
    "sum": Rule(label="The sum of each row's inputs", make=_sum),
    "mean": Rule(label="The mean of each row's inputs", make=_mean),
    "center": Rule(label="The number in the middle of each row", make=_center),
    "stripes": Rule(label="The class of the stripes", make=_stripes),
    "classes": Rule(label="Random classes", make=_classes),
}
"""The targets that NumPy makes; a teacher's are made by ``running.teacher``."""

TARGETS = (*RULES, "teacher")
"""Every name that a link may carry; a visitor's own array stands beside them."""


def make_targets(name: str, inputs: np.ndarray, shape: Shape, seed: int) -> np.ndarray:
    """Return the targets of a rule.

    Args:
        name: a name in ``RULES``.
        inputs: (batch, …), of any dtype that has numbers.
        shape: of the layer's output.
        seed: of what is drawn.

    Returns:
        float32 of ``shape``, the same for the same arguments.

    Raises:
        BadInputError: no rule has that name, the inputs and the outputs differ in their rows, or
            the targets would be too large.
    """
    if name not in RULES:
        raise BadInputError(
            f"The targets cannot be made: expected one of {', '.join(TARGETS)}, or an array. "
            f"Received {name[:60]!r}. Pick one of these."
        )
    check_size("targets", shape)
    own = name in ("random", "classes")
    if not own and (not shape or not inputs.ndim or inputs.shape[0] != shape[0]):
        raise BadInputError(
            f"The targets cannot be made by the rule {name!r}: expected as many rows of outputs as "
            f"of inputs. Received inputs {format_shape(inputs.shape)} and outputs "
            f"{format_shape(shape)}. Choose random targets, or an array."
        )
    if name == "classes" and not shape:
        raise BadInputError(
            "Classes cannot be made: expected an output with rows. Received one number. Choose "
            "random targets."
        )
    if not math.prod(inputs.shape) or inputs.size > MAXIMUM_ELEMENTS:
        check_size("input", inputs.shape)
    return RULES[name].make(inputs, shape, seed)
