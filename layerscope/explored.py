"""A link to the Explore page, computed in this process."""

from __future__ import annotations

from layers.api import explore as api
from layers.api.explore import Exploration, OwnModule
from layers.inputs.description import Description
from layers.inputs.fields import BadInputError
from layerscope.link import LinkParameters
from layerscope.result import Run
from views.blocks import Block, sendable
from views.explore.cells import CELL, CONTRAST
from views.explore.link import choice_from_link
from views.explore.picture import equation, picture
from views.explore.view import View, choose_view
from views.explore.whole import Draw, PageSource
from views.tensors import painter


def explored(
    parameters: LinkParameters, layers: tuple[Description, ...], own: OwnModule | None
) -> Run:
    """Run the layer that a link names, as the Explore page would.

    Args:
        parameters: of the link.
        layers: those that there are.
        own: the module of an author's layers.

    Raises:
        BadInputError: the link asks for what there is not.
        ValueError: the layer failed.
    """
    choice = choice_from_link(layers, parameters)
    read = parameters.read
    read(CELL)
    read(CONTRAST)
    parameters.check()
    run = api.explore(**choice.arguments(own))
    source = source_of(choice.layer, run)
    view = source.view(read)
    if view.problems:
        raise BadInputError(view.problems[0])
    return Run(
        link=parameters.link,
        title=choice.layer.title,
        summary=choice.layer.summary,
        block=source.block(view),
        tensors=run.trace.tensors,
        source=source,
        below=lambda view: below(choice.layer, run, view),
        read=read,
    )


def source_of(layer: Description, run: Exploration) -> PageSource:
    """Return what the page of a run is made of."""
    tensors = run.trace.tensors

    def draw(view: View) -> Draw:
        paint = painter({name: tensors[name] for name in view.drawn}, view, layer.name)[0]
        return lambda name: sendable(paint(name))

    return PageSource(
        trace=run.trace,
        view=lambda read: choose_view(run.trace, layer.title, read, run.refused),
        block=lambda view: equation(layer, run, view),
        draw=draw,
    )


def below(layer: Description, run: Exploration, view: View) -> list[Block]:
    """Return what stands beneath the equation."""
    return picture(layer, run, view)[1:]
