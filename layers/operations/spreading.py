"""Gradients of pools, of resizing and of slices, spread over the cells of the operand."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.operations.arithmetic import Expression, Number, OperandCell, Quotient, Sum
from layers.operations.op import Index, LayoutOp, Op, Spans
from layers.operations.pooling import MaxPool
from layers.operations.spans import AnySpan, Span, Table, along
from layers.operations.windows import Padding, Window, covering, over, pieces, windows


class Gradient(Op):
    """What all gradients share."""

    @property
    def noun(self) -> str:
        """``gradient``."""
        return "gradient"


@dataclass(frozen=True)
class AveragePoolGradient(Gradient):
    """The gradient of the image of an average pool: each window gives its cells equal parts.

    The operand is the gradient of the pool's result.

    Attributes:
        lengths: the image's spatial lengths.
        size: the pool's.
        strides: the pool's.
        padding: the pool's.
    """

    lengths: tuple[int, ...]
    size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: Padding

    @property
    def sign(self) -> str:
        """``spread``."""
        return "spread"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "each gradient in equal parts to the cells of its window"

    def _windows(self) -> tuple[Window, ...]:
        return windows(self.lengths, self.size, self.strides, self.padding)

    def _count(self, at: tuple[int, ...]) -> int:
        """Return how many cells of a window are no padding."""
        counts = [
            sum(window.holds(place, tap) for tap in range(window.size))
            for window, place in zip(self._windows(), at, strict=True)
        ]
        return int(np.prod(counts))

    def evaluate(self, gradient: np.ndarray) -> np.ndarray:
        """Add every window's parts to its cells."""
        own = self._windows()
        counts = np.array([self._count(at) for at in np.ndindex(*gradient.shape[1:-1])])
        parts = gradient / counts.reshape(*gradient.shape[1:-1], 1).astype(gradient.dtype)
        wide = [n + sum(width) for n, width in zip(self.lengths, self.padding, strict=True)]
        found = np.zeros((len(gradient), *wide, gradient.shape[-1]), gradient.dtype)
        for _, piece in pieces(found, own):  # each piece is a view of what is found
            np.add(piece, parts, out=piece)
        inside = tuple(
            slice(a, a + n) for (a, _), n in zip(self.padding, self.lengths, strict=True)
        )
        return found[(slice(None), *inside)]

    def spans(self, gradient: np.ndarray) -> tuple[Spans, ...]:
        """Return the windows that hold the cell."""
        tables = [over(window, axis + 1)[0] for axis, window in enumerate(self._windows())]
        return ((Span(0), *tables, Span(gradient.ndim - 1)),)

    def expression(self, index: Index, gradient: np.ndarray) -> Expression:
        """Return the sum of the parts."""
        own = self._windows()
        pairs = [covering(window, cell) for window, cell in zip(own, index[1:-1], strict=True)]
        terms = []
        for found in itertools.product(*pairs):
            at = tuple(place for place, _ in found)
            cell = (index[0], *at, index[-1])
            terms.append(Quotient(OperandCell(0, cell, gradient[cell]), Number(self._count(at))))
        return Sum(tuple(terms))


