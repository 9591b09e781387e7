"""A run's graph as one block: rows of tensors with signs between, grouped by sublayer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
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
    drawn = {item.name for row in view.layout.rows for item in row if isinstance(item, Drawn)}
    groups = [_plain("ends", view.layout.rows, draw)]
    if view.states:
        over_time = [_state(state, drawn) for state in view.states]
        groups.append(_titled("time", "State over time", [_plain("time/rows", over_time, draw)]))
    if view.layout.inside:
        groups.append(_titled("inside", "Inside", _parts(view.layout.inside, draw)))
    block: Block = {"kind": "lines", "groups": groups, "ranges": ranges, "links": links}
    return block | ({"pin": pin} if pin else {})


def _state(state: State, drawn: set[str]) -> Row:
    """Return the row of a state at every time step; what is drawn elsewhere is named."""
    items: list[Item] = []
    for time, name in enumerate(state.names, start=state.start):
        if items:
            items.append(Sign(f"t = {time}", f"time step {time}", arrow=True))
        items.append(Named(name) if name in drawn else Drawn(name))
    return tuple(items)


def _plain(path: str, rows: Iterable[Row], draw: Callable[[str], Figure]) -> dict[str, Any]:
    """Return rows without a heading."""
    inside = path.partition("#")[0]
    return {"path": path, "rows": [_row(row, draw, inside) for row in rows]}


def _titled(path: str, title: str, groups: list[dict[str, Any]]) -> dict[str, Any]:
    """Return groups under a heading by which they fold."""
    return {"path": path, "title": title, "open": True, "groups": groups}


def _parts(group: Group, draw: Callable[[str], Figure]) -> list[dict[str, Any]]:
    """Return a sublayer's rows and sublayers in the order in which they are computed."""
    found: list[dict[str, Any]] = []
    for is_group, parts in groupby(group.parts, key=lambda part: isinstance(part, Group)):
        if not is_group:
            found.append(_plain(f"{group.path}#{len(found)}", parts, draw))  # ty: ignore
            continue
        for part in parts:
            title = part.path.rpartition("/")[2]  # ty: ignore
            path = f"{part.path}#{len(found)}"  # ty: ignore
            found.append(_titled(path, title, _parts(part, draw)))  # ty: ignore
    return found


def _row(row: Row, draw: Callable[[str], Figure], path: str) -> dict[str, Any]:
    return {"items": [_item(item, draw, path) for item in row]}


def _item(item: Item, draw: Callable[[str], Figure], path: str) -> dict[str, Any]:
    if isinstance(item, Drawn):
        return {"figure": sendable(draw(item.name))}
    if isinstance(item, Named):
        return {"reference": {"name": item.name, "text": short_name(item.name, path)}}
    return {"sign": sendable(item)}


def short_name(name: str, path: str) -> str:
    """Return a tensor's name as the rows of a sublayer call it.

    >>> short_name("query/kernel", "query"), short_name("query/outputs", "")
    ('kernel', 'query/outputs')
    >>> short_name("encoder/block/query/outputs", "encoder/block")
    'query/outputs'
    """
    return name.removeprefix(f"{path}/") if path else "/".join(name.split("/")[-2:])
