"""The named inputs of a layer, each with the Python that makes the same array."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from layers.inputs.fields import BadInputError

MAXIMUM_ELEMENTS = 2**20
"""The most elements one tensor of a run may have: 4 MB as float32, drawn and sent in a moment."""


@dataclass(frozen=True, kw_only=True)
class InputSource:
    """A way to make an input of any shape.

    Attributes:
        label: what the page calls it.
        make: (shape, seed, constant) → array of that shape: float32, but ids are int32.
        code: the same as a Python expression, for ``code_of`` to fill in.
    """

    label: str
    make: Callable[[tuple[int, ...], int, float], np.ndarray]
    code: str


def _one_hot(shape: tuple[int, ...], _seed: int, _constant: float) -> np.ndarray:
    rows = math.prod(shape[:-1])
    return np.eye(shape[-1], dtype="float32")[np.arange(rows) % shape[-1]].reshape(shape)


NORMAL = InputSource(
    label="Normal numbers",
    make=lambda shape, seed, _: np.random.default_rng(seed).normal(size=shape).astype("float32"),
    code='np.random.default_rng({seed}).normal(size={shape}).astype("float32")',
)
ONES = InputSource(
    label="Ones",
    make=lambda shape, _seed, _constant: np.ones(shape, "float32"),
    code='np.ones({shape}, "float32")',
)
CONSTANT = InputSource(
    label="A constant",
    make=lambda shape, _, constant: np.full(shape, constant, "float32"),
    code='np.full({shape}, {constant}, "float32")',
)
RAMP = InputSource(
    label="Ramp from −1 to 1",
    make=lambda shape, *_: np.linspace(-1, 1, math.prod(shape)).reshape(shape).astype("float32"),
    code='np.linspace(-1, 1, {size}).reshape({shape}).astype("float32")',
)
ONE_HOT = InputSource(
    label="One-hot rows",
    make=_one_hot,
    code='np.eye({width}, dtype="float32")[np.arange({rows}) % {width}].reshape({shape})',
)
SOURCES = {
    "normal": NORMAL,
    "ones": ONES,
    "constant": CONSTANT,
    "ramp": RAMP,
    "one_hot": ONE_HOT,
}
"""The inputs that every layer takes, beside its own and the visitor's array."""
IDS = InputSource(
    label="Ids 0, 1, 2, …",
    make=lambda shape, _, most: (
        (np.arange(math.prod(shape)) % int(most)).reshape(shape).astype("int32")
    ),
    code="(np.arange({size}) % {constant}).reshape({shape})",
)
RANDOM_IDS = InputSource(
    label="Random ids",
    make=lambda shape, seed, most: (
        np.random.default_rng(seed).integers(int(most), size=shape).astype("int32")
    ),
    code="np.random.default_rng({seed}).integers({constant}, size={shape})",
)
IDS_IF_UNSAID = 10
"""How many ids there are where nothing says so: an author's layer that may take ids."""
ID_SOURCES = {"ids": IDS, "random_ids": RANDOM_IDS}
"""Whole numbers from 0, as int32: their ``constant`` is how many ids there are."""
PIXELS = InputSource(
    label="Ramp from 0 to 255",
    make=lambda shape, *_: np.linspace(0, 255, math.prod(shape)).reshape(shape).astype("float32"),
    code='np.linspace(0, 255, {size}).reshape({shape}).astype("float32")',
)
SAME = "same"
"""The name of an input that is the very array of the layer's first input (self-attention)."""


def code_of(source: InputSource, shape: tuple[int, ...], seed: int | str, constant: float) -> str:
    """Return the Python expression that makes the array ``source.make`` makes."""
    return source.code.format(
        shape=shape,
        seed=seed,
        constant=f"{constant:g}" if float(f"{constant:g}") == constant else repr(constant),
        size=math.prod(shape),
        width=shape[-1],
        rows=math.prod(shape[:-1]),
    )


def check_size(what: str, shape: tuple[int, ...]) -> None:
    """Refuse a tensor that is too large, from its shape alone, before anything is allocated.

    Raises:
        BadInputError: more than ``MAXIMUM_ELEMENTS`` elements.
    """
    if math.prod(shape) > MAXIMUM_ELEMENTS:
        raise BadInputError(
            f"The {what} cannot be made: expected at most {MAXIMUM_ELEMENTS:,} elements. Received "
            f"the shape {format_shape(shape)}, which has {math.prod(shape):,}. Make an axis "
            "shorter."
        )


def format_shape(shape: tuple[int, ...]) -> str:
    """Return a shape as text.

    >>> format_shape((8, 10)), format_shape((5,)), format_shape(())
    ('8 × 10', '5', 'one number')
    """
    return " × ".join(str(length) for length in shape) or "one number"
