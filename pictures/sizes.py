"""The size of a row's cells, chosen as browser/row.js chooses it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pictures.rulers import ruler_room

Item = dict[str, Any]

_SIZES = (44, 40, 36, 32, 28, 24, 20, 16, 14, 12, 10, 8, 6, 5, 4, 3, 2, 1)
_READABLE = 28
_TALLEST = 560
_NARROW = 640


def cell_size(rows: Sequence[Sequence[Item]], width: float) -> int:
    """Return the largest cell, in pixels, with which every row reads well in that width.

    On one line with numbers if it can be, on few lines if not, else stacked; never wider.
    """
    fits = [size for size in _SIZES if all(_fits(items, size, width) for items in rows)]

    def pick(lines: int, least: int, most: int = _SIZES[0]) -> int:
        sizes = (size for size in fits if least <= size <= most)
        few = (size for size in sizes if all(_lines(row, size, width) <= lines for row in rows))
        return next(few, 0)

    figures = [item["figure"] for items in rows for item in items if "figure" in item]
    if any(figure.get("cells") and figure.get("digits") for figure in figures):
        many = 99 if width < _NARROW else 3
        readable = pick(1, _READABLE) or pick(2, _READABLE, 36) or pick(many, _READABLE, 32)
        if readable:
            return readable
    least = next((size for size in fits if size <= 36), 1)
    return pick(1, 16) or pick(2, 8) or pick(3, 6) or least


def _fits(items: Sequence[Item], size: int, width: float) -> bool:
    """Return whether no figure is too tall, or too wide with the signs on its line."""
    before = 0
    for item in items:
        if sign := item.get("sign"):
            before += _sign_width(sign) + 8 if sign["text"] != ")" else 0
            continue
        if cells := item.get("figure", {}).get("cells"):
            wide = _cells_width(item["figure"], size)
            if wide + before > width or cells[0] * size > _TALLEST:
                return False
        before = 0
    return True


def _sign_width(sign: dict[str, Any]) -> int:
    if sign.get("arrow"):
        return 26 + 7 * len(sign["text"])
    return 8 * len(sign["text"]) if " " in sign["text"] else 24


def _lines(items: Sequence[Item], size: int, width: float) -> int:
    blocks: list[float] = []
    before = brackets = 0.0
    for item in items:
        if sign := item.get("sign"):
            before += _sign_width(sign)
            if sign["text"] == "(":
                brackets = 1
            if sign["text"] == ")":
                blocks.append(brackets + before)
                before = brackets = 0
            continue
        wide = before + _width(item, size) + 8
        before = 0
        if brackets:
            brackets += wide
        else:
            blocks.append(wide)
    count, used = 1, 0.0
    for block in blocks:
        if used and used + block > width:
            count, used = count + 1, 0.0
        used += block
    return count


def _width(item: Item, size: int) -> float:
    if "reference" in item:
        return 24 + 8 * len(item["reference"]["text"])
    figure = item["figure"]
    return max(_cells_width(figure, size), 7.5 * len(figure["name"]), 84)


def _cells_width(figure: dict[str, Any], size: int) -> float:
    return (figure.get("cells") or (0, 0))[1] * size + ruler_room(figure, size)[0]
