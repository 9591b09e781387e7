"""A layer's weights, as Keras tracks them, under the names of its recording."""

from __future__ import annotations

import math
from collections.abc import Mapping

import keras
import numpy as np

from layers.recording.given import clean, unique
from layers.recording.owners import owned
from layers.traces.summary import Parameters, WeightRow, weight_row


def named_weights(layer: keras.layers.Layer) -> Mapping[str, keras.Variable]:
    """Return what ``layer.weights`` holds, in its order, by the names of the layer's recording."""
    paths = {id(each.variable): each.path for each in owned(layer).values()}
    found: dict[str, keras.Variable] = {}
    for variable in layer.weights:
        path = paths.get(id(variable.value), variable.name)
        found[unique(clean(path), found)] = variable
    return found


def weight_rows(layer: keras.layers.Layer) -> tuple[WeightRow, ...]:
    """Return one row a weight of ``layer.get_weights()``, in its order."""
    return tuple(
        weight_row(name, np.array(variable.numpy()), trainable=bool(variable.trainable))
        for name, variable in named_weights(layer).items()
    )


def parameters(layer: keras.layers.Layer) -> Parameters:
    """Count the numbers in a layer's variables, as Keras tracks them."""

    def count(variables: list[keras.Variable]) -> int:
        return sum(math.prod(variable.shape) for variable in variables)

    return Parameters(
        total=count(layer.weights),
        trainable=count(layer.trainable_weights),
        non_trainable=count(layer.non_trainable_weights),
    )
