"""The lights of a pinned cell: what made it, what it makes, tied cells, and the cell itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pictures.colors import named
from pictures.dependencies import dependencies, dependents, tied
from pictures.planes import Place, places
from pictures.scene import Element, Polyline, Rect
from pictures.spans import Cells

_SEEN = 8
"""Pixels: a frame around smaller cells stands around them, so that it is seen."""


@dataclass(frozen=True, kw_only=True)
class Light:
    """Cells to be lit, and how: ``from``, ``to`` (``… far``), ``tied``, ``pin`` or ``edited``."""

    name: str
    cells: Cells
    kind: str


def lights(
    links: Mapping[str, Any], pin: Mapping[str, Any] | None, shown: Collection[str]
) -> list[Light]:
    """Return what is lit in a picture of these tensors."""
    lit = [_at(cell, "edited") for cell in links["edited"]]
    if not pin:
        return lit
    pinned = _at(pin["cell"], "pin")
    for word, find in (("from", dependencies), ("to", dependents)):
        for part in find(links, shown, pinned.name, pinned.cells):
            kind = f"{word} far" if part.far else word
            lit.append(Light(name=part.name, cells=part.cells, kind=kind))
    if copies := tied(links, pinned.name, pinned.cells):
        lit.append(Light(name=pinned.name, cells=copies, kind="tied"))
    return [*lit, pinned]


def frames(
    figure: dict[str, Any], links: dict[str, Any], lit: Collection[Light], cell: int
) -> list[Element]:
    """Return the frames around the lit cells of one figure, in cells of ``cell`` pixels."""
    if figure["name"] not in links["tensors"]:
        return []
    rank = len(links["tensors"][figure["name"]]["shape"])
    return [
        element
        for light in lit
        if light.name == figure["name"] and len(light.cells) == rank
        for place in places(figure, links, light.cells)
        for element in _frame(light.kind, place, cell)
    ]


def _at(text: str, kind: str) -> Light:
    name, *index = text.split(".")
    return Light(name=name, cells=tuple(np.array([int(at)]) for at in index), kind=kind)


def _frame(kind: str, place: Place, cell: int) -> list[Element]:
    top, bottom, left, right = (at * cell for at in place)
    if kind == "edited":
        corner = ((right - 8, top), (right, top), (right, top + 8))
        return [Polyline(points=corner, fill=named("mark"))]
    x, width = _span(left, right)
    y, height = _span(top, bottom)

    def inside(line_width: float, name: str, dash: tuple[float, ...] = ()) -> Rect:
        return Rect(
            x=x + line_width / 2,
            y=y + line_width / 2,
            width=width - line_width,
            height=height - line_width,
            line=named(name),
            line_width=line_width,
            dash=dash,
        )

    if kind == "pin":
        around = Rect(x=x - 0.5, y=y - 0.5, width=width + 1, height=height + 1, line=named("paper"))
        return [inside(3, "text"), around]
    if kind == "tied":
        return [inside(2, "text", (2, 2))]
    line_width = 1 if kind.endswith("far") else 2
    return [inside(line_width, "mark", (5, 3) if kind.startswith("to") else ())]


def _span(start: float, end: float) -> tuple[float, float]:
    more = max(0.0, (_SEEN - (end - start)) / 2)
    return start - more, end - start + 2 * more