@dataclass(frozen=True)
class MaxPoolGradient(Gradient):
    """The gradient of the image of a max pool: each window gives all to the cell that it took.

    The operands are the image, and the gradient of the pool's result.

    Attributes:
        size: the pool's.
        strides: the pool's.
        padding: the pool's.
    """

    size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: Padding

    @property
    def sign(self) -> str:
        """``to the largest``."""
        return "to the largest"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "each gradient to the cell that was the largest of its window"

    def _taken(self, values: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return, per axis of the image, the cell that each window took."""
        pool = MaxPool(self.size, self.strides, self.padding)
        (spans,) = pool.spans(values)
        grid = np.indices(pool.evaluate(values).shape)
        return tuple(np.asarray(span.place(tuple(grid))[0]) for span in spans)

    def evaluate(self, values: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """Add every gradient to the cell that was taken."""
        found = np.zeros(values.shape, gradient.dtype)
        np.add.at(found, self._taken(values), gradient)
        return found

    def spans(self, values: np.ndarray, gradient: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell itself, and the windows from the first to the last that took it."""
        low = np.full((values.ndim, *values.shape), np.iinfo(int).max)
        high = np.full((values.ndim, *values.shape), -1)
        at = self._taken(values)
        for axis, places in enumerate(np.indices(gradient.shape)):
            np.minimum.at(low[axis], at, places)
            np.maximum.at(high[axis], at, places)
        axes = tuple(range(values.ndim))
        tables = tuple(
            Table(axes, np.where(last < 0, 0, first), np.where(last < 0, 0, last - first + 1))
            for first, last in zip(low[1:-1], high[1:-1], strict=True)
        )
        return along(values.shape), (Span(0), *tables, Span(values.ndim - 1))

    def expression(self, index: Index, values: np.ndarray, gradient: np.ndarray) -> Expression:
        """Return the sum of the gradients of the windows that took the cell."""
        mine = np.ones(gradient.shape, bool)
        for places, at in zip(self._taken(values), index, strict=True):
            mine &= places == at
        cells = [tuple(int(place) for place in cell) for cell in np.argwhere(mine)]
        return Sum(tuple(OperandCell(1, cell, gradient[cell]) for cell in cells))


@dataclass(frozen=True)
class SliceGradient(LayoutOp):
    """The gradient of what a slice was taken of: its cells where they were, and zeros elsewhere.

    Attributes:
        shape: of what the slice was taken of.
        begin: the slice's.
        strides: the slice's.
        squeezed: the slice's.
    """

    shape: tuple[int, ...]
    begin: tuple[int, ...]
    strides: tuple[int, ...]
    squeezed: tuple[int, ...] = ()

    noun = Gradient.noun

    @property
    def sign(self) -> str:
        """``put back``."""
        return "put back"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "put back where it was taken, zeros elsewhere"

    def evaluate(self, gradient: np.ndarray) -> np.ndarray:
        """Put the cells into zeros."""
        found = np.zeros(self.shape, gradient.dtype)
        wide = np.expand_dims(gradient, self.squeezed)
        places = [
            first + step * np.arange(count)
            for first, step, count in zip(self.begin, self.strides, wide.shape, strict=True)
        ]
        found[np.ix_(*places)] = wide
        return found

    def expression(self, index: Index, *operands: Any, **_: Any) -> Expression:
        """Return the cell, or the zero."""
        if any(index[axis] != self.begin[axis] for axis in self.squeezed):
            return self._nothing()
        return super().expression(index, *operands)

    def spans(self, gradient: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell; none where zeros were put."""
        stay = [axis for axis in range(len(self.shape)) if axis not in self.squeezed]
        found: list[AnySpan] = []
        for axis, length in zip(stay, gradient.shape, strict=True):
            step = abs(self.strides[axis])
            away = (np.arange(self.shape[axis]) - self.begin[axis]) * np.sign(self.strides[axis])
            inside = (away >= 0) & (away % step == 0) & (away // step < length)
            found.append(Table((axis,), np.where(inside, away // step, 0), inside.astype(int)))
        if self.squeezed and found:  # one axis stands for those that the slice dropped
            axes = (stay[0], *self.squeezed)
            grid = np.meshgrid(*(np.arange(self.shape[axis]) for axis in axes), indexing="ij")
            starts, sizes = (np.asarray(part) for part in found[0].place(_at(grid[0], stay[0])))
            for axis, places in zip(self.squeezed, grid[1:], strict=True):
                sizes = sizes * (places == self.begin[axis])
            found[0] = Table(axes, starts, sizes)
        return (tuple(found),)


def _at(places: np.ndarray, axis: int) -> list[np.ndarray]:
    """Return an index that has these places on an axis."""
    return [places] * (axis + 1)
