"""A run as one page that answers without a network."""

from __future__ import annotations

from collections.abc import Callable

from figures.figure import Figure
from layerscope.formats import Options, alternative, block_of
from layerscope.refusal import CANNOT_DRAW, Refusal
from layerscope.run import Run
from pictures.page import page
from pictures.picture import only, picture
from pictures.svg import THEMES
from views.blocks import Block
from views.explore.picture import equation
from views.explore.picture import picture as blocks_of
from views.explore.view import View, choose_view
from views.explore.whole import Source, whole
from views.tensors import painter


def offline(run: Run, options: Options) -> bytes:
    """Return a run as the bytes of a page.

    Raises:
        Refusal: the picture is too large.
    """
    first = block_of(run, options)
    source = source_of(run, options.only)
    below = [] if options.only else blocks_of(run.layer, run.exploration, source.view(run.read))[1:]
    made = whole(source, run.read, below)
    theme = next((each for each in THEMES if each == options.theme), "auto")
    try:
        text = page(
            made.page,
            picture(first, title=run.title, room=options.width),
            title=run.title,
            summary=run.layer.summary,
            caption=options.caption,
            missing=_sentence(made.missing),
            alt=alternative(run, options),
            theme=theme,
        )
    except ValueError as refused:
        raise Refusal(str(refused), CANNOT_DRAW) from None
    return text.encode()


def source_of(run: Run, tensor: str = "") -> Source:
    """Return what a run's page is made of; of one tensor alone where it is named."""
    trace, layer = run.exploration.trace, run.layer

    def block(view: View) -> Block:
        drawn = equation(layer, run.exploration, view)
        return (only(drawn, tensor) if tensor else None) or drawn

    def draw(view: View) -> Callable[[str], Figure]:
        return painter({name: trace.tensors[name] for name in view.drawn}, view, layer.name)[0]

    return Source(
        trace=trace,
        view=lambda read: choose_view(trace, layer.title, read, run.exploration.refused),
        block=block,
        draw=draw,
    )


def _sentence(missing: tuple[str, ...]) -> str:
    if not missing:
        return ""
    return f"Not in this page, for want of room: {'; '.join(missing)}. Layerscope has them."
