"""One layer's weights as blocks: pictures, true cells of a reduced one, and their statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from figures.figure import Figure
from figures.view import symmetric_limit
from figures.weight import safe, weight
from figures.words import format_shape, number
from layers.model_files.model import LayerEntry, WeightEntry
from layers.model_files.planes import Statistics, WeightPlane, WeightView
from views.blocks import Block, color_range, downloadable, row, table, text


@dataclass(frozen=True, kw_only=True)
class ShownWeight:
    """A weight, and how it is shown."""

    layer: LayerEntry
    entry: WeightEntry
    view: WeightView
    reduction: str
    sort: bool

    @property
    def limit(self) -> float:
        """The colour range of what is drawn, blocks or cells, is −limit to +limit."""
        return symmetric_limit(plane.values(self.reduction) for plane in self.view.planes)

    @property
    def label(self) -> str:
        """What the colour range is of."""
        blocks = any(plane.block != (1, 1) for plane in self.view.planes)
        return f"{self.entry.name}, {self.reduction} of blocks" if blocks else self.entry.name


def picture(look: ShownWeight) -> Block:
    """Return the weight's figures with their colour range."""
    drawn = row(_planes(look), [color_range(look.label, look.limit)])
    name = f"{safe(look.layer.path)}-{safe(look.entry.name)}"
    return downloadable(drawn, f"{look.layer.path}, {look.entry.name}", name)


def _planes(look: ShownWeight) -> list[Figure]:
    """Return a figure for the weight, or one for each gate or head."""
    return [
        weight(
            plane.values(look.reduction),
            name=tensor_name(look.entry, plane),
            layer=look.layer.path,
            limit=look.limit,
            rows=plane.layout.row_words,
            columns=plane.layout.column_words,
            plane=plane.layout.plane,
            shape=tuple(plane.layout.length),
            block=plane.block,
            reduction=look.reduction,
            tile=plane.layout.tile,
            numbers=_order(plane) if look.sort else (),
        )
        for plane in look.view.planes
    ]


def tensor_name(entry: WeightEntry, plane: WeightPlane) -> str:
    """Return what a plane's figure is called."""
    return f"{entry.name} {plane.part}" if plane.part else entry.name


def _order(plane: WeightPlane) -> tuple[int, ...]:
    return tuple((-plane.norms).argsort(kind="stable").tolist())


def window(
    look: ShownWeight, plane: WeightPlane, values: np.ndarray, *, corner: tuple[int, int]
) -> list[Block]:
    """Return true cells of a reduced plane.

    Args:
        look: the weight, and how it is shown.
        plane: the part of it.
        values: the cells, (rows, columns).
        corner: where in the plane the first of them is.
    """
    figure = weight(
        values,
        name=f"{tensor_name(look.entry, plane)} window",
        layer=look.layer.path,
        limit=_limit(look.view.statistics),
        rows=plane.layout.row_words,
        columns=plane.layout.column_words,
        plane=plane.layout.plane,
        shape=values.shape,
        tile=plane.layout.tile,
        corner=corner,
    )
    return [
        text("Drag the frame in the picture, or move the sliders. These cells are not reduced."),
        row([figure]),
    ]


def _limit(statistics: Statistics) -> float:
    """Return the largest finite magnitude; 1 where there is none but zero."""
    ends = [abs(e) for e in (statistics.minimum, statistics.maximum) if e == e]
    return max(ends, default=0.0) or 1.0


def weights_table(
    entries: Sequence[WeightEntry], statistics: Mapping[WeightEntry, Statistics]
) -> Block:
    """Return the table of a layer's weights, with each one's statistics."""
    head = ("Weight", "Shape", "Type", "Min", "Mean", "Max", "Std", "Zeros", "NaN", "Infinite")
    rows = [
        [
            entry.name,
            format_shape(entry.shape),
            entry.dtype,
            *map(number, (s.minimum, s.mean, s.maximum, s.deviation)),
            per_cent(s.zeros, s.size),
            per_cent(s.nan, s.size),
            per_cent(s.infinite, s.size),
        ]
        for entry, s in ((entry, statistics[entry]) for entry in entries)
    ]
    return table("Weights of this layer", head, rows)


def per_cent(count: int, size: int) -> str:
    """Write a share in per cent; only a count of zero is written as 0.

    >>> per_cent(0, 10), per_cent(1, 10**6), per_cent(5, 10), per_cent(0, 0)
    ('0', '< 0.1 %', '50 %', '0')
    """
    if not count:
        return "0"
    percentage = 100 * count / size
    return "< 0.1 %" if percentage < 0.1 else f"{percentage:.3g} %"


def non_finite(statistics: Statistics) -> list[Block]:
    """Return a sentence on NaN and infinities, where there are any."""
    if not statistics.nan and not statistics.infinite:
        return []
    return [
        text(
            f"{statistics.nan:,} of {statistics.size:,} numbers are NaN, {statistics.infinite:,} "
            "infinite. They are marked, and left out of the colour range and the statistics."
        )
    ]
