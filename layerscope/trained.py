"""A link to the Train page, computed in this process: one step of a training."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from layers.api import train as api
from layers.api.explore import OwnModule
from layers.inputs.description import Description
from layers.inputs.fields import BadInputError
from layerscope.link import LinkParameters
from layerscope.result import Run
from views.blocks import Block, text
from views.explore.cells import CELL, CONTRAST
from views.explore.link import choice_from_link
from views.explore.view import View
from views.train.link import (
    PLANE,
    PLANE_CELLS,
    SHOW,
    TARGET_OF_LINK,
    read_settings,
    step_field,
    subject_of,
    trainable,
)
from views.train.networks import MORE
from views.train.one_step import OneStep
from views.train.picture import missing
from views.train.step import Trained, source_of_step, step_shown


def trained(
    parameters: LinkParameters, layers: tuple[Description, ...], own: OwnModule | None
) -> Run:
    """Train the layer that a link names, and return the step that it shows, as the page would.

    Args:
        parameters: of the link.
        layers: those of the Explore page.
        own: the module of an author's layers.

    Raises:
        BadInputError: the link asks for what there is not.
        ValueError: the layer failed.
    """
    read = parameters.read
    choice = choice_from_link(
        tuple(map(trainable, (*layers, *MORE))), parameters, as_computed=False
    )
    subject = subject_of(choice, read(TARGET_OF_LINK), own)
    how = read_settings(read) | {"seed": choice.seed}
    for field in (CELL, CONTRAST, SHOW, PLANE, step_field(how["steps"])):
        read(field)
    parameters.used += PLANE_CELLS  # of the page's other picture
    parameters.check()
    training = api.train(subject, how)
    history = training.history
    if not history.losses.size:
        raise BadInputError(history.failure)
    step = read(step_field(len(history.losses) - 1))
    whole = Trained(choice=choice, subject=subject, training=training)
    shown = step_shown(whole, step, read(SHOW), read, _computed)
    if problems := (*training.refused, *shown.problems):
        raise BadInputError(problems[0])
    return Run(
        link=parameters.link,
        title=shown.step.title,
        summary=choice.layer.summary,
        block=shown.blocks[0],
        tensors=shown.step.trace.tensors,
        source=source_of_step(shown.step),
        below=partial(below, shown.step),
        read=read,
    )


def below(step: OneStep, view: View) -> list[Block]:
    """Return what stands beneath a step in a page: notes, and what has no gradient."""
    notes = filter(None, (step.history.failure, *step.history.notes, step.traces.note))
    return [*map(text, notes), *missing(step.found, view)]


def _computed(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)
