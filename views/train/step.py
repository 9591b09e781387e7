"""One step of a training laid out: the same for the page, for its live route and the command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from layers.api import train as train_api
from layers.api.train import Training
from layers.inputs.cells import Cell
from layers.training.step import FiniteDifference, StepTraces
from layers.training.subject import Subject
from views.blocks import Block, sendable
from views.explore.cells import CELL
from views.explore.link import Choice
from views.explore.view import View, choose_view
from views.explore.whole import Draw, PageSource, Read
from views.train.link import CHANGE
from views.train.one_step import OneStep
from views.train.picture import drawing, step_picture
from views.train.pin import refused
from views.train.places import places, resolved

Ask = Callable[..., Any]
"""Calls a function of ``layers.api.train`` with a subject, a history, a step, and more."""


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A training, and what it is of.

    Attributes:
        choice: the layer, with its dimensions and inputs.
        subject: what was trained.
        training: every step of it.
        link: the parameters that say all of this; those of the step and its view are not in it.
    """

    choice: Choice
    subject: Subject
    training: Training
    link: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StepShown:
    """One step, ready to be drawn.

    Attributes:
        step: its numbers.
        blocks: the picture first, and why some tensors have nothing in their place.
        problems: what was asked for and cannot be shown, one sentence each.
    """

    step: OneStep
    blocks: list[Block]
    problems: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What is to be said of the step itself; empty for nothing."""
        return self.step.traces.note


def step_shown(trained: Trained, step: int, shown: str, read: Read, ask: Ask) -> StepShown:
    """Compute a step and lay it out.

    Args:
        trained: the training.
        step: from 0.
        shown: ``value``, ``gradient``, ``update`` or ``change``.
        read: returns the value of a field of the view.
        ask: computes.

    Raises:
        ValueError: a step that cannot be computed again; always a sentence.
    """
    layer, history = trained.choice.layer, trained.training.history

    def asked(function: Callable[..., Any], at: int, *more: Any) -> Any:
        return ask(function, trained.subject, history.near(at), at, *more)

    traces: StepTraces = asked(train_api.show_step, step)
    start = asked(train_api.show_step, 0) if shown == CHANGE and step else traces
    moment = history.moment(step) if history.full else asked(train_api.show_moment, step)
    found = places(shown, traces, moment, start)
    near = history.near(step)
    own = OneStep(layer=layer, history=near, traces=traces, start=start, found=found)
    view = step_view(own, read)
    problems, cell = list(view.problems), view.cell
    difference: FiniteDifference | None = None
    if cell is not None and (sentence := refused(cell, traces, found)):
        problems.append(sentence)
        cell = None
    if cell is not None and (weight := _weight(cell, traces)):
        try:
            difference = asked(train_api.measure_difference, step, weight, cell.index)
        except ValueError as refusal:
            problems.append(str(refusal))
    own, view = replace(own, difference=difference), replace(view, cell=cell)
    return StepShown(step=own, blocks=step_picture(own, view), problems=tuple(problems))


def step_view(step: OneStep, read: Read) -> View:
    """Return how a step is shown; its cell may be of any tensor of the step."""
    forward, title = step.traces.forward, step.layer.title
    view = choose_view(forward, title, lambda field: None if field == CELL else read(field))
    cell: Cell | None = read(CELL)
    return replace(view, cell=cell and resolved(cell, step.traces, step.found))


def source_of_step(step: OneStep) -> PageSource:
    """Return what a page that answers offline is made of."""

    def draw(view: View) -> Draw:
        paint = drawing(step, view)[0]
        return lambda name: sendable(paint(name))

    return PageSource(
        trace=step.trace,
        view=lambda read: step_view(step, read),
        block=lambda view: step_picture(step, view)[0],
        draw=draw,
    )


def _weight(cell: Cell, traces: StepTraces) -> str | None:
    """Return the weight of whose gradient a cell is pinned: what moving it changes is measured."""
    moved = (name for name in traces.updated if not name.startswith("slots/"))
    return next((name for name in moved if traces.gradients.get(name) == cell.tensor), None)
