"""How tensors of many axes, or of many cells, are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from figures.view import MAXIMUM_SIDE, REDUCTIONS
from layers.api.explore import Exploration
from layers.inputs.cells import Cell
from layers.inputs.fields import ChoiceField, Field, IntField
from layers.trace import Tensor
from views.explore.cells import CELL, CONTRAST, refused_cell

REDUCTION = ChoiceField(
    name="reduction",
    default="mean",
    choices=tuple(REDUCTIONS),
    label="Blocks of cells show their",
    help=f"Beyond {MAXIMUM_SIDE} cells a side, a block of cells is drawn as one.",
)


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


def _is_reduced(tensor: Tensor) -> bool:
    return any(length > MAXIMUM_SIDE for length in tensor.values.shape)
