"""One step of a training as blocks, and the loss over all steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from figures.curve import curve
from figures.figure import Figure
from layers.traces.layout import DrawnTensor, Item, Named, Row, Sign
from layers.training.history import History
from layers.training.settings import OPTIMIZERS
from views.blocks import Block, downloadable, row, table
from views.explore.cells import links
from views.explore.graph import graph, groups_of, plain, titled
from views.explore.view import View
from views.tensors import kind_of, painter
from views.train.link import UPDATE, VALUE
from views.train.one_step import OneStep
from views.train.pin import pin
from views.train.places import Places


def loss_curve(history: History, step: int, layer: str) -> Block:
    """Return the loss at every step, with what walks through the steps."""
    figure = curve(history.losses, name="loss", at=step, layer=layer)
    return row([figure]) | {"time": {"step": step, "last": len(history.losses) - 1}}


def step_picture(step: OneStep, view: View) -> list[Block]:
    """Return the picture of one step, and what has no gradient.

    Args:
        step: all its numbers.
        view: of the forward pass; its cell is the pinned one.
    """
    found, below = step.found, _rows_below(step)
    paint, legend = drawing(step, view)
    drawn: set[str] = set()

    def draw(name: str) -> Figure | Named:
        wanted = found.drawn.get(name)
        if wanted is None or wanted in drawn:  # one gradient may be that of two tensors
            return Named(wanted or name, name)
        drawn.add(wanted)
        return paint(wanted)

    def draw_itself(name: str) -> Figure | Named:
        if name in drawn:
            return Named(name)
        drawn.add(name)
        return paint(name)

    places = groups_of(view, draw)
    if found.show == UPDATE:
        places = places[:1]  # what is inside is moved by nobody
    groups = []
    if below:
        rows = [plain("reads/rows", below, draw_itself)]
        groups.append(titled("reads", f"What {_optimizer(step)} reads and writes", rows))
    if found.show != VALUE:
        groups.append(titled("values", "Values", groups_of(view, draw_itself, "values/")))
    block = graph(
        view,
        draw,
        legend,
        links=_links(step, view),
        pin=pin(view.cell, step) if view.cell else None,
    ) | {"groups": [*places, *groups]}
    return [downloadable(block, step.title, step.file_name), *missing(found, view)]


def drawing(step: OneStep, view: View) -> tuple[Callable[[str], Figure], list[dict[str, str]]]:
    """Return what draws a tensor of a step's picture by its name, and the colour ranges of all."""
    found = step.found
    placed = [found.drawn[name] for name in view.drawn if name in found.drawn]
    names = [
        item.name for row in _rows_below(step) for item in row if isinstance(item, DrawnTensor)
    ]
    if found.show != VALUE:
        names += view.drawn
    tensors = {name: step.traces.whole.tensors[name] for name in names}
    kinds = {name: kind_of(tensor) for name, tensor in tensors.items()}
    tensors |= {name: found.tensors[name] for name in placed}
    kinds |= {name: found.kinds[name] for name in placed}
    return painter(tensors, view, step.layer.name, kinds)


def _rows_below(step: OneStep) -> list[Row]:
    """Return, for each weight that the optimizer moves, what it reads and what it writes."""
    if step.found.show != UPDATE:
        return []
    traces = step.traces
    rows: list[Row] = []
    for name, new in traces.updated.items():
        if name.startswith("slots/"):
            continue
        slots = [slot for slot in traces.updated if slot.startswith(f"slots/{name}/")]
        reads = [traces.gradients.get(name, ""), *slots]
        items: list[Item] = []
        for each in reads:
            if each in traces.whole.tensors:
                items += [*([Sign(",", "and")] if items else []), DrawnTensor(each)]
        title = _optimizer(step)
        items += [Sign(title, f"{title} steps", arrow=True), DrawnTensor(new)]
        rows.append(tuple(items))
    return rows


def _optimizer(step: OneStep) -> str:
    return OPTIMIZERS[step.history.settings.optimizer].title


def _links(step: OneStep, view: View) -> dict[str, Any]:
    """Return how cells make cells through the whole step, and in what is drawn beside it."""
    trace, found = step.trace, step.found
    made = {*found.tensors, *step.traces.updated.values()} if found.show != VALUE else set()
    steps = [*view.steps, *(trace.made_by[name] for name in sorted(made) if name in trace.made_by)]
    linked = links(trace, step.layer, steps)
    linked |= {"plane": [-2, -1], "at": {}, "contrast": view.contrast}
    drawn = {name: trace.tensors[name] for name in view.drawn} | dict(found.tensors)
    described = {
        name: {"shape": tensor.values.shape, "axes": tensor.axes, "role": tensor.role}
        for name, tensor in drawn.items()
    }
    linked["tensors"] = described | linked["tensors"]
    return linked


def missing(found: Places, view: View) -> list[Block]:
    """Return why some tensors that are drawn have nothing in their place."""
    rows = [(name, found.missing[name]) for name in view.drawn if name in found.missing]
    if not rows or found.show == VALUE:
        return []
    return [table(f"Without {found.show}", ("Tensor", f"Why it has no {found.show}"), rows)]
