"""A run as pictures: the row of heatmaps with its signs and colour ranges, and the histograms."""

from __future__ import annotations

from figures.figure import Figure
from figures.heatmap import heatmap
from figures.histogram import histogram
from figures.view import symmetric_limit
from layers.api.explore import Exploration
from layers.inputs.description import Description
from layers.traces.layout import Sign
from views.blocks import Block, downloadable, row, text
from views.explore import report
from views.explore.cells import links, pin
from views.explore.graph import graph
from views.explore.view import View
from views.tensors import painter


def picture(
    layer: Description, run: Exploration, view: View, *, alone: bool = False
) -> list[Block]:
    """Return all blocks of a run, the equation first; ``alone`` without the others."""
    first = equation(layer, run, view)
    if alone:
        return [first]
    return [
        first,
        text(report.agreement(run)),
        *history(layer.name, run),
        report.figures_of(run),
        *weights(layer.name, run),
    ]


def equation(layer: Description, run: Exploration, view: View) -> Block:
    """Return the rows of heatmaps with the signs between, and the colour ranges that they share."""
    tensors = run.trace.tensors
    draw, legend = painter({name: tensors[name] for name in view.drawn}, view, layer.name)
    linked = links(run.trace, layer, view.steps, run.edits) | {"plane": [-2, -1], "at": {}}
    linked |= {"contrast": view.contrast}
    pinned = pin(run.trace, view.cell, run.edits) if view.cell else None
    if view.layout.inside is None and not view.layout.left_out:
        items: list[Figure | Sign] = [
            item if isinstance(item, Sign) else draw(item.name) for item in view.layout.rows[0]
        ]
        block = row(items, legend, links=linked, pin=pinned)
    else:
        block = graph(view, draw, legend, links=linked, pin=pinned)
    return downloadable(block, layer.title, layer.name)


def history(layer: str, run: Exploration) -> list[Block]:
    """Return the state after each call, one row a call; nothing for layers without state."""
    states = run.trace.history
    if states is None:
        return []
    figure = heatmap(
        states,
        name="history",
        axes=("call", "features"),
        limit=symmetric_limit([states]),
        layer=layer,
    )
    counted = f"{len(states)} calls" if len(states) > 1 else "1 call"
    return [text(f"The total after each of {counted} of one layer object:"), row([figure])]


def weights(layer: str, run: Exploration) -> list[Block]:
    """Return the table of the weights and their histograms; nothing for layers without any."""
    if not run.weights:
        return []
    drawn = downloadable(
        row(histograms(layer, run)), "Histograms of the weights", f"{layer}-histograms"
    )
    return [report.weights_table(run), drawn]


def histograms(layer: str, run: Exploration) -> list[Figure]:
    """Return one histogram a weight."""
    return [histogram(row.values, name=row.name, layer=layer) for row in run.weights]
