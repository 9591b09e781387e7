"""A run as pictures: the row of heatmaps with its signs and colour ranges, and the histograms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from figures.figure import Figure
from figures.heatmap import heatmap
from figures.histogram import histogram
from figures.view import symmetric_limit
from figures.words import format_shape
from layers.api.explore import Exploration
from layers.inputs.cells import Edit
from layers.inputs.description import Description
from layers.traces.layout import Sign
from layers.traces.trace import Trace
from views.blocks import Block, downloadable, row, text
from views.explore import report
from views.explore.cells import links, pin
from views.explore.graph import graph
from views.explore.view import View
from views.tensors import painter

FAILED = Sign("failed here", "the call failed here", arrow=True)


def picture(
    layer: Description, run: Exploration, view: View, *, alone: bool = False
) -> list[Block]:
    """Return all blocks of a run, the equation first; ``alone`` without the others."""
    first = equation(layer, run, view)
    if alone:
        return [first]
    return [
        first | {"formulas": list(run.formulas)},
        text(report.agreement(run)),
        *history(layer.name, run),
        report.figures_of(run),
        *weights(layer.name, run),
    ]


def equation(layer: Description, run: Exploration, view: View) -> Block:
    """Return the rows of heatmaps with the signs between, and the colour ranges that they share."""
    return _rows(layer, run.trace, view, run.edits)


def until_failure(layer: Description, trace: Trace, view: View) -> list[Block]:
    """Return what ran of a call that failed: a sentence, and the operations up to there.

    Args:
        layer: its declaration.
        trace: the operations that ran, as ``renamed`` returns them.
        view: what of them is shown.
    """
    count = len(trace.steps)
    made = [f"{step.result} {format_shape(trace[step.result].shape)}" for step in trace.steps[-3:]]
    if made:
        last = f"The last made {', '.join(made)}." if count > 1 else f"It made {made[0]}."
        said = f"Ran until here: {count} operation{'s'[: count != 1]}, then the call failed. {last}"
    else:
        said = "Ran until here: no operation, then the call failed."
    return [text(said), _rows(layer, trace, view, (), [FAILED])]


def renamed(trace: Trace) -> Trace:
    """Return a call that failed without the name ``outputs``: it has not come to any."""
    names = {
        name: name.replace("outputs", "result_so_far", 1)
        for name in trace.output_names
        if name in trace.made_by
    }
    new = {name: names.get(name, name) for name in trace.tensors}
    steps = tuple(
        replace(
            step,
            operands=tuple(new[name] for name in step.operands),
            result=new[step.result],
        )
        for step in trace.steps
    )
    return replace(
        trace,
        tensors={new[name]: tensor for name, tensor in trace.tensors.items()},
        steps=steps,
        output_names=tuple(new[name] for name in trace.output_names),
    )


def _rows(
    layer: Description,
    trace: Trace,
    view: View,
    edits: Sequence[Edit],
    after: Sequence[Sign] = (),
) -> Block:
    tensors = trace.tensors
    draw, legend = painter({name: tensors[name] for name in view.drawn}, view, layer.name)
    linked = links(trace, layer, view.steps, edits) | {"plane": [-2, -1], "at": {}}
    linked |= {"contrast": view.contrast, "play": view.play}
    if view.time_field:
        linked["time"] = [view.time, view.time_field.maximum + 1]
    pinned = pin(trace, view.cell, edits) if view.cell else None
    if view.layout.inside is None and not view.layout.left_out:
        items: list[Figure | Sign] = [
            item if isinstance(item, Sign) else draw(item.name) for item in view.layout.rows[0]
        ]
        block = row([*items, *after], legend, links=linked, pin=pinned)
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
    return [report.weights_table(run.weights), drawn]


def histograms(layer: str, run: Exploration) -> list[Figure]:
    """Return one histogram a weight."""
    return [histogram(row.values, name=row.name, layer=layer) for row in run.weights]
