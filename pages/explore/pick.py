"""The picker: families of layers, a search box, and one line for each layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from layers.inputs.description import Description
from layers.inputs.fields import ChoiceField, Field
from pages.shared.controls import control
from pages.shared.link import always_in_link
from pages.shared.session import widget_key


def pick(layers: tuple[Description, ...], on_change: Callable[[], None]) -> Description:
    """Show the picker, and return the chosen layer.

    Args:
        layers: those that there are; the first family comes first.
        on_change: called before the page runs with another layer.
    """
    by_name = {layer.name: layer for layer in layers}
    field = ChoiceField(name="layer", default=layers[0].name, choices=tuple(by_name))

    def widget(_: Field) -> str | None:
        current = by_name[st.session_state["layer"]]
        shown = _shown(layers, current)
        return st.radio(
            "Layer",
            [layer.name for layer in shown],
            key="layer",
            on_change=on_change,
            format_func=lambda name: f"**{by_name[name].title}**",
            captions=[layer.summary for layer in shown],
        )

    name = control(field, widget=widget)
    always_in_link(field, name)
    return by_name[name]


def matching(layers: Sequence[Description], search: str) -> list[Description]:
    """Return the layers in whose name, family or summary every word of a search stands.

    Those whose name begins with it come first.
    """
    words = search.lower().split()
    found = [layer for layer in layers if all(word in _text(layer) for word in words)]
    return sorted(found, key=lambda layer: not layer.title.lower().startswith(search.lower()))


def _shown(layers: tuple[Description, ...], current: Description) -> list[Description]:
    """Show the search box and the families, and return the layers that they leave."""
    search = st.text_input(
        "Search layers",
        key=widget_key("search"),
        placeholder=f"Search {len(layers)} layers",
        label_visibility="collapsed",
    )
    shown: list[Description]
    if search.strip():
        shown = matching(layers, search.strip())[:20]
        if not shown:
            st.caption(f"No layer has “{search.strip()[:40]}” in its name or summary.")
    else:
        families = list(dict.fromkeys(layer.family for layer in layers))
        family = st.selectbox(
            "Family",
            families,
            index=families.index(current.family),
            key=widget_key(f"family_{current.family}"),
        )
        shown = [layer for layer in layers if layer.family == family]
    # The chosen layer stays among them: a radio button without it would choose another.
    return shown if current in shown else [current, *shown]


def _text(layer: Description) -> str:
    return f"{layer.name} {layer.title} {layer.family} {layer.summary}".lower()
