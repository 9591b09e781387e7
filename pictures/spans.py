"""Which cells of an operand make which cells of a result, and back, by the table that a block has.

A set of a tensor's cells is one sorted array of indices for each axis: their product. A span is
None for the whole axis; a number for the same cell on that axis of the result; a list [axis, size,
stride, offset, every, wrap, step] without the defaults at its end, where ``axis`` may be [[axis,
weight], …]; or a table {"axes", "starts", "sizes", "step"}. The browser reads the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

Cells: TypeAlias = "tuple[np.ndarray, ...]"
_MOST = 1 << 20
"""Indices that are looked at for one span; of more the whole axis is returned, which holds them."""
_DEFAULTS = (None, 1, 1, 0, 1, 0, 1)


def whole(shape: Sequence[int]) -> Cells:
    """Return all cells of a tensor."""
    return tuple(np.arange(length) for length in shape)


def made_of(span: Any, cells: Cells, length: int) -> np.ndarray:
    """Return the cells of an operand's axis, ``length`` long, that make cells of the result."""
    if span is None:
        return np.arange(length)
    if isinstance(span, int):
        return cells[span][cells[span] < length]
    axes = _axes(span)
    if math.prod(cells[axis].size for axis in axes) > _MOST:
        return np.arange(length)
    found = np.zeros(length, bool)
    for place, there in _places(span, [cells[axis] for axis in axes]):
        inside = there & (place >= 0) & (place < length)
        found[place[inside]] = True
    return np.flatnonzero(found)


def making(spans: Sequence[Any], cells: Cells, shape: Sequence[int]) -> Cells:
    """Return the cells of a result that cells of an operand help to make, and what holds them.

    Args:
        spans: of the operand, one for each axis.
        cells: of the operand.
        shape: of the result.

    Returns:
        The smallest product of indices that holds them all; empty where there are none.
    """
    found = list(whole(shape))
    none = tuple(np.arange(0) for _ in shape)
    for axes, members in _groups(spans):
        lengths = [shape[axis] for axis in axes]
        if math.prod(lengths) > _MOST:
            continue
        dependent = np.ones(lengths, bool)
        for at in members:
            dependent &= _meets(spans[at], axes, lengths, cells[at])
        if not dependent.any():
            return none
        for number, axis in enumerate(axes):
            others = tuple(other for other in range(len(axes)) if other != number)
            found[axis] = np.flatnonzero(dependent.any(axis=others))
    return tuple(found)


def _meets(span: Any, axes: Sequence[int], lengths: Sequence[int], cells: np.ndarray) -> np.ndarray:
    """Return for every index along some axes whether the span there holds one of the cells."""
    own = _axes(span)
    grids = np.meshgrid(*(np.arange(n) for n in lengths), indexing="ij", sparse=True)
    indices = [grids[axes.index(axis)] for axis in own]
    inside = np.zeros(int(cells.max(initial=0)) + 1, bool)
    inside[cells] = True
    found = np.zeros(lengths, bool)
    for place, there in _places(span, indices, grid=True):
        valid = there & (place >= 0) & (place < inside.size)
        found |= valid & inside[np.where(valid, place, 0)]
    return found


def _places(
    span: Any, indices: Sequence[np.ndarray], *, grid: bool = False
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield for every k < size the k-th cell at each index, and whether there is one."""
    at = list(indices if grid or not indices else np.meshgrid(*indices, indexing="ij", sparse=True))
    if isinstance(span, dict):
        starts, sizes = np.array(span["starts"]), np.array(span.get("sizes", 1))
        start = starts[tuple(at)] if at else starts
        size = sizes[tuple(at)] if sizes.ndim else sizes
        step = span.get("step", 1)
    elif isinstance(span, int):
        start, size, step = at[0], np.array(1), 1
    else:
        axis, count, stride, offset, every, wrap, step = (*span, *_DEFAULTS[len(span) :])
        weights = [weight for _, weight in axis] if isinstance(axis, list) else [1]
        moved = np.array(0)
        if axis is not None:
            moved = sum(own * weight for own, weight in zip(at, weights, strict=True)) // every
            moved = moved % wrap if wrap else moved
        start, size = np.asarray(offset + stride * moved), np.array(count)
    for number in range(int(size.max(initial=0))):
        place, there = np.broadcast_arrays(start + number * int(step or 1), number < size)
        yield place, there


def _axes(span: Any) -> list[int]:
    """Return the axes of the result that move a span."""
    if isinstance(span, int):
        return [span]
    if isinstance(span, dict):
        return list(span["axes"])
    if span is None or span[0] is None:
        return []
    return [span[0]] if isinstance(span[0], int) else [axis for axis, _ in span[0]]


def _groups(spans: Sequence[Any]) -> list[tuple[list[int], list[int]]]:
    """Return (axes of the result, axes of the operand) that move together; no whole axes."""
    groups: list[tuple[list[int], list[int]]] = []
    for at, span in enumerate(spans):
        if span is None:
            continue
        axes, members, others = _axes(span), [at], []
        for group in groups:
            if set(group[0]) & set(axes):
                axes = [*group[0], *(axis for axis in axes if axis not in group[0])]
                members = [*group[1], *members]
            else:
                others.append(group)
        groups = [*others, (axes, members)]
    return groups
