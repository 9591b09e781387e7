"""Curves: numbers at every step, and a path over a plane of numbers, with marks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from pictures.cells import unpacked
from pictures.colors import named
from pictures.scene import Element, Group, Paint, Polyline, Rect

_SIZE = (240, 110)
_TOP, _BOTTOM = 4, 1
_MARK = 4
"""Pixels from the middle of a mark to its edge."""
_TINTS = (0.08, 0.6)
"""How much of the line's colour a plane's smallest and largest number have."""

Point = tuple[float, float]
Placed = Callable[[float, float], Point]


def size(figure: dict[str, Any]) -> tuple[int, int]:
    """Return the pixels across and down that a curve takes."""
    layout = figure["spec"]["layout"]
    return layout.get("width", _SIZE[0]), layout.get("height", _SIZE[1])


def curve(figure: dict[str, Any]) -> Group:
    """Draw a figure's lines and marks from the corner (0, 0), as large as ``size`` says."""
    layout = figure["spec"]["layout"]
    wide, high = size(figure)
    left, right = layout["xaxis"]["range"]
    low, top = layout["yaxis"]["range"]  # of a logarithmic axis the exponents
    logarithmic = layout["yaxis"].get("type") == "log"
    room = high - _TOP - _BOTTOM

    def placed(x: float, y: float) -> Point:
        up = (math.log10(y) if logarithmic else y) - low
        return (x - left) / (right - left) * wide, _TOP + room * (1 - up / (top - low))

    axis = Rect(x=0, y=high - _BOTTOM - 0.5, width=wide, height=1, fill=named("quiet"))
    elements: list[Element] = [axis]
    for trace in figure["spec"]["data"]:
        elements += _DRAWN[trace.get("mode") or trace["type"]](trace, placed)
    for shape in layout.get("shapes", ()):
        x, _ = placed(shape["x0"], 1.0)
        elements.append(
            Polyline(points=((x, 0), (x, high - _BOTTOM)), line=named("mark"), line_width=1.5)
        )
    return Group(x=0, y=0, elements=tuple(elements))


def _lines(trace: dict[str, Any], placed: Placed) -> Iterator[Element]:
    """Yield a line for each run of numbers that are finite."""
    points: Sequence[Point | None] = [
        None if y is None else placed(x, y) for x, y in zip(trace["x"], trace["y"], strict=True)
    ]
    color = named("mark" if trace.get("meta") == "picked" else "bar")
    width = trace.get("line", {}).get("width", 2)
    for is_finite, run in groupby(points, key=lambda point: point is not None):
        if is_finite:
            yield Polyline(points=tuple(filter(None, run)), line=color, line_width=width)


def _markers(trace: dict[str, Any], placed: Placed) -> Iterator[Element]:
    """Yield a cross, a ring, a dot or a square at every point."""
    symbol = trace["marker"]["symbol"]
    for x, y in zip(trace["x"], trace["y"], strict=True):
        across, down = placed(x, y)
        if symbol.startswith("x"):
            for lean in (_MARK, -_MARK):
                ends = ((across - _MARK, down - lean), (across + _MARK, down + lean))
                yield Polyline(points=ends, line=named("mark"), line_width=1.5)
        else:
            is_ring = symbol.endswith("open")
            yield Rect(
                x=across - _MARK,
                y=down - _MARK,
                width=2 * _MARK,
                height=2 * _MARK,
                radius=0 if symbol == "square" else _MARK,
                fill=named("paper" if is_ring else "mark"),
                line=named("mark"),
                line_width=1.5,
            )


def _plane(trace: dict[str, Any], placed: Placed) -> Iterator[Element]:
    """Yield a group of tinted squares, around every place at which a plane's number is known."""
    values = unpacked(trace["z"])
    known = values[np.isfinite(values)]
    low, span = (float(known.min()), float(np.ptp(known)) or 1.0) if known.size else (0.0, 1.0)
    columns, rows = _between(trace["x"]), _between(trace["y"])
    squares = []
    for (row, column), value in np.ndenumerate(values):
        if not np.isfinite(value):
            continue
        left, bottom = placed(columns[column], rows[row])
        right, top = placed(columns[column + 1], rows[row + 1])
        share = _TINTS[0] + (_TINTS[1] - _TINTS[0]) * (float(value) - low) / span
        tint: Paint = named("bar", round(share, 3))
        squares.append(Rect(x=left, y=top, width=right - left, height=bottom - top, fill=tint))
    yield Group(x=0, y=0, elements=tuple(squares), crisp=True)  # no seams between them


def _between(places: Sequence[float]) -> list[float]:
    """Return the ends of the squares around places, the first and the last cut in half."""
    middles = [(a + b) / 2 for a, b in pairwise(places)]
    return [places[0], *middles, places[-1]]


_DRAWN: dict[str, Callable[[dict[str, Any], Placed], Iterator[Element]]] = {
    "lines": _lines,
    "markers": _markers,
    "contour": _plane,
}
