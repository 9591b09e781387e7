"""Cells along their axes: padded, reversed, rolled, and what is near the diagonal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from layers.operations.arithmetic import Expression, Number
from layers.operations.op import LayoutOp, Spans
from layers.operations.spans import Span, Table, along


@dataclass(frozen=True)
class Pad(LayoutOp):
    """Cells around an array.

    Attributes:
        widths: (before, after) each axis.
        mode: ``constant``; ``reflect`` without, ``symmetric`` with the edge's own cell again.
        value: the constant.
    """

    widths: tuple[tuple[int, int], ...]
    mode: Literal["constant", "reflect", "symmetric"] = "constant"
    value: float = 0.0

    @property
    def noun(self) -> str:
        """``padded``."""
        return "padded"

    @property
    def sign(self) -> str:
        """``pad``."""
        return "pad"

    @property
    def says(self) -> str:
        """The sign in words."""
        zeros = "zeros" if self.value == 0 else "one number"
        return f"pad with {zeros if self.mode == 'constant' else 'its own cells'}"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Pad."""
        if self.mode != "constant":
            return np.pad(values, self.widths, mode=self.mode)
        return np.pad(values, self.widths, constant_values=values.dtype.type(self.value))

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell; none in constant padding."""
        if self.mode == "constant":
            return (tuple(Span(a, offset=-before) for a, (before, _) in enumerate(self.widths)),)
        return (
            tuple(
                Table((axis,), np.pad(np.arange(length), width, mode=self.mode))
                for axis, (length, width) in enumerate(zip(values.shape, self.widths, strict=True))
            ),
        )

    def _nothing(self) -> Expression:
        return Number(self.value)


@dataclass(frozen=True)
class Reverse(LayoutOp):
    """The cells along some axes in the other direction."""

    axes: tuple[int, ...]

    @property
    def noun(self) -> str:
        """``reversed``."""
        return "reversed"

    @property
    def sign(self) -> str:
        """``reverse``."""
        return "reverse"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Reverse."""
        return np.flip(values, self.axes)

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell, counted from the end."""
        axes = {axis % values.ndim for axis in self.axes}
        return (
            tuple(
                Span(axis, stride=-1, offset=n - 1) if axis in axes else Span(axis)
                for axis, n in enumerate(values.shape)
            ),
        )


@dataclass(frozen=True)
class Roll(LayoutOp):
    """The cells moved along some axes; those that leave come in at the other end.

    Attributes:
        shifts: by how many cells, one number an axis.
        axes: along which.
    """

    shifts: tuple[int, ...]
    axes: tuple[int, ...]

    @property
    def noun(self) -> str:
        """``rolled``."""
        return "rolled"

    @property
    def sign(self) -> str:
        """``roll``."""
        return "roll"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Roll."""
        return np.roll(values, self.shifts, self.axes)

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell it was before."""
        spans: list = list(along(values.shape))
        moves = [0] * values.ndim
        for shift, axis in zip(self.shifts, self.axes, strict=True):
            moves[axis] += shift
        for axis, (shift, length) in enumerate(zip(moves, values.shape, strict=True)):
            if shift:
                spans[axis] = Table((axis,), np.roll(np.arange(length), shift))
        return (tuple(spans),)


@dataclass(frozen=True)
class Diagonal(LayoutOp):
    """The diagonal of the last two axes.

    Attributes:
        offset: cells above the main diagonal; negative below.
    """

    offset: int = 0

    @property
    def noun(self) -> str:
        """``diagonal``."""
        return "diagonal"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Take the diagonal."""
        return np.diagonal(values, self.offset, -2, -1).copy()

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell on the diagonal."""
        rank = values.ndim
        spans = list(along(values.shape))
        spans[-2] = Span(rank - 2, offset=max(0, -self.offset))
        spans[-1] = Span(rank - 2, offset=max(0, self.offset))
        return (tuple(spans),)


@dataclass(frozen=True)
class Band(LayoutOp):
    """The cells near the diagonal of the last two axes; 0 elsewhere.

    Attributes:
        lower: diagonals below the main one that stay; negative for all.
        upper: diagonals above the main one that stay; negative for all.
    """

    lower: int
    upper: int

    @property
    def noun(self) -> str:
        """``band``."""
        return "band"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "the cells near the diagonal"

    def _inside(self, rows: int, columns: int) -> np.ndarray:
        away = np.arange(columns) - np.arange(rows)[:, None]
        low = -self.lower if self.lower >= 0 else -rows
        high = self.upper if self.upper >= 0 else columns
        return (away >= low) & (away <= high)

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Put 0 outside the band."""
        return np.where(self._inside(*values.shape[-2:]), values, values.dtype.type(0))

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the same cell; none outside the band."""
        inside = self._inside(*values.shape[-2:])
        spans: list = list(along(values.shape))
        rank = values.ndim
        starts = np.broadcast_to(np.arange(inside.shape[1]), inside.shape)
        spans[-1] = Table((rank - 2, rank - 1), starts, inside.astype(int))
        return (tuple(spans),)
