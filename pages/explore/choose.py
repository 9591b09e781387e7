"""The choices of the Explore page: which layer, which input, and which dimensions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from layers.api import explore as explore_api
from layers.inputs.description import SEED, Description, Example, MismatchError
from layers.inputs.fields import BadInputError, ChoiceField, Field, IntField, ShapeField
from layers.inputs.sources import NORMAL, SOURCES, spell
from layers.inputs.uploads import MAXIMUM_BYTES
from pages.shared.compute import compute
from pages.shared.controls import (
    always_in_link,
    control,
    held,
    leave_out_of_link,
    number_input,
    put,
    say,
)
from views.explore.cells import CELL, EDITS, LONGEST_LINK, carried
from views.explore.link import BROUGHT, CONSTANT, Choice, source_field

TYPED_CELLS = 10_000
_OWN = dict(zip(BROUGHT, ("Your file (CSV or NPY)", "Your table, typed in"), strict=True))


def choose(layers: tuple[Description, ...]) -> Choice:
    """Show all choices but the dimensions and the visitor's own array, and return them."""
    layer = _pick(layers)
    _examples(layer)
    values = {field.name: control(field) for field in layer.fields if not _is_dimension(field)}
    source = control(source_field(layer), widget=_source_widget(layer))
    constant = control(CONSTANT) if source == "constant" else CONSTANT.default
    seed = control(SEED, widget=number_input)
    st.button(
        "New numbers",
        key="new_numbers",
        icon=":material/casino:",
        on_click=put,
        args=(SEED, (seed + 1) % (SEED.maximum + 1)),
        help="The next seed: other weights, and another random input.",
        width="stretch",
    )
    return Choice(layer=layer, values=values, seed=seed, source=source, constant=constant)


def dimensions(choice: Choice) -> Choice:
    """Show the dimensions and the visitor's own array, and return the choice with them.

    Raises:
        BadInputError: a file that cannot be read or is yet to be chosen, or a table too large.
    """
    layer = choice.layer
    with st.container(horizontal=True):
        values = {field.name: control(field) for field in layer.fields if _is_dimension(field)}
        batch = None
        if layer.batch and choice.source != "upload":
            batch = control(layer.batch)
    edits = held(EDITS)
    if not carried(edits):
        leave_out_of_link(EDITS)
        say(
            f"The link holds the seed's numbers: expected edits of at most {LONGEST_LINK:,} "
            f"characters. Received {len(edits):,} cells, which take more. Download the code or "
            "the tensors to keep them."
        )
    sized = replace(choice, values=choice.values | values, batch=batch, edits=edits)
    if choice.source == "upload":
        return replace(sized, source=_upload())
    if choice.source == "table":
        return replace(sized, source=_table(layer.full_shape(sized.values, batch)))
    return sized


def fit(layer: Description, mismatch: MismatchError) -> None:
    """Offer to size the layer to the visitor's data, where it can be."""
    fields = {field.name: field for field in layer.fields}
    values = {name: value for name, value in (mismatch.values or {}).items() if name in fields}

    def resize() -> None:
        for name, value in values.items():
            put(fields[name], value)

    if values:
        st.button("Size the layer to the data", key="fit", type="primary", on_click=resize)


def forget_cells() -> None:
    """Let go of the pinned cell and of all edits, which are of one layer; only in a callback."""
    put(CELL, None)
    put(EDITS, ())


def _is_dimension(field: Field) -> bool:
    return isinstance(field, (IntField, ShapeField))


def _pick(layers: tuple[Description, ...]) -> Description:
    by_name = {layer.name: layer for layer in layers}
    field = ChoiceField(name="layer", default=layers[0].name, choices=tuple(by_name))

    def radio(_: Field) -> str | None:
        return st.radio(
            "Layer",
            list(field.choices),
            key="layer",
            on_change=forget_cells,
            format_func=lambda name: (
                f"**{by_name[name].title}** :gray-badge[{by_name[name].family}]"
            ),
            captions=[layer.summary for layer in layers],
        )

    name = control(field, widget=radio)
    always_in_link(field, name)
    return by_name[name]


def _examples(layer: Description) -> None:
    """Offer the posts' examples; choosing one sets every control at once."""
    if not layer.examples:
        return
    by_title = {example.title: example for example in layer.examples}

    def load() -> None:
        example: Example | None = by_title.get(st.session_state.example)
        st.session_state.example = None
        if example is None:
            return
        for field in layer.fields:
            put(field, example.values.get(field.name, field.default))
        if layer.batch:
            put(layer.batch, layer.batch.default if example.batch is None else example.batch)
        forget_cells()
        put(source_field(layer), example.input)

    st.selectbox(
        "Example",
        list(by_title),
        index=None,
        key="example",
        placeholder="Load one of the post's examples",
        on_change=load,
    )


def _source_widget(layer: Description):  # noqa: ANN202 (a widget for ``control``)
    labels = {
        "example": f"{layer.example_label}, as in the post" if layer.examples else "Its own",
        **{name: source.label for name, source in SOURCES.items()},
        **_OWN,
    }

    def widget(field: ChoiceField) -> str | None:
        return st.selectbox(
            field.title,
            list(field.choices),
            key=field.name,
            format_func=lambda name: labels[name],
            help=field.help,
        )

    return widget


def _upload() -> np.ndarray:
    """Return the visitor's array: of the file just chosen, or the last one that could be read."""
    file = st.file_uploader(
        "A CSV of numbers, or an NPY",
        type=["csv", "txt", "tsv", "npy"],
        key="file",
        max_upload_size=MAXIMUM_BYTES // 2**20,
    )
    if file is not None:
        st.session_state.own, _ = compute(explore_api.read_array, file.name, file.getvalue())
    if st.session_state.get("own") is None:
        raise BadInputError(
            "There is nothing to show yet: expected your array, which no link carries. Received "
            "none. Choose a CSV or NPY file, or another input."
        )
    return st.session_state.own


def _table(shape: tuple[int, ...]) -> np.ndarray:
    """Show a table to type in, and return it; what was typed stays where it still has a place."""
    if len(shape) != 2 or shape[0] * shape[1] > TYPED_CELLS:
        raise BadInputError(
            f"The input cannot be typed in: expected two axes and at most {TYPED_CELLS:,} numbers. "
            f"Received the shape {spell(shape)}. Upload an NPY, or choose other dimensions."
        )
    state = st.session_state
    key = f"table_{shape[0]}_{shape[1]}"
    if key not in state:
        state.typed_from = _resized(state.get("typed"), shape)
    edited = st.data_editor(state.typed_from, key=key, height="content")
    state.typed = np.asarray(edited, "float32")
    return state.typed


def _resized(typed: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray:
    if typed is None:
        return np.round(NORMAL.make(shape, 0, 0.0), 2)
    resized = np.zeros(shape, "float32")
    kept = tuple(slice(0, min(pair)) for pair in zip(typed.shape, shape, strict=True))
    resized[kept] = typed[kept]
    return resized
