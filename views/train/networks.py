"""What the Train page has beside the layers of Explore: the small CNN, and layers to look at."""

from __future__ import annotations

from dataclasses import replace

from layers.inputs.description import BATCH, Description
from layers.inputs.fields import IntField
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


def _demonstration(name: str, title: str, summary: str) -> Description:
    features = IntField(name="features", default=4, minimum=4, maximum=4)
    return Description(
        name=name,
        title=title,
        family="To look at",
        summary=summary,
        formula="",
        source="Train",
        fields=(features,),
        batch=BATCH,
        input_fields=("features",),
        examples=(),
        example_label="Normal numbers",
    )


MORE = (
    SMALL_CNN,
    _demonstration(
        "repeated_dense_as_posted",
        "Repeated column, as posted",
        "The column is repeated once, before the training: nothing can move it.",
    ),
    _demonstration("tied_dense", "Tied weights", "One kernel codes the features and decodes them."),
    _demonstration("frozen_dense", "Frozen weights", "Two dense layers; the first is not trained."),
)
