"""The numbers around a matrix: the same on the page and in a file, and none over another."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from figures.weight import weight
from pictures.rulers import draw_rulers, ruler_room
from pictures.scene import Rect, Text
from views.blocks import sendable

FIGURES: dict[str, dict[str, Any]] = {
    "grid": {"plane": (32 * 2, 64 * 2), "tile": (2, 2)},
    "row": {"plane": (5, 5 * 32), "tile": (5, 5)},
    "sorted": {"plane": (7, 7 * 64), "tile": (7, 7), "numbers": tuple(range(63, -1, -1))},
    "matrix": {"plane": (12, 200), "tile": (1, 1)},
    "one": {"plane": (3, 3), "tile": (3, 3)},
}


def made(name: str) -> dict:
    more = FIGURES[name]
    figure = weight(
        np.zeros(more["plane"], "f4"),
        name="kernel",
        layer="conv",
        limit=1.0,
        rows=("in", "height"),
        columns=("out", "width"),
        shape=more["plane"],
        **more,
    )
    return sendable(figure)


@pytest.mark.parametrize("cell", [1, 2, 3, 5, 8, 9, 12, 20, 44])
@pytest.mark.parametrize("name", FIGURES)
def test_a_file_has_the_numbers_that_the_page_has_and_none_touches_another(
    call: Callable, name: str, cell: int
):
    figure = made(name)
    assert call("rulers.js", "rulerRoom", figure, cell) == pytest.approx(ruler_room(figure, cell))
    marks = call("rulers.js", "marksOf", figure, cell)
    elements = draw_rulers(figure, cell)
    assert [str(mark["number"]) for mark in marks] == [
        element.text for element in elements if isinstance(element, Text)
    ]
    ticks = [tick for tick in elements if isinstance(tick, Rect)]
    ends = [
        (tick.x + tick.width / (2 if tick.width == 1 else 1), tick.y + tick.height / 2)
        for tick in ticks
    ]
    placed = [mark for mark in marks if mark["side"] != "own"]
    assert len(placed) == len(ends)
    for mark, (x, y) in zip(placed, ends, strict=True):
        assert (mark["x"], mark["y"]) == (
            pytest.approx(x, abs=1.6),
            pytest.approx(y, abs=1.6),
        )
    for side, along, size in (("above", "x", 6.0), ("own", "x", 6.0), ("left", "y", 9.0)):
        lines: dict[float, list[dict]] = {}
        for mark in marks:
            if mark["side"] == side:
                lines.setdefault(mark["y" if along == "x" else "x"], []).append(mark)
        for line in lines.values():
            for one, other in pairwise(line):
                wide = size * (len(str(max(one["number"], other["number"]))) if along == "x" else 1)
                assert other[along] - one[along] > wide


def test_each_filter_of_a_row_has_its_number_where_the_border_has_room(call: Callable):
    marks = call("rulers.js", "marksOf", made("row"), 10)
    assert [mark["number"] for mark in marks] == list(range(32))
    assert marks[9] == {"side": "own", "x": 85.0, "y": 55.0, "number": 9}
    marks = call("rulers.js", "marksOf", made("row"), 6)
    assert [mark["number"] for mark in marks if mark["side"] == "left"] == [0, 8, 16, 24]
    assert [mark["number"] for mark in marks if mark["side"] == "above"] == list(range(8))
