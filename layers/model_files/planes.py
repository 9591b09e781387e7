"""A weight as pictures: its planes, reduced where they are large, read piece by piece.

Never more of a weight is in memory than one piece and what is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from block_reduction import REDUCTIONS, block_size, reduce_blocks
from layers.model_files.arrays import Array, to_float
from layers.model_files.layout import WHOLE, WeightLayout, layout_of, pieces
from layers.model_files.model import WeightEntry, WeightPart
from layers.model_files.statistics import Statistics, Tally

SIDE = 256
"""Cells a side up to which every number is shown; beyond it blocks are reduced to one."""
LONG = 2**14
"""Numbers of a vector that are all shown, in lines below each other."""
MAXIMUM_PARTS = 16
"""Gates or heads that are shown; more are only counted."""
_NO_NORMS = np.zeros(0, "float32")


@dataclass(frozen=True, kw_only=True)
class WeightPlane:
    """A weight, or a part of it, ready to be drawn.

    Attributes:
        part: the gate's or head's name; empty for a whole weight.
        layout: how it becomes a plane.
        block: (rows, columns) of the cells that one drawn cell stands for; (1, 1) without
            reduction.
        reduced: by reduction, float32 of at most ``SIDE`` × ``SIDE``; under ``""`` without
            reduction.
        norms: (filters,) of float32, the norm of each output channel's filter; empty where there
            are no filters or they were not measured.
    """

    part: str
    layout: WeightLayout
    block: tuple[int, int]
    reduced: Mapping[str, np.ndarray]
    norms: np.ndarray

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.norms.nbytes + sum(array.nbytes for array in self.reduced.values())

    def values(self, reduction: str) -> np.ndarray:
        """Return the cells to draw, (rows, columns) of float32."""
        return self.reduced.get(reduction, self.reduced.get("", np.zeros((0, 0), "float32")))


@dataclass(frozen=True, kw_only=True)
class WeightView:
    """One weight, ready to be drawn: its parts as planes, and the statistics of all numbers."""

    planes: tuple[WeightPlane, ...]
    statistics: Statistics

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(plane.nbytes for plane in self.planes)


@dataclass(frozen=True, kw_only=True)
class Partial:
    """The result for one chunk of a weight; blocks outside the chunk are NaN."""

    planes: tuple[WeightPlane, ...]
    tally: Tally

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(plane.nbytes for plane in self.planes)


def view(array: Array, entry: WeightEntry, *, sort: bool = False) -> WeightView:
    """Return a weight's planes and statistics.

    Args:
        array: its numbers.
        entry: its description.
        sort: show the filter of the largest norm first.

    Raises:
        BadInputError: the file is damaged.
    """
    norms = tuple(np.sqrt(squares).astype("float32") for squares in norms_squared(array, entry))
    return join([read_chunk(array, entry, norms=norms, sort=sort)])


def norms_squared(
    array: Array, entry: WeightEntry, *, chunk: tuple[int, int] = WHOLE
) -> tuple[np.ndarray, ...]:
    """Return the sum of squares of every filter within a chunk.

    Args:
        array: the weight's numbers.
        entry: its description.
        chunk: which, and of how many: (0, 8) is the first of eight.

    Returns:
        One array for each plane: (filters,) of float64, empty where the plane has no filters.

    Raises:
        BadInputError: the file is damaged.
    """
    layouts = (layout_of(entry.axes, entry.shape, part) for part in _parts(entry)[:MAXIMUM_PARTS])
    return tuple(
        _sums_of_squares(array, layout, chunk)
        if layout.tile != (1, 1) and layout.columns
        else _NO_NORMS
        for layout in layouts
    )


def read_chunk(
    array: Array,
    entry: WeightEntry,
    *,
    norms: tuple[np.ndarray, ...] = (),
    sort: bool = False,
    chunk: tuple[int, int] = WHOLE,
) -> Partial:
    """Return the planes and statistics of one chunk of a weight.

    Args:
        array: the weight's numbers.
        entry: its description.
        norms: (filters,) for each plane, of the whole weight.
        sort: show the filter of the largest norm first.
        chunk: which, and of how many: (0, 8) is the first of eight.

    Raises:
        BadInputError: the file is damaged.
    """
    parts = _parts(entry)
    side = max(16, SIDE // math.ceil(math.sqrt(len(parts))))
    tally = Tally()
    planes = []
    for place, part in enumerate(parts[:MAXIMUM_PARTS]):
        plane_norms = norms[place] if norms else _NO_NORMS
        layout = layout_of(entry.axes, entry.shape, part)
        order = np.argsort(-plane_norms, kind="stable") if sort and plane_norms.size else None
        block, reduced = reduce(array, layout, side=side, order=order, tally=tally, chunk=chunk)
        planes.append(
            WeightPlane(
                part=part.name if part else "",
                layout=layout,
                block=block,
                reduced=reduced,
                norms=plane_norms,
            )
        )
    for part in parts[MAXIMUM_PARTS:]:
        layout = layout_of(entry.axes, entry.shape, part)
        for _, _, piece in pieces(array, layout, chunk=chunk):
            tally.add(to_float(piece))
    return Partial(planes=tuple(planes), tally=tally)


def join(partials: Sequence[Partial]) -> WeightView:
    """Return the view of a whole weight from the results for all its chunks."""
    tally = Tally()
    for partial in partials:
        tally.merge(partial.tally)
    planes = []
    for same_plane in zip(*(partial.planes for partial in partials), strict=True):
        reduced = dict(same_plane[0].reduced)
        for plane in same_plane[1:]:
            for name, cells in plane.reduced.items():
                reduced[name] = np.where(np.isnan(reduced[name]), cells, reduced[name])
        planes.append(replace(same_plane[0], reduced=reduced))
    return WeightView(planes=tuple(planes), statistics=tally.result())


def _parts(entry: WeightEntry) -> tuple[WeightPart | None, ...]:
    return entry.parts or (None,)


def reduce(
    array: Array,
    layout: WeightLayout,
    *,
    side: int = SIDE,
    order: np.ndarray | None = None,
    tally: Tally | None = None,
    chunk: tuple[int, int] = WHOLE,
) -> tuple[tuple[int, int], dict[str, np.ndarray]]:
    """Reduce a plane to at most ``side`` cells a side, by all reductions in one reading.

    Args:
        array: the weight's numbers.
        layout: how they become a plane.
        side: the most cells a side; a vector may have ``LONG`` cells at the full ``SIDE``.
        order: a permutation of the first of the column axes (the filters).
        tally: counts all numbers that are read.
        chunk: which, and of how many: (0, 8) is the first of eight.

    Returns:
        The block's (rows, columns), and the cells as float32 by reduction; under ``""`` where the
        block is (1, 1). Blocks of nothing but NaN, or outside the chunk, are NaN.
    """
    rows, columns = layout.plane
    widest = side if layout.rows else LONG * side // SIDE
    block = block_size((rows, columns), (side, widest))
    size = (-(-rows // block[0]), -(-columns // block[1]))
    names = REDUCTIONS if block != (1, 1) else ("",)
    made = {name: np.full(size, np.nan, "float32") for name in names}
    for row, column, piece in pieces(array, layout, block, chunk=chunk):
        values = to_float(piece)
        if tally is not None:
            tally.add(values)
        if order is not None and values.shape[1] == columns:
            values = values.reshape(len(values), len(order), -1)[:, order].reshape(values.shape)
        if block == (1, 1):
            with np.errstate(all="ignore"):  # float64 beyond float32's range becomes an infinity
                reduced = {"": values.astype("float32")}
        else:
            reduced = reduce_blocks(values, block)
        top, left = row // block[0], column // block[1]
        for name, cells in reduced.items():
            made[name][top : top + cells.shape[0], left : left + cells.shape[1]] = cells
    return block, made


def _sums_of_squares(array: Array, layout: WeightLayout, chunk: tuple[int, int]) -> np.ndarray:
    """Return the sum of squares of each slice of the first column axis, (slices,) of float64."""
    count = layout.length[layout.columns[0]]
    squares = np.zeros(count)
    inner = max(1, layout.plane[1] // max(1, count))
    for _, column, piece in pieces(array, layout, chunk=chunk):
        values = np.nan_to_num(to_float(piece).astype("float64"), posinf=0, neginf=0)
        which = (column + np.arange(values.shape[1])) // inner
        squares += np.bincount(which, (values**2).sum(axis=0), minlength=count)
    return squares
