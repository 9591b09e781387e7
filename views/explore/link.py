"""A link of the Explore page, read without any widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from layers.api.explore import OwnModule
from layers.inputs.cells import Edit
from layers.inputs.description import SEED, Description
from layers.inputs.fields import ChoiceField, Field, FloatField
from layers.inputs.sources import SOURCES
from views.explore.cells import EDITS

CONSTANT = FloatField(
    name="constant", default=1.0, minimum=-1e6, maximum=1e6, help="Every cell of the input."
)
PREFIX = "own."
"""Before the class's name of an author's own layer."""
BROUGHT = ("upload", "table")
"""Inputs that a visitor brings, and no link carries."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was chosen; ``source`` is a named input or the visitor's own array."""

    layer: Description
    values: dict[str, Any]
    seed: int
    source: str | np.ndarray
    constant: float
    batch: int | None = None
    edits: tuple[Edit, ...] = ()

    def arguments(self, own: OwnModule | None = None) -> dict[str, Any]:
        """Return the arguments of ``layers.api.explore.explore``; ``own`` for an author's layer."""
        return {
            "name": self.layer.name,
            "values": self.values,
            "batch": self.batch,
            "seed": self.seed,
            "source": self.source,
            "constant": self.constant,
            "edits": self.edits,
            "own": own if self.layer.name.startswith(PREFIX) else None,
        }


def choice_from_link(layers: tuple[Description, ...], link: Mapping[str, str]) -> Choice:
    """Return what a link chooses; what it leaves out is the default.

    Args:
        layers: those that there are; the first is the default.
        link: its parameters by name.

    Raises:
        BadInputError: a value that its field refuses.
    """

    def read(field: Field) -> Any:
        return field.parse(link.get(field.name, field.default))

    by_name = {layer.name: layer for layer in layers}
    names = tuple(by_name)
    layer = by_name[read(ChoiceField(name="layer", default=names[0], choices=names))]
    return Choice(
        layer=layer,
        values={field.name: read(field) for field in layer.fields},
        seed=read(SEED),
        source=read(replace(source_field(layer), choices=("example", *SOURCES))),
        constant=read(CONSTANT),
        batch=read(layer.batch) if layer.batch else None,
        edits=read(EDITS),
    )


def source_field(layer: Description) -> ChoiceField:
    """Return the field that says what a layer is fed."""
    return ChoiceField(
        name="input",
        default=layer.default_input,
        choices=("example", *SOURCES, *BROUGHT),
        help="What the layer is fed.",
    )
