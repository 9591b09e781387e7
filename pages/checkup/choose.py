"""The choice of the Check-up page: which layer, as posted, repaired, or an author's own."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from layers.api.checkup import AuthorLayer, PostLayer
from layers.api.explore import OwnModule
from layers.checkup.pairs import NAMES, POSTED, Pair, pair_of
from layers.inputs.description import Description
from layers.inputs.fields import ChoiceField
from pages.shared.controls import control
from pages.shared.link import always_in_link
from pages.shared.module_watcher import author_module
from pages.shared.visible import visible


@dataclass(frozen=True, kw_only=True)
class CheckupChoice:
    """The layer to examine.

    Attributes:
        make: makes it, in a worker.
        shape: of its input, batch first.
        title: what stands above.
        source: where it is from.
        pair: the post's layer and its repaired form; None for an author's own.
    """

    make: PostLayer | AuthorLayer
    shape: tuple[int, ...]
    title: str
    source: str
    pair: Pair | None = None

    @property
    def is_authors(self) -> bool:
        """Whether an author's own code has to run for it."""
        return self.pair is None


def choose() -> CheckupChoice:
    """Show the layers, and return the chosen one."""
    own = author_module()
    mine = {layer.name: layer for layer in own.layers}

    def label(name: str) -> str:
        if name in mine:
            return f"**{mine[name].title}** :blue-badge[your own]"
        kind = ":orange-badge[as posted]" if name.endswith(POSTED) else ":green-badge[repaired]"
        return f"**{pair_of(name).title}** {kind}"

    def caption(name: str) -> str:
        if name in mine:
            return mine[name].summary
        return pair_of(name).post if name.endswith(POSTED) else "the catalogue's"

    def radio(field: ChoiceField) -> str | None:
        return st.radio(
            "Layer",
            list(field.choices),
            key=field.name,
            format_func=label,
            captions=[caption(name) for name in field.choices],
        )

    layer = ChoiceField(name="layer", default=NAMES[0], choices=(*mine, *NAMES))
    name = control(layer, widget=radio)
    always_in_link(layer, name)
    if own.module and name in mine:
        return _own(own.module, mine[name])
    if visible("hint"):
        st.caption(
            "Your own layer: `make run LAYERS=my_module.py` shows it here, and `python -m "
            "layers.checkup my_module:MyLayer --input-shape 8,10` examines it on the command line."
        )
    pair = pair_of(name)
    as_posted = "as posted" if name.endswith(POSTED) else "repaired"
    return CheckupChoice(
        make=PostLayer(name),
        shape=pair.shape,
        title=f"{pair.title}, {as_posted}",
        source=f"From {pair.post}",
        pair=pair,
    )


def _own(module: OwnModule, layer: Description) -> CheckupChoice:
    """Show the same controls as Explore: the input's shape, and the constructor's arguments."""
    values = {field.name: control(field) for field in layer.fields}
    return CheckupChoice(
        make=AuthorLayer(module, layer.name, tuple(values.items())),
        shape=layer.full_shape(values, None),
        title=layer.title,
        source=layer.source,
    )
