"""A weight of any rank as rows and columns, and its plane piece by piece.

The kernel of a convolution becomes a grid: one row of filters for each input channel, one column
for each output channel, and in each place one filter with its own height and width (``tile``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layers.model_files.arrays import Array
from layers.model_files.model import WeightPart

PIECE_SIZE = 2**19
"""Numbers in memory at once: few enough for a processor's cache, which matters most for speed."""
WHOLE = (0, 1)
"""The chunk that is all of a weight: the first of one."""
_SPATIAL = {"length", "depth", "height", "width"}


@dataclass(frozen=True, kw_only=True)
class WeightLayout:
    """How a weight, or a part of it, becomes a plane.

    Attributes:
        shape: of the weight.
        start: the first index of the part on each axis.
        length: the length of the part on each axis.
        rows: the axes that run down, the slowest first.
        columns: the axes that run across.
        row_words: the names of ``rows``.
        column_words: the names of ``columns``.
        tile: (rows, columns) of one slice, between borders; (1, 1) without borders.
    """

    shape: tuple[int, ...]
    start: tuple[int, ...]
    length: tuple[int, ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    row_words: tuple[str, ...]
    column_words: tuple[str, ...]
    tile: tuple[int, int] = (1, 1)

    @property
    def plane(self) -> tuple[int, int]:
        """The plane's shape: (rows, columns)."""
        return self._count(self.rows), self._count(self.columns)

    def _count(self, axes: tuple[int, ...]) -> int:
        return math.prod(self.length[axis] for axis in axes)

    def read(self, array: Array, rows: slice, columns: slice) -> np.ndarray:
        """Return a rectangle of the plane.

        Args:
            array: the weight's numbers.
            rows: of the plane, with start and stop within it.
            columns: of the plane, likewise.

        Returns:
            (rows, columns) in the file's own dtype.

        Raises:
            BadInputError: the file is damaged there.
        """
        index = [slice(s, s + n) for s, n in zip(self.start, self.length, strict=True)]
        crops = []
        for axes, wanted in ((self.rows, rows), (self.columns, columns)):
            if not axes:
                crops.append(wanted)
                continue
            inner = self._count(axes[1:]) or 1
            first, last = wanted.start // inner, -(-wanted.stop // inner)
            offset = self.start[axes[0]]
            index[axes[0]] = slice(offset + first, offset + last)
            crops.append(slice(wanted.start - first * inner, wanted.stop - first * inner))
        values = array.read(tuple(index))
        other = tuple(a for a in range(values.ndim) if a not in (*self.rows, *self.columns))
        values = values.transpose((*other, *self.rows, *self.columns))
        middle = len(other) + len(self.rows)
        down, across = (
            math.prod(values.shape[len(other) : middle]),
            math.prod(values.shape[middle:]),
        )
        return values.reshape(down, across)[crops[0], crops[1]]


def layout_of(
    axes: tuple[str, ...], shape: tuple[int, ...], part: WeightPart | None = None
) -> WeightLayout:
    """Return how a weight becomes a plane.

    Args:
        axes: one name an axis.
        shape: of the weight.
        part: a gate or a head of it; None for the whole weight.
    """
    start, length = [0] * len(shape), list(shape)
    shown = list(range(len(shape)))
    if part:
        start[part.axis], length[part.axis] = part.start, part.stop - part.start
        if axes[part.axis] == "heads":
            shown.remove(part.axis)
    spatial = [axis for axis in shown if axes[axis] in _SPATIAL]
    tile = (1, 1)
    if spatial and len(shown) - len(spatial) == 2:
        down, across = (axis for axis in shown if axis not in spatial)
        if axes[down] == "out":  # transposed convolutions store it first
            down, across = across, down
        rows, columns = (down, *spatial[:-1]), (across, spatial[-1])
        tile = (length[spatial[-2]] if len(spatial) > 1 else 1, length[spatial[-1]])
    elif len(shown) == 2 and length[shown[1]] == 1 < length[shown[0]]:
        rows, columns = (), (shown[0],)  # a single column is drawn as a row
    else:
        rows, columns = tuple(shown[:-1]), tuple(shown[-1:])
        if len(shown) > 2:
            tile = (length[shown[-2]], length[shown[-1]])
    return WeightLayout(
        shape=shape,
        start=tuple(start),
        length=tuple(length),
        rows=rows,
        columns=columns,
        row_words=tuple(axes[axis] for axis in rows),
        column_words=tuple(axes[axis] for axis in columns),
        tile=tile,
    )


def whole_layout(shape: tuple[int, ...]) -> WeightLayout:
    """Return the plainest layout, for statistics and counts, which need no names of axes."""
    return layout_of(tuple(f"axis {axis}" for axis in range(len(shape))), shape)


def read_rectangle(array: Array, layout: WeightLayout, rows: slice, columns: slice) -> np.ndarray:
    """Return a rectangle of a plane, as ``WeightLayout.read``."""
    return layout.read(array, rows, columns)


def pieces(
    array: Array,
    layout: WeightLayout,
    block: tuple[int, int] = (1, 1),
    *,
    chunk: tuple[int, int] = WHOLE,
) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield the plane in rectangles of whole blocks.

    Args:
        array: the weight's numbers.
        layout: how they become a plane.
        block: (rows, columns) of a block.
        chunk: which pieces: (0, 8) is the first of eight nearly equal chunks.

    Yields:
        (first row, first column, values of shape (rows, columns) in the file's own dtype).
    """
    rectangles = list(_rectangles(layout, block))
    which, count = chunk
    first = len(rectangles) * which // count
    last = len(rectangles) * (which + 1) // count
    for rows, columns in rectangles[first:last]:
        yield rows.start, columns.start, layout.read(array, rows, columns)


def _rectangles(layout: WeightLayout, block: tuple[int, int]) -> Iterator[tuple[slice, slice]]:
    rows, columns = layout.plane
    if not rows or not columns:
        return
    inner = math.prod(layout.length[axis] for axis in layout.rows[1:])
    across = columns
    if columns * block[0] * inner > PIECE_SIZE:
        across = max(block[1], PIECE_SIZE // (block[0] * inner) // block[1] * block[1])
    down = max(1, PIECE_SIZE // max(1, across))
    unit = math.lcm(block[0], inner) if inner * block[0] <= down else block[0]
    down = max(unit, down // unit * unit)
    for row in range(0, rows, down):
        for column in range(0, columns, across):
            yield (
                slice(row, min(row + down, rows)),
                slice(column, min(column + across, columns)),
            )
