"""What a layer declares about itself; controls, link, code and tests follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from layers.inputs.description import BATCH, SEED, Description, Shape, Values
from layers.inputs.fields import IntField
from layers.inputs.sources import NORMAL, InputSource
from layers.traces.trace import Trace

if TYPE_CHECKING:
    import keras
    import numpy as np


@dataclass(frozen=True, kw_only=True)
class Invariant:
    """What must hold of every run.

    ``measure`` returns the measured figure (usually a largest difference), or None where this run
    cannot test it; the invariant holds while the figure is at most ``tolerance``.
    """

    sentence: str
    measure: Callable[[Trace], float | None]
    figure: str = "largest difference"
    tolerance: float = 0.0


def no_notes(_values: Values) -> tuple[str, ...]:
    """Say nothing."""
    return ()


def call_with(
    arrays: Mapping[str, np.ndarray], values: Values
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments of a call: the arrays in order, and ``training`` where it is a field."""
    named = {"training": values["training"]} if "training" in values else {}
    return tuple(arrays.values()), named


@dataclass(frozen=True, kw_only=True)
class LayerSpec(Description):
    """One layer, declared: the ``Description`` and the functions that need TensorFlow.

    Attributes:
        name: as in the link; one of the fixed names.
        family: what the picker groups it under.
        formula: LaTeX, for any size.
        source: the post or paper it is from.
        fields: what can be set.
        input_fields: the fields that are the input's axes after the batch, in order; or the one
            ``ShapeField`` that is the input's whole shape.
        batch: the field for the batch; None where the shape field includes it; minimum 0 where the
            layer also takes one array without a batch.
        axis_fields: words of axes that are not the input's → the field that is their length, so
            that the edges of a picture can be dragged.
        classes: the Keras classes that the shown code needs, dependencies first.
        make: (checked values, seed) → an unbuilt layer.
        axes: weight's name → one word an axis, where the recording would choose others.
        symbols: tensor's name → its LaTeX symbol, where the recording would choose another.
        arrange: arrays by input name, checked values → positional and named arguments of a call.
        largest: checked values, input shapes → the shape of the largest tensor inside, where that
            is larger than input and output.
        random_state: whether layers inside draw their weights without a seed of their own, so that
            the process's random state has to be set, and put back, around making and building.
        example_input: the input of the post's own example, for any shape.
        default_input: the input that the page starts with.
        notes: checked values → sentences that the page shows beside the picture.
        module: of an author's own layer, the text of its module, which the shown code begins with.
        constructor: of an author's own layer and of Keras's, (checked values, seed) → the lines
            that make it.
    """

    classes: tuple[type[keras.layers.Layer], ...]
    make: Callable[[Values, int], keras.layers.Layer]
    invariants: tuple[Invariant, ...] = ()
    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    symbols: Mapping[str, str] = field(default_factory=dict)
    example_input: InputSource = NORMAL
    notes: Callable[[Values], tuple[str, ...]] = no_notes
    batch: IntField | None = BATCH
    module: str = ""
    constructor: Callable[[Values, int], str] | None = None
    arrange: Callable[..., tuple[tuple[Any, ...], dict[str, Any]]] = call_with
    largest: Callable[[Values, tuple[Shape, ...]], Shape] | None = None
    random_state: bool = False

    def build(self, values: Values, seed: int) -> keras.layers.Layer:
        """Return the layer, unbuilt, for these field values (checked here) and this seed."""
        return self.make(MappingProxyType(self.check(values)), SEED.parse(seed))

    def describe(self) -> Description:
        """Return the plain data of this declaration."""
        plain: dict[str, Any] = {
            name: getattr(self, name) for name in Description.__dataclass_fields__
        }
        plain["example_label"] = self.example_input.label
        return Description(**plain)
