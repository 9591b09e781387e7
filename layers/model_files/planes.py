"""A weight of any rank as rows and columns, read block by block: never more of it than is shown.

A convolution's kernel becomes a grid: one row of filters an input channel, one column an output
channel, and in each place the filter's own height and width (``tile``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from layers.model_files.arrays import Array, numbers
from layers.model_files.model import Part, WeightEntry

SIDE = 256
"""Cells a side up to which every number is shown; beyond it blocks are reduced to one."""
LONG = 2**14
"""Numbers of a vector that are all shown, in lines below each other."""
CHUNK = 2**19
"""Numbers that are in memory at once: few enough for a processor's cache, which counts most."""
_SPATIAL = {"length", "depth", "height", "width"}


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a weight, or a part of it, lies on a plane.

    Attributes:
        shape: of the weight.
        start: where the part begins on each axis.
        length: how far it reaches on each axis.
        rows: the axes that run down, the slowest first.
        columns: the axes that run across.
        row_words: their names.
        column_words: their names.
        tile: the cells of one slice, between borders; (1, 1) without borders.
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
        """Rows and columns."""
        return self._count(self.rows), self._count(self.columns)

    def _count(self, axes: tuple[int, ...]) -> int:
        return math.prod(self.length[axis] for axis in axes)

    def read(self, array: Array, rows: slice, columns: slice) -> np.ndarray:
        """Return a rectangle of the plane, in the file's own type."""
        index = [slice(s, s + n) for s, n in zip(self.start, self.length, strict=True)]
        crops = []
        for axes, wanted in ((self.rows, rows), (self.columns, columns)):
            if not axes:
                crops.append(wanted)
                continue
            inner = self._count(axes[1:]) or 1
            first, last = wanted.start // inner, -(-wanted.stop // inner)
            at = self.start[axes[0]]
            index[axes[0]] = slice(at + first, at + last)
            crops.append(slice(wanted.start - first * inner, wanted.stop - first * inner))
        values = array.read(tuple(index))
        left = tuple(a for a in range(values.ndim) if a not in (*self.rows, *self.columns))
        values = values.transpose((*left, *self.rows, *self.columns))
        middle = len(left) + len(self.rows)
        down, across = math.prod(values.shape[len(left) : middle]), math.prod(values.shape[middle:])
        return values.reshape(down, across)[crops[0], crops[1]]


def layout_of(axes: tuple[str, ...], shape: tuple[int, ...], part: Part | None = None) -> Layout:
    """Return how a weight lies on a plane, from its axes' words."""
    start, length = [0] * len(shape), list(shape)
    kept = list(range(len(shape)))
    if part:
        start[part.axis], length[part.axis] = part.start, part.stop - part.start
        if axes[part.axis] == "heads":
            kept.remove(part.axis)
    spatial = [axis for axis in kept if axes[axis] in _SPATIAL]
    tile = (1, 1)
    if spatial and len(kept) - len(spatial) == 2:
        down, across = (axis for axis in kept if axis not in spatial)
        if axes[down] == "out":  # transposed convolutions store it first
            down, across = across, down
        rows, columns = (down, *spatial[:-1]), (across, spatial[-1])
        tile = (length[spatial[-2]] if len(spatial) > 1 else 1, length[spatial[-1]])
    elif len(kept) == 2 and length[kept[1]] == 1 < length[kept[0]]:
        rows, columns = (), (kept[0],)  # one column reads better lying
    else:
        rows, columns = tuple(kept[:-1]), tuple(kept[-1:])
        if len(kept) > 2:
            tile = (length[kept[-2]], length[kept[-1]])
    return Layout(
        shape=shape,
        start=tuple(start),
        length=tuple(length),
        rows=rows,
        columns=columns,
        row_words=tuple(axes[axis] for axis in rows),
        column_words=tuple(axes[axis] for axis in columns),
        tile=tile,
    )


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """What there is to say of all numbers of a weight; figures are over the finite ones."""

    size: int
    minimum: float
    maximum: float
    mean: float
    deviation: float
    zeros: int
    nan: int
    infinite: int


