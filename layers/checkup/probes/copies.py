"""The probe of copies of weights: computed once, or made once and trained apart."""

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
    is_floating,
    raw_variable,
)
from layers.checkup.examination.measurements import loss_of, output_change
from layers.checkup.examination.object_graph import Reachable, is_variable, iter_reachable
from layers.checkup.probes.places import locate, reachable_variable
from layers.checkup.report import Finding, Fix

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
    yield from untied_copies(tested, layer)


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


def untied_copies(tested: LayerUnderTest, layer: Any) -> Iterator[Finding]:
    """Look for two weights that start with the same random values and drift apart in training."""
    weights = [v for v in layer.trainable_variables if is_floating(v)]
    start = [as_array(v.value) for v in weights]
    pairs = [
        (one, two, transposed)
        for two in range(len(weights))
        for one in range(two)
        for transposed in (False, True)
        if _same(start[one], start[two], transposed=transposed)
    ]
    if not pairs:
        return
    # Values that are equal in every layer (constants, fixed seeds) need no copy to be equal.
    others = [v for v in tested.called().trainable_variables if is_floating(v)]
    if len(others) != len(weights):
        return
    varied = [
        difference([values], [as_array(other.value)]) > 0
        for values, other in zip(start, others, strict=True)
    ]
    pairs = [pair for pair in pairs if varied[pair[0]] and varied[pair[1]]]
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
