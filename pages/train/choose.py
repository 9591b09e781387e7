"""The choices of the Train page: which layer, what it is to learn, and how."""

from __future__ import annotations

from typing import Any

import streamlit as st

from layers.inputs.description import Description
from layers.inputs.fields import ChoiceField, Field, FloatField, IntField
from layers.training.settings import LOSSES, OPTIMIZERS
from pages.explore.choose import choose_inputs, forget_cells
from pages.explore.pick import pick
from pages.shared.controls import control, number_input
from pages.shared.link import open_link
from pages.shared.session import widget_key
from pages.shared.visible import visible
from views.explore.link import Choice
from views.train.examples import EXAMPLES
from views.train.link import TARGET, TARGET_LABELS, read_settings, trainable

_TITLES = {
    **{name: each.title for name, each in (*LOSSES.items(), *OPTIMIZERS.items())},
    **TARGET_LABELS,
    "none": "None",
    "norm": "Each gradient's norm",
    "value": "Each number",
    "global_norm": "The norm of all gradients",
}


def choose(layers: tuple[Description, ...]) -> Choice:
    """Show the examples, the picker and the layer's own controls, and return what was chosen."""
    _examples()
    layer = trainable(pick(layers, forget_cells))
    return choose_inputs(layer, layer.fields)


def choose_targets() -> str:
    """Show what the outputs should become."""
    return control(TARGET, widget=_select)


def choose_settings() -> dict[str, Any]:
    """Show the loss, the optimizer and all their arguments; return those of a training."""
    return read_settings(_control)


def _control(field: Field) -> Any:
    if isinstance(field, ChoiceField):
        return control(field, widget=_select)
    if isinstance(field, IntField):
        return control(field, widget=number_input)
    if isinstance(field, FloatField):
        return control(field, widget=_number)
    return control(field)


def _select(field: ChoiceField) -> str | None:
    return st.selectbox(
        field.title,
        list(field.choices),
        format_func=lambda name: _TITLES.get(name, name),
        key=field.name,
        help=field.help or None,
    )


def _number(field: FloatField) -> float:
    """Show a number of any size as a box: 0.001 and 1e9 are both written out."""
    return st.number_input(
        field.title,
        min_value=field.minimum,
        max_value=field.maximum,
        step=None,
        format="%g",
        key=field.name,
        help=field.help or None,
    )


def _examples() -> None:
    if not visible("example"):
        return
    by_title = {example.title: example for example in EXAMPLES}

    def load() -> None:
        example = by_title.get(st.session_state[widget_key("train_example")])
        st.session_state[widget_key("train_example")] = None
        if example:
            open_link(dict(example.link))

    st.selectbox(
        "Example",
        list(by_title),
        index=None,
        key=widget_key("train_example"),
        placeholder="See what happens when …",
        on_change=load,
    )
