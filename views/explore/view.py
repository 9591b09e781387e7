"""How tensors of many axes, or of many cells, are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from figures.view import MAXIMUM_SIDE, REDUCTIONS
from layers.inputs.cells import Cell
from layers.inputs.fields import ChoiceField, Field, IntField
from layers.traces.layout import MOST_STEPS, GraphLayout, is_chain, layout
from layers.traces.loops import loops
from layers.traces.timeline import State, states, steps_at, time_steps
from layers.traces.trace import Step, Tensor, Trace
from views.explore.cells import (
    CELL,
    CONTRAST,
    PLAY_ORDER,
    PLAY_SPEED,
    PLAY_STEP,
    refused_cell,
)
from views.explore.equations import notations
from views.explore.planes import AUTO, LAST, free_axes

REDUCTION = ChoiceField(
    name="reduction",
    default="mean",
    choices=tuple(REDUCTIONS),
    label="Blocks of cells show their",
    help=f"Beyond {MAXIMUM_SIDE} cells a side, a block of cells is drawn as one.",
)


MOST_STATES = 12
"""Time steps at which a state is drawn: of more, those around the one that is shown."""


@dataclass(frozen=True, kw_only=True)
class View:
    """What of a run is shown, and how.

    Attributes:
        layout: the rows of tensors.
        steps: the operations that are laid out.
        states: of a run with time steps, what is carried from step to step.
        rows: the word of the axis that runs down; ``auto`` where each tensor has its usual one.
        columns: the word of the axis that runs across.
        at: word → index of the axes that are not drawn.
        reduction: how blocks of a large tensor are made one cell.
        contrast: what a colour range spans.
        cell: the pinned cell.
        time: the time step that is shown.
        time_field: what chooses it, of a run with time steps.
        play: how a play is played, and where it stands: order, steps a second, step.
        problems: what was asked for and cannot be shown, one sentence each.
    """

    layout: GraphLayout
    steps: tuple[Step, ...] = ()
    states: tuple[State, ...] = ()
    rows: str = AUTO
    columns: str = AUTO
    at: Mapping[str, int] = field(default_factory=dict)
    reduction: str = "mean"
    contrast: str = "kind"
    cell: Cell | None = None
    time: int = 0
    time_field: IntField | None = None
    play: tuple[str, int, int] = (PLAY_ORDER.default, int(PLAY_SPEED.default), PLAY_STEP.default)
    problems: tuple[str, ...] = ()

    @property
    def drawn(self) -> tuple[str, ...]:
        """The names of all tensors that are drawn."""
        carried = (name for state in self.states for name in state.names)
        return tuple(dict.fromkeys((*self.layout.drawn, *carried)))


def choose_view(
    trace: Trace, title: str, read: Callable[[Field], Any], refused: Iterable[str] = ()
) -> View:
    """Return how to show a run.

    Args:
        trace: the run.
        title: the layer's.
        read: returns a field's value; it is asked only for what the run's tensors need.
        refused: what could not be done before, one sentence each.
    """
    found = loops(trace)
    steps = trace.steps
    carried: tuple[State, ...] = ()
    over_time: list[str] = []
    time, time_field = 0, None
    if (count := time_steps(found)) > 1 and not is_chain(trace):
        time_field = IntField(
            name="time",
            default=0,
            minimum=0,
            maximum=count - 1,
            label=f"Time step, of {count}",
        )
        time = read(time_field)
        steps = steps_at(trace, found, time)
        carried = tuple(state.near(time, MOST_STATES) for state in states(found))
        over_time = [name for state in carried for name in state.names]
    chosen = None if steps is trace.steps else steps
    laid_out = layout(trace, title, chosen, elsewhere=over_time)
    view = View(layout=laid_out, states=carried)
    shown = [trace.tensors[name] for name in view.drawn]
    reduction = read(REDUCTION) if any(map(_is_reduced, shown)) else REDUCTION.default
    contrast, cell = read(CONTRAST), read(CELL)
    problems = list(refused)
    if laid_out.left_out:
        problems.append(
            f"Not every operation is drawn: expected at most {MOST_STEPS:,}. Received "
            f"{len(steps):,}. Each sublayer is one row; choose a smaller layer to see inside."
        )
    if refusal := refused_cell(trace, cell, laid_out):
        problems.append(refusal)
        cell = None
    rows, columns = _axes(shown, read)
    if rows == columns != AUTO:
        problems.append(
            "Rows and columns cannot be shown: expected two axes. Received one for both. "
            "The usual ones are shown; choose another."
        )
        rows = columns = AUTO
    at = {
        word: read(
            IntField(
                name=f"at_{word.replace(' ', '_')}",
                default=0,
                minimum=0,
                maximum=length - 1,
                label=f"{word.capitalize()} shown, of {length}",
            )
        )
        for word, length in free_axes(shown, rows, columns).items()
    }
    if written := notations(trace, steps, rows, columns):
        laid_out = layout(trace, title, chosen, elsewhere=over_time, notations=written)
    return View(
        layout=laid_out,
        steps=steps,
        states=carried,
        rows=rows,
        columns=columns,
        at=at,
        reduction=reduction,
        contrast=contrast,
        cell=cell,
        time=time,
        time_field=time_field,
        play=(read(PLAY_ORDER), int(read(PLAY_SPEED)), read(PLAY_STEP)),
        problems=tuple(problems),
    )


def _axes(shown: list[Tensor], read: Callable[[Field], Any]) -> tuple[str, str]:
    """Return the words of the axes that run down and across, where there is a choice."""
    deep = [tensor for tensor in shown if tensor.values.ndim > 2]
    words = tuple(dict.fromkeys(word for tensor in deep for word in tensor.axes))
    if not words:
        return AUTO, AUTO
    return (
        read(ChoiceField(name="row_axis", default=AUTO, choices=(AUTO, *words, LAST))),
        read(ChoiceField(name="column_axis", default=AUTO, choices=(AUTO, *words, LAST))),
    )


def _is_reduced(tensor: Tensor) -> bool:
    return any(length > MAXIMUM_SIDE for length in tensor.values.shape)
