"""A layer's activations for one input, and which cell's arithmetic is shown."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from figures.weight import safe
from layers.api import models as models_api
from layers.inputs.cells import CellField
from layers.inputs.description import SEED
from layers.inputs.fields import BadInputError, ChoiceField, IntField
from layers.inputs.images import FEEDS
from layers.inputs.uploads import MAXIMUM_BYTES
from layers.model_files.model import LayerEntry, ModelFile
from pages.models.draw import drawn
from pages.models.files import Source
from pages.shared.charts import charts
from pages.shared.compute import compute
from pages.shared.controls import control, number_input, set_from_picture
from pages.shared.frame import literal
from pages.shared.offer import offer_file
from pages.shared.session import session, widget_key
from views.models.activations import activations
from views.models.maps import axis_words

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


def show(source: Source, model: ModelFile, layer: LayerEntry) -> None:
    """Show a layer's activations, where the network can be run."""
    if model.no_activations:
        st.warning(literal(model.no_activations), icon=":material/block:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        feed = control(FEED, widget=_select)
        seed = control(FEED_SEED, widget=number_input) if feed == "normal" else FEED_SEED.default
        number = control(_which_call(layer)) if layer.calls > 1 else 1
    network_input: str | np.ndarray = feed
    if feed == "upload":
        network_input = _upload()
    elif feed == "drawn":
        network_input = drawn(model.input_shape)
    given = (source, layer.path, network_input)
    activate = partial(compute, models_api.activate, *given, seed=seed, number=number)
    shape = layer.output_shape
    if not shape or None in shape[1:]:  # the network leaves it open, and the input decides
        shape = (None, *activate(cell=())[0].outputs.shape)
    fields = _place(tuple(length or 1 for length in shape[1:]))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        cell = tuple(control(field) for field in fields)
    found, _ = activate(cell=cell)

    def whole_output() -> bytes:
        return compute(models_api.output_npy, *given, seed=seed, number=number)[0].data

    def choose(changes: dict[str, str]) -> None:
        """Set the sliders to the cell that was chosen in the picture."""
        with suppress(BadInputError):  # our own script sends nothing but cells of the outputs
            pointed = CELL.parse(changes.get("cell"))
            if pointed and pointed.tensor == "outputs" and len(pointed.index) == len(fields) + 1:
                places = zip(fields, pointed.index[1:], strict=True)
                set_from_picture(fields, {field.name: str(at) for field, at in places})

    charts(activations(layer, found), key="activations", on_changes=choose)
    offer_file(
        "This layer's whole output (NPY)",
        whole_output,
        file_name=f"{safe(layer.path)}-outputs-{'x'.join(map(str, found.outputs.shape))}.npy",
        key="download_output",
    )


def _which_call(layer: LayerEntry) -> IntField:
    """Return the field that chooses one of several calls of a layer."""
    return IntField(
        name="call",
        default=1,
        minimum=1,
        maximum=layer.calls,
        label=f"Call of this layer, of {layer.calls}",
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
        key=widget_key("picture_file"),
        max_upload_size=MAXIMUM_BYTES // 2**20,
    )
    if file is not None:
        session().uploaded_image, _ = compute(models_api.read_image, file.name, file.getvalue())
    image = session().uploaded_image
    if image is None:
        raise BadInputError(
            "There is no input yet: expected your picture, which no link carries. Received "
            "none. Choose a PNG, JPEG, NPY or CSV file, or another input."
        )
    return image


def _place(shape: tuple[int, ...]) -> tuple[IntField, ...]:
    """Return the fields that choose the output cell whose arithmetic is shown."""
    return tuple(
        IntField(
            name=name,
            default=length // 2 if name in {"x", "y"} else 0,
            minimum=0,
            maximum=length - 1,
            label=f"Output's {name}",
        )
        for name, length in zip(axis_words(shape), shape, strict=True)
    )