class _Tally:
    """Statistics of numbers that come in pieces."""

    def __init__(self) -> None:
        self.size = self.zeros = self.nan = self.infinite = self.finite = 0
        self.low, self.high = math.inf, -math.inf
        self.mean = self.squares = 0.0

    def add(self, piece: np.ndarray) -> None:
        self.size += piece.size
        self.nan += int(np.isnan(piece).sum())
        fine = np.isfinite(piece)
        count = int(fine.sum())
        self.infinite += piece.size - count - int(np.isnan(piece).sum())
        if not count:
            return
        values = (piece if count == piece.size else piece[fine]).astype("float64")
        self.zeros += int((values == 0).sum())
        self.low, self.high = min(self.low, values.min()), max(self.high, values.max())
        with np.errstate(all="ignore"):
            self._join(count, values.mean(), values.var() * count)

    def merge(self, other: _Tally) -> None:
        """Add what another has counted."""
        for name in ("size", "nan", "infinite", "zeros"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        if other.finite:
            with np.errstate(all="ignore"):
                self._join(other.finite, other.mean, other.squares)

    def _join(self, count: int, mean: float, squares: float) -> None:
        apart = mean - self.mean  # the parallel form: sums of squares would lose digits
        total = self.finite + count
        self.squares += squares + apart**2 * self.finite * count / total
        self.mean += apart * count / total
        self.finite = total

    def result(self) -> Statistics:
        some = bool(self.finite)
        return Statistics(
            size=self.size,
            minimum=float(self.low) if some else math.nan,
            maximum=float(self.high) if some else math.nan,
            mean=float(self.mean) if some else math.nan,
            deviation=math.sqrt(self.squares / self.finite) if some else math.nan,
            zeros=self.zeros,
            nan=self.nan,
            infinite=self.infinite,
        )


@dataclass(frozen=True, kw_only=True)
class Plane:
    """A weight, or a part of it, as a picture takes it.

    Attributes:
        part: the gate's or head's name; empty for a whole weight.
        layout: how it lies.
        block: (rows, columns) of cells that were made one; (1, 1) where every cell is there.
        reduced: reduction → at most ``SIDE`` × ``SIDE`` float32; under ``""`` if all cells are.
        norms: of every output channel's filter, where there are filters and they were measured.
    """

    part: str
    layout: Layout
    block: tuple[int, int]
    reduced: Mapping[str, np.ndarray]
    norms: np.ndarray

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(array.nbytes for array in self.reduced.values())

    def values(self, reduction: str) -> np.ndarray:
        """Return the cells to show."""
        return self.reduced.get(reduction, self.reduced.get("", np.zeros((0, 0), "float32")))


@dataclass(frozen=True, kw_only=True)
class WeightView:
    """One weight, ready to be drawn."""

    planes: tuple[Plane, ...]
    statistics: Statistics

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(plane.nbytes for plane in self.planes)


@dataclass(frozen=True, kw_only=True)
class Portion:
    """Some of a weight's pieces, reduced: blocks that none of them filled are NaN."""

    planes: tuple[Plane, ...]
    tally: _Tally

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(plane.nbytes for plane in self.planes)


def view(array: Array, entry: WeightEntry, *, sort: bool = False) -> WeightView:
    """Read a weight once, from first to last, and return its planes and statistics.

    Args:
        array: its numbers.
        entry: what it is.
        sort: show the filter of the largest norm first.
    """
    norms = tuple(np.sqrt(squares).astype("float32") for squares in norms_squared(array, entry))
    return joined([portion(array, entry, norms=norms, sort=sort)])


def norms_squared(
    array: Array, entry: WeightEntry, *, share: tuple[int, int] = (0, 1)
) -> tuple[np.ndarray, ...]:
    """Return the square of every filter's norm, a plane each, as far as a share of it goes."""
    layouts = (layout_of(entry.axes, entry.shape, part) for part in _parts(entry)[:MAXIMUM_PARTS])
    return tuple(
        _squares(array, layout, share) if layout.tile != (1, 1) and layout.columns else _NONE
        for layout in layouts
    )


def portion(
    array: Array,
    entry: WeightEntry,
    *,
    norms: tuple[np.ndarray, ...] = (),
    sort: bool = False,
    share: tuple[int, int] = (0, 1),
) -> Portion:
    """Read a share of a weight's pieces, such as the first (0) of 8.

    Args:
        array: its numbers.
        entry: what it is.
        norms: of the filters, a plane each.
        sort: show the filter of the largest norm first.
        share: which, and of how many.
    """
    parts = _parts(entry)
    side = max(16, SIDE // math.ceil(math.sqrt(len(parts))))
    tally = _Tally()
    planes = []
    for place, part in enumerate(parts[:MAXIMUM_PARTS]):
        own = norms[place] if norms else _NONE
        layout = layout_of(entry.axes, entry.shape, part)
        order = np.argsort(-own, kind="stable") if sort and own.size else None
        block, reduced = reduce(array, layout, side=side, order=order, tally=tally, share=share)
        planes.append(
            Plane(
                part=part.name if part else "",
                layout=layout,
                block=block,
                reduced=reduced,
                norms=own,
            )
        )
    for part in parts[MAXIMUM_PARTS:]:  # counted, if not shown
        layout = layout_of(entry.axes, entry.shape, part)
        for _, _, piece in pieces(array, layout, share=share):
            tally.add(numbers(piece))
    return Portion(planes=tuple(planes), tally=tally)


def joined(portions: Sequence[Portion]) -> WeightView:
    """Return the whole of a weight, of all its portions."""
    tally = _Tally()
    for one in portions:
        tally.merge(one.tally)
    planes = []
    for same in zip(*(one.planes for one in portions), strict=True):
        reduced = dict(same[0].reduced)
        for plane in same[1:]:
            for name, cells in plane.reduced.items():
                reduced[name] = np.where(np.isnan(reduced[name]), cells, reduced[name])
        planes.append(replace(same[0], reduced=reduced))
    return WeightView(planes=tuple(planes), statistics=tally.result())


def _parts(entry: WeightEntry) -> tuple[Part | None, ...]:
    return entry.parts or (None,)


MAXIMUM_PARTS = 16
_NONE = np.zeros(0, "float32")


def pieces(
    array: Array,
    layout: Layout,
    block: tuple[int, int] = (1, 1),
    *,
    share: tuple[int, int] = (0, 1),
) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield the plane in rectangles of whole blocks: (first row, first column, values).

    Of ``share``, such as the first (0) of 8, only those.
    """
    places = list(_places(layout, block))
    which, of = share
    for down, across in places[len(places) * which // of : len(places) * (which + 1) // of]:
        yield down.start, across.start, layout.read(array, down, across)


def _places(layout: Layout, block: tuple[int, int]) -> Iterator[tuple[slice, slice]]:
    rows, columns = layout.plane
    if not rows or not columns:
        return
    inner = math.prod(layout.length[axis] for axis in layout.rows[1:])
    across = columns
    if columns * block[0] * inner > CHUNK:
        across = max(block[1], CHUNK // (block[0] * inner) // block[1] * block[1])
    down = max(1, CHUNK // max(1, across))
    unit = math.lcm(block[0], inner) if inner * block[0] <= down else block[0]
    down = max(unit, down // unit * unit)
    for row in range(0, rows, down):
        for column in range(0, columns, across):
            yield (
                slice(row, min(row + down, rows)),
                slice(column, min(column + across, columns)),
            )


def reduce(
    array: Array,
    layout: Layout,
    *,
    side: int = SIDE,
    order: np.ndarray | None = None,
    tally: Any = None,
    share: tuple[int, int] = (0, 1),
) -> tuple[tuple[int, int], dict[str, np.ndarray]]:
    """Reduce a plane to at most ``side`` cells a side, by all four reductions in one reading.

    A vector keeps ``LONG`` cells. ``order`` permutes the first of the column axes (the filters).
    NaN are passed over; a block
    of nothing else is NaN.
    """
    rows, columns = layout.plane
    widest = side if layout.rows else LONG * side // SIDE
    block = (max(1, -(-rows // side)), max(1, -(-columns // widest)))
    size = (-(-rows // block[0]), -(-columns // block[1]))
    names = ("mean", "extreme", "min", "max") if block != (1, 1) else ("",)
    made = {name: np.full(size, np.nan, "float32") for name in names}
    for row, column, piece in pieces(array, layout, block, share=share):
        values = numbers(piece)
        if tally is not None:
            tally.add(values)
        if order is not None and values.shape[1] == columns:
            values = values.reshape(len(values), len(order), -1)[:, order].reshape(values.shape)
        at = (row // block[0], column // block[1])
        for name, cells in _blocks(values, block).items():
            made[name][at[0] : at[0] + cells.shape[0], at[1] : at[1] + cells.shape[1]] = cells
    return block, made


def _blocks(values: np.ndarray, block: tuple[int, int]) -> dict[str, np.ndarray]:
    with np.errstate(all="ignore"):  # what float32 cannot hold becomes an infinity, and is marked
        if block == (1, 1):
            return {"": values.astype("float32")}
        size = tuple(-(-n // b) for n, b in zip(values.shape, block, strict=True))
        padded = np.full((size[0] * block[0], size[1] * block[1]), np.nan, values.dtype)
        padded[: values.shape[0], : values.shape[1]] = values
        cut = padded.reshape(size[0], block[0], size[1], block[1])
        # Down first and across then: each is one pass along memory.
        low = np.fmin.reduce(np.fmin.reduce(cut, axis=1), axis=-1)
        high = np.fmax.reduce(np.fmax.reduce(cut, axis=1), axis=-1)
        holes = np.isnan(cut)
        count = np.full(low.shape, block[0] * block[1])
        if holes.any():
            count = count - holes.sum(axis=(1, 3))
            cut = np.where(holes, 0, cut)
        total = cut.sum(axis=1, dtype="float64").sum(axis=-1)
        return {
            "mean": total / count,
            "extreme": np.where(np.abs(low) > np.abs(high), low, high),
            "min": low,
            "max": high,
        }


def _squares(array: Array, layout: Layout, share: tuple[int, int]) -> np.ndarray:
    """Return the squared norm of every slice of the first column axis: every output's filters."""
    count = layout.length[layout.columns[0]]
    squares = np.zeros(count)
    inner = max(1, layout.plane[1] // max(1, count))
    for _, column, piece in pieces(array, layout, share=share):
        values = np.nan_to_num(numbers(piece).astype("float64"), posinf=0, neginf=0)
        which = (column + np.arange(values.shape[1])) // inner
        squares += np.bincount(which, (values**2).sum(axis=0), minlength=count)
    return squares


def histogram(array: Array, layout: Layout, *, low: float, high: float, bins: int) -> np.ndarray:
    """Return how many of the finite numbers fall in each of the bins from ``low`` to ``high``."""
    counts = np.zeros(bins, "int64")
    for _, _, piece in pieces(array, layout):
        values = numbers(piece)
        values = values[np.isfinite(values)]
        counts += np.histogram(values, bins=bins, range=(low, high))[0]
    return counts


def statistics(array: Array, layout: Layout) -> Statistics:
    """Return what there is to say of all numbers."""
    tally = _Tally()
    for _, _, piece in pieces(array, layout):
        tally.add(numbers(piece))
    return tally.result()


def whole_layout(shape: tuple[int, ...]) -> Layout:
    """Return the plainest layout, for what only counts."""
    return layout_of(tuple(f"axis {axis}" for axis in range(len(shape))), shape)
