"""Which cells made a cell: for every axis of an operand a start and a length, affine in the index.

One table for both readers: Python writes the arithmetic out by it, the browser lights the cells up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Shape = tuple[int, ...]
Block = tuple[slice, ...]


@dataclass(frozen=True)
class Span:
    """Part of one axis of an operand: ``size`` cells from ``offset + stride × index[axis]``.

    Attributes:
        axis: the axis of the result that moves it; None where it is the same for every cell.
        size: its length in cells.
        stride: cells by which it moves where the index moves by one.
        offset: where it stands at index 0; negative where it begins in padding.
        every: cells of the result after which it moves at all, and
        wrap: moves after which it is back where it began; 0 for never. With these it is one digit
            of the index, as the axes of a flattened tensor are, the last the fastest.
    """

    axis: int | None = None
    size: int = 1
    stride: int = 1
    offset: int = 0
    every: int = 1
    wrap: int = 0

    def start(self, index: tuple[int, ...]) -> int:
        """Return its first cell for the result's cell at ``index``; it may lie in padding."""
        at = 0 if self.axis is None else index[self.axis] // self.every
        return self.offset + self.stride * (at % self.wrap if self.wrap else at)


def along(shape: Shape) -> tuple[Span, ...]:
    """Return the spans of the same cell: one number an axis, moving with the result's."""
    return tuple(Span(axis) for axis in range(len(shape)))


def whole(length: int) -> Span:
    """Return the span of a whole axis."""
    return Span(size=length)


def digits(shape: Shape, axis: int) -> tuple[Span, ...]:
    """Return the spans of a tensor whose axes are one axis of the result: one cell of each."""
    return tuple(
        Span(axis, every=math.prod(shape[at + 1 :]), wrap=length) if length > 1 else whole(1)
        for at, length in enumerate(shape)
    )


def block(spans: tuple[Span, ...], index: tuple[int, ...], shape: Shape) -> Block:
    """Return the cells of an operand of that shape that made the result's cell at ``index``.

    >>> block((Span(0), whole(4)), (2, 7), (3, 4))
    (slice(2, 3, None), slice(0, 4, None))
    >>> block((Span(0, size=3, stride=2, offset=-1),), (0,), (8,))
    (slice(0, 2, None),)
    >>> block(digits((3, 4), 0), (6,), (3, 4))
    (slice(1, 2, None), slice(2, 3, None))
    """
    cells = []
    for span, length in zip(spans, shape, strict=True):
        start = span.start(index)
        cells.append(slice(max(0, start), min(length, start + span.size)))
    return tuple(cells)


def reached(spans: tuple[Span, ...], index: tuple[int, ...], result: Shape) -> Block:
    """Return the cells of a result of that shape that the operand's cell at ``index`` helps make.

    >>> reached((Span(0), whole(4)), (2, 3), (3, 5))
    (slice(2, 3, None), slice(0, 5, None))
    >>> reached((Span(0, size=3, stride=2, offset=-1),), (3,), (4,))
    (slice(1, 3, None),)
    >>> reached(digits((3, 4), 0), (1, 2), (12,))
    (slice(6, 7, None),)
    """
    first, last = [0] * len(result), list(result)
    for span, cell in zip(spans, index, strict=True):
        if span.axis is None:
            continue
        if span.wrap:  # the slower digits come first, and each leaves less of what they left
            first[span.axis] += cell * span.every
            last[span.axis] = min(last[span.axis], first[span.axis] + span.every)
            continue
        # The windows that hold the cell: offset + stride × i ≤ cell < offset + stride × i + size.
        since = -(-(cell - span.offset - span.size + 1) // span.stride)
        until = (cell - span.offset) // span.stride + 1
        first[span.axis] = max(first[span.axis], since)
        last[span.axis] = min(last[span.axis], until)
    return tuple(slice(low, max(low, high)) for low, high in zip(first, last, strict=True))
