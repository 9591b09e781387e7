"""Pooling: one number of every window of each channel. Channels stand last."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from layers.operations.arithmetic import Expression, Number, OperandCell, Quotient, Sum, TakenBranch
from layers.operations.op import Index, Op, Spans
from layers.operations.reduction import place
from layers.operations.spans import Span, Table
from layers.operations.windows import Padding, Window, padded, pieces, windows


@dataclass(frozen=True)
class _Pool(Op):
    """What pools share: a window without a kernel.

    Attributes:
        size: cells of the window, one number a spatial axis.
        strides: from one window to the next.
        padding: (before, after) each spatial axis.
    """

    size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: Padding

    @property
    def noun(self) -> str:
        """``pooled``."""
        return "pooled"

    def _windows(self, values: np.ndarray) -> tuple[Window, ...]:
        return windows(values.shape[1:-1], self.size, self.strides, self.padding)

    def _shape(self, values: np.ndarray) -> tuple[int, ...]:
        spatial = (window.count for window in self._windows(values))
        return (len(values), *spatial, values.shape[-1])

    def _cells(self, index: Index, values: np.ndarray) -> tuple[OperandCell, ...]:
        """Return the cells of a window, without padding."""
        own = self._windows(values)
        found = []
        for tap in np.ndindex(*self.size):
            taps = tuple(zip(own, index[1:-1], tap, strict=True))
            if all(window.holds(at, t) for window, at, t in taps):
                at = (index[0], *(window.cell(at, t) for window, at, t in taps), index[-1])
                found.append(OperandCell(0, at, values[at]))
        return tuple(found)


@dataclass(frozen=True)
class MaxPool(_Pool):
    """The largest number of every window, channel by channel; padding is never it."""

    @property
    def sign(self) -> str:
        """``max``."""
        return "max"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "the largest of each window"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Take the largest."""
        found = np.full(self._shape(values), _lowest(values), values.dtype)
        for _, piece in pieces(
            padded(values, self.padding, _lowest(values)), self._windows(values)
        ):
            found = np.maximum(found, piece)
        return found

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell that was taken."""
        own = self._windows(values)
        shape = self._shape(values)
        stack = np.stack([p for _, p in pieces(padded(values, self.padding, _lowest(values)), own)])
        taps = np.unravel_index(np.argmax(stack, axis=0), self.size)
        grid = np.indices(shape)
        axes = tuple(range(len(shape)))
        spatial = tuple(
            Table(axes, window.stride * at + tap - window.padding[0])
            for window, at, tap in zip(own, grid[1:-1], taps, strict=True)
        )
        return ((Span(0), *spatial, Span(len(shape) - 1)),)

    def expression(self, index: Index, values: np.ndarray) -> Expression:
        """Return the largest of the window's cells."""
        terms = self._cells(index, values)
        if not terms:
            return Number(_lowest(values))
        return TakenBranch(terms, taken=place([term.value for term in terms], "max"), name="max")

    def latex(self, *operands: str) -> str:
        r"""Write ``\max(X)``."""
        return rf"\max({operands[0]})"


def _lowest(values: np.ndarray) -> float:
    if np.issubdtype(values.dtype, np.integer):
        return int(np.iinfo(values.dtype).min)
    return -math.inf


@dataclass(frozen=True)
class AveragePool(_Pool):
    """The mean of every window, channel by channel; padding is not counted."""

    @property
    def sign(self) -> str:
        """``mean``."""
        return "mean"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "the mean of each window"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Add up and divide by the number of cells that are no padding."""
        own = self._windows(values)
        found = np.zeros(self._shape(values), values.dtype)
        counts = np.zeros_like(found)
        ones = padded(np.ones_like(values), self.padding)
        with np.errstate(all="ignore"):
            for (_, piece), (_, one) in zip(
                pieces(padded(values, self.padding), own), pieces(ones, own), strict=True
            ):
                found = found + piece
                counts = counts + one
            return found / counts

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the window, in the cell's channel alone."""
        spatial = tuple(w.span(axis + 1) for axis, w in enumerate(self._windows(values)))
        return ((Span(0), *spatial, Span(values.ndim - 1)),)

    def expression(self, index: Index, values: np.ndarray) -> Expression:
        """Return the sum divided by the count."""
        terms = self._cells(index, values)
        return Quotient(Sum(terms), Number(len(terms)))

    def latex(self, *operands: str) -> str:
        r"""Write ``\mathrm{mean}(X)``."""
        return rf"\mathrm{{mean}}({operands[0]})"


@dataclass(frozen=True)
class Patches(Op):
    """Every window of an image written into the channels: row, column, channel.

    Attributes:
        size: (height, width) of a window.
        strides: from one window to the next.
        rates: from one cell of a window to the next.
        padding: zeros (before, after) each spatial axis.
    """

    size: tuple[int, int]
    strides: tuple[int, int]
    rates: tuple[int, int]
    padding: Padding

    @property
    def noun(self) -> str:
        """``patches``."""
        return "patches"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "each window as one row of numbers"

    def _windows(self, values: np.ndarray) -> tuple[Window, ...]:
        return windows(values.shape[1:-1], self.size, self.strides, self.padding, self.rates)

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Write one tap after the other."""
        own = self._windows(values)
        return np.concatenate([p for _, p in pieces(padded(values, self.padding), own)], axis=-1)

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the one cell; none in padding."""
        channels = values.shape[-1]
        taps = np.unravel_index(np.arange(math.prod(self.size) * channels) // channels, self.size)
        spatial = tuple(
            Table(
                (axis + 1, 3),
                window.stride * np.arange(window.count)[:, None]
                + window.dilation * tap
                - window.padding[0],
            )
            for axis, (window, tap) in enumerate(zip(self._windows(values), taps, strict=True))
        )
        return ((Span(0), *spatial, Span(3, wrap=channels)),)

    def expression(self, index: Index, values: np.ndarray) -> Expression:
        """Return the cell, or the zero of the padding."""
        own = self.sources(index, values)[0]
        if not all(own):
            return Number(0.0)
        at = tuple(axis[0] for axis in own)
        return OperandCell(0, at, values[at])
