"""A run as pictures: the row of heatmaps with its signs and colour ranges, and the histograms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from figures.figure import Figure
from figures.heatmap import heatmap
from figures.histogram import histogram
from figures.view import is_binary, near_limit, symmetric_limit
from figures.words import number
from layers.api.explore import Exploration
from layers.inputs.description import Description
from layers.traces.layout import Sign
from layers.traces.trace import Tensor
from views.blocks import Block, color_range, row, text
from views.explore import report
from views.explore.cells import links, pin
from views.explore.graph import graph
from views.explore.planes import plane_of
from views.explore.view import View

KINDS = {
    "input": "Input",
    "weight": "Weights",
    "constant": "Mask",
    "state": "Results",
    "random": "Random numbers",
    "intermediate": "Results",
    "output": "Results",
}
"""Tensors of one kind share one colour range, so that their colours can be compared."""


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
    """Return the rows of heatmaps with the signs between, and the colour ranges that they share."""
    tensors = run.trace.tensors
    ranges = _ranges({name: tensors[name] for name in view.drawn}, view)

    def draw(name: str) -> Figure:
        tensor, colours = tensors[name], ranges[name]
        plane = plane_of(tensor, view.at, view.rows, view.columns)
        return heatmap(
            tensor.values,
            name=name,
            axes=tensor.axes,
            limit=colours.limit,
            centre=colours.centre,
            layer=layer.name,
            mask=_kind(tensor) == "Mask",
            row_axis=plane.row_axis,
            column_axis=plane.column_axis,
            at=plane.at,
            reduction=view.reduction,
        )

    legend = list({colours.label: colours.as_data() for colours in ranges.values()}.values())
    linked = links(run, layer, view.steps) | {"plane": [-2, -1], "at": {}}
    linked |= {"contrast": view.contrast}
    pinned = pin(run, view.cell) if view.cell else None
    if view.layout.inside is None and not view.layout.left_out:
        items: list[Figure | Sign] = [
            item if isinstance(item, Sign) else draw(item.name) for item in view.layout.rows[0]
        ]
        return row(items, legend, links=linked, pin=pinned)
    return graph(view, draw, legend, links=linked, pin=pinned)


@dataclass(frozen=True, kw_only=True)
class Colours:
    """The colour range of a tensor: ``centre`` − ``limit`` to ``centre`` + ``limit``."""

    label: str
    limit: float
    centre: float = 0.0

    def as_data(self) -> dict[str, str]:
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
    if tensor.values.dtype == bool:
        return "Mask"
    kind = KINDS[tensor.role]
    is_mask = is_binary(tensor.values) and np.unique(tensor.values).size == 2
    return "Constants" if kind == "Mask" and not is_mask else kind
