"""A run as one page that answers without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from layers.api.explore import Exploration
from layers.inputs.description import Description
from layerscope import explored, trained
from layerscope.formats import Options, alternative, block_of
from layerscope.link import LinkParameters
from layerscope.refusal import CANNOT_DRAW, Refusal
from layerscope.result import Run
from pictures.page import page
from pictures.picture import only, picture
from pictures.svg import THEMES
from views.blocks import Block
from views.explore.view import View
from views.explore.whole import PageSource, Whole, whole
from views.train.one_step import OneStep
from views.train.step import source_of_step


def offline(run: Run, options: Options) -> bytes:
    """Return a run as the bytes of a page.

    Raises:
        Refusal: the picture is too large.
    """
    source = run.source
    if options.only:
        source = replace(source, block=lambda view: _alone(run.source.block(view), options.only))
    below = [] if options.only else run.below(source.view(run.read))
    made = whole(source, run.read, below)
    block, alt = block_of(run, options), alternative(run, options)
    return written_page(made, block, run.title, run.summary, alt, options).encode()


def offline_html(layer: Description, run: Exploration, parameters: Mapping[str, str]) -> bytes:
    """Return the page of a run that a link's parameters show; plain data, for a worker.

    Raises:
        ValueError: the picture is too large; in one sentence.
    """
    below = partial(explored.below, layer, run)
    return _html(explored.source_of(layer, run), below, layer.title, layer.summary, parameters)


def offline_step_html(step: OneStep, parameters: Mapping[str, str]) -> bytes:
    """Return the page of one step of a training; arguments and errors likewise."""
    below = partial(trained.below, step)
    return _html(source_of_step(step), below, step.title, step.layer.summary, parameters)


def _html(
    source: PageSource,
    below: Callable[[View], list[Block]],
    title: str,
    summary: str,
    parameters: Mapping[str, str],
) -> bytes:
    read = LinkParameters(parameters).read
    view = source.view(read)
    run = Run(
        link="",
        title=title,
        summary=summary,
        block=source.block(view),
        tensors=source.trace.tensors,
        source=source,
        below=below,
        read=read,
    )
    try:
        return offline(run, Options())
    except Refusal as refused:  # of two arguments, which does not cross from a worker
        raise ValueError(str(refused)) from None


def _alone(block: Block, tensor: str) -> Block:
    """Return a block of one tensor; at a time step that does not draw it, of all."""
    return only(block, tensor) or block


def written_page(
    made: Whole, block: dict[str, Any], title: str, summary: str, alt: str, options: Options
) -> str:
    """Return a page as HTML.

    Args:
        made: its data.
        block: of the picture that stands there without scripts.
        title: of the page.
        summary: a sentence beneath the title.
        alt: what the picture shows, in words.
        options: how it is drawn.

    Raises:
        Refusal: the picture is too large.
    """
    try:
        return page(
            made.page,
            picture(block, room=options.width),
            title=title,
            summary=summary,
            caption=options.caption,
            missing=_sentence(made.missing),
            alt=alt,
            theme=next((each for each in THEMES if each == options.theme), "auto"),
        )
    except ValueError as refused:
        raise Refusal(str(refused), CANNOT_DRAW) from None


def _sentence(missing: Sequence[str]) -> str:
    if not missing:
        return ""
    return f"Not in this page, for want of room: {'; '.join(missing)}. Layerscope has them."
