"""What a network makes of one input: a layer's maps in and out, and one cell worked out by hand."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from figures.figure import Figure
from figures.view import symmetric_limit
from figures.weight import safe
from figures.words import number
from layers.api import models as models_api
from layers.equation import Sign
from layers.inputs.cells import Cell, CellField
from layers.inputs.description import SEED
from layers.inputs.fields import BadInputError, ChoiceField, IntField
from layers.inputs.images import FEEDS
from layers.inputs.uploads import MAXIMUM_BYTES
from layers.model_files.model import LayerEntry, ModelFile
from layers.networks.feature_maps import Activation, Window
from pages.models.draw import drawn
from pages.models.files import Source
from pages.models.maps import answering, map_grid, window, words
from pages.shared.cells import made_by, written
from pages.shared.charts import Block, charts, color_range, row, text
from pages.shared.compute import compute
from pages.shared.controls import control, number_input, take
from pages.shared.frame import literal

FEED = ChoiceField(
    name="feed",
    default="picture",
    choices=(*FEEDS, "upload", "drawn"),
    label="What goes in",
    help="Our picture, normal numbers, a ramp from 0 to 1, or a picture of yours.",
)
CELL = CellField(name="cell", default=None, help="The cell that was pointed at.")
FEED_SEED = replace(SEED, name="feed_seed", help="The same seed, the same numbers.")
_LABELS = {
    "picture": "Our picture: a ring with a bar",
    "normal": "Normal numbers",
    "ramp": "Ramp from 0 to 1",
    "upload": "Your picture (PNG, JPEG) or array (NPY, CSV)",
    "drawn": "Your picture, drawn here",
}
_SAID = {
    "input": "What goes into the network:",
    "inputs": "What comes to this layer:",
    "outputs": "What it makes of it:",
}
_HOW = (
    "What it makes of it. Point at a cell, and what it was made of is framed above. Click it, or "
    "walk there by arrow keys and press Enter, and it is worked out below."
)


def show(source: Source, model: ModelFile, layer: LayerEntry) -> None:
    """Show a layer at work, where the network can be fed."""
    if model.no_activations:
        st.warning(literal(model.no_activations), icon=":material/block:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        feed = control(FEED, widget=_select)
        seed = control(FEED_SEED, widget=number_input) if feed == "normal" else FEED_SEED.default
    fed: str | np.ndarray = feed
    if feed == "upload":
        fed = _upload()
    elif feed == "drawn":
        fed = drawn(model.input_shape)
    activate = partial(compute, models_api.activate, source, layer.path, fed, seed=seed)
    shape = layer.output_shape
    if not shape or None in shape[1:]:  # the network leaves it open, and the input tells
        shape = (None, *activate(cell=())[0].outputs.shape)
    fields = _place(tuple(length or 1 for length in shape[1:]))
    with st.container(horizontal=True):
        cell = tuple(control(field) for field in fields)
    found, _ = activate(cell=cell)

    def choose(changes: dict[str, str]) -> None:
        """Take the cell that was pointed at in the picture, as if its numbers had been set."""
        with suppress(BadInputError):  # our own script sends nothing but cells of the outputs
            pointed = CELL.parse(changes.get("cell"))
            if pointed and pointed.tensor == "outputs" and len(pointed.index) == len(fields) + 1:
                places = zip(fields, pointed.index[1:], strict=True)
                take(fields, {field.name: str(at) for field, at in places})

    charts(_blocks(layer, found), key="activations", asked=choose)
    st.download_button(
        "This layer's whole output (NPY)",
        lambda: compute(models_api.output_npy, source, layer.path, fed, seed=seed)[0].data,
        file_name=f"{safe(layer.path)}-outputs-{'x'.join(map(str, found.outputs.shape))}.npy",
        mime="application/octet-stream",
        key="download_output",
        icon=":material/download:",
    )


def _select(field: ChoiceField) -> str | None:
    return st.selectbox(
        field.title,
        list(field.choices),
        key=field.name,
        format_func=lambda name: _LABELS[name],
        help=field.help,
    )


def _upload() -> np.ndarray:
    """Return the visitor's picture: of the file just chosen, or the last that could be read."""
    file = st.file_uploader(
        "A picture or an array",
        type=["png", "jpg", "jpeg", "gif", "bmp", "webp", "npy", "csv"],
        key="picture_file",
        max_upload_size=MAXIMUM_BYTES // 2**20,
    )
    if file is not None:
        read, _ = compute(models_api.read_image, file.name, file.getvalue())
        st.session_state.own_picture = read
    if st.session_state.get("own_picture") is None:
        raise BadInputError(
            "There is nothing to feed yet: expected your picture, which no link carries. Received "
            "none. Choose a PNG, JPEG, NPY or CSV file, or another input."
        )
    return st.session_state.own_picture


