"""A run as one page that answers without a network."""

from __future__ import annotations

from layerscope.formats import Options, alternative, block_of
from layerscope.run import Run
from pictures.page import page
from pictures.picture import only, picture
from pictures.svg import THEMES, svg
from views.blocks import Block
from views.explore.picture import equation
from views.explore.picture import picture as blocks_of
from views.explore.view import View, choose_view
from views.explore.whole import Source, whole
from views.tensors import painter


def offline(run: Run, options: Options) -> bytes:
    """Return a run as the bytes of a page."""
    layer, explored = run.layer, run.exploration

    def block(view: View) -> Block:
        drawn = equation(layer, explored, view)
        return only(drawn, options.only) or drawn if options.only else drawn

    def draw(view: View):
        tensors = {name: explored.trace.tensors[name] for name in view.drawn}
        return painter(tensors, view, layer.name)[0]

    source = Source(
        trace=explored.trace,
        view=lambda read: choose_view(explored.trace, layer.title, read, explored.refused),
        block=block,
        draw=draw,
    )
    first = block_of(run, options)
    view = source.view(run.read)
    below = [] if options.only else blocks_of(layer, explored, view)[1:]
    made = whole(source, run.read, below)
    scene = picture(first, title=run.title, room=options.width)
    theme = next((each for each in THEMES if each == options.theme), "auto")
    return page(
        made.page,
        svg(scene, theme),
        title=run.title,
        summary=layer.summary,
        caption=options.caption,
        missing=_sentence(made.missing),
        alt=alternative(run, options),
        theme=theme,
    ).encode()


def _sentence(missing: tuple[str, ...]) -> str:
    if not missing:
        return ""
    return f"Not in this page, for want of room: {'; '.join(missing)}. Layerscope has them."
