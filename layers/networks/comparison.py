"""Two networks compared: which weights belong together, and how much they differ."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from layers.model_files.arrays import Array, Index, to_float
from layers.model_files.layout import pieces, whole_layout
from layers.model_files.model import LayerEntry, ModelFile, WeightEntry
from layers.model_files.planes import WeightView, view


@dataclass(frozen=True, kw_only=True)
class WeightPair:
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
    """How much two weights differ.

    Attributes:
        largest: max |first − second|. NaN in both and equal infinities are no difference; NaN in
            one of them makes it NaN.
        rms: the root mean square of first − second; NaN likewise.
        unequal: how many numbers differ.
    """

    largest: float
    rms: float
    unequal: int


def match(first: ModelFile, second: ModelFile) -> tuple[WeightPair, ...]:
    """Return pairs of weights: of layers of one path, else of layers with equal weight shapes.

    Keras numbers layers through a whole session (``dense``, ``dense_1``), so a path alone does not
    find the same layer in a network that was built later.
    """
    unpaired = {layer.path: layer for layer in second.layers if layer.weights}
    partners: dict[str, LayerEntry | None] = {}
    for layer in (layer for layer in first.layers if layer.weights):
        found = unpaired.get(layer.path)
        if found is not None and _signature(found) == _signature(layer):
            partners[layer.path] = unpaired.pop(layer.path)
    for layer in (layer for layer in first.layers if layer.weights):
        if layer.path in partners:
            continue
        alike = (other for other in unpaired.values() if _signature(other) == _signature(layer))
        found = next(alike, None) or unpaired.get(layer.path)
        partners[layer.path] = unpaired.pop(found.path) if found else None
    pairs: list[WeightPair] = []
    for layer in (layer for layer in first.layers if layer.weights):
        pairs += _pairs(layer, partners[layer.path])
    for layer in unpaired.values():
        pairs += [
            WeightPair(layer="", other_layer=layer.path, first=None, second=weight)
            for weight in layer.weights
        ]
    return tuple(pairs)


def _pairs(layer: LayerEntry, other: LayerEntry | None) -> Iterable[WeightPair]:
    by_name = {weight.name: weight for weight in other.weights} if other else {}
    path = other.path if other else ""
    for weight in layer.weights:
        second = by_name.pop(weight.name, None)
        yield WeightPair(layer=layer.path, other_layer=path, first=weight, second=second)
    for weight in by_name.values():
        yield WeightPair(layer=layer.path, other_layer=path, first=None, second=weight)


def _signature(layer: LayerEntry) -> tuple:
    return tuple((weight.name, weight.shape) for weight in layer.weights)


class WeightDifference:
    """First minus second as float64, read a piece at a time; equal infinities give 0."""

    def __init__(self, first: Array, second: Array) -> None:
        self._first = first
        self._second = second
        self.shape = first.shape
        self.dtype = np.dtype("float64")

    def read(self, index: Index) -> np.ndarray:
        """Return a piece."""
        first = to_float(self._first.read(index)).astype("float64")
        second = to_float(self._second.read(index)).astype("float64")
        with np.errstate(invalid="ignore"):
            return np.where(first == second, 0.0, first - second)


def distance(first: Array, second: Array) -> Distance:
    """Return how much two weights of one shape differ.

    Raises:
        BadInputError: a file is damaged.
    """
    largest, squares, unequal, count = 0.0, 0.0, 0, 0
    layout = whole_layout(first.shape)
    both = zip(pieces(first, layout), pieces(second, layout), strict=True)
    for (_, _, a), (_, _, b) in both:
        left, right = (to_float(piece).astype("float64") for piece in (a, b))
        differ = ~((left == right) | (np.isnan(left) & np.isnan(right)))
        count += left.size
        unequal += int(differ.sum())
        if not differ.any():
            continue
        with np.errstate(all="ignore"):
            differences = np.abs(left[differ] - right[differ])
            squares += float((differences**2).sum())
        largest = float(np.maximum(largest, differences.max()))  # NaN where one of them is
    rms = math.sqrt(squares / count) if count else 0.0
    return Distance(largest, rms, unequal)


def view_difference(first: Array, second: Array, entry: WeightEntry) -> WeightView:
    """Return the planes of first minus second.

    Args:
        first: a weight.
        second: one of the same shape.
        entry: the description of the first.

    Raises:
        BadInputError: a file is damaged.
    """
    return view(WeightDifference(first, second), entry)
