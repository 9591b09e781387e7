"""One step of a training as blocks: the same for the page and for the live route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from layers.api import train as train_api
from layers.api.train import Training
from layers.inputs.cells import Cell
from layers.inputs.fields import Field
from layers.training.step import Difference, StepTraces
from layers.training.subject import Subject
from pages.shared.compute import compute
from views.blocks import Block
from views.explore.cells import CELL
from views.explore.link import Choice
from views.explore.view import choose_view
from views.train.link import CHANGE
from views.train.picture import step_picture
from views.train.pin import refused
from views.train.places import places, resolved


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What a visitor has trained.

    Attributes:
        choice: the layer, with its dimensions and inputs.
        subject: what was trained.
        training: every step of it.
        link: the parameters that say all of this; those of the step and its view are not in it.
    """

    choice: Choice
    subject: Subject
    training: Training
    link: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class StepShown:
    """One step, ready to be drawn.

    Attributes:
        blocks: the picture.
        problems: what was asked for and cannot be shown, one sentence each.
        note: what is to be said of the step itself; empty for nothing.
    """

    blocks: list[Block]
    problems: tuple[str, ...] = ()
    note: str = ""


def step_shown(trained: Trained, step: int, shown: str, read: Callable[[Field], Any]) -> StepShown:
    """Compute a step in a worker and lay it out.

    Args:
        trained: the training.
        step: from 0.
        shown: ``value``, ``gradient``, ``update`` or ``change``.
        read: returns the value of a field of the view.

    Raises:
        ValueError: a step that cannot be computed again; always a sentence.
    """
    choice, history = trained.choice, trained.training.history

    def asked(function: Callable[..., Any], at: int, *more: Any) -> Any:
        arguments = (trained.subject, history.near(at), at, *more)
        return compute(function, *arguments, author_code=choice.is_authors)[0]

    traces: StepTraces = asked(train_api.show_step, step)
    start = asked(train_api.show_step, 0) if shown == CHANGE and step else traces
    moment = history.moment(step) if history.full else asked(train_api.show_moment, step)
    view = choose_view(
        traces.forward, choice.layer.title, lambda field: None if field == CELL else read(field)
    )
    problems = list(view.problems)
    found = places(shown, traces, moment, start)
    cell: Cell | None = read(CELL)
    difference: Difference | None = None
    if cell is not None:
        cell = resolved(cell, traces, found)
        if sentence := refused(cell, traces, found):
            problems.append(sentence)
            cell = None
    if cell is not None and (weight := _weight(cell, traces)):
        try:
            difference = asked(train_api.measure_difference, step, weight, cell.index)
        except ValueError as refusal:
            problems.append(str(refusal))
    view = replace(view, cell=cell)
    blocks = step_picture(choice.layer, history, traces, start, view, found, difference)
    return StepShown(blocks=blocks, problems=tuple(problems), note=traces.note)


def _weight(cell: Cell, traces: StepTraces) -> str | None:
    """Return the weight of whose gradient a cell is pinned: what moving it changes is measured."""
    moved = (name for name in traces.updated if not name.startswith("slots/"))
    return next((name for name in moved if traces.gradients.get(name) == cell.tensor), None)
