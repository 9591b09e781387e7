"""One step of a training as blocks, and the loss over all steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from figures.curve import curve
from figures.figure import Figure
from layers.inputs.description import Description
from layers.traces.layout import Drawn, Item, Named, Row, Sign
from layers.traces.trace import Step
from layers.training.history import History
from layers.training.settings import OPTIMIZERS
from layers.training.step import Difference, StepTraces
from views.blocks import Block, downloadable, row, table
from views.explore.cells import links
from views.explore.graph import graph, groups_of, plain, titled
from views.explore.view import View
from views.tensors import kind_of, painter
from views.train.link import CHANGE, GRADIENT, UPDATE, VALUE
from views.train.pin import pin
from views.train.places import Places, bare


def loss_curve(history: History, step: int, layer: str) -> Block:
    """Return the loss at every step, with what walks through the steps."""
    figure = curve(history.losses, name="loss", at=step, layer=layer)
    return row([figure]) | {"time": {"step": step, "last": len(history.losses) - 1}}


def step_picture(
    layer: Description,
    history: History,
    traces: StepTraces,
    start: StepTraces,
    view: View,
    found: Places,
    difference: Difference | None,
) -> list[Block]:
    """Return the picture of one step, and what has no gradient.

    Args:
        layer: its declaration.
        history: of the training.
        traces: of the step.
        start: of step 0.
        view: of the forward pass; its cell is the pinned one.
        found: what is drawn in each tensor's place.
        difference: of a pinned weight, what moving it changes.
    """
    below = _rows_below(history, traces, found)
    names = {item.name for line in below for item in line if isinstance(item, Drawn)}
    if found.show != VALUE:
        names |= set(view.drawn)
    tensors = {name: traces.whole.tensors[name] for name in names}
    kinds = {name: kind_of(tensor) for name, tensor in tensors.items()}
    placed = [found.drawn[name] for name in view.drawn if name in found.drawn]
    tensors |= {name: found.tensors[name] for name in placed}
    kinds |= {name: found.kinds[name] for name in placed}
    paint, legend = painter(tensors, view, layer.name, kinds)
    drawn: set[str] = set()

    def draw(name: str) -> Figure | Named:
        wanted = found.drawn.get(name)
        if wanted is None or wanted in drawn:  # one gradient may be that of two tensors
            return Named(wanted or name)
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
        groups.append(titled("reads", f"What {_optimizer(history)} reads and writes", rows))
    if found.show != VALUE:
        groups.append(titled("values", "Values", groups_of(view, draw_itself, "values/")))
    block = graph(
        view,
        draw,
        legend,
        links=_links(layer, traces, view, found),
        pin=pin(view.cell, traces, found, start, difference) if view.cell else None,
    ) | {"groups": [*places, *groups]}
    title = f"{layer.title}, step {traces.step}: each tensor's {found.show}"
    name = f"{layer.name}-step-{traces.step}-{found.show}"
    return [downloadable(block, title, name), *_missing(found, view)]


def _rows_below(history: History, traces: StepTraces, found: Places) -> list[Row]:
    """Return, for each weight that the optimizer moves, what it reads and what it writes."""
    if found.show != UPDATE:
        return []
    rows: list[Row] = []
    for name, new in traces.updated.items():
        if name.startswith("slots/"):
            continue
        slots = [slot for slot in traces.updated if slot.startswith(f"slots/{name}/")]
        reads = [traces.gradients.get(name, ""), *slots]
        items: list[Item] = []
        for each in reads:
            if each in traces.whole.tensors:
                items += [*([Sign(",", "and")] if items else []), Drawn(each)]
        title = _optimizer(history)
        items += [Sign(title, f"{title} steps", arrow=True), Drawn(new)]
        rows.append(tuple(items))
    return rows


def _optimizer(history: History) -> str:
    return OPTIMIZERS[history.settings.optimizer].title


def _links(layer: Description, traces: StepTraces, view: View, found: Places) -> dict[str, Any]:
    """Return how cells make cells through the whole step, and in what is drawn beside it."""
    whole = traces.whole
    gradients = set(found.tensors) if found.show == GRADIENT else set(traces.updated.values())
    steps: Iterable[Step] = (
        *view.steps,
        *(whole.made_by[name] for name in sorted(gradients) if name in whole.made_by),
    )
    linked = links(whole, layer, tuple(steps))
    linked |= {"plane": [-2, -1], "at": {}, "contrast": view.contrast}
    drawn = {name: whole.tensors[name] for name in view.drawn} | dict(found.tensors)
    described = {
        name: {"shape": tensor.values.shape, "axes": tensor.axes, "role": tensor.role}
        for name, tensor in drawn.items()
    }
    linked["tensors"] = described | linked["tensors"]
    linked["steps"] = [*linked["steps"], *_same_cells(traces, found)]
    return linked


def _same_cells(traces: StepTraces, found: Places) -> list[dict[str, Any]]:
    """Return the links of updates and changes, which are of the same cell of their tensor."""
    if found.show not in (UPDATE, CHANGE):
        return []
    same = []
    for name, tensor in found.tensors.items():
        own = bare(name)[0]
        source = traces.updated.get(own, own) if found.show == UPDATE else own
        if source in traces.whole.tensors:
            spans = list(range(tensor.values.ndim))
            same.append({"result": name, "from": [[source, spans]]})
    return same


def _missing(found: Places, view: View) -> list[Block]:
    """Return why some tensors that are drawn have nothing in their place."""
    rows = [(name, found.missing[name]) for name in view.drawn if name in found.missing]
    if not rows or found.show == VALUE:
        return []
    return [table(f"Without {found.show}", ("Tensor", f"Why it has no {found.show}"), rows)]
