"""A run as one page that answers without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from layers.api.explore import Exploration
from layers.inputs.description import Description
from layers.inputs.fields import Field
from layerscope.formats import Options, alternative, block_of
from layerscope.refusal import CANNOT_DRAW, Refusal
from layerscope.run import Run
from pictures.describe import description_of
from pictures.page import page
from pictures.picture import only, picture
from pictures.svg import THEMES
from views.blocks import Block, sendable
from views.explore.picture import equation
from views.explore.picture import picture as blocks_of
from views.explore.view import View, choose_view
from views.explore.whole import Draw, Source, Whole, whole
from views.tensors import painter


def offline(run: Run, options: Options) -> bytes:
    """Return a run as the bytes of a page.

    Raises:
        Refusal: the picture is too large.
    """
    first = block_of(run, options)
    source = source_of(run.layer, run.exploration, options.only)
    below = [] if options.only else blocks_of(run.layer, run.exploration, source.view(run.read))[1:]
    made = whole(source, run.read, below)
    alt = alternative(run, options)
    return written_page(made, first, run.title, run.layer.summary, alt, options).encode()


def offline_html(layer: Description, run: Exploration, parameters: Mapping[str, str]) -> bytes:
    """Return the page of a run that a link's parameters show; plain data, for a worker.

    Raises:
        ValueError: the picture is too large; in one sentence.
    """

    def read(field: Field) -> Any:
        return field.parse(parameters.get(field.name, field.default))

    source = source_of(layer, run)
    view = source.view(read)
    block, options = source.block(view), Options()
    alt = f"{layer.title}. {description_of(block)}"
    made = whole(source, read, blocks_of(layer, run, view)[1:])
    try:
        return written_page(made, block, layer.title, layer.summary, alt, options).encode()
    except Refusal as refused:  # of two arguments, which does not cross from a worker
        raise ValueError(str(refused)) from None


def source_of(layer: Description, run: Exploration, tensor: str = "") -> Source:
    """Return what the page of a run is made of; of one tensor alone where it is named."""
    tensors = run.trace.tensors

    def block(view: View) -> Block:
        drawn = equation(layer, run, view)
        return (only(drawn, tensor) if tensor else None) or drawn

    def draw(view: View) -> Draw:
        paint = painter({name: tensors[name] for name in view.drawn}, view, layer.name)[0]
        return lambda name: sendable(paint(name))

    return Source(
        trace=run.trace,
        view=lambda read: choose_view(run.trace, layer.title, read, run.refused),
        block=block,
        draw=draw,
    )


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
