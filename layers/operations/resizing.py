"""Images of another size: each axis by itself, a weighted sum of a few cells."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from layers.operations.arithmetic import Expression, Number, OperandCell, Product, Sum
from layers.operations.op import Index, Op, Spans
from layers.operations.spans import Table, along


class Weighed(Op):
    """An image whose spatial axes are weighted sums of another's, each axis by itself."""

    @property
    def noun(self) -> str:
        """``resized``."""
        return "resized"

    @property
    def sign(self) -> str:
        """``resize``."""
        return "resize"

    def weights(self, axis: int, length: int) -> np.ndarray:
        """Return how much each cell of an axis adds to each of the result.

        Args:
            axis: among the spatial ones.
            length: the operand's there.

        Returns:
            (size, length) float64.
        """
        raise NotImplementedError

    def _tables(self, values: np.ndarray) -> list[np.ndarray]:
        return [self.weights(axis, length) for axis, length in enumerate(values.shape[1:-1])]

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Weigh each axis by itself."""
        found = values
        for axis, weights in enumerate(self._tables(values), start=1):
            if ((weights == 1) | (weights == 0)).all() and (weights.sum(axis=1) == 1).all():
                found = np.take(found, weights.argmax(axis=1), axis=axis)
            else:
                exact = weights.astype(np.result_type(values.dtype, "float32"))
                found = np.moveaxis(np.tensordot(exact, found, axes=(1, axis)), 0, axis)
        return found

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the cells from the first to the last that have a weight."""
        spans: list = list(along(values.shape))
        for axis, weights in enumerate(self._tables(values), start=1):
            weighted = weights != 0
            first = weighted.argmax(axis=1)
            last = weighted.shape[1] - weighted[:, ::-1].argmax(axis=1)
            spans[axis] = Table((axis,), first, np.where(weighted.any(axis=1), last - first, 0))
        return (tuple(spans),)

    def expression(self, index: Index, values: np.ndarray) -> Expression:
        """Return the weighted sum; the cell alone where its weight is 1."""
        own = [t[at] for t, at in zip(self._tables(values), index[1:-1], strict=True)]
        terms: list[Expression] = []
        for place in itertools.product(*(np.flatnonzero(row).tolist() for row in own)):
            weight = math.prod(float(row[at]) for row, at in zip(own, place, strict=True))
            at = (index[0], *place, index[-1])
            cell = OperandCell(0, at, values[at])
            terms.append(cell if weight == 1 else Product((Number(weight), cell)))
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))


@dataclass(frozen=True)
class Resize(Weighed):
    """An image of another size; each cell is one or a few cells around its place.

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
    def says(self) -> str:
        """The sign in words."""
        return f"resize to {' × '.join(map(str, self.size))}, {self.method}"

    def weights(self, axis: int, length: int) -> np.ndarray:
        """Return how much each cell of an axis adds to each of the result."""
        size = self.size[axis]
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
            part = np.rint(part * 1024) / 1024  # TensorFlow looks its weights up in a table
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


@dataclass(frozen=True)
class Resample(Weighed):
    """An image of another size; each cell is the cells around its place, weighed by a window.

    Attributes:
        size: the result's spatial lengths.
        scale: by how much each spatial axis grows.
        shift: by how many cells of the result each is moved.
        window: one of ``WINDOWS``.
        antialias: a smaller image weighs more cells, so that none is left out.
    """

    size: tuple[int, ...]
    scale: tuple[float, ...]
    shift: tuple[float, ...]
    window: str
    antialias: bool = False

    @property
    def says(self) -> str:
        """The sign in words."""
        return f"resize to {' × '.join(map(str, self.size))}, {self.window}"

    def weights(self, axis: int, length: int) -> np.ndarray:
        """Return how much each cell of an axis adds to each of the result."""
        radius, window = WINDOWS[self.window]
        step = 1 / self.scale[axis]
        wide = max(step, 1.0) if self.antialias else 1.0
        where = (np.arange(self.size[axis])[:, None] + 0.5 - self.shift[axis]) * step
        away = np.arange(length) + 0.5 - where
        found = np.where(np.abs(away) <= radius * wide, window(np.abs(away) / wide), 0.0)
        found = np.where((where >= 0) & (where <= length), found, 0.0)
        total = found.sum(axis=1, keepdims=True)
        return found / np.where(total == 0, 1, total)


@dataclass(frozen=True)
class ResizeGradient(Weighed):
    """The gradient of an image that was resized: each cell's weights, turned round.

    Attributes:
        of: the resizing.
        size: the image's spatial lengths.
    """

    of: Weighed
    size: tuple[int, ...]

    @property
    def noun(self) -> str:
        """``gradient``."""
        return "gradient"

    @property
    def sign(self) -> str:
        """``resize back``."""
        return "resize back"

    def weights(self, axis: int, length: int) -> np.ndarray:
        """Return how much each cell of the gradient adds to each cell of the image."""
        del length
        return self.of.weights(axis, self.size[axis]).T


def _cubic(part: np.ndarray, sharpness: float) -> dict[int, np.ndarray]:
    """Return the weights of the four cells around a place, by Keys's cubic."""

    def near(x: np.ndarray) -> np.ndarray:
        return ((sharpness + 2) * x - (sharpness + 3)) * x * x + 1

    def far(x: np.ndarray) -> np.ndarray:
        return ((sharpness * x - 5 * sharpness) * x + 8 * sharpness) * x - 4 * sharpness

    return {-1: far(1 + part), 0: near(part), 1: near(1 - part), 2: far(2 - part)}


def _lanczos(radius: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: np.sinc(x) * np.sinc(x / radius)


def _keys(x: np.ndarray) -> np.ndarray:
    near, far = _cubic(x, -0.5)[0], _cubic(x - 1, -0.5)[-1]
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def _mitchell(x: np.ndarray) -> np.ndarray:
    near = ((7 / 6 * x - 2) * x) * x + 8 / 9
    far = ((-7 / 18 * x + 2) * x - 10 / 3) * x + 16 / 9
    return np.where(x < 1, near, np.where(x < 2, far, 0))


WINDOWS: dict[str, tuple[float, Callable[[np.ndarray], np.ndarray]]] = {
    "box": (1, lambda x: np.where(x < 0.5, 1.0, np.where(x == 0.5, 0.5, 0.0))),
    "triangle": (1, lambda x: np.maximum(0, 1 - x)),
    "keyscubic": (2, _keys),
    "mitchellcubic": (2, _mitchell),
    "gaussian": (1.5, lambda x: np.exp(-2 * x * x)),
    "lanczos1": (1, _lanczos(1)),
    "lanczos3": (3, _lanczos(3)),
    "lanczos5": (5, _lanczos(5)),
}
"""How much a cell weighs by its distance from a place, and up to which distance."""
