"""A block of lines: groups within groups, each with its rows, one cell size for all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pictures.colors import named
from pictures.letters import line, width
from pictures.row import Box, Frames, lay_out
from pictures.scene import Element, Group, Rect
from pictures.sizes import Item, cell_size

_INDENT = 16
_TITLE = 22
_BETWEEN = 16


def rows_of(block: dict[str, Any]) -> Iterator[list[Item]]:
    """Yield the rows of items that are shown, from top to bottom."""
    if "groups" not in block:
        yield block["items"]
    for group in block.get("groups", ()):
        yield from _rows(group)


def block_box(block: dict[str, Any], room: float, frames: Frames) -> Box:
    """Return a block, a row or lines, laid out in a width; its axis is its top."""
    cell = min((cell_size(row, room) for row in rows_of(block)), default=1)
    if "groups" not in block:
        return lay_out(block["items"], cell, room, frames)
    return _below([_group(group, cell, room, frames) for group in block["groups"]])


def parts_of(group: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a group's rows and groups in their order."""
    return group.get("parts") or [*group.get("rows", ()), *group.get("groups", ())]


def _rows(group: dict[str, Any]) -> Iterator[list[Item]]:
    if not group.get("open", True):
        return
    for part in parts_of(group):
        if "items" in part:
            yield part["items"]
        else:
            yield from _rows(part)


def _group(group: dict[str, Any], cell: int, room: float, frames: Frames) -> Box:
    title, opened = group.get("title", ""), group.get("open", True)
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
    said = title if opened else f"{title} …"
    head = line(said, x=0, y=14, size=14, fill=named("text"), face="bold")
    rule = Rect(x=0, y=_TITLE, width=2, height=whole.below, fill=named("text", 0.25))
    body = Group(x=_INDENT, y=_TITLE, elements=whole.elements)
    elements: tuple[Element, ...] = (head, rule, body) if parts else (head,)
    wide = max(width(said, 14, "bold"), whole.width + _INDENT if parts else 0)
    return Box(width=wide, above=0, below=_TITLE + whole.below, elements=elements)


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
