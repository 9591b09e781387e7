"""The size of a row's cells, chosen as browser/row.js chooses it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Item = dict[str, Any]

_SIZES = (44, 40, 36, 32, 28, 24, 20, 16, 14, 12, 10, 8, 6, 5, 4, 3, 2, 1)
_READABLE = 28
_TALLEST = 560
_NARROW = 640


def cell_size(items: Sequence[Item], width: float) -> int:
    """Return the largest cell, in pixels, with which the whole row reads well in that width.

    On one line with numbers if it can be, on few lines if not, else stacked; never wider.
    """
    figures = [item["figure"] for item in items if item.get("figure", {}).get("cells")]
    before = _signs_before(items)
    fits = [
        size
        for size in _SIZES
        if all(
            figure["cells"][1] * size + signs <= width and figure["cells"][0] * size <= _TALLEST
            for figure, signs in zip(figures, before, strict=True)
        )
    ]

    def pick(lines: int, least: int, most: int = _SIZES[0]) -> int:
        sizes = (size for size in fits if least <= size <= most)
        return next((size for size in sizes if _lines(items, size, width) <= lines), 0)

    if any(figure.get("digits") for figure in figures):
        many = 99 if width < _NARROW else 3
        readable = pick(1, _READABLE) or pick(2, _READABLE, 36) or pick(many, _READABLE, 32)
        if readable:
            return readable
    least = next((size for size in fits if size <= 36), 1)
    return pick(1, 16) or pick(2, 8) or pick(3, 6) or least


def _signs_before(items: Sequence[Item]) -> list[int]:
    """Return the width of the signs that stand on one line with each figure."""
    widths, before = [], 0
    for item in items:
        if "sign" in item and item["sign"]["text"] != ")":
            before += _sign_width(item["sign"]) + 8
        if "figure" in item:
            if item["figure"].get("cells"):
                widths.append(before)
            before = 0
    return widths


def _sign_width(sign: dict[str, Any]) -> int:
    return 26 + 7 * len(sign["text"]) if sign.get("arrow") else 24


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
        return 7.5 * len(item["reference"].get("text") or item["reference"]["name"]) + 16
    figure = item["figure"]
    across = (figure.get("cells") or (0, 0))[1]
    return max(across * size, 7.5 * len(figure["name"]), 84)
