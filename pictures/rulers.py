"""The numbers along the edges of a matrix, where browser/rulers.js has them."""

from __future__ import annotations

from typing import Any

from pictures.colors import named
from pictures.letters import line, width
from pictures.scene import Element, Rect

_SIZE = 11
_DIGIT = 6.8
_TICK = 5
_HIGH = 9
_LEADING = 4
_APART = 7
_STRIDES = (1, 2, 5, 10, 20, 50, 100)

Ruler = list[tuple[float, int]]


def ruler_room(figure: dict[str, Any], cell: int) -> tuple[float, float]:
    """Return the pixels that the numbers take left of the cells, and above them."""
    rulers = figure.get("rulers")
    if not rulers:
        return 0.0, 0.0
    left = [] if _border(figure, cell) else rulers["left"]
    return (_wide(left) + _TICK if left else 0.0, _HIGH + _TICK if any(rulers["above"]) else 0.0)


def draw_rulers(figure: dict[str, Any], cell: int) -> list[Element]:
    """Write the numbers that have room around cells whose corner is (0, 0)."""
    if not figure.get("rulers"):
        return []
    above, left = figure["rulers"]["above"], figure["rulers"]["left"]
    ink = named("text", 0.85)
    border = _border(figure, cell)
    step = figure["slices"]["step"][0] * cell if figure.get("slices") else 0
    size = max(map(_wide, above), default=0) + _APART
    made: list[Element] = []
    for number, ruler in enumerate(above if border else above[:1]):
        foot = number * step - (border - _HIGH) / 2 if number else -_TICK
        for at, each in _thinned(ruler, cell, size):
            x = at * cell
            made.append(line(str(each), x=x, y=foot - 1, size=_SIZE, fill=ink, centred=True))
            if not number:
                made.append(Rect(x=x - 0.5, y=-3, width=1, height=3, fill=ink))
    for at, each in [] if border else _thinned(left, cell, _HIGH + _LEADING):
        text, y = str(each), at * cell
        x = -_TICK - width(text, _SIZE)
        made.append(line(text, x=x, y=y + _HIGH / 2 - 1, size=_SIZE, fill=ink))
        made.append(Rect(x=-3, y=y - 0.5, width=3, height=1, fill=ink))
    return made


def _border(figure: dict[str, Any], cell: int) -> float:
    """Return the pixels of the border above a line of slices, where it is as high as a number."""
    slices = figure.get("slices")
    if not slices or len(figure["rulers"]["above"]) < 2:
        return 0
    border = (slices["step"][0] - slices["tile"][0]) * cell
    return border if border >= _HIGH else 0


def _wide(ruler: Ruler) -> float:
    return _DIGIT * max((len(str(number)) for _, number in ruler), default=0)


def _thinned(ruler: Ruler, cell: int, size: float) -> Ruler:
    """Return every number, or every second, fifth, tenth …, so that none runs into the next."""
    step = (ruler[1][0] - ruler[0][0]) * cell if len(ruler) > 1 else size
    stride = next((each for each in _STRIDES if each * step >= size), len(ruler))
    return ruler[::stride]
