"""What a link of the Explore page chooses, read without any widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from layers.api.explore import OwnModule
from layers.inputs.cells import Edit
from layers.inputs.description import SEED, Description, InputDescription
from layers.inputs.fields import BoolField, ChoiceField, Field, FloatField
from layers.inputs.sources import ID_SOURCES, SAME, SOURCES
from views.explore.cells import EDITS

CONSTANT = FloatField(
    name="constant", default=1.0, minimum=-1e6, maximum=1e6, help="Every cell of the input."
)
AS_COMPUTED = BoolField(
    name="as_computed",
    default=False,
    label="As TensorFlow computed it",
    help="Every operation in TensorFlow's own spelling, not rewritten to the textbook's.",
)
PREFIX = "own."
"""Before the class's name of an author's own layer."""
VISITORS = ("upload", "table")
"""Inputs that a visitor brings, and no link carries."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was chosen.

    Attributes:
        layer: which layer.
        values: its fields.
        seed: of the weights and of the inputs.
        source: what the first input is: a name, or the visitor's own array.
        others: what the other inputs are, by their names.
        constant: the number for the source ``constant``.
        batch: rows at once; None where the shape says it.
        edits: numbers put into cells.
        as_computed: whether the operations stay as TensorFlow computed them.
    """

    layer: Description
    values: dict[str, Any]
    seed: int
    source: str | np.ndarray
    others: dict[str, str | np.ndarray] = field(default_factory=dict)
    constant: float
    batch: int | None = None
    edits: tuple[Edit, ...] = ()
    as_computed: bool = False

    @property
    def is_authors(self) -> bool:
        """Whether an author's own code has to run for it."""
        return self.layer.name.startswith(PREFIX)

    @property
    def has_link(self) -> bool:
        """Whether a link can carry all inputs: a visitor's own array is in none."""
        sources = (self.source, *self.others.values())
        return all(isinstance(each, str) and each not in VISITORS for each in sources)

    def arguments(self, own: OwnModule | None = None) -> dict[str, Any]:
        """Return the arguments of ``layers.api.explore.explore``; ``own`` for an author's layer."""
        return {
            "name": self.layer.name,
            "values": self.values,
            "batch": self.batch,
            "seed": self.seed,
            "source": self.source,
            "others": self.others,
            "constant": self.constant,
            "edits": self.edits,
            "own": own if self.is_authors else None,
            "simplified": not self.as_computed,
        }


def choice_from_link(
    layers: tuple[Description, ...], link: Mapping[str, str], *, as_computed: bool = True
) -> Choice:
    """Return what a link chooses; what it leaves out is the default.

    Args:
        layers: those that there are; the first is the default.
        link: its parameters by name.
        as_computed: whether TensorFlow's own spelling may be asked for.

    Raises:
        BadInputError: a value that its field refuses.
    """

    def read(field: Field) -> Any:
        return field.parse(link.get(field.name, field.default))

    by_name = {layer.name: layer for layer in layers}
    names = tuple(by_name)
    layer = by_name[read(ChoiceField(name="layer", default=names[0], choices=names))]
    first, *others = source_fields(layer)
    return Choice(
        layer=layer,
        values={each.name: read(each) for each in layer.fields},
        seed=read(SEED),
        source=read(from_link(first[1])),
        others={name: read(from_link(each)) for name, each in others},
        constant=read(CONSTANT),
        batch=read(layer.batch) if layer.batch else None,
        edits=read(EDITS),
        as_computed=as_computed and read(AS_COMPUTED),
    )


def source_fields(layer: Description) -> list[tuple[str, ChoiceField]]:
    """Return (the input's name, the field that says what it is) for every input of a layer."""
    if not layer.inputs:
        return [("inputs", _source_field("input", ("example", *SOURCES), layer.default_input))]
    first, *others = layer.inputs
    names = ("example", *first.sources) if first.dtype == "float32" else first.sources
    found = [(first.name, _source_field("input", names, layer.default_input))]
    for each in others:
        names = (SAME, *each.sources)
        found.append((each.name, _source_field(f"{each.name}_input", names, each.default_source)))
    return found


def source_labels(layer: Description) -> dict[str, str]:
    """Return what each source is called on the page."""
    own = f"{layer.example_label}, as in the post" if layer.examples else layer.example_label
    same = f"The same as {layer.inputs[0].name}" if layer.inputs else ""
    return {
        "example": own or "Its own",
        SAME: same,
        **{name: source.label for name, source in (SOURCES | ID_SOURCES).items()},
        "upload": "Your file (CSV or NPY)",
        "table": "Your table, typed in",
    }


def input_of(layer: Description, name: str) -> InputDescription | None:
    """Return the declaration of an input; None where a layer declares none."""
    return next((each for each in layer.inputs if each.name == name), None)


def _source_field(name: str, sources: tuple[str, ...], default: str) -> ChoiceField:
    return ChoiceField(
        name=name,
        default=default,
        choices=tuple(dict.fromkeys((*sources, *VISITORS))),
        help="The array that goes into the layer.",
    )


def from_link(field: ChoiceField) -> ChoiceField:
    """Return a field without the choices that no link carries."""
    choices = tuple(name for name in field.choices if name not in VISITORS)
    return replace(field, choices=choices)
