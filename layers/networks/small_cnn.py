"""The small CNN: its fields, and the configuration for their values. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layers.inputs.fields import BadInputError, ChoiceField, Field, FloatField, IntField
from layers.model_files.config import LayerConfig

NAME = "small_cnn"
MAXIMUM_PARAMETERS = 2**24
"""64 MB as float32; the post's has a quarter of it."""


def _count(name: str, default: int, maximum: int, help_: str, minimum: int = 1) -> IntField:
    return IntField(name=name, default=default, minimum=minimum, maximum=maximum, help=help_)


IMAGE = _count("image", 32, 64, "Height and width of the image that goes in.")
CHANNELS = _count("channels", 1, 4, "1 for grey, 3 for colour.")
FIELDS: tuple[Field, ...] = (
    IMAGE,
    CHANNELS,
    _count("filters_1", 32, 64, "Filters of the first convolution."),
    _count("kernel_1", 5, 9, "Height and width of its filters."),
    _count("strides_1", 1, 4, "How far they move at each step."),
    _count("filters_2", 64, 128, "Filters of the second convolution."),
    _count("kernel_2", 2, 9, "Height and width of its filters."),
    _count("strides_2", 1, 4, "How far they move at each step."),
    ChoiceField(
        name="padding",
        default="same",
        choices=("same", "valid"),
        help="same: zeros around the image keep its size; valid: filters stay inside.",
    ),
    _count("pool", 2, 4, "Height and width of the windows of both poolings, and their stride."),
    FloatField(
        name="dropout_1",
        default=0.25,
        minimum=0.0,
        maximum=0.95,
        help="The share left out before the flattening, in training only.",
    ),
    _count("hidden_units", 1000, 2000, "Units of the first dense layer."),
    FloatField(
        name="dropout_2",
        default=0.5,
        minimum=0.0,
        maximum=0.95,
        help="The share left out before the last layer, in training only.",
    ),
    _count("out_units", 1, 20, "Units of the last layer: what the network answers with."),
    ChoiceField(
        name="out_activation",
        default="softmax",
        choices=("softmax", "sigmoid", "linear"),
        help="softmax in the post.",
    ),
)


@dataclass(frozen=True)
class CnnSource:
    """The network for these field values, as (name, value) pairs, and this seed."""

    values: tuple[tuple[str, Any], ...]
    seed: int


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return every field's value; the default where none is given.

    Raises:
        BadInputError: a value that its field refuses, or values that do not fit together.
    """
    found = {f.name: f.parse(values.get(f.name, f.default)) for f in FIELDS}
    size = found["image"]
    count = 0
    before = found["channels"]
    for stage in (1, 2):
        kernel, strides = found[f"kernel_{stage}"], found[f"strides_{stage}"]
        count += (kernel * kernel * before + 1) * found[f"filters_{stage}"]
        before = found[f"filters_{stage}"]
        size = _after(size, kernel, strides, found["padding"], f"convolution {stage}", "kernel")
        size = _after(size, found["pool"], found["pool"], "valid", f"pooling {stage}", "window")
    flat = size * size * before
    count += (flat + 1) * found["hidden_units"] + (found["hidden_units"] + 1) * found["out_units"]
    if count > MAXIMUM_PARAMETERS:
        raise BadInputError(
            f"The network cannot be built: expected at most {MAXIMUM_PARAMETERS:,} parameters. "
            f"Received {count:,}, with {flat:,} inputs to {found['hidden_units']} units. "
            "Choose fewer filters or units, or a larger pool."
        )
    return found


def _after(size: int, window: int, strides: int, padding: str, where: str, what: str) -> int:
    if padding == "same":
        return -(-size // strides)
    if window > size:
        raise BadInputError(
            f"The network cannot be built: expected a {what} of at most {size} × {size} at "
            f"{where}, where that much of the image is left. Received {window} × {window}. Choose "
            f"a larger image, a smaller {what}, or same padding."
        )
    return (size - window) // strides + 1


def configuration(values: Mapping[str, Any]) -> LayerConfig:
    """Return the network's configuration for checked values, as a model file has it."""
    v = values

    def conv(name: str, stage: int) -> LayerConfig:
        return LayerConfig(
            name=name,
            class_name="Conv2D",
            settings={
                "name": name,
                "filters": v[f"filters_{stage}"],
                "kernel_size": [v[f"kernel_{stage}"]] * 2,
                "strides": [v[f"strides_{stage}"]] * 2,
                "padding": v["padding"],
                "activation": "relu",
            },
        )

    def layer(class_name: str, name: str, **settings: Any) -> LayerConfig:
        return LayerConfig(name=name, class_name=class_name, settings={"name": name, **settings})

    pool = {"pool_size": [v["pool"]] * 2, "strides": [v["pool"]] * 2, "padding": "valid"}
    return LayerConfig(
        name=NAME,
        class_name="Sequential",
        settings={"name": NAME},
        layers=(
            conv("conv2d", 1),
            layer("MaxPooling2D", "max_pooling2d", **pool),
            conv("conv2d_1", 2),
            layer("MaxPooling2D", "max_pooling2d_1", **pool),
            layer("Dropout", "dropout", rate=v["dropout_1"]),
            layer("Flatten", "flatten"),
            layer("Dense", "dense", units=v["hidden_units"], activation="relu"),
            layer("Dropout", "dropout_1", rate=v["dropout_2"]),
            layer("Dense", "dense_1", units=v["out_units"], activation=v["out_activation"]),
        ),
        built_for=[None, v["image"], v["image"], v["channels"]],
    )


def notes(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return notes about the values: a softmax over one unit is always 1."""
    if values["out_units"] == 1 and values["out_activation"] == "softmax":
        return (
            "A softmax over one unit is always 1, whatever the image, so this network can learn "
            "nothing, as it stands in the post: use a sigmoid there, or more units.",
        )
    return ()
