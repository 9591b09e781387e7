"""A layer's activations for one input: its input and output maps, and one cell's arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from figures.figure import Figure
from figures.view import symmetric_limit
from figures.words import number
from layers.inputs.cells import Cell
from layers.model_files.model import LayerEntry
from layers.networks.feature_maps import Activation, CellArithmetic, Cells
from layers.traces.layout import Sign
from views.blocks import Block, beside, color_range, row, text
from views.links import as_link
from views.models.maps import (
    axis_words,
    has_known_cells,
    in_grey,
    is_image,
    map_grid,
    window,
)

_NETWORK, _OUTPUT = "input", "outputs"
_POINTING = (
    "Output of this layer. Point at a cell to see what made it; click it, or move there by keys "
    "and press Enter, for its arithmetic."
)
_IMAGE, _MAPS, _TERMS = 200, 410, 170
"""Pixels that pictures are high at most: of what goes in, of maps, of one cell's arithmetic."""
_LISTED = 6
"""Indices with gaps between them that are written one by one."""


def activations(layer: LayerEntry, found: Activation) -> list[Block]:
    """Return what goes into the network, a layer's maps in and out, and one cell's arithmetic."""
    named = _picture_names(found)
    shown = {_NETWORK: found.network_input}
    shown |= {named[name]: maps for name, maps in found.inputs.items()}
    shown[_OUTPUT] = found.outputs
    limits = {name: symmetric_limit([maps.values]) for name, maps in shown.items()}
    figures = {
        name: map_grid(maps, name=name, layer=layer.path, limit=limits[name])
        for name, maps in shown.items()
    }
    if is_image(found.network_input):
        figures[_NETWORK] = in_grey(figures[_NETWORK])
    linked = {*named.values(), _OUTPUT}
    answer = [name for name in shown if name in linked]
    answer = [name for name in answer if has_known_cells(shown[name], figures[name])]
    answers = {
        "links": {**_links(found, named), "answer": answer},
        "pin": {"cell": str(Cell(_OUTPUT, (0, *found.cell)))},
    }
    blocks = []
    # The network's input stands last, where the layer has another.
    for name, figure in sorted(figures.items(), key=lambda each: each[0] not in linked):
        more = answers if name == _OUTPUT else {}
        caption = _caption(name, found)
        if more and found.steps and len(answer) > 1 and _OUTPUT in answer:
            caption = _POINTING
        scale = color_range(name, limits[name])
        if figure.palette == "grey":
            scale |= {"palette": "grey", "low": "0"}
        tallest = _IMAGE if name == _NETWORK else _MAPS
        blocks.append(beside(row([figure], [scale], **more), caption, tallest))
    return [*blocks, *_arithmetic(layer, found, named)]


def _picture_names(found: Activation) -> dict[str, str]:
    """Return the picture of each input and of the output, by their names in the recording.

    The network's own input stands for a layer's input that is the same.
    """
    named = {found.output_name: _OUTPUT}
    for name, maps in found.inputs.items():
        same = np.array_equal(found.network_input.values, maps.values, equal_nan=True)
        named[name] = _NETWORK if same and _NETWORK not in named.values() else name
    return named


def _caption(name: str, found: Activation) -> str:
    if name == _NETWORK:
        return "Input of the network:"
    if name == _OUTPUT:
        return "Output of this layer:"
    several = f" {name!r}" if len(found.inputs) > 1 else ""
    return f"Input{several} of this layer:"


def _links(found: Activation, named: dict[str, str]) -> dict[str, Any]:
    """Return how cells make cells, under the names of the pictures."""
    steps = [as_link(cells) for cells in found.steps]
    for step in steps:
        step["result"] = named.get(step["result"], step["result"])
        step["from"] = [[named.get(name, name), spans] for name, spans in step["from"]]
    tensors = {
        named.get(name, name): {"shape": shape, "axes": ("", *axis_words(shape[1:]))[: len(shape)]}
        for name, shape in found.shapes.items()
    }
    outputs = (1, *found.outputs.shape)  # also where the layer returns its input itself
    tensors.setdefault(_OUTPUT, {"shape": outputs, "axes": ("", *axis_words(outputs[1:]))})
    return {"steps": steps, "tensors": tensors, "plane": [-2, -1], "at": {}, "edited": []}


def _arithmetic(layer: LayerEntry, found: Activation, named: dict[str, str]) -> list[Block]:
    """Return the chosen cell's window, filter and products, and its arithmetic in sentences."""
    computed = f"TensorFlow's value is {number(found.computed)}."
    blocks = [_terms(layer, found)] if found.window else []
    lines = [text(_sentence(one, named)) for one in found.arithmetic]
    check = (
        ""
        if np.isnan(found.difference)
        else (f" NumPy check of all cells: largest difference {number(found.difference)}.")
    )
    unknown = ""
    if found.unexplained:
        unknown = f" Operations without arithmetic here: {', '.join(found.unexplained)}."
    return [*blocks, *lines, text(f"{computed}{check}{unknown}")]


def _sentence(one: CellArithmetic, named: dict[str, str]) -> str:
    """Return one cell's arithmetic with its numbers, and the cells that are in it."""
    cell = _place(one.cell, named)
    if not one.text:
        return f"{cell}: {one.terms:,} numbers, too many to write out."
    sources = "; ".join(_place(cells, named) for cells in one.sources)
    return f"{cell} = {one.text}" + (f", from {sources}." if sources else ".")


def _place(cells: Cells, named: dict[str, str]) -> str:
    """Return cells in words, such as ``inputs at y 3 to 7, x 2, channel 0``."""
    axes = zip(cells.axes, cells.indices, strict=True)
    places = [f"{axis} {_range(indices)}" for axis, indices in axes if axis != "batch"]
    name = named.get(cells.tensor, cells.tensor)
    return f"{name} at {', '.join(places)}" if places else name


def _range(indices: Iterable[int]) -> str:
    """Return indices in words.

    >>> _range((3, 4, 5)), _range((2,)), _range((0, 2, 4)), _range(range(0, 40, 2))
    ('3 to 5', '2', '0, 2, 4', '0, 2, … 38')
    """
    own = list(indices)
    if len(own) > 1 and own[-1] - own[0] == len(own) - 1:
        return f"{own[0]} to {own[-1]}"
    if len(own) > _LISTED:
        return f"{own[0]}, {own[1]}, … {own[-1]}"
    return ", ".join(map(str, own))


def _terms(layer: LayerEntry, found: Activation) -> Block:
    """Return the window, and with a filter the filter and their products, as pictures."""
    signs = {"filter": Sign("×", "multiply cell by cell"), "products": Sign("=", "equals")}
    items: list[Figure | Sign] = []
    for name, values in found.window.items():
        items += [signs[name]] if name in signs else []
        items.append(window(values, name, layer))
    scales = [color_range(name, symmetric_limit([a])) for name, a in found.window.items()]
    return beside(row(items, scales), f"The arithmetic of one cell of the {_OUTPUT}:", _TERMS)
