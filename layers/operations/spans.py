"""Which cells made a cell: for every axis of an operand the cells, by the result's index.

One table for both readers: Python names the cells by it, the browser lights them up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Span:
    """Part of one axis of an operand, affine in the result's index.

    With ``v`` the index that moves it, the cells are ``start + step × k`` for ``k < size``, where
    ``start = offset + stride × ((v // every) % wrap)``. Those outside the axis are padding, and no
    cells.

    Attributes:
        axis: the axis of the result that moves it; ((axis, weight), …) for a weighted sum of
            indices, as in a reshape; None where the cells are the same for the whole result.
        size: its length in cells.
        stride: cells by which it moves where ``v`` moves by one; negative where it goes back.
        offset: where it stands at index 0; negative where it begins in padding.
        every: cells of the result after which it moves at all.
        wrap: moves after which it is back where it began; 0 for never.
        step: from one of its cells to the next; more than 1 in a dilated window.
    """

    axis: int | tuple[tuple[int, int], ...] | None = None
    size: int = 1
    stride: int = 1
    offset: int = 0
    every: int = 1
    wrap: int = 0
    step: int = 1

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes of the result that move it."""
        if self.axis is None:
            return ()
        return (self.axis,) if isinstance(self.axis, int) else tuple(a for a, _ in self.axis)

    def place(self, index: Sequence[Any]) -> tuple[Any, Any]:
        """Return start and size for the result's cell at ``index`` (numbers, or arrays of them)."""
        if self.axis is None:
            return self.offset, self.size
        weighted = ((self.axis, 1),) if isinstance(self.axis, int) else self.axis
        moved = sum(index[axis] * weight for axis, weight in weighted) // self.every
        return self.offset + self.stride * (moved % self.wrap if self.wrap else moved), self.size


@dataclass(frozen=True, eq=False)
class Table:
    """Part of one axis of an operand, looked up where no affine form exists.

    Attributes:
        axes: the axes of the result by whose index it is looked up.
        starts: the first cell, an integer array of those axes' lengths.
        sizes: the number of cells, an array like ``starts`` or one for all; 0 for no cell.
        step: from one of its cells to the next.
    """

    axes: tuple[int, ...]
    starts: np.ndarray
    sizes: np.ndarray | int = 1
    step: int = 1

    def place(self, index: Sequence[Any]) -> tuple[Any, Any]:
        """Return start and size for the result's cell at ``index`` (numbers, or arrays of them)."""
        at = tuple(index[axis] for axis in self.axes)
        size = self.sizes if isinstance(self.sizes, int) else self.sizes[at]
        return self.starts[at], size


AnySpan = Span | Table


def along(shape: Shape) -> tuple[Span, ...]:
    """Return the spans of the same cell: one an axis, moving with the result's."""
    return tuple(Span(axis) for axis in range(len(shape)))


def whole(length: int) -> Span:
    """Return the span of a whole axis."""
    return Span(size=length)


def broadcast(shape: Shape, rank: int) -> tuple[Span, ...]:
    """Return the spans of an operand that NumPy broadcasts to a result of that rank."""
    missing = rank - len(shape)
    return tuple(whole(1) if length == 1 else Span(missing + at) for at, length in enumerate(shape))


def reshaped(shape: Shape, result: Shape) -> tuple[Span, ...]:
    """Return the spans of a tensor whose cells are written in the same order in another shape.

    >>> reshaped((2, 3), (6,))
    (Span(axis=0, size=1, stride=1, offset=0, every=3, wrap=2, step=1),
     Span(axis=0, size=1, stride=1, offset=0, every=1, wrap=3, step=1))
    """
    if 0 in shape:  # no cell has a source
        return tuple(whole(length) for length in shape)
    spans: list[Span] = []
    for ours, theirs in _matched(shape, result):
        lengths = [length for _, length in ours if length > 1]
        moving = [(axis, length) for axis, length in theirs if length > 1]
        if len(lengths) == len(moving) == 1:
            spans += [Span(moving[0][0]) if n > 1 else whole(1) for _, n in ours]
            continue
        weights = [math.prod(n for _, n in moving[at + 1 :]) for at in range(len(moving))]
        for at, (_, length) in enumerate(ours):
            every = math.prod(n for _, n in ours[at + 1 :])
            # Axes whose weight is a whole turn of this digit do not move it.
            turn = every * length
            own = tuple(
                (axis, weight)
                for (axis, _), weight in zip(moving, weights, strict=True)
                if weight % turn
            )
            spans.append(whole(1) if length == 1 else _digit(own, every, length))
    return tuple(spans)


def _digit(axes: tuple[tuple[int, int], ...], every: int, length: int) -> Span:
    if len(axes) == 1 and axes[0][1] == 1:
        return Span(axes[0][0], every=every, wrap=length)
    return Span(axes, every=every, wrap=length)


def _matched(shape: Shape, result: Shape) -> list[tuple[list, list]]:
    """Return groups of axes (axis, length) of both shapes that hold the same number of cells."""
    groups = []
    ours, theirs = list(enumerate(shape)), list(enumerate(result))
    while ours or theirs:
        left, right = ours[:1], theirs[:1]
        taken = [1, 1]
        sizes = [math.prod(n for _, n in left), math.prod(n for _, n in right)]
        while sizes[0] != sizes[1]:
            side = 0 if sizes[0] < sizes[1] else 1
            source, group = (ours, left) if side == 0 else (theirs, right)
            group.append(source[taken[side]])
            sizes[side] *= source[taken[side]][1]
            taken[side] += 1
        groups.append((left, right))
        ours, theirs = ours[len(left) :], theirs[len(right) :]
    return groups


def cells(span: AnySpan, index: Sequence[int], length: int) -> tuple[int, ...]:
    """Return the cells of one operand axis of that length that make the result's cell at ``index``.

    >>> cells(Span(0, size=3, stride=2, offset=-1), (0,), 8)
    (0, 1)
    >>> cells(Span(0, size=3, step=2), (1,), 8)
    (1, 3, 5)
    >>> cells(Span(0, every=3), (7,), 4)
    (2,)
    """
    start, size = (int(number) for number in span.place(index))
    found = range(start, start + span.step * size, span.step)
    return tuple(cell for cell in found if 0 <= cell < length)


def dependents(
    spans: Sequence[AnySpan], index: Sequence[int], operand_shape: Shape, result_shape: Shape
) -> tuple[tuple[int, ...], ...]:
    """Return the cells of the result that the operand's cell at ``index`` helps to make.

    Args:
        spans: of the operand, one an axis.
        index: of a cell of the operand.
        operand_shape: the operand's lengths; an axis of length 1 has cell 0 alone.
        result_shape: the result's lengths.

    Returns:
        per axis of the result, the indices. Where the set is no product of axes, the smallest
        product that holds it.

    >>> dependents((Span(0), whole(4)), (2, 3), (3, 4), (3, 5))
    ((2,), (0, 1, 2, 3, 4))
    >>> dependents((Span(0, size=3, stride=2, offset=-1),), (3,), (8,), (4,))
    ((1, 2),)
    >>> dependents((Span(0, every=3),), (1,), (2,), (6,))
    ((3, 4, 5),)
    """
    found = [np.arange(length) for length in result_shape]
    alive = all(0 <= at < length for at, length in zip(index, operand_shape, strict=True))
    for axes, members in _joined(spans):
        # Only the axes that move these spans are looked at: the others hold every index.
        grid = np.meshgrid(*(found[axis] for axis in axes), indexing="ij", sparse=True)
        at = dict(zip(axes, grid, strict=True))
        places = [at.get(axis, 0) for axis in range(len(result_shape))]
        holds = np.ones([len(found[axis]) for axis in axes], bool)
        for member in members:
            holds &= _holds(spans[member], places, index[member])
        for position, axis in enumerate(axes):
            others = tuple(a for a in range(len(axes)) if a != position)
            found[axis] = found[axis][holds.any(axis=others)]
        alive = alive and bool(holds.any())
    return tuple(tuple(axis.tolist()) if alive else () for axis in found)


def _holds(span: AnySpan, index: Sequence[Any], cell: int) -> np.ndarray:
    start, size = span.place(index)
    away = cell - np.asarray(start)
    return (away >= 0) & (away % span.step == 0) & (away // span.step < size)


def _joined(spans: Sequence[AnySpan]) -> list[tuple[list[int], list[int]]]:
    """Return groups of spans that share axes of the result: (axes, positions of the spans)."""
    groups: list[tuple[list[int], list[int]]] = []
    for position, span in enumerate(spans):
        axes, members = set(span.axes), [position]
        others = []
        for group in groups:
            if axes & set(group[0]):
                axes |= set(group[0])
                members += group[1]
            else:
                others.append(group)
        groups = [*others, (sorted(axes), members)]
    return groups


def as_data(span: AnySpan, length: int) -> Any:
    """Return a span as plain data for the browser.

    Returns:
        None for the whole axis; an axis for the same cell; a list [axis, size, stride, offset,
        every, wrap, step] without the defaults at its end (``axis`` may be [[axis, weight], …]);
        for a table {"axes", "starts", "sizes", "step"}.

    >>> as_data(whole(4), 4), as_data(Span(1), 4), as_data(Span(1, size=3, stride=2), 9)
    (None, 1, [1, 3, 2])
    """
    if isinstance(span, Table):
        sizes = span.sizes if isinstance(span.sizes, int) else span.sizes.tolist()
        starts = span.starts.tolist()
        return {"axes": list(span.axes), "starts": starts, "sizes": sizes, "step": span.step}
    if span == Span(size=length):
        return None
    if isinstance(span.axis, int) and span == Span(span.axis):
        return span.axis
    axis = [list(pair) for pair in span.axis] if isinstance(span.axis, tuple) else span.axis
    found = [axis, span.size, span.stride, span.offset, span.every, span.wrap, span.step]
    defaults = [None, 1, 1, 0, 1, 0, 1]
    while len(found) > 1 and found[-1] == defaults[len(found) - 1]:
        found.pop()
    return found
