"""A tensor as a heatmap: one cell a number, centred on zero, NaN and infinities marked."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from figures import words
from figures.figure import Figure, packed
from figures.view import drawn, limit_side, number_format, to_plane

MAXIMUM_NUMBERS = 600
"""Cells up to which numbers are written in them: more are unreadable, and slow to draw."""
MAXIMUM_MARKS = 2000
MAGNITUDES = "magnitudes of complex numbers"
MARKS = {"nan": ("x-thin", "× NaN"), "inf": ("triangle-up-open", "△ ∞")}
MARKS["-inf"] = ("triangle-down-open", "▽ −∞")
"""Number that has no colour → the symbol that marks its cell, and what the caption says of it."""


def heatmap(
    values: np.ndarray,
    *,
    name: str,
    axes: tuple[str, ...],
    limit: float,
    centre: float = 0.0,
    layer: str = "tensor",
    mask: bool = False,
    row_axis: int = -2,
    column_axis: int = -1,
    at: Mapping[int, int] | None = None,
    reduction: str = "mean",
) -> Figure:
    """Draw one tensor of any rank.

    Args:
        values: the tensor, of any rank and dtype; constant or without finite numbers too.
        name: the tensor's name.
        axes: one name an axis.
        limit: the colour range is centre − limit to centre + limit.
        centre: the number that has the middle colour.
        layer: for the file name.
        mask: draw zeros and ones in two colours instead.
        row_axis: which axis runs down, for rank 3 and more.
        column_axis: which axis runs across.
        at: the index of each other axis.
        reduction: how a block of cells becomes one, of ``figures.view.REDUCTIONS``.
    """
    magnitudes, values = np.iscomplexobj(values), drawn(values)
    plane = to_plane(values, axes, row_axis=row_axis, column_axis=column_axis, at=at)
    cells, block = limit_side(plane.values, reduction)
    number, digits = number_format(cells)
    trace = {
        "type": "heatmap",
        "z": packed(cells),
        "zmin": 0 if mask else centre - _short(limit),
        "zmax": 1 if mask else centre + _short(limit),
        "hoverinfo": "skip",  # the page says more about a cell than Plotly knows
    }
    caption = [words.format_shape(plane.values.shape if values.ndim > 1 else values.shape)]
    caption += [" × ".join(word for word in (plane.rows, plane.columns) if word)]
    if plane.slices:
        caption.append(f"at {plane.slices} of {words.format_shape(values.shape)}")
    if block != (1, 1):
        caption.append(f"{reduction} of {words.format_shape(block)} blocks")
    if magnitudes:
        caption.append(MAGNITUDES)
    marks = marks_of(cells)
    return Figure(
        name=name,
        spec={
            "data": [trace, *marks],
            "layout": {
                "xaxis": {"title": {"text": _axis(plane.columns, plane.values.shape[1])}},
                "yaxis": {
                    "title": {"text": _axis(plane.rows, plane.values.shape[0])},
                    "autorange": "reversed",
                },
            },
        },
        alt="; ".join([words.describe(name, values), *caption[2:]]),
        caption=" · ".join(part for part in (*caption, marked(cells)) if part),
        file_name=words.file_name(layer, name, shape=values.shape),
        palette="mask" if mask else "signed",
        cells=(cells.shape[0], cells.shape[1]),
        plane=(row_axis, column_axis) if values.ndim > 2 else None,
        at=dict(at or {}) if values.ndim > 2 else None,
        block=None if block == (1, 1) else block,
        format=number,
        digits=digits if cells.size <= MAXIMUM_NUMBERS else 0,
    )


def _short(limit: float) -> float:
    """Round up to four digits: the colour range is sent with every picture."""
    step = 10.0 ** (math.floor(math.log10(limit)) - 3)
    return float(f"{math.ceil(limit / step) * step:.4g}")


def _axis(name: str, length: int) -> str:
    return f"{name} ({length})" if name else ""


def marked(values: np.ndarray) -> str:
    """Return which marks stand for the numbers that are not finite; nothing where all are.

    >>> marked(np.array([1.0, np.nan, -np.inf]))
    '× NaN, ▽ −∞'
    """
    there = {"nan": np.isnan(values), "inf": values == np.inf, "-inf": values == -np.inf}
    return ", ".join(says for number, (_, says) in MARKS.items() if there[number].any())


def marks_of(cells: np.ndarray) -> list[dict]:
    """Return a trace that marks cells without a colour: NaN, infinities; nothing where none is."""
    rows, columns = np.nonzero(~np.isfinite(cells))
    if not rows.size:
        return []
    rows, columns = rows[:MAXIMUM_MARKS], columns[:MAXIMUM_MARKS]
    symbols = [MARKS[str(float(number))][0] for number in cells[rows, columns]]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": columns.tolist(),
            "y": rows.tolist(),
            "marker": {
                "symbol": symbols[0] if len(set(symbols)) == 1 else symbols,
                "line": {"width": 1.5},
            },
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]
