"""A block of lines: groups within groups, each with its rows, one cell size for all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pictures.colors import named
from pictures.letters import line, width
from pictures.row import Box, Frames, lay_out
from pictures.scene import Element, Group, Polyline, Rect
from pictures.sizes import Item, cell_size

_INDENT = 25
_TITLE = 30
_BETWEEN = 16


def rows_of(block: dict[str, Any]) -> Iterator[list[Item]]:
    """Yield the rows of items that are shown, from top to bottom."""
    if "groups" not in block:
        yield block["items"]
    for group in block.get("groups", ()):
        yield from _rows(group)


def block_box(block: dict[str, Any], room: float, frames: Frames) -> Box:
    """Return a block, a row or lines, laid out in a width; its axis is its top."""
    if "groups" not in block:
        return lay_out(block["items"], cell_size([block["items"]], room), room, frames)
    rows = list(rows_of(block))
    cell = cell_size(rows, room - _INDENT * _depth(block["groups"]))
    return _below([_group(group, cell, room, frames) for group in block["groups"]])


def parts_of(group: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a group's rows and groups in their order."""
    return group.get("parts") or [*group.get("rows", ()), *group.get("groups", ())]


def _rows(group: dict[str, Any]) -> Iterator[list[Item]]:
    if not _is_open(group):
        return
    for part in parts_of(group):
        if "items" in part:
            yield part["items"]
        else:
            yield from _rows(part)


def _group(group: dict[str, Any], cell: int, room: float, frames: Frames) -> Box:
    title, opened = group.get("title", ""), _is_open(group)
    inner = room - _INDENT if title else room
    parts = parts_of(group) if opened else []
    whole = _below(
        [
            lay_out(part["items"], cell, inner, frames)
            if "items" in part
            else _group(part, cell, inner, frames)
            for part in parts
        ]
    )
    if not title:
        return whole
    said = line(title, x=16, y=18, size=14, fill=named("text"), face="bold")
    elements: list[Element] = [_arrow(opened), said]
    wide = 16 + width(title, 14, "bold")
    if not parts:
        return Box(width=wide, above=0, below=24, elements=tuple(elements))
    rule = named("text", 0.16)
    elements.append(Rect(x=9, y=_TITLE, width=2, height=whole.below, fill=rule))
    elements.append(Group(x=_INDENT, y=_TITLE, elements=whole.elements))
    wide = max(wide, whole.width + _INDENT)
    return Box(width=wide, above=0, below=_TITLE + whole.below, elements=tuple(elements))


def _arrow(opened: bool) -> Polyline:
    """Return the mark before a title: it points down to what is open, and right where it is not."""
    down = ((0.0, 10.0), (10.0, 10.0), (5.0, 17.0))
    right = ((2.0, 8.0), (9.0, 13.0), (2.0, 18.0))
    return Polyline(points=down if opened else right, fill=named("text", 0.75))


def _is_open(group: dict[str, Any]) -> bool:
    return not group.get("title") or group.get("open", True)


def _depth(groups: list[dict[str, Any]]) -> int:
    """Return how many titles stand above the rows that are set in most."""
    inner = ([part for part in parts_of(group) if "items" not in part] for group in groups)
    pairs = zip(groups, inner, strict=True)
    return max((bool(group.get("title")) + _depth(own) for group, own in pairs), default=0)


def _below(boxes: list[Box]) -> Box:
    """Return boxes one below the other."""
    y, placed = 0.0, []
    for box in boxes:
        placed.append(Group(x=0, y=y, elements=box.elements))
        y += box.below + _BETWEEN
    return Box(
        width=max((box.width for box in boxes), default=0.0),
        above=0,
        below=max(0.0, y - _BETWEEN),
        elements=tuple(placed),
    )
