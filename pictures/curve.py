"""A curve: a number at every step, with marks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from pictures.colors import named
from pictures.scene import Element, Group, Polyline, Rect

WIDTH, HEIGHT = 240, 110
_TOP, _BOTTOM = 4, 1
_MARK = 4
"""Pixels from the middle of a mark to its edge."""

Point = tuple[float, float]


def curve(figure: dict[str, Any]) -> Group:
    """Draw a figure's lines and marks from the corner (0, 0), ``WIDTH`` × ``HEIGHT`` pixels."""
    layout = figure["spec"]["layout"]
    left, right = layout["xaxis"]["range"]
    low, high = layout["yaxis"]["range"]  # of a logarithmic axis the exponents
    logarithmic = layout["yaxis"].get("type") == "log"
    room = HEIGHT - _TOP - _BOTTOM

    def points(trace: dict[str, Any]) -> Iterator[Point | None]:
        for x, y in zip(trace["x"], trace["y"], strict=True):
            if y is None:
                yield None
                continue
            up = (math.log10(y) if logarithmic else y) - low
            yield (x - left) / (right - left) * WIDTH, _TOP + room * (1 - up / (high - low))

    axis = Rect(x=0, y=HEIGHT - _BOTTOM - 0.5, width=WIDTH, height=1, fill=named("quiet"))
    elements: list[Element] = [axis]
    for trace in figure["spec"]["data"]:
        placed = list(points(trace))
        if trace["mode"] == "lines":
            elements += _lines(placed)
        else:
            is_cross = trace["marker"]["symbol"].startswith("x")
            marked = _cross if is_cross else _dot
            elements += [each for point in placed if point for each in marked(*point)]
    return Group(x=0, y=0, elements=tuple(elements))


def _lines(points: Sequence[Point | None]) -> Iterator[Element]:
    """Yield a line for each run of numbers that are finite."""
    for is_finite, run in groupby(points, key=lambda point: point is not None):
        if is_finite:
            yield Polyline(points=tuple(filter(None, run)), line=named("bar"), line_width=2)


def _dot(x: float, y: float) -> Iterator[Element]:
    size = 2 * _MARK
    yield Rect(x=x - _MARK, y=y - _MARK, width=size, height=size, fill=named("mark"), radius=_MARK)


def _cross(x: float, y: float) -> Iterator[Element]:
    for lean in (_MARK, -_MARK):
        ends = ((x - _MARK, y - lean), (x + _MARK, y + lean))
        yield Polyline(points=ends, line=named("mark"), line_width=1.5)
