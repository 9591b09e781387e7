"""Targets that need the layer itself: the shape of its outputs, and a teacher's outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from layers.inputs.fields import BadInputError
from layers.recording.given import given
from layers.recording.prepare import prepare
from layers.runs.run import state_put_back


def outputs_of(
    layer: Any, inputs: Any, call_arguments: Mapping[str, Any] | None = None
) -> list[np.ndarray]:
    """Return what a layer makes of inputs, as flat arrays; its state stays.

    A teacher is the same layer with another seed: this is what it teaches.

    Args:
        layer: any Keras layer or model.
        inputs: as for ``train``.
        call_arguments: further arguments of its call.

    Raises:
        BadInputError: the layer returns no array.
    """
    arguments = inputs if isinstance(inputs, tuple) else (inputs,)
    keywords = call_arguments or {}
    prepare(layer, given(layer, arguments, keywords), training=False)
    with state_put_back(layer):
        found = keras.tree.flatten(layer(*arguments, **keywords))
    arrays = [np.asarray(each) for each in found if each is not None]
    if not arrays:
        raise BadInputError(
            "The targets cannot be made: expected a layer that returns an array. Received nothing. "
            "Choose another layer."
        )
    return arrays