def _place(shape: tuple[int, ...]) -> tuple[IntField, ...]:
    """Return the fields of which output cell to work out."""
    return tuple(
        IntField(
            name=name,
            default=length // 2 if name in {"x", "y"} else 0,
            minimum=0,
            maximum=length - 1,
            label=f"Output's {name}, of {length:,}",
        )
        for name, length in zip(words(shape), shape, strict=True)
    )


def _blocks(layer: LayerEntry, found: Activation) -> list[Block]:
    first = np.array_equal(found.fed.values, found.inputs.values, equal_nan=True)
    inputs = "input" if first else "inputs"  # the network's own stands for the layer's
    shown = {"input": found.fed, inputs: found.inputs, "outputs": found.outputs}
    limits = {name: symmetric_limit([maps.values]) for name, maps in shown.items()}
    figures = {
        name: map_grid(maps, name=name, layer=layer.path, limit=limits[name])
        for name, maps in shown.items()
    }
    answer = [name for name in (inputs, "outputs") if answering(shown[name], figures[name])]
    answers = {
        "links": {**_links(found, inputs), "answer": answer},
        "pin": {"cell": str(Cell("outputs", (0, *found.cell)))},
    }
    blocks = []
    for name, figure in figures.items():
        more = answers if name == "outputs" else {}
        said = _HOW if more and found.steps and len(answer) == 2 else _SAID[name]
        blocks += [text(said), row([figure], [color_range(name, limits[name])], **more)]
    return [*blocks, *_arithmetic(layer, found)]


def _links(found: Activation, inputs: str) -> dict[str, Any]:
    """Return how cells make cells, under the names of the pictures."""
    named = {name: inputs if name == "inputs" else name for name in found.shapes}
    steps = made_by(found.steps, found.shapes)
    for step in steps:
        step["from"] = [[named[operand], spans] for operand, spans in step["from"]]
    tensors = {
        named[name]: {"shape": shape, "axes": ("", *words(shape[1:]))}
        for name, shape in found.shapes.items()
    }
    return {"steps": steps, "tensors": tensors, "plane": [-2, -1], "at": {}, "edited": []}


def _arithmetic(layer: LayerEntry, found: Activation) -> list[Block]:
    """Return the chosen cell's window, filter and products, and their sum in words."""
    axes = words(found.outputs.shape)
    place = ", ".join(f"{word} {at}" for word, at in zip(axes, found.cell, strict=True))
    computed = f"TensorFlow has {number(found.computed)} there."
    if found.window is None:
        return [text(f"{layer.kind} is not worked out by hand here. {computed}")]
    block = found.window.block[1:]
    came = ", ".join(
        f"{word} {piece.start}" + (f" to {piece.stop - 1}" if piece.stop - piece.start > 1 else "")
        for word, piece in zip(words(found.inputs.shape), block, strict=True)
    )
    said = (
        f"How the output's cell at {place or 'its only place'} came to be, from what comes to this "
        f"layer at {came}:"
    )
    agrees = f"Over all cells, hand calculation and TensorFlow agree to {number(found.difference)}."
    if not found.window.worked:
        count = math.prod(found.window.shape)
        return [text(f"{said} {count:,} terms, too many to write out. {computed} {agrees}")]
    sentences = [f"{worked.cell.tensor} {written(worked)}." for worked in found.window.worked]
    return [text(said), _terms(layer, found.window), text(" ".join([*sentences, agrees]))]


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
