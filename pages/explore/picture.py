"""A run as pictures: the row of heatmaps with its signs and colour ranges, and the histograms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from figures.figure import Figure
from figures.heatmap import heatmap
from figures.histogram import histogram
from figures.view import MAXIMUM_SIDE, REDUCTIONS, is_binary, near_limit, symmetric_limit
from figures.words import number
from layers.api.explore import Exploration
from layers.equation import Sign
from layers.inputs.cells import Cell
from layers.inputs.description import Description
from layers.inputs.fields import ChoiceField, Field, IntField
from layers.trace import Tensor
from pages.explore import report
from pages.explore.cells import CELL, CONTRAST, links, pin, refused_cell
from pages.shared.charts import Block, color_range, row, text
from pages.shared.controls import control, held

REDUCTION = ChoiceField(
    name="reduction",
    default="mean",
    choices=tuple(REDUCTIONS),
    label="Blocks of cells show their",
    help=f"Beyond {MAXIMUM_SIDE} cells a side, a block of cells is drawn as one.",
)
KINDS = {
    "input": "Input",
    "weight": "Weights",
    "constant": "Mask",
    "state": "Results",
    "intermediate": "Results",
    "output": "Results",
}
"""Tensors of one kind share one colour range, so that their colours can be compared."""


@dataclass(frozen=True, kw_only=True)
class View:
    """How tensors of many axes, or of many cells, are shown; the arguments of ``heatmap``."""

    row_axis: int = -2
    column_axis: int = -1
    at: dict[int, int]
    reduction: str = "mean"
    contrast: str = "kind"
    cell: Cell | None = None
    problems: tuple[str, ...] = ()
    """What was asked for and cannot be shown, one sentence each."""


def side_by_side() -> Callable[[Field], Any]:
    """Return ``control`` for a row of controls; without any of them there is no row either."""
    place = None

    def read(field: Field) -> Any:
        nonlocal place
        if field in (CELL, CONTRAST):
            return held(field)  # the picture is their widget
        place = place or st.container(horizontal=True)
        with place:
            return control(field)

    return read


def choose_view(run: Exploration, read: Callable[[Field], Any]) -> View:
    """Return how to show a run; ``read`` is asked for what its tensors need, plain ones nothing."""
    shown = [run.trace.tensors[name] for name in run.expression if isinstance(name, str)]
    deepest = max(shown, key=lambda tensor: tensor.values.ndim)
    rank = deepest.values.ndim
    reduction = read(REDUCTION) if any(map(_is_reduced, shown)) else REDUCTION.default
    contrast, cell = read(CONTRAST), read(CELL)
    problems = list(run.refused)
    if refusal := refused_cell(run, cell):
        problems.append(refusal)
        cell = None
    if rank < 3:
        return View(
            at={}, reduction=reduction, contrast=contrast, cell=cell, problems=tuple(problems)
        )
    words = (*deepest.axes[:-1], "last axis")
    down = read(ChoiceField(name="row_axis", default=words[-2], choices=words))
    across = read(ChoiceField(name="column_axis", default=words[-1], choices=words))
    kept = [words.index(down), words.index(across)]
    if down == across:
        kept = [rank - 2, rank - 1]
        problems.append(
            "Rows and columns cannot be shown so: expected two axes. Received one for both. "
            "The last two are shown; choose another."
        )
    at = {}
    for axis in (axis for axis in range(rank) if axis not in kept):
        length = min(t.values.shape[axis] for t in shown if t.values.ndim == rank)
        at[axis] = read(
            IntField(
                name=f"at_{axis}",
                default=0,
                minimum=0,
                maximum=length - 1,
                label=f"{words[axis].capitalize()} shown, of {length}",
            )
        )
    return View(
        row_axis=kept[0],
        column_axis=kept[1],
        at=at,
        reduction=reduction,
        contrast=contrast,
        cell=cell,
        problems=tuple(problems),
    )


def picture(layer: Description, run: Exploration, view: View) -> list[Block]:
    """Return all blocks of a run, the equation first."""
    return [
        equation(layer, run, view),
        text(report.agreement(run)),
        *history(layer.name, run),
        report.figures_of(run),
        report.weights_table(run),
        row(histograms(layer.name, run)),
    ]


def equation(layer: Description, run: Exploration, view: View) -> Block:
    """Return the row of heatmaps with the signs between, and the colour ranges that they share."""
    tensors = run.trace.tensors
    names = [name for name in run.expression if isinstance(name, str)]
    ranges = _ranges({name: tensors[name] for name in names}, view)
    items: list[Figure | Sign] = []
    for item in run.expression:
        if isinstance(item, Sign):
            items.append(item)
            continue
        tensor = tensors[item]
        colours = ranges[item]
        items.append(
            heatmap(
                tensor.values,
                name=item,
                axes=tensor.axes,
                limit=colours.limit,
                centre=colours.centre,
                layer=layer.name,
                mask=_kind(tensor) == "Mask",
                row_axis=view.row_axis,
                column_axis=view.column_axis,
                at=view.at,
                reduction=view.reduction,
            )
        )
    told = {colours.label: colours.told() for colours in ranges.values()}
    plane = {"plane": [view.row_axis, view.column_axis], "at": view.at, "contrast": view.contrast}
    return row(
        items,
        list(told.values()),
        links=links(run, layer) | plane,
        pin=pin(run, view.cell) if view.cell else None,
    )


@dataclass(frozen=True, kw_only=True)
class Colours:
    """The colour range of a tensor: ``centre`` − ``limit`` to ``centre`` + ``limit``."""

    label: str
    limit: float
    centre: float = 0.0

    def told(self) -> dict[str, str]:
        """Return what stands beneath the row."""
        if self.label == "Mask":
            return {"palette": "mask", "label": "Mask", "low": "0", "high": "1"}
        return color_range(self.label, self.limit, self.centre)


def _ranges(tensors: Mapping[str, Tensor], view: View) -> dict[str, Colours]:
    """Return each tensor's colour range: its kind's, its own, or what lies near the pinned cell."""
    groups: dict[str, list[np.ndarray]] = {}
    for name, tensor in tensors.items():
        own = view.contrast == "tensor" and _kind(tensor) != "Mask"
        groups.setdefault(name if own else _kind(tensor), []).append(tensor.values)
    by_label = {
        label: Colours(label=label, limit=symmetric_limit(arrays))
        for label, arrays in groups.items()
    }
    if view.contrast == "pinned" and view.cell:
        kind = _kind(tensors[view.cell.tensor])
        value = float(tensors[view.cell.tensor].values[view.cell.index])
        if kind != "Mask" and np.isfinite(value):
            limit = near_limit(groups[kind], value)
            label = f"{kind} near {number(value)}"
            by_label[kind] = Colours(label=label, limit=limit, centre=value)
    return {
        name: by_label[name] if name in by_label else by_label[_kind(tensor)]
        for name, tensor in tensors.items()
    }


def history(layer: str, run: Exploration) -> list[Block]:
    """Return the state after each call, one row a call; nothing for layers without state."""
    states = run.trace.history
    if states is None:
        return []
    figure = heatmap(
        states,
        name="history",
        axes=("call", "features"),
        limit=symmetric_limit([states]),
        layer=layer,
    )
    counted = f"{len(states)} calls" if len(states) > 1 else "1 call"
    return [text(f"The total after each of {counted} of one layer object:"), row([figure])]


def histograms(layer: str, run: Exploration) -> list[Figure]:
    """Return one histogram a weight."""
    return [histogram(row.values, name=row.name, layer=layer) for row in run.weights]


def _kind(tensor: Tensor) -> str:
    kind = KINDS[tensor.role]
    return "Weights" if kind == "Mask" and not is_binary(tensor.values) else kind


def _is_reduced(tensor: Tensor) -> bool:
    return any(length > MAXIMUM_SIDE for length in tensor.values.shape)
