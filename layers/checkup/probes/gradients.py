"""The probe of weights without a gradient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import (
    LayerUnderTest,
    as_array,
    author_classes,
    flatten_outputs,
    raw_variable,
)
from layers.checkup.examination.measurements import loss_of, output_change
from layers.checkup.examination.object_graph import is_variable, iter_reachable
from layers.checkup.probes.copies import frozen
from layers.checkup.probes.places import locate, reachable_variable
from layers.checkup.probes.softmax import softmax_over_one
from layers.checkup.report import Finding

DRAWS = 3


def no_gradient(tested: LayerUnderTest) -> Iterator[Finding]:
    """Measure every weight's gradient, with several inputs and several values of the weights."""
    layer, copies = frozen(tested)
    if not layer.trainable_variables or softmax_over_one(tested, layer):
        return
    known = {id(raw_variable(item.value)) for item, _ in copies}
    variables = [v for v in layer.trainable_variables if id(v.value) not in known]
    largest = _largest_gradients(tested, layer, variables)
    paths = {id(item.value): item for item in iter_reachable(layer) if is_variable(item.value)}
    for variable, size in zip(variables, largest, strict=True):
        if size:
            continue
        item = reachable_variable(variable, paths)
        where, line = locate(tested, layer, item)
        moved = max(output_change(tested, layer, variable.value), 0.0)
        source = tested.source(item.owner) if author_classes(item.owner) else None
        measured = "None" if size is None else f"0 everywhere, with {DRAWS} random inputs"
        evidence = (
            f"Gradient of `{item.path}`: {measured}; adding 1 to it changed the output by "
            f"{moved:.3g}."
        )
        if moved == 0:
            yield Finding(
                code="no-gradient",
                severity="risky",
                where=where,
                wrong=f"The output does not depend on `{item.path}`.",
                happens="It is counted and saved, but it never trains. At most, `fit` warns.",
                evidence=evidence,
                fix=fixes.remove_attribute(source, item.attribute) if line else None,
            )
        else:
            yield Finding(
                code="no-gradient",
                severity="broken",
                where=where,
                wrong=f"The output depends on `{item.path}`, but has no gradient for it.",
                happens="It never trains, and neither do the layers before it.",
                evidence=evidence,
                fix=fixes.pass_gradient_through(source or tested.source(layer)),
            )


def _largest_gradients(
    tested: LayerUnderTest, layer: Any, variables: list[Any]
) -> list[float | None]:
    """Return each variable's largest gradient; 0 if all are zero, None if there is none.

    A weight that starts at zero can hide another's gradient, so noise is added to the weights
    halfway.
    """
    largest: list[float | None] = [None] * len(variables)
    draw = np.random.default_rng(0)
    for turn in range(2 * DRAWS):
        if turn == DRAWS:
            for variable in layer.trainable_variables:
                noise = 0.3 * draw.normal(size=variable.shape).astype("float32")
                variable.assign(variable + tf.cast(noise, variable.dtype))
        training = turn % 2 == 1
        with tf.GradientTape() as tape:
            loss = loss_of(_outputs(tested, layer, turn, training=training), turn)
            losses = [tf.cast(extra, "float32") for extra in layer.losses]
            if losses:
                loss = tf.add_n([*losses, *([loss] if loss is not None else [])])
        if loss is None:
            continue
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        for number, gradient in enumerate(gradients):
            if gradient is None:
                continue
            values = as_array(tf.convert_to_tensor(gradient)).astype("float64")
            size = float(np.abs(np.nan_to_num(values, nan=1.0)).max(initial=0.0))
            largest[number] = max(largest[number] or 0.0, size)
        if all(largest):
            break
    return largest


def _outputs(tested: LayerUnderTest, layer: Any, seed: int, *, training: bool) -> list[Any]:
    inputs = tested.inputs(seed)
    if training and layer._call_has_training_arg:
        return flatten_outputs(tested.call_on(layer, inputs, training=True))
    return flatten_outputs(tested.call_on(layer, inputs))
