"""A layer's activations for one input: its input and output maps, and one cell's arithmetic."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from figures.figure import Figure
from figures.view import symmetric_limit
from figures.words import number
from layers.inputs.cells import Cell
from layers.model_files.model import LayerEntry
from layers.networks.feature_maps import Activation, Window
from layers.traces.layout import Sign
from views.arithmetic import written
from views.blocks import Block, color_range, row, text
from views.links import made_by
from views.models.maps import axis_words, has_known_cells, map_grid, window

_CAPTIONS = {
    "input": "Input of the network:",
    "inputs": "Input of this layer:",
    "outputs": "Output of this layer:",
}
_POINTING = (
    "Output of this layer. Point at a cell to frame the cells that made it. Click it, or move "
    "there with the arrow keys and press Enter, to see its arithmetic below."
)


def activations(layer: LayerEntry, found: Activation) -> list[Block]:
    """Return what goes into the network, a layer's maps in and out, and one cell's arithmetic."""
    first = np.array_equal(found.fed.values, found.inputs.values, equal_nan=True)
    inputs = "input" if first else "inputs"  # the network's own stands for the layer's
    shown = {"input": found.fed, inputs: found.inputs, "outputs": found.outputs}
    limits = {name: symmetric_limit([maps.values]) for name, maps in shown.items()}
    figures = {
        name: map_grid(maps, name=name, layer=layer.path, limit=limits[name])
        for name, maps in shown.items()
    }
    answer = [name for name in (inputs, "outputs") if has_known_cells(shown[name], figures[name])]
    answers = {
        "links": {**_links(found, inputs), "answer": answer},
        "pin": {"cell": str(Cell("outputs", (0, *found.cell)))},
    }
    blocks = []
    for name, figure in figures.items():
        more = answers if name == "outputs" else {}
        caption = _POINTING if more and found.steps and len(answer) == 2 else _CAPTIONS[name]
        blocks += [text(caption), row([figure], [color_range(name, limits[name])], **more)]
    return [*blocks, *_arithmetic(layer, found)]


def _links(found: Activation, inputs: str) -> dict[str, Any]:
    """Return how cells make cells, under the names of the pictures."""
    named = {name: inputs if name == "inputs" else name for name in found.shapes}
    steps = made_by(found.steps, found.shapes)
    for step in steps:
        step["from"] = [[named[operand], spans] for operand, spans in step["from"]]
    tensors = {
        named[name]: {"shape": shape, "axes": ("", *axis_words(shape[1:]))}
        for name, shape in found.shapes.items()
    }
    return {"steps": steps, "tensors": tensors, "plane": [-2, -1], "at": {}, "edited": []}


def _arithmetic(layer: LayerEntry, found: Activation) -> list[Block]:
    """Return the chosen cell's window, filter and products, and their sum in words."""
    axes = axis_words(found.outputs.shape)
    place = ", ".join(f"{word} {at}" for word, at in zip(axes, found.cell, strict=True))
    computed = f"TensorFlow's value is {number(found.computed)}."
    if found.window is None:
        return [text(f"There is no arithmetic for {layer.kind}. {computed}")]
    block = found.window.block[1:]
    origin = ", ".join(
        f"{word} {piece.start}" + (f" to {piece.stop - 1}" if piece.stop - piece.start > 1 else "")
        for word, piece in zip(axis_words(found.inputs.shape), block, strict=True)
    )
    said = (
        f"Arithmetic of the output's cell{f' at {place}' if place else ''}, from the input's "
        f"cells at {origin}:"
    )
    check = f"NumPy check of all cells: largest difference {number(found.difference)}."
    if not found.window.worked:
        count = math.prod(found.window.shape)
        return [text(f"{said} {count:,} terms, too many to write out. {computed} {check}")]
    sentences = [f"{worked.cell.tensor} {written(worked)}." for worked in found.window.worked]
    return [text(said), _terms(layer, found.window), text(" ".join([*sentences, check]))]


def _terms(layer: LayerEntry, made: Window) -> Block:
    """Return the window, and with a filter the filter and their products, as pictures."""
    terms = made.worked[0].terms
    assert terms is not None  # noqa: S101 (it is the result of a step)
    count = math.prod(made.shape)
    factors = np.array(terms.factors[:count]).reshape(*made.shape, -1)  # the bias comes after
    arrays = {"window": factors[..., 0]}
    if factors.shape[-1] > 1:
        arrays |= {"filter": factors[..., 1], "products": factors.prod(axis=-1)}
    signs = {"filter": Sign("×", "multiply cell by cell"), "products": Sign("=", "equals")}
    items: list[Figure | Sign] = []
    for name, values in arrays.items():
        items += [signs[name]] if name in signs else []
        items.append(window(values, name, layer))
    scales = [color_range(name, symmetric_limit([values])) for name, values in arrays.items()]
    return row(items, scales)
