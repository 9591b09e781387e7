"""A run's graph as one block: rows of tensors with signs between, grouped by sublayer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from figures.figure import Figure
from layers.traces.layout import Drawn, Group, Item, Layout, Named, Row
from views.blocks import Block, sendable


def graph(
    found: Layout,
    draw: Callable[[str], Figure],
    ranges: list[dict[str, str]],
    *,
    open_groups: bool,
    links: dict[str, Any],
    pin: dict[str, Any] | None,
) -> Block:
    """Return the block of a graph that is no chain.

    Args:
        found: the graph, laid out.
        draw: tensor name → its figure.
        ranges: the colour ranges beneath, as ``{"palette", "label", "low", "high"}``.
        open_groups: whether the groups of sublayers are unfolded at first.
        links: which cells made which.
        pin: the arithmetic of one cell, where one is pinned.
    """
    ends = {"title": "", "path": "", "open": True, "parts": [_row(row, draw) for row in found.rows]}
    groups = [ends]
    if found.inside:
        inside = _group(found.inside, draw, open_groups)
        groups.append(inside | {"title": "Inside", "path": "inside"})
    block: Block = {"kind": "lines", "groups": groups, "ranges": ranges, "links": links}
    return block | ({"pin": pin} if pin else {})


def _group(group: Group, draw: Callable[[str], Figure], is_open: bool) -> dict[str, Any]:
    parts = [
        _group(part, draw, is_open) if isinstance(part, Group) else _row(part, draw)
        for part in group.parts
    ]
    title = group.path.rpartition("/")[2]
    return {"title": title, "path": group.path, "open": is_open, "parts": parts}


def _row(row: Row, draw: Callable[[str], Figure]) -> dict[str, Any]:
    return {"items": [_item(item, draw) for item in row]}


def _item(item: Item, draw: Callable[[str], Figure]) -> dict[str, Any]:
    if isinstance(item, Drawn):
        return {"figure": sendable(draw(item.name))}
    if isinstance(item, Named):
        return {"reference": {"name": item.name, "text": item.name.rpartition("/")[2]}}
    return {"sign": sendable(item)}
