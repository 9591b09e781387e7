"""Tensors as heatmaps: which share a colour range, and which plane of each is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from figures.figure import Figure
from figures.heatmap import heatmap
from figures.view import drawn, is_binary, largest_magnitude, near_limit
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

FAR = 1e4
"""A tensor is far beyond its kind where its largest number is this many times the median one."""


@dataclass(frozen=True, kw_only=True)
class Colours:
    """The colour range of a tensor: ``centre`` − ``limit`` to ``centre`` + ``limit``.

    Numbers beyond it have the colours at its ends; ``least`` and ``most`` are the farthest of them.
    """

    label: str
    limit: float
    centre: float = 0.0
    least: float | None = None
    most: float | None = None

    def as_data(self) -> dict[str, str]:
        """Return what stands beneath the row."""
        if self.label == "Mask":
            return {"palette": "mask", "label": "Mask", "low": "0", "high": "1"}
        return color_range(self.label, self.limit, self.centre, least=self.least, most=self.most)


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
    """Return each tensor's colour range: its kind's, its own, or what lies near the pinned cell.

    A few numbers far beyond all others of their kind, such as the −1e9 of a causal mask, would make
    every other colour blank. A tensor with such numbers only has a range of its own; where they
    stand beside others, they lie beyond the range.
    """
    shown = {name: drawn(tensor.values) for name, tensor in tensors.items()}
    largest = {name: largest_magnitude(values) for name, values in shown.items()}
    cuts = {
        kind: _cut([largest[name] for name in tensors if kinds[name] == kind])
        for kind in set(kinds.values())
    }
    inside = {
        name: most if most <= (cut := cuts[kinds[name]]) else largest_magnitude(shown[name], cut)
        for name, most in largest.items()
    }
    groups: dict[str, list[str]] = {}
    for name in tensors:
        own = view.contrast == "tensor" or (largest[name] and not inside[name])
        groups.setdefault(name if own and kinds[name] != "Mask" else kinds[name], []).append(name)
    found: dict[str, Colours] = {}
    for label, names in groups.items():
        arrays = [shown[name] for name in names]
        limit = max(inside[name] or largest[name] for name in names) or 1.0
        beyond = _beyond(arrays, limit) if max(largest[name] for name in names) > limit else {}
        colours = Colours(label=label, limit=limit, **beyond)
        if view.contrast == "pinned" and view.cell and view.cell.tensor in names:
            value = float(shown[view.cell.tensor][view.cell.index])
            if label != "Mask" and np.isfinite(value):
                near = f"{label} near {number(value)}"
                colours = Colours(label=near, limit=near_limit(arrays, value), centre=value)
        found |= dict.fromkeys(names, colours)
    return {name: found[name] for name in tensors}


def _cut(limits: list[float]) -> float:
    """Return the magnitude from which a number is far beyond all others of its kind."""
    some = sorted(limit for limit in limits if limit)
    return FAR * some[(len(some) - 1) // 2] if some else np.inf


def _beyond(arrays: list[np.ndarray], limit: float) -> dict[str, float]:
    """Return the least and the largest finite number, where they are beyond a range."""
    finite = np.concatenate([array[np.isfinite(array)].ravel() for array in arrays])
    ends = {"least": float(finite.min()), "most": float(finite.max())}
    return {name: end for name, end in ends.items() if abs(end) > limit}
