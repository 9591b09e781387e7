"""The choice of the Check-up page: which layer, as posted or repaired."""

from __future__ import annotations

import streamlit as st

from layers.checkup.pairs import NAMES, POSTED, pair_of
from layers.fields import ChoiceField
from pages.shared.controls import always_in_link, control

LAYER = ChoiceField(name="layer", default=NAMES[0], choices=NAMES)


def choose() -> str:
    """Show the layers, and return the chosen one's name."""

    def label(name: str) -> str:
        kind = ":orange-badge[as posted]" if name.endswith(POSTED) else ":green-badge[repaired]"
        return f"**{pair_of(name).title}** {kind}"

    def radio(field: ChoiceField) -> str | None:
        return st.radio(
            "Layer",
            list(field.choices),
            key=field.name,
            format_func=label,
            captions=[
                pair_of(name).post if name.endswith(POSTED) else "the catalogue's" for name in NAMES
            ],
        )

    name = control(LAYER, widget=radio)
    always_in_link(LAYER, name)
    st.caption(
        "Your own layer: `python -m layers.checkup my_module:MyLayer --input-shape 8,10` examines "
        "it in the same way, and says what to write instead."
    )
    return name
