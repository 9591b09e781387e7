"""What a network makes of one input: a layer's maps in and out, and one cell worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import streamlit as st

from figures.figure import Figure
from figures.view import symmetric_limit
from figures.weight import safe, weight
from figures.words import number
from layers import remote_models
from layers.equation import Sign
from layers.feature_maps import Activation, Maps
from layers.fields import BadInputError, ChoiceField, IntField
from layers.images import FEEDS
from layers.model_files.model import LayerEntry, ModelFile
from layers.spec import SEED
from layers.uploads import MAXIMUM_BYTES
from pages.models.draw import drawn
from pages.models.files import Source
from pages.models.weights import color_range
from pages.shared.charts import Block, charts, row, text
from pages.shared.compute import compute
from pages.shared.controls import control, number_input
from pages.shared.frame import literal

FEED = ChoiceField(
    name="feed",
    default="picture",
    choices=(*FEEDS, "upload", "drawn"),
    label="What goes in",
    help="Our picture, normal numbers, a ramp from 0 to 1, or a picture of yours.",
)
FEED_SEED = replace(SEED, name="feed_seed", help="The same seed, the same numbers.")
_LABELS = {
    "picture": "Our picture: a ring with a bar",
    "normal": "Normal numbers",
    "ramp": "Ramp from 0 to 1",
    "upload": "Your picture (PNG, JPEG) or array (NPY, CSV)",
    "drawn": "Your picture, drawn here",
}
_AXES = {3: ("y", "x", "channel"), 2: ("step", "feature"), 1: ("unit",), 0: ()}


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
    cell = ()
    if layer.output_shape and None not in layer.output_shape[1:]:
        cell = _cell(tuple(length or 1 for length in layer.output_shape[1:]))
    found, _ = compute(remote_models.activate, source, layer.path, fed, seed=seed, cell=cell)
    charts(_blocks(layer, found, cell), key="activations")
    st.download_button(
        "This layer's whole output (NPY)",
        lambda: compute(remote_models.output_npy, source, layer.path, fed, seed=seed)[0].data,
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
        read, _ = compute(remote_models.read_image, file.name, file.getvalue())
        st.session_state.own_picture = read
    if st.session_state.get("own_picture") is None:
        raise BadInputError(
            "There is nothing to feed yet: expected your picture, which no link carries. Received "
            "none. Choose a PNG, JPEG, NPY or CSV file, or another input."
        )
    return st.session_state.own_picture


def _cell(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Show which output cell to work out, and return it."""
    names = _AXES.get(len(shape), tuple(f"cell_{axis}" for axis in range(len(shape))))
    found = []
    with st.container(horizontal=True):
        for name, length in zip(names, shape, strict=True):
            field = IntField(
                name=name,
                default=length // 2 if name in {"x", "y"} else 0,
                minimum=0,
                maximum=length - 1,
                label=f"Output's {name}, of {length:,}",
            )
            found.append(control(field))
    return tuple(found)


def _blocks(layer: LayerEntry, found: Activation, cell: tuple[int, ...]) -> list[Block]:
    blocks = []
    first = np.array_equal(found.fed.values, found.inputs.values, equal_nan=True)
    for maps, name, words in (
        (found.fed, "input", "What goes into the network"),
        (found.inputs, "inputs", "What comes to this layer"),
        (found.outputs, "outputs", "What it makes of it"),
    ):
        if name == "inputs" and first:
            continue
        limit = symmetric_limit([maps.values])
        figure = map_grid(maps, name=name, layer=layer.path, limit=limit)
        blocks += [text(f"{words}:"), row([figure], [color_range(name, limit)])]
    return [*blocks, *_arithmetic(layer, found, cell)]


def map_grid(maps: Maps, *, name: str, layer: str, limit: float) -> Figure:
    """Return maps as one grid, a channel a slice; a vector in lines."""
    channels, height, width = maps.values.shape
    block = (maps.block, maps.block)
    if (channels, height) == (1, 1):
        return weight(
            maps.values[0],
            name=name,
            layer=layer,
            limit=limit,
            rows=(),
            columns=("unit",),
            plane=(1, width),
            shape=maps.shape,
        )
    if len(maps.shape) != 3:
        return weight(
            maps.values[0],
            name=name,
            layer=layer,
            limit=limit,
            rows=("step",),
            columns=("feature",),
            plane=(height, width),
            shape=maps.shape,
            block=block,
            reduction="mean",
        )
    averaged = f"{name}, averaged over {maps.block} × {maps.block}" if maps.block > 1 else ""
    return weight(
        maps.values.transpose(1, 0, 2).reshape(height, channels * width),
        name=name,
        layer=layer,
        limit=limit,
        rows=("y",),
        columns=("channel", "x"),
        plane=(height, channels * width),
        shape=maps.shape,
        tile=(height, width),
        title=averaged,
    )


def _arithmetic(layer: LayerEntry, found: Activation, cell: tuple[int, ...]) -> list[Block]:
    """Return the chosen cell's window, filter and products, and their sum in words."""
    place = ", ".join(
        f"{name} {at}" for name, at in zip(_AXES.get(len(cell), ()), cell, strict=False)
    )
    computed = f"TensorFlow has {number(found.computed)} there"
    if found.arithmetic is None:
        return [text(f"{layer.kind} is not worked out by hand here. {computed}.")]
    work = found.arithmetic
    figures = [_window(work.window, "window", layer)]
    items: list[Figure | Sign] = [figures[0]]
    if work.weights is not None:
        items += [
            Sign("×", "multiply cell by cell"),
            _window(work.weights, "filter", layer),
            Sign("=", "equals"),
            _window(work.products, "products", layer),
        ]
    agrees = (
        ""
        if math.isnan(found.difference)
        else (
            f" Over all cells, hand calculation and TensorFlow agree to {number(found.difference)}."
        )
    )
    arrays = {"window": work.window}
    if work.weights is not None:
        arrays |= {"filter": work.weights, "products": work.products}
    scales = [color_range(name, symmetric_limit([array])) for name, array in arrays.items()]
    words = ("batch", *_AXES.get(len(work.block) - 1, ()))
    came = ", ".join(
        f"{word} {piece.start}" + (f" to {piece.stop - 1}" if piece.stop - piece.start > 1 else "")
        for word, piece in list(zip(words, work.block, strict=False))[1:]
    )
    return [
        text(
            f"How the output's cell at {place or 'its only place'} came to be, from what comes to "
            f"this layer at {came}:"
        ),
        row(items, scales),
        text(f"{found.written}. {computed}.{agrees}"),
    ]


def _window(values: np.ndarray, name: str, layer: LayerEntry) -> Figure:
    """Return (height, width, channels) as a row of slices; a long row in lines."""
    height, width, channels = values.shape
    if height == 1 and channels == 1:
        plane = values.reshape(1, width)
        rows, columns, tile = (), ("feature",), (1, 1)
    else:
        plane = values.transpose(0, 2, 1).reshape(height, channels * width)
        rows, columns, tile = ("y",), ("channel", "x"), (height, width)
    return weight(
        plane.astype("float32"),
        name=name,
        layer=layer.path,
        limit=symmetric_limit([values]),
        rows=rows,
        columns=columns,
        plane=plane.shape,
        shape=(height, width, channels),
        tile=tile,
    )
