"""A run as pictures: the row of heatmaps with its signs and colour ranges, and the histograms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from figures.figure import Figure
from figures.heatmap import heatmap
from figures.histogram import histogram
from figures.view import MAXIMUM_SIDE, REDUCTIONS, is_binary, symmetric_limit
from figures.words import number
from layers.equation import Sign
from layers.fields import ChoiceField, Field, IntField
from layers.remote import Exploration
from layers.trace import Tensor
from pages.explore import report
from pages.shared.charts import Block, row, text
from pages.shared.controls import control

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
    same: bool = False
    """One axis was chosen for rows and for columns; the last two are shown instead."""


def side_by_side() -> Callable[[Field], Any]:
    """Return ``control`` for a row of controls; without any of them there is no row either."""
    place = None

    def read(field: Field) -> Any:
        nonlocal place
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
    if rank < 3:
        return View(at={}, reduction=reduction)
    words = (*deepest.axes[:-1], "last axis")
    down = read(ChoiceField(name="row_axis", default=words[-2], choices=words))
    across = read(ChoiceField(name="column_axis", default=words[-1], choices=words))
    kept = [words.index(down), words.index(across)]
    if down == across:
        kept = [rank - 2, rank - 1]
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
        row_axis=kept[0], column_axis=kept[1], at=at, reduction=reduction, same=down == across
    )


def picture(layer: str, run: Exploration, view: View) -> list[Block]:
    """Return all blocks of a run, the equation first."""
    return [
        equation(layer, run, view),
        text(report.agreement(run)),
        *history(layer, run),
        report.figures_of(run),
        report.weights_table(run),
        row(histograms(layer, run)),
    ]


def equation(layer: str, run: Exploration, view: View) -> Block:
    """Return the row of heatmaps with the signs between, and the colour ranges that they share."""
    tensors = run.trace.tensors
    names = [name for name in run.expression if isinstance(name, str)]
    groups: dict[str, list[np.ndarray]] = {}
    for name in names:
        groups.setdefault(_kind(tensors[name]), []).append(tensors[name].values)
    limits = {kind: symmetric_limit(arrays) for kind, arrays in groups.items()}
    items: list[Figure | Sign] = []
    for item in run.expression:
        if isinstance(item, Sign):
            items.append(item)
            continue
        tensor = tensors[item]
        items.append(
            heatmap(
                tensor.values,
                name=item,
                axes=tensor.axes,
                limit=limits[_kind(tensor)],
                layer=layer,
                mask=_kind(tensor) == "Mask",
                row_axis=view.row_axis,
                column_axis=view.column_axis,
                at=view.at,
                reduction=view.reduction,
            )
        )
    return row(items, [_range(kind, limit) for kind, limit in limits.items()])


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


def _range(kind: str, limit: float) -> dict[str, Any]:
    if kind == "Mask":
        return {"palette": "mask", "label": kind, "low": "0", "high": "1"}
    return {"palette": "signed", "label": kind, "low": number(-limit), "high": number(limit)}


def _is_reduced(tensor: Tensor) -> bool:
    return any(length > MAXIMUM_SIDE for length in tensor.values.shape)
