"""The choices of the Explore page: which layer, which dimensions, which input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from layers import remote
from layers.fields import ChoiceField, Field, FloatField
from layers.inputs import NORMAL, SOURCES
from layers.spec import SEED, Description, Example
from layers.uploads import MAXIMUM_BYTES
from pages.shared.compute import compute
from pages.shared.controls import (
    always_in_link,
    control,
    number_input,
    put,
)

CONSTANT = FloatField(
    name="constant", default=1.0, minimum=-1e6, maximum=1e6, help="Every cell of the input."
)
_OWN = {"upload": "Your file (CSV or NPY)", "table": "Your table, typed in"}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was chosen; ``source`` is a named input or the visitor's own array."""

    layer: Description
    values: dict[str, Any]
    batch: int | None
    seed: int
    source: str | np.ndarray
    constant: float

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of ``layers.remote.explore``."""
        return {
            "name": self.layer.name,
            "values": self.values,
            "batch": self.batch,
            "seed": self.seed,
            "source": self.source,
            "constant": self.constant,
        }


def choose(layers: tuple[Description, ...]) -> Choice:
    """Show all choices and return them.

    Raises:
        ValueError: a file that cannot be read, or one that is yet to be chosen; a sentence.
    """
    layer = _pick(layers)
    _examples(layer)
    values = {field.name: control(field) for field in layer.fields}
    source_field = _source_field(layer)
    st.session_state.setdefault("own", None)
    source: str | np.ndarray = control(source_field, widget=_source_widget(layer))
    batch = None
    if layer.batch and source != "upload":
        batch = control(layer.batch)
    constant = CONSTANT.default
    if source == "constant":
        constant = control(CONSTANT)
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
    if source == "upload":
        source = _upload()
    elif source == "table":
        source = _table(layer, values, batch, seed)
    return Choice(
        layer=layer, values=values, batch=batch, seed=seed, source=source, constant=constant
    )


def fit(layer: Description, values: dict[str, Any]) -> None:
    """Size the layer to the visitor's data; a button's callback."""
    fields = {field.name: field for field in layer.fields}
    for name, value in values.items():
        if name in fields:
            put(fields[name], value)


def _pick(layers: tuple[Description, ...]) -> Description:
    by_name = {layer.name: layer for layer in layers}
    field = ChoiceField(name="layer", default=layers[0].name, choices=tuple(by_name))

    def radio(_: Field) -> str | None:
        return st.radio(
            "Layer",
            list(field.choices),
            key="layer",
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
        put(_source_field(layer), example.input)

    st.selectbox(
        "Example",
        list(by_title),
        index=None,
        key="example",
        placeholder="Load one of the post's examples",
        on_change=load,
    )


def _source_field(layer: Description) -> ChoiceField:
    return ChoiceField(
        name="input",
        default=layer.default_input,
        choices=("example", *SOURCES, *_OWN),
        help="What the layer is fed.",
    )


def _source_widget(layer: Description):  # noqa: ANN202 (a widget for ``control``)
    labels = {
        "example": f"{layer.example_label}, as in the post",
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
    file = st.file_uploader(
        "A CSV of numbers, or an NPY",
        type=["csv", "txt", "tsv", "npy"],
        key="file",
        max_upload_size=MAXIMUM_BYTES // 2**20,
    )
    if file is not None:
        st.session_state.own, _ = compute(remote.read_array, file.name, file.getvalue())
    if st.session_state.own is None:
        raise ValueError(
            "There is nothing to show yet: expected your array, which no link carries. Received "
            "none. Choose a CSV or NPY file, or another input."
        )
    return st.session_state.own


def _table(layer: Description, values: dict[str, Any], batch: int | None, seed: int) -> np.ndarray:
    shape = layer.full_shape(values, batch)
    if len(shape) != 2 or shape[0] * shape[1] > 10_000:
        raise ValueError(
            "The input cannot be typed in: expected two axes and at most 10,000 numbers. Received "
            f"the shape {shape}. Upload an NPY, or choose other dimensions."
        )
    before = st.session_state.get("typed")
    if before is None:
        before = np.round(NORMAL.make(shape, seed, 0.0), 2)
    if before.shape != shape:  # keep what was typed where it still has a place
        resized = np.zeros(shape, "float32")
        kept = tuple(slice(0, min(a, b)) for a, b in zip(before.shape, shape, strict=True))
        resized[kept] = before[kept]
        before = resized
    key = f"table_{shape[0]}_{shape[1]}"
    if key not in st.session_state:
        st.session_state.table_start = before
    edited = st.data_editor(st.session_state.table_start, key=key, height=240)
    st.session_state.typed = np.asarray(edited, "float32")
    return st.session_state.typed
