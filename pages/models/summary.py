"""The summary of a network: a table with bars, of which one row is chosen."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import streamlit as st

from layers.inputs.fields import BadInputError, ChoiceField
from layers.model_files.model import LayerEntry, ModelFile
from pages.shared.component import mount
from pages.shared.controls import control, set_value
from pages.shared.frame import literal
from pages.shared.session import session
from views.models.summary import layer_row

MAXIMUM_ROWS = 2500
"""Rows up to which a browser lays the table out in a moment; the box beside it reaches all."""


def choose_layer(model: ModelFile) -> LayerEntry:
    """Show the table and the box of layers, and return the one that is chosen in either."""
    paths = tuple(layer.path for layer in model.layers)
    first = next((layer.path for layer in model.layers if layer.weights), paths[0])
    field = ChoiceField(name="layer", default=first, choices=paths)
    box = st.container()
    table = st.container()
    elsewhere = session().chosen.get("layer")  # which of Explore's was left there
    with box:
        path = control(_LayerField(**{n: getattr(field, n) for n in _FIELDS}), widget=_box)

    if path == first and elsewhere not in (None, *paths):
        session().chosen["layer"] = elsewhere

    def choose(chosen: Any) -> None:
        with suppress(BadInputError):  # our own script sends nothing but what is in the table
            set_value(field, field.parse(chosen))

    with table:
        data = {"rows": [layer_row(layer) for layer in model.layers[:MAXIMUM_ROWS]], "chosen": path}
        mount("summary", data, key="summary", on_chosen=choose)
    if len(paths) > MAXIMUM_ROWS:
        st.caption(f"The first {MAXIMUM_ROWS:,} of {len(paths):,} layers; the box above has all.")
    return model.layer(path)


_FIELDS = ("name", "default", "label", "help", "choices")


class _LayerField(ChoiceField):
    """A choice of very many, which a sentence does not list."""

    def parse(self, value: object) -> str:
        if value not in self.choices:
            listed = ", ".join(self.choices[:5])
            raise self._refuse(
                value,
                f"one of this model's {len(self.choices):,} layers, such as {listed[:200]}",
                f"Try {self.name}={self.default[:60]}.",
            )
        return str(value)


def _box(field: ChoiceField) -> str | None:
    return st.selectbox(
        "Layer",
        list(field.choices),
        key=field.name,
        help="Or choose a row of the table, by mouse or by arrow keys.",
    )


def show_why_empty(layer: LayerEntry) -> None:
    """Say why a layer has no weights."""
    if layer.is_model:
        st.info(
            "This is a model in the model: choose one of the layers in it.", icon=":material/info:"
        )
    elif layer.why_empty:
        st.info(
            literal(f"{layer.why_empty} Keras's `get_weights()` gives an empty list."),
            icon=":material/info:",
        )
