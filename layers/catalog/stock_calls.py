"""How a Keras layer is called: its inputs one by one or as a list, masks, the training switch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from layers.catalog.keras_layers.line import Line
from layers.inputs.description import Values
from layers.inputs.fields import BoolField, IntField

TRAINING = BoolField(
    name="training", default=False, help="Whether the layer is called as in training."
)
CAUSAL = BoolField(
    name="use_causal_mask", default=False, help="Each step looks at itself and earlier ones only."
)
MASKED = IntField(
    name="masked_steps",
    default=0,
    minimum=0,
    maximum=16,
    help="How many of the last steps are masked, as padding is.",
)


def arrange(
    line: Line, arrays: Mapping[str, Any], values: Values
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the positional and named arguments of a call.

    Args:
        line: the layer's line in the table.
        arrays: the input arrays by name, in order.
        values: checked field values.
    """
    ordered = tuple(arrays.values())
    first, *others = ordered
    positional = {"all": (list(ordered),), "states": (first, others)}.get(line.listed, ordered)
    named: dict[str, Any] = {}
    if values.get("use_causal_mask"):
        named["use_causal_mask"] = True
    if line.masked and values["masked_steps"]:
        argument, which = line.masked
        mask = step_mask(ordered[which].shape, values["masked_steps"])
        # Of a list of inputs, each has a mask or None.
        named[argument] = mask if line.listed != "all" else [None] * which + [mask]
    if "training" in values:
        named["training"] = values["training"]
    return positional, named


def step_mask(shape: tuple[int, ...], steps: int) -> np.ndarray:
    """Return a mask (batch, time) of bool that is False for the last steps."""
    mask = np.ones(shape[:2], bool)
    mask[:, max(0, shape[1] - steps) :] = False
    return mask
