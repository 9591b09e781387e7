"""Measurements of a layer: a loss of its outputs, and how far they depend on a variable."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from layers.checkup.examination.layer_under_test import (
    LayerUnderTest,
    as_array,
    difference,
    is_floating,
)


def output_change(tested: LayerUnderTest, layer: Any, variable: Any) -> float:
    """Return how far the output changes if 1 is added to a variable; the variable is restored."""
    values_before = as_array(variable.numpy())
    states = [(v, as_array(v.value.numpy())) for v in layer.variables]
    before = tested.call(layer)
    for other, values in states:
        other.assign(values)
    variable.assign(values_before + 1)
    after = tested.call(layer)
    for other, values in states:
        other.assign(values)
    variable.assign(values_before)
    return difference(before, after)


def loss_of(outputs: list[Any], seed: int) -> Any:
    """Return a sum of the floating outputs times random factors; None if there are none."""
    draw = np.random.default_rng(seed + 100)
    parts = []
    values = [out.flat_values if isinstance(out, tf.RaggedTensor) else out for out in outputs]
    for output in values:
        if is_floating(output):
            factors = draw.normal(size=output.shape).astype("float32")
            parts.append(tf.reduce_sum(tf.cast(output, "float32") * factors))
    return tf.add_n(parts) if parts else None
