"""The small CNN among the layers of the Train page: small enough that its numbers can be read."""

from __future__ import annotations

from dataclasses import replace

from layers.inputs.description import BATCH, Description
from layers.networks import small_cnn

_DEFAULTS = {
    "image": 8,
    "channels": 1,
    "filters_1": 2,
    "filters_2": 3,
    "hidden_units": 4,
    "out_units": 2,
    "dropout_1": 0.0,
    "dropout_2": 0.0,
    "out_activation": "softmax",
}

SMALL_CNN = Description(
    name=small_cnn.NAME,
    title="Small CNN",
    family="Networks",
    summary="Two convolutions, two poolings and two dense layers.",
    formula="",
    source="Models",
    fields=tuple(
        replace(each, default=_DEFAULTS[each.name])
        for each in small_cnn.FIELDS
        if each.name in _DEFAULTS
    ),
    batch=BATCH,
    input_fields=("image", "image", "channels"),
    examples=(),
    example_label="Images of stripes",
)
