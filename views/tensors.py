"""Tensors as heatmaps: which share a colour range, and which plane of each is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from figures.figure import Figure
from figures.heatmap import heatmap
from figures.view import drawn, is_binary, near_limit, symmetric_limit
from figures.words import number
from layers.traces.trace import Tensor
from views.blocks import color_range
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
    "gradient": "Gradients",
    "update": "Updates",
}
"""Tensors of one kind share one colour range, so that their colours can be compared."""


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


def painter(
    tensors: Mapping[str, Tensor],
    view: View,
    layer: str,
    kinds: Mapping[str, str] | None = None,
) -> tuple[Callable[[str], Figure], list[dict[str, str]]]:
    """Return what draws a tensor by its name, and the colour ranges of all.

    Args:
        tensors: all that are drawn, by name.
        view: which planes, and what a colour range spans.
        layer: for the files' names.
        kinds: name → the label of its colour range; None for those of the tensors' roles.
    """
    kinds = kinds or {name: kind_of(tensor) for name, tensor in tensors.items()}
    ranges = _ranges(tensors, kinds, view)

    def draw(name: str) -> Figure:
        tensor, colours = tensors[name], ranges[name]
        plane = plane_of(tensor, view.at, view.rows, view.columns)
        return heatmap(
            tensor.values,
            name=name,
            axes=tensor.axes,
            limit=colours.limit,
            centre=colours.centre,
            layer=layer,
            mask=kinds[name] == "Mask",
            row_axis=plane.row_axis,
            column_axis=plane.column_axis,
            at=plane.at,
            reduction=view.reduction,
        )

    legend = list({colours.label: colours.as_data() for colours in ranges.values()}.values())
    return draw, legend


def kind_of(tensor: Tensor) -> str:
    """Return the label of the colour range that a tensor shares with others of its role."""
    if tensor.values.dtype == bool:
        return "Mask"
    kind = KINDS[tensor.role]
    is_mask = is_binary(tensor.values) and np.unique(tensor.values).size == 2
    return "Constants" if kind == "Mask" and not is_mask else kind


def _ranges(
    tensors: Mapping[str, Tensor], kinds: Mapping[str, str], view: View
) -> dict[str, Colours]:
    """Return each tensor's colour range: its kind's, its own, or what lies near the pinned cell."""
    groups: dict[str, list[np.ndarray]] = {}
    for name, tensor in tensors.items():
        own = view.contrast == "tensor" and kinds[name] != "Mask"
        groups.setdefault(name if own else kinds[name], []).append(drawn(tensor.values))
    by_label = {
        label: Colours(label=label, limit=symmetric_limit(arrays))
        for label, arrays in groups.items()
    }
    if view.contrast == "pinned" and view.cell and view.cell.tensor in tensors:
        kind = kinds[view.cell.tensor]
        value = float(drawn(tensors[view.cell.tensor].values)[view.cell.index])
        if kind != "Mask" and np.isfinite(value):
            limit = near_limit(groups[kind], value)
            label = f"{kind} near {number(value)}"
            by_label[kind] = Colours(label=label, limit=limit, centre=value)
    return {name: by_label[name] if name in by_label else by_label[kinds[name]] for name in tensors}
