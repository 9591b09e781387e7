"""A run's graph as one block: rows of tensors with signs between, grouped by sublayer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from figures.figure import Figure
from layers.traces.layout import Drawn, Group, Item, Named, Row, Sign
from layers.traces.timeline import State
from views.blocks import Block, sendable
from views.explore.view import View


def graph(
    view: View,
    draw: Callable[[str], Figure],
    ranges: list[dict[str, str]],
    *,
    links: dict[str, Any],
    pin: dict[str, Any] | None,
) -> Block:
    """Return the block of a graph that is no chain.

    Args:
        view: what of the graph is shown.
        draw: tensor name → its figure.
        ranges: the colour ranges beneath, as ``{"palette", "label", "low", "high"}``.
        links: which cells made which.
        pin: the arithmetic of one cell, where one is pinned.
    """
    drawn = set(view.layout.drawn)
    groups = [{"title": "", "path": "", "open": True, "parts": _rows(view.layout.rows, draw)}]
    if view.states:
        over_time = [_state(state, drawn) for state in view.states]
        groups.append(
            {
                "title": "State over time",
                "path": "time",
                "open": True,
                "parts": _rows(over_time, draw),
            }
        )
    if view.layout.inside:
        inside = _group(view.layout.inside, draw)
        groups.append(inside | {"title": "Inside", "path": "inside"})
    block: Block = {"kind": "lines", "groups": groups, "ranges": ranges, "links": links}
    return block | ({"pin": pin} if pin else {})


def _state(state: State, drawn: set[str]) -> Row:
    """Return the row of a state at every time step; what is drawn elsewhere is named."""
    items: list[Item] = []
    for time, name in enumerate(state.names):
        if time:
            items.append(Sign(f"t = {time}", f"time step {time}", arrow=True))
        items.append(Named(name) if name in drawn else Drawn(name))
    return tuple(items)


def _rows(rows: Iterable[Row], draw: Callable[[str], Figure]) -> list[dict[str, Any]]:
    return [_row(row, draw) for row in rows]


def _group(group: Group, draw: Callable[[str], Figure]) -> dict[str, Any]:
    parts = [
        _group(part, draw) if isinstance(part, Group) else _row(part, draw) for part in group.parts
    ]
    title = group.path.rpartition("/")[2]
    return {"title": title, "path": group.path, "open": True, "parts": parts}


def _row(row: Row, draw: Callable[[str], Figure]) -> dict[str, Any]:
    return {"items": [_item(item, draw) for item in row]}


def _item(item: Item, draw: Callable[[str], Figure]) -> dict[str, Any]:
    if isinstance(item, Drawn):
        return {"figure": sendable(draw(item.name))}
    if isinstance(item, Named):
        return {"reference": {"name": item.name, "text": item.name.rpartition("/")[2]}}
    return {"sign": sendable(item)}
