"""A run's graph as one block: rows of tensors with signs between, grouped by sublayer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from figures.figure import Figure
from layers.traces.layout import DrawnTensor, Item, Named, Row, Sign, SublayerGroup
from layers.traces.timeline import State
from views.blocks import Block, sendable
from views.explore.view import View

Draw = Callable[[str], Figure | Named]


def graph(
    view: View,
    draw: Draw,
    ranges: list[dict[str, str]],
    *,
    links: dict[str, Any],
    pin: dict[str, Any] | None,
    below: Iterable[dict[str, Any]] = (),
) -> Block:
    """Return the block of a graph that is no chain.

    Args:
        view: what of the graph is shown.
        draw: tensor name → its figure, or what stands in its place.
        ranges: the colour ranges beneath, as ``{"palette", "label", "low", "high"}``.
        links: which cells made which.
        pin: the arithmetic of one cell, where one is pinned.
        below: groups that follow.
    """
    groups = [*groups_of(view, draw), *below]
    block: Block = {"kind": "lines", "groups": groups, "ranges": ranges, "links": links}
    return block | ({"pin": pin} if pin else {})


def groups_of(view: View, draw: Draw, path: str = "") -> list[dict[str, Any]]:
    """Return a graph's groups: its ends, its state over time, and what is inside.

    Args:
        view: what of the graph is shown.
        draw: tensor name → its figure, or what stands in its place.
        path: before each group's own.
    """
    drawn = {item.name for row in view.layout.rows for item in row if isinstance(item, DrawnTensor)}
    groups = [plain(f"{path}ends", view.layout.rows, draw)]
    if view.states:
        over_time = [_state(state, drawn) for state in view.states]
        states = [plain(f"{path}time/rows", over_time, draw)]
        groups.append(titled(f"{path}time", "State over time", states))
    if view.layout.inside:
        parts = [_below(path, part) for part in _parts(view.layout.inside, draw)]
        groups.append(titled(f"{path}inside", "Inside", parts))
    return groups


def _below(path: str, group: dict[str, Any]) -> dict[str, Any]:
    """Return a group whose path, and those of the groups in it, have another one before them."""
    inner = (
        {"groups": [_below(path, each) for each in group["groups"]]} if "groups" in group else {}
    )
    return group | inner | {"path": f"{path}{group['path']}"}


def _state(state: State, drawn: set[str]) -> Row:
    """Return the row of a state at every time step; what is drawn elsewhere is named."""
    items: list[Item] = []
    for time, name in enumerate(state.names, start=state.start):
        if items:
            items.append(Sign(f"t = {time}", f"time step {time}", arrow=True))
        items.append(Named(name) if name in drawn else DrawnTensor(name))
    return tuple(items)


def plain(path: str, rows: Iterable[Row], draw: Draw) -> dict[str, Any]:
    """Return rows without a heading."""
    inside = path.partition("#")[0]
    return {"path": path, "rows": [_row(row, draw, inside) for row in rows]}


def titled(path: str, title: str, groups: list[dict[str, Any]]) -> dict[str, Any]:
    """Return groups under a heading by which they fold."""
    return {"path": path, "title": title, "open": True, "groups": groups}


def _parts(group: SublayerGroup, draw: Draw) -> list[dict[str, Any]]:
    """Return a sublayer's rows and sublayers in the order in which they are computed."""
    found: list[dict[str, Any]] = []
    for is_group, parts in groupby(group.parts, key=lambda part: isinstance(part, SublayerGroup)):
        if not is_group:
            found.append(plain(f"{group.path}#{len(found)}", parts, draw))  # ty: ignore
            continue
        for part in parts:
            title = part.path.rpartition("/")[2]  # ty: ignore
            path = f"{part.path}#{len(found)}"  # ty: ignore
            found.append(titled(path, title, _parts(part, draw)))  # ty: ignore
    return found


def _row(row: Row, draw: Draw, path: str) -> dict[str, Any]:
    return {"items": [_item(item, draw, path) for item in row]}


def _item(item: Item, draw: Draw, path: str) -> dict[str, Any]:
    placed = draw(item.name) if isinstance(item, DrawnTensor) else item
    if isinstance(placed, Figure):
        return {"figure": sendable(placed)}
    if isinstance(placed, Named):
        return {
            "reference": {"name": placed.name, "text": short_name(placed.text or placed.name, path)}
        }
    return {"sign": sendable(placed)}


def short_name(name: str, path: str) -> str:
    """Return a tensor's name as the rows of a sublayer call it.

    >>> short_name("query/kernel", "query"), short_name("query/outputs", "")
    ('kernel', 'query/outputs')
    >>> short_name("encoder/block/query/outputs", "encoder/block")
    'query/outputs'
    """
    return name.removeprefix(f"{path}/") if path else "/".join(name.split("/")[-2:])
