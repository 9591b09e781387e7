"""Probes of gradients: copies of weights, rounding, and weights that are not used."""

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
    difference,
    flatten_outputs,
    is_floating,
    raw_variable,
)
from layers.checkup.examination.object_graph import Reachable, is_variable, iter_reachable
from layers.checkup.probes.places import locate, reachable_variable
from layers.checkup.probes.softmax import softmax_over_one
from layers.checkup.report import Finding, Fix

DRAWS = 3
RATE = 0.1
"""The learning rate of the training step that shows whether two weights are tied."""
TIED = Fix(
    before="""def build(self, input_shape):
    self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 3))
    self.decoder = self.add_weight(name="decoder", shape=(3, input_shape[-1]))
    self.decoder.assign(tf.transpose(self.kernel))

def call(self, inputs):
    return tf.matmul(tf.matmul(inputs, self.kernel), self.decoder)""",
    after="""def build(self, input_shape):
    self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 3))

def call(self, inputs):
    return tf.matmul(tf.matmul(inputs, self.kernel), self.kernel, transpose_b=True)""",
)


def frozen_copy(tested: LayerUnderTest) -> Iterator[Finding]:
    """Look for tensors that were computed from a weight once and are used in its place."""
    layer, copies = frozen(tested)
    for item, copy in copies:
        where, _ = locate(tested, layer, copy)
        # A copy that a function closes over is no attribute: its owner is the function.
        source = tested.source(copy.owner if author_classes(copy.owner) else layer)
        yield Finding(
            code="frozen-copy",
            severity="broken",
            where=where,
            wrong=f"`{copy.path}` is computed from `{item.path}` once, and never again.",
            happens=f"`{item.path}` never trains, and `set_weights` has no effect.",
            evidence=f"Gradient of `{item.path}`: None; adding 1 to `{item.path}` changed the "
            "output by 0.",
            fix=fixes.derive_in_call(source, copy.attribute),
        )
    yield from untied_copies(tested)


def untied_copies(tested: LayerUnderTest) -> Iterator[Finding]:
    """Look for two weights that start with the same random values and drift apart in training."""
    layer, other = tested.called(), tested.called()
    weights = [v for v in layer.trainable_variables if is_floating(v)]
    if len(weights) < 2 or len(weights) != len(other.trainable_variables):
        return
    start = [as_array(v.value) for v in weights]
    # Values that do not depend on the layer (constants, fixed seeds) are equal without a copy.
    varied = [
        len(values) > 0 and difference([values], [raw_variable(twin).numpy()]) > 0
        for values, twin in zip(start, other.trainable_variables, strict=True)
    ]
    pairs = [
        (one, two, transposed)
        for two in range(len(weights))
        for one in range(two)
        for transposed in (False, True)
        if varied[one] and varied[two] and _same(start[one], start[two], transposed=transposed)
    ]
    if not pairs:
        return
    with tf.GradientTape() as tape:
        loss = loss_of(tested.call(layer), 0)
    gradients = tape.gradient(loss, [v.value for v in weights]) if loss is not None else []
    for variable, gradient in zip(weights, gradients, strict=False):
        if gradient is not None:
            variable.assign_sub(RATE * tf.convert_to_tensor(gradient))
    paths = {id(item.value): item for item in iter_reachable(layer) if is_variable(item.value)}
    for one, two, transposed in pairs:
        left, right = as_array(weights[one].value), as_array(weights[two].value)
        moved = difference([left.T if transposed else left], [right])
        if moved == 0:
            continue
        source_item = reachable_variable(weights[one], paths)
        copy = reachable_variable(weights[two], paths)
        where, _ = locate(tested, layer, copy)
        yield Finding(
            code="untied-copy",
            severity="risky",
            where=where,
            wrong=f"`{copy.path}` starts as a copy of `{source_item.path}`"
            f"{' transposed' if transposed else ''}, and is a separate weight.",
            happens="The two are tied only until the first training step. Then each has values "
            "of its own.",
            evidence=f"A new layer has equal values in both; after one training step they differ "
            f"by up to {moved:.3g}.",
            fix=TIED,
        )
        return


def _same(one: np.ndarray, other: np.ndarray, *, transposed: bool) -> bool:
    if transposed and one.ndim != 2:
        return False
    one = one.T if transposed else one
    return one.shape == other.shape and one.size > 1 and bool((one == other).all())


def frozen(tested: LayerUnderTest) -> tuple[Any, list[tuple[Reachable, Reachable]]]:
    """Return a layer, and its weights that are used only through a copy, each with the copy."""
    with tf.GradientTape(persistent=True) as tape:
        layer = tested.called()
    items = [item for item in iter_reachable(layer) if not isinstance(item.value, str)]
    weights = [
        item
        for item in items
        if is_variable(item.value) and item.value.trainable and is_floating(item.value)
    ]
    arrays = [
        item
        for item in items
        if (tf.is_tensor(item.value) or isinstance(item.value, np.ndarray))
        and not is_variable(item.value)
        and is_floating(item.value)
    ]
    paths = {id(item.value): item for item in weights}
    weights += [
        reachable_variable(v, paths) for v in layer.trainable_variables if id(v) not in paths
    ]
    found, seen = [], set()
    for item in weights:
        variable = raw_variable(item.value)
        if id(variable) in seen:
            continue
        seen.add(id(variable))
        if not arrays or not _is_dead(tested, layer, variable):
            continue
        copies = [array for array in arrays if _derived(tape, array.value, variable)]
        copies = copies or _differs_between_layers(tested, arrays)
        if copies:
            found.append((item, copies[0]))
    del tape
    return layer, found


def _differs_between_layers(tested: LayerUnderTest, arrays: list[Reachable]) -> list[Reachable]:
    """Return the NumPy arrays that differ in another layer: they depend on its random weights."""
    other = {item.path: item.value for item in iter_reachable(tested.called())}
    return [
        item
        for item in arrays
        if isinstance(item.value, np.ndarray)
        and isinstance(other.get(item.path), np.ndarray)
        and difference([item.value], [other[item.path]]) > 0
    ]


def _derived(tape: tf.GradientTape, array: Any, variable: Any) -> bool:
    if isinstance(array, np.ndarray):
        values = as_array(variable.numpy())
        return values.size > 0 and bool(values.any()) and bool(np.isin(values, array).all())
    return tape.gradient(array, variable) is not None


def _is_dead(tested: LayerUnderTest, layer: Any, variable: Any) -> bool:
    with tf.GradientTape() as tape:
        loss = loss_of(tested.call(layer), 0)
    if loss is not None and tape.gradient(loss, variable) is not None:
        return False
    return output_change(tested, layer, variable) == 0


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
