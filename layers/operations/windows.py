"""The geometry of windows that step over the axes of an image, in any number of axes.

Images are (batch, *spatial, channels). Padding is (before, after) cells an axis.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layers.operations.spans import AnySpan, Shape, Span, Table, whole

Padding = tuple[tuple[int, int], ...]


def same_padding(length: int, size: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """Return the padding with which windows of that size give ceil(length ÷ stride) cells.

    >>> same_padding(5, 3, 1), same_padding(5, 2, 1), same_padding(6, 3, 2)
    ((1, 1), (0, 1), (0, 1))
    """
    reach = (size - 1) * dilation + 1
    missing = max(0, (-(-length // stride) - 1) * stride + reach - length)
    return missing // 2, missing - missing // 2


@dataclass(frozen=True)
class Window:
    """A window on one axis: its cells are stride × at + dilation × tap − before.

    Attributes:
        length: of the axis.
        size: cells of the window.
        stride: from one window to the next.
        padding: cells before and after the axis.
        dilation: from one of its cells to the next.
    """

    length: int
    size: int
    stride: int = 1
    padding: tuple[int, int] = (0, 0)
    dilation: int = 1

    @property
    def count(self) -> int:
        """How many windows there are."""
        reach = (self.size - 1) * self.dilation + 1
        return max(0, (self.length + sum(self.padding) - reach) // self.stride + 1)

    def cell(self, at: int, tap: int) -> int:
        """Return a window's cell; outside 0 … length it is padding."""
        return self.stride * at + self.dilation * tap - self.padding[0]

    def holds(self, at: int, tap: int) -> bool:
        """Return whether a window's cell is one of the axis, and no padding."""
        return 0 <= self.cell(at, tap) < self.length

    def span(self, axis: int) -> Span:
        """Return the cells of a window, for the result's index on an axis."""
        return Span(axis, self.size, self.stride, -self.padding[0], step=self.dilation)

    def taps(self, axis: int) -> AnySpan:
        """Return the cells of the kernel that meet no padding."""
        start = self.stride * np.arange(self.count) - self.padding[0]
        first = np.maximum(0, -(start // self.dilation))
        last = np.minimum(self.size, -((start - self.length) // self.dilation))
        sizes = np.maximum(0, last - first)
        if (sizes == self.size).all():
            return whole(self.size)
        return Table((axis,), first, sizes)

    def cut(self, tap: int) -> slice:
        """Return where the cells under one tap stand in the padded axis, for all windows."""
        first = tap * self.dilation
        return slice(first, first + self.stride * (self.count - 1) + 1, self.stride)


def windows(
    spatial: Shape,
    size: Shape,
    strides: tuple[int, ...],
    padding: Padding,
    dilation: tuple[int, ...] = (),
) -> tuple[Window, ...]:
    """Return the window on each spatial axis."""
    dilation = dilation or (1,) * len(strides)
    return tuple(
        Window(*each) for each in zip(spatial, size, strides, padding, dilation, strict=True)
    )


def padded(values: np.ndarray, padding: Padding, fill: float = 0.0) -> np.ndarray:
    """Return an image in its padding."""
    return np.pad(values, ((0, 0), *padding, (0, 0)), constant_values=values.dtype.type(fill))


def pieces(
    values: np.ndarray, own: tuple[Window, ...]
) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
    """Yield every tap of the window, and of a padded image the cells under it for all windows."""
    empty = not math.prod(window.count for window in own)
    for tap in np.ndindex(*(window.size for window in own)):
        cuts = tuple(
            slice(0, window.count) if empty else window.cut(at)
            for window, at in zip(own, tap, strict=True)
        )
        yield tap, values[(slice(None), *cuts)]


@dataclass(frozen=True)
class Spread:
    """A window turned round, on one axis: operand cell ``at`` adds to the cells of its window.

    Attributes:
        length: of the result's axis.
        count: of the operand's axis.
        size: cells of the window.
        stride: from one window to the next.
        before: cells that are cut off before the result's axis.
        dilation: from one of the window's cells to the next.
    """

    length: int
    count: int
    size: int
    stride: int
    before: int
    dilation: int = 1

    def pairs(self, cell: int) -> list[tuple[int, int]]:
        """Return (operand cell, tap) of all that add to the result's cell."""
        return [
            (at, away // self.dilation)
            for at in range(self.count)
            if (away := cell + self.before - at * self.stride) >= 0
            and away % self.dilation == 0
            and away // self.dilation < self.size
        ]

    def spans(self, axis: int) -> tuple[Table, Table]:
        """Return the operand's cells and the kernel's, for the result's index on an axis."""
        common = math.gcd(self.stride, self.dilation)
        found = [self.pairs(cell) for cell in range(self.length)]
        sizes = np.array([len(pairs) for pairs in found], int)
        places = np.array([min((at for at, _ in pairs), default=0) for pairs in found], int)
        taps = np.array([min((tap for _, tap in pairs), default=0) for pairs in found], int)
        return (
            Table((axis,), places, sizes, self.dilation // common),
            Table((axis,), taps, sizes, self.stride // common),
        )


def covering(window: Window, cell: int) -> list[tuple[int, int]]:
    """Return (window, tap) of all windows that hold a cell."""
    return [
        (at, tap)
        for at in range(window.count)
        for tap in range(window.size)
        if window.cell(at, tap) == cell
    ]


def over(window: Window, axis: int) -> tuple[Table, Table]:
    """Return the windows that hold a cell and their taps, for the cell's index on an axis."""
    common = int(np.gcd(window.stride, window.dilation))
    found = [covering(window, cell) for cell in range(window.length)]
    sizes = np.array([len(pairs) for pairs in found], int)
    places = np.array([min((at for at, _ in pairs), default=0) for pairs in found], int)
    taps = np.array([min((tap for _, tap in pairs), default=0) for pairs in found], int)
    return (
        Table((axis,), places, sizes, window.dilation // common),
        Table((axis,), taps, sizes, window.stride // common),
    )
