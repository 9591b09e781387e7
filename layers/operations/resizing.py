"""Images of another size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from layers.operations.expression import Cell, Expression, Number, Product, Sum
from layers.operations.op import Index, Op, Spans
from layers.operations.spans import Table, along


@dataclass(frozen=True)
class Resize(Op):
    """An image of another size; each axis by itself, a weighted sum of one or a few cells.

    Attributes:
        size: the result's spatial lengths.
        method: ``nearest``, ``bilinear`` or ``bicubic``.
        align_corners: the corner cells' centres stay corners.
        half_pixel: cells count from their centres, as in a picture.
    """

    size: tuple[int, ...]
    method: Literal["nearest", "bilinear", "bicubic"]
    align_corners: bool = False
    half_pixel: bool = False

    @property
    def noun(self) -> str:
        """``resized``."""
        return "resized"

    @property
    def sign(self) -> str:
        """``resize``."""
        return "resize"

    @property
    def says(self) -> str:
        """The sign in words."""
        return f"resize to {' × '.join(map(str, self.size))}, {self.method}"

    def weights(self, length: int, size: int) -> np.ndarray:
        """Return how much each cell of an axis adds to each of the result: (size, length)."""
        corners = self.align_corners and size > 1
        # TensorFlow counts in float32, and where a cell lies on an edge that decides.
        steps = (length - 1, size - 1) if corners else (length, size)
        scale = np.float32(steps[0]) / np.float32(steps[1])
        at = np.arange(size, dtype="float32")
        half = np.float32(0.5)
        if self.method == "nearest":
            where = (at + half) * scale if self.half_pixel else at * scale
            cells = np.floor(where + half) if self.align_corners else np.floor(where)
            cells = np.clip(cells, 0, length - 1).astype(int)
            return np.eye(length)[cells]
        where = (at + half) * scale - half if self.half_pixel else at * scale
        lower = np.floor(where)
        part = (where - lower).astype("float64")
        if self.method == "bilinear":
            taps = {0: 1 - part, 1: part}
        else:
            taps = _cubic(part, -0.5 if self.half_pixel else -0.75)
        found = np.zeros((size, length))
        for away, weight in taps.items():
            cells = lower.astype(int) + away
            if self.method == "bicubic" and self.half_pixel:
                inside = (cells >= 0) & (cells < length)  # what lies outside has no weight
            else:
                inside = np.ones(size, bool)
            np.add.at(found, (np.arange(size), np.clip(cells, 0, length - 1)), weight * inside)
        if self.method == "bicubic" and self.half_pixel:
            found /= found.sum(axis=1, keepdims=True)
        return found

    def _tables(self, values: np.ndarray) -> list[np.ndarray]:
        return [
            self.weights(length, size)
            for length, size in zip(values.shape[1:-1], self.size, strict=True)
        ]

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Weigh each axis by itself."""
        found = values
        for axis, weights in enumerate(self._tables(values), start=1):
            if self.method == "nearest":
                found = np.take(found, weights.argmax(axis=1), axis=axis)
            else:
                exact = weights.astype(np.result_type(values.dtype, "float32"))
                found = np.moveaxis(np.tensordot(exact, found, axes=(1, axis)), 0, axis)
        return found

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the cells that have a weight."""
        spans: list = list(along(values.shape))
        for axis, weights in enumerate(self._tables(values), start=1):
            weighted = weights != 0
            starts = weighted.argmax(axis=1)
            last = weighted.shape[1] - weighted[:, ::-1].argmax(axis=1)
            spans[axis] = Table((axis,), starts, last - starts)
        return (tuple(spans),)

    def expression(self, index: Index, values: np.ndarray) -> Expression:
        """Return the weighted sum; the cell alone where its weight is 1."""
        tables = self._tables(values)
        own = [t[at] for t, at in zip(tables, index[1:-1], strict=True)]
        terms = []
        for place in np.ndindex(*values.shape[1:-1]):
            weight = math.prod(row[at] for row, at in zip(own, place, strict=True))
            if weight != 0:
                at = (index[0], *place, index[-1])
                terms.append((weight, Cell(0, at, values[at])))
        if len(terms) == 1 and terms[0][0] == 1:
            return terms[0][1]
        return Sum(tuple(Product((Number(weight), cell)) for weight, cell in terms))


def _cubic(part: np.ndarray, sharpness: float) -> dict[int, np.ndarray]:
    """Return the weights of the four cells around a place, by Keys's cubic."""

    def near(x: np.ndarray) -> np.ndarray:
        return ((sharpness + 2) * x - (sharpness + 3)) * x * x + 1

    def far(x: np.ndarray) -> np.ndarray:
        return ((sharpness * x - 5 * sharpness) * x + 8 * sharpness) * x - 4 * sharpness

    return {-1: far(1 + part), 0: near(part), 1: near(1 - part), 2: far(2 - part)}
