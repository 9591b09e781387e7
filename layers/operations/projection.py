"""Images that are turned, moved, sheared or seen from another side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from layers.operations.arithmetic import Expression, Number, OperandCell, Product, Sum
from layers.operations.op import Index, Op, Spans
from layers.operations.spans import Span, Table, whole

Fill = Literal["constant", "nearest", "reflect", "wrap"]


@dataclass(frozen=True)
class Project(Op):
    """Each cell is read where eight numbers say: at (ax + by + c, dx + ey + f) ÷ (gx + hy + 1).

    Operands are the images, (batch, rows, columns, channels), and the eight numbers of each image,
    or of all.

    Attributes:
        size: rows and columns of the result.
        method: ``nearest``, or ``bilinear``: the weighted mean of four cells.
        fill: how what lies outside is read.
        value: what stands there, where ``fill`` is ``constant``.
    """

    size: tuple[int, int]
    method: Literal["nearest", "bilinear"]
    fill: Fill = "constant"
    value: float = 0.0

    @property
    def noun(self) -> str:
        """``moved``."""
        return "moved"

    @property
    def sign(self) -> str:
        """``project``."""
        return "project"

    @property
    def says(self) -> str:
        """The sign in words."""
        return f"read where the eight numbers say, {self.method}, outside {self.fill}"

    def evaluate(self, images: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Read every cell."""
        found = np.zeros((len(images), *self.size, images.shape[-1]))
        batch = np.arange(len(images))[:, None, None]
        for rows, columns, weights in self._taps(images, numbers):
            inside = self._inside(images, rows, columns)
            own = images[batch, np.where(inside, rows, 0), np.where(inside, columns, 0)]
            found += weights[..., None] * np.where(inside[..., None], own, self.value)
        return found.astype(images.dtype)

    def spans(self, images: np.ndarray, numbers: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell or the four that were read, and all numbers of the image."""
        taps = self._taps(images, numbers)
        weighted = [np.where(weights != 0, 1, 0) for _, _, weights in taps]
        own: list = [Span(0)]
        for axis in (0, 1):
            places = np.stack([tap[axis] for tap in taps])
            read = np.stack(weighted) == 1
            first = np.where(read, places, np.iinfo(int).max).min(axis=0)
            last = np.where(read, places, -1).max(axis=0)
            own.append(Table((0, 1, 2), first, np.maximum(last - first + 1, 0)))
        each = Span(0) if len(numbers) > 1 else whole(1)
        return (*own, Span(3)), (each, whole(8))

    def expression(self, index: Index, images: np.ndarray, numbers: np.ndarray) -> Expression:
        """Return the weighted sum; the cell alone where its weight is 1."""
        place, terms = index[:3], []
        for rows, columns, weights in self._taps(images, numbers):
            at = (index[0], int(rows[place]), int(columns[place]), index[3])
            weight = float(weights[place])
            if weight == 0:
                continue
            inside = bool(self._inside(images, rows, columns)[place])
            read: Expression = OperandCell(0, at, images[at]) if inside else Number(self.value)
            terms.append(read if weight == 1 else Product((Number(weight), read)))
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def _inside(self, images: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        _, height, width, _ = images.shape
        return (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)

    def _taps(
        self, images: np.ndarray, numbers: np.ndarray
    ) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Return rows, columns and weights of what is read, (batch, rows, columns) each."""
        _, height, width, _ = images.shape
        # TensorFlow counts in float32, and where a cell lies on an edge that decides.
        n = np.broadcast_to(numbers.astype("float32"), (len(images), 8)).T[..., None, None]
        y, x = np.indices(self.size, dtype="float32")
        with np.errstate(all="ignore"):
            depth = n[6] * x + n[7] * y + np.float32(1)
            column = _mapped((n[0] * x + n[1] * y + n[2]) / depth, width, self.fill)
            row = _mapped((n[3] * x + n[4] * y + n[5]) / depth, height, self.fill)
        seen = (depth != 0) & np.isfinite(row) & np.isfinite(column)
        row, column = np.where(seen, row, -9), np.where(seen, column, -9)
        if self.method == "nearest":
            return [(_rounded(row), _rounded(column), np.ones(row.shape))]
        top, left = np.floor(row).astype(int), np.floor(column).astype(int)
        down, right = row.astype("float64") - top, column.astype("float64") - left
        return [
            (top + a, left + b, (down if a else 1 - down) * (right if b else 1 - right))
            for a in (0, 1)
            for b in (0, 1)
        ]


def _rounded(places: np.ndarray) -> np.ndarray:
    """Round to the nearest whole number, halves away from zero."""
    return (np.sign(places) * np.floor(np.abs(places) + 0.5)).astype(int)


def _mapped(places: np.ndarray, length: int, fill: Fill) -> np.ndarray:
    """Return where outside places are read inside."""
    if fill == "constant":
        return places
    if fill == "reflect" and length > 1:
        places = np.where(places < 0, -places - 1, places) % np.float32(2 * length)
        places = np.where(places >= length, 2 * length - places - 1, places)
    if fill == "wrap" and length > 1:
        below = places + length * (np.trunc(-places / (length - 1)) + 1)
        above = places - length * np.trunc(places / (length - 1))
        places = np.where(places < 0, below, np.where(places > length - 1, above, places))
    return np.clip(places, 0, length - 1)
