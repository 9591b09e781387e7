"""Two networks side by side: which weights belong together, and how far they lie apart."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.model_files.arrays import Array, Index, numbers
from layers.model_files.model import LayerEntry, ModelFile, WeightEntry
from layers.model_files.planes import WeightView, pieces, view, whole_layout

if TYPE_CHECKING:
    from layers.networks.running.runnable import Source


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A weight of each network; None where one of them has no such weight."""

    layer: str
    other_layer: str
    first: WeightEntry | None
    second: WeightEntry | None

    @property
    def fits(self) -> bool:
        """Whether both are there, of one shape, and can be read."""
        first, second = self.first, self.second
        if first is None or second is None or first.problem or second.problem:
            return False
        return first.shape == second.shape


@dataclass(frozen=True)
class Distance:
    """How far two weights lie apart.

    Attributes:
        largest: max |first − second|; equal NaN and infinities agree, others differ by infinity.
        mean_square_root: the root of the mean of squares.
        unequal: how many numbers differ at all.
    """

    largest: float
    mean_square_root: float
    unequal: int


def match(first: ModelFile, second: ModelFile) -> tuple[Pair, ...]:
    """Pair the weights: layers of the same path, else of the same weights in the same order.

    Names count on in one session of Keras (``dense``, ``dense_1``), so that a path alone does not
    find a layer of the same network built later.
    """
    left = {layer.path: layer for layer in second.layers if layer.weights}
    partners: dict[str, LayerEntry | None] = {}
    for layer in (layer for layer in first.layers if layer.weights):
        found = left.get(layer.path)
        if found is not None and _signature(found) == _signature(layer):
            partners[layer.path] = left.pop(layer.path)
    for layer in (layer for layer in first.layers if layer.weights):
        if layer.path in partners:
            continue
        alike = (other for other in left.values() if _signature(other) == _signature(layer))
        found = next(alike, None) or left.get(layer.path)
        partners[layer.path] = left.pop(found.path) if found else None
    pairs: list[Pair] = []
    for layer in (layer for layer in first.layers if layer.weights):
        pairs += _pairs(layer, partners[layer.path])
    for layer in left.values():
        pairs += [
            Pair(layer="", other_layer=layer.path, first=None, second=weight)
            for weight in layer.weights
        ]
    return tuple(pairs)


def _pairs(layer: LayerEntry, other: LayerEntry | None) -> Iterable[Pair]:
    by_name = {weight.name: weight for weight in other.weights} if other else {}
    path = other.path if other else ""
    for weight in layer.weights:
        second = by_name.pop(weight.name, None)
        yield Pair(layer=layer.path, other_layer=path, first=weight, second=second)
    for weight in by_name.values():
        yield Pair(layer=layer.path, other_layer=path, first=None, second=weight)


def _signature(layer: LayerEntry) -> tuple:
    return tuple((weight.name, weight.shape) for weight in layer.weights)


class Difference:
    """First minus second, read a piece at a time; equal infinities are no difference."""

    def __init__(self, first: Array, second: Array) -> None:
        self._first = first
        self._second = second
        self.shape = first.shape
        self.dtype = np.dtype("float64")

    def read(self, index: Index) -> np.ndarray:
        """Return a piece."""
        first = numbers(self._first.read(index)).astype("float64")
        second = numbers(self._second.read(index)).astype("float64")
        with np.errstate(invalid="ignore"):
            return np.where(first == second, 0.0, first - second)


def apart(source: Source, other: Source, pair: Pair) -> Distance:
    """Return how far a pair's weights lie apart; infinitely, where only one is NaN."""
    from layers.networks.running import runnable  # noqa: PLC0415 (the pages import this file for its data)

    assert pair.first is not None  # noqa: S101 (only pairs that fit are asked for)
    assert pair.second is not None  # noqa: S101
    largest, squares, unequal, count = 0.0, 0.0, 0, 0
    layout = whole_layout(pair.first.shape)
    with (
        runnable.array(source, pair.first.where) as first,
        runnable.array(other, pair.second.where) as second,
    ):
        theirs = pieces(second, layout)
        for (_, _, a), (_, _, b) in zip(pieces(first, layout), theirs, strict=True):
            left, right = (numbers(piece).astype("float64") for piece in (a, b))
            differ = ~((left == right) | (np.isnan(left) & np.isnan(right)))
            count += left.size
            unequal += int(differ.sum())
            if not differ.any():
                continue
            with np.errstate(all="ignore"):
                gap = np.abs(left[differ] - right[differ])
            gap = np.where(np.isnan(gap), np.inf, gap)
            largest = max(largest, float(gap.max()))
            squares += float((gap**2).sum())
    root = math.sqrt(squares / count) if count else 0.0
    return Distance(largest, root, unequal)


def look(source: Source, other: Source, pair: Pair) -> WeightView:
    """Return the planes of first minus second."""
    from layers.networks.running import runnable  # noqa: PLC0415 (the pages import this file for its data)

    assert pair.first is not None  # noqa: S101 (only pairs that fit are asked for)
    assert pair.second is not None  # noqa: S101
    with (
        runnable.array(source, pair.first.where) as first,
        runnable.array(other, pair.second.where) as second,
    ):
        return view(Difference(first, second), pair.first)
