"""Keras's own layers as declarations, each made of its line in the table and of its signature."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import keras

from layers.catalog.keras_layers.line import Fixed, Line, Pick, Range
from layers.catalog.keras_layers.table import TABLE
from layers.catalog.signatures import fields_of, parameters_of, sizes
from layers.catalog.spec import LayerSpec
from layers.catalog.stock_arguments import arguments, realised, written
from layers.catalog.stock_calls import CAUSAL, MASKED, TRAINING, arrange
from layers.inputs.description import Values
from layers.inputs.fields import BoolField, ChoiceField, Field, FloatField, IntField
from layers.inputs.sources import NORMAL, PIXELS

_LEFT_OUT = {"sparse", "value_range"}
"""How a result is stored, and what range images have: their defaults are what a reader expects."""
_MOST = {
    5: "dims",
    7: "kernel_size strides dilation_rate",
    8: "size tile_grid_size",
    16: "pool_size padding cropping",
    32: "output_size",
}
_LONGEST = {name: most for most, names in _MOST.items() for name in names.split()}


def name_of(cls: str) -> str:
    """Return a class's name in the link.

    >>> [name_of(cls) for cls in ("Conv2DTranspose", "LSTM", "ReLU", "PReLU", "SimpleRNNCell")]
    ['conv2d_transpose', 'lstm', 'relu', 'prelu', 'simple_rnn_cell']
    """
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", cls.replace("ReLU", "Relu"))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower().replace("p_relu", "prelu")


LINES: dict[str, tuple[str, Line]] = {
    name_of(line.cls): (family, line) for family, lines in TABLE.items() for line in lines
}
"""Family and line of each, by its name in the link, in the picker's order."""


@lru_cache(maxsize=256)
def stock_spec(name: str) -> LayerSpec:
    """Return the declaration of one of Keras's layers, from its name in the link."""
    family, line = LINES[name]
    cls = getattr(keras.layers, line.cls)
    source = line.inputs[0].default_source
    return LayerSpec(
        name=name,
        title=line.cls,
        family=family,
        summary=line.summary,
        formula="",
        source=f"Keras: keras.layers.{line.cls}",
        fields=_fields(line, cls),
        batch=None,
        input_fields=("shape",),
        inputs=line.inputs,
        classes=(cls,),
        make=partial(_make, line, cls),
        constructor=partial(_written, line, cls),
        arrange=partial(arrange, line),
        largest=line.largest,
        axis_fields=_axis_fields(line),
        random_state=line.random_state,
        examples=(),
        example_input=PIXELS if source == "example" else NORMAL,
        default_input=source,
    )


def _fields(line: Line, cls: type) -> tuple[Field, ...]:
    found: dict[str, Field] = {i.field.name: i.field for i in line.inputs if i.field}
    if line.wraps:
        options = tuple(line.wraps.options)
        found["wrapped"] = ChoiceField(
            name="wrapped", default=options[0], choices=options, label="Layer inside"
        )
    from_signature, own = fields_of(cls), parameters_of(cls)
    for name in (*own, *(name for name in line.arguments if name not in own)):
        base, wanted = from_signature.get(name), line.arguments.get(name, ...)
        if name in _LEFT_OUT or wanted is None or isinstance(wanted, Fixed):
            continue
        field = base if wanted is ... else _control(name, wanted, base)
        if field:
            found[name] = field
    if line.causal:
        found[CAUSAL.name] = CAUSAL
    if line.masked:
        found[MASKED.name] = MASKED
    if line.training is not None:
        found[TRAINING.name] = replace(TRAINING, default=line.training)
    return tuple(found.values())


def _axis_fields(line: Line) -> dict[str, str]:
    """Return word → field of an output's last axis, where its length is the field itself."""
    if line.cls == "Dense":
        return {"units": "units"}
    is_filtered = line.cls.startswith(("Conv", "SeparableConv")) and "LSTM" not in line.cls
    return {"filters": "filters"} if is_filtered else {}


def _control(name: str, wanted: Any, base: Field | None) -> Field:
    if isinstance(wanted, Field):
        return wanted
    if isinstance(wanted, Range):
        kind = IntField if isinstance(wanted.default, int) else FloatField
        return kind(name=name, default=wanted.default, minimum=wanted.low, maximum=wanted.high)
    if isinstance(wanted, Pick):
        return ChoiceField(name=name, default=wanted.choices[0], choices=wanted.choices)
    if isinstance(wanted, tuple):
        return sizes(name, wanted, maximum=_LONGEST.get(name, 4096))
    if base:
        return replace(base, default=wanted)
    return BoolField(name=name, default=wanted)


def _make(line: Line, cls: type, values: Values, seed: int) -> keras.layers.Layer:
    return cls(**realised(arguments(line, cls, values, seed)))


def _written(line: Line, cls: type, values: Values, seed: int) -> str:
    """Write how the layer is made, with the arguments that differ from Keras's defaults."""
    state = f"keras.utils.set_random_seed({seed})\n" if line.random_state else ""
    given = written(arguments(line, cls, values, seed), room=72 - len(line.cls))
    return f"{state}layer = keras.layers.{line.cls}({given})"
