"""Weights that no gradient reaches: frozen copies, rounding, and weights that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import (
    Subject,
    as_array,
    difference,
    flat,
    is_floating,
    own_classes,
    tensor_of,
)
from layers.checkup.examination.object_graph import Held, held, is_variable
from layers.checkup.probes.places import path_of, place
from layers.checkup.probes.softmax import of_one
from layers.checkup.report import Finding

DRAWS = 3


def frozen_copy(subject: Subject) -> Iterator[Finding]:
    """Look for tensors that were worked out of a weight once, and are used in its place."""
    layer, copies = frozen(subject)
    for item, copy in copies:
        where, _ = place(subject, layer, copy)
        # A copy that a function closes over is no attribute: its owner is the function.
        source = subject.source(copy.owner if own_classes(copy.owner) else layer)
        yield Finding(
            code="frozen-copy",
            severity="broken",
            where=where,
            wrong=f"`{copy.path}` is worked out of `{item.path}` once, and stays as it is.",
            happens=f"`{item.path}` can never train, and `set_weights` has no effect.",
            evidence=f"Gradient of `{item.path}`: None; moving `{item.path}` by 1 changed the "
            "output by 0.",
            fix=fixes.derived_in_call(source, copy.attribute),
        )


def frozen(subject: Subject) -> tuple[Any, list[tuple[Held, Held]]]:
    """Return a layer, and its weights that are read through a copy only, each with the copy."""
    with tf.GradientTape(persistent=True) as tape:
        layer = subject.called()
    items = [item for item in held(layer) if not isinstance(item.value, str)]
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
    weights += [path_of(v, paths) for v in layer.trainable_variables if id(v) not in paths]
    found, seen = [], set()
    for item in weights:
        variable = tensor_of(item.value)
        if id(variable) in seen:
            continue
        seen.add(id(variable))
        if not arrays or not _is_dead(subject, layer, variable):
            continue
        copies = [array for array in arrays if _derived(tape, array.value, variable)]
        copies = copies or _drawn_anew(subject, arrays)
        if copies:
            found.append((item, copies[0]))
    del tape
    return layer, found


def _drawn_anew(subject: Subject, arrays: list[Held]) -> list[Held]:
    """Return NumPy's arrays that another layer has other numbers in: worked out of its weights."""
    other = {item.path: item.value for item in held(subject.called())}
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


def _is_dead(subject: Subject, layer: Any, variable: Any) -> bool:
    with tf.GradientTape() as tape:
        loss = loss_of(subject.call(layer), 0)
    if loss is not None and tape.gradient(loss, variable) is not None:
        return False
    return moved_by(subject, layer, variable) == 0


def moved_by(subject: Subject, layer: Any, variable: Any) -> float:
    """Return how far the output moves when a variable is moved by 1, and put it back."""
    kept = as_array(variable.numpy())
    states = [(v, as_array(v.value.numpy())) for v in layer.variables]
    before = subject.call(layer)
    for other, values in states:
        other.assign(values)
    variable.assign(kept + 1)
    after = subject.call(layer)
    for other, values in states:
        other.assign(values)
    variable.assign(kept)
    return difference(before, after)


def loss_of(outputs: list[Any], seed: int) -> Any:
    """Return a sum of the floating outputs with random factors; None where there are none."""
    draw = np.random.default_rng(seed + 100)
    parts = []
    values = [out.flat_values if isinstance(out, tf.RaggedTensor) else out for out in outputs]
    for output in values:
        if is_floating(output):
            factors = draw.normal(size=output.shape).astype("float32")
            parts.append(tf.reduce_sum(tf.cast(output, "float32") * factors))
    return tf.add_n(parts) if parts else None


def no_gradient(subject: Subject) -> Iterator[Finding]:
    """Measure every weight's gradient, over several inputs and from several weights."""
    layer, copies = frozen(subject)
    if not layer.trainable_variables or of_one(subject, layer):
        return
    known = {id(tensor_of(item.value)) for item, _ in copies}
    variables = [v for v in layer.trainable_variables if id(v.value) not in known]
    largest = _largest_gradients(subject, layer, variables)
    paths = {id(item.value): item for item in held(layer) if is_variable(item.value)}
    for variable, size in zip(variables, largest, strict=True):
        if size:
            continue
        item = path_of(variable, paths)
        where, line = place(subject, layer, item)
        moved = max(moved_by(subject, layer, variable.value), 0.0)
        source = subject.source(item.owner) if own_classes(item.owner) else None
        says = "None" if size is None else f"0 everywhere, over {DRAWS} random inputs"
        evidence = (
            f"Gradient of `{item.path}`: {says}; moving it by 1 changed the output by {moved:.3g}."
        )
        if moved == 0:
            yield Finding(
                code="no-gradient",
                severity="risky",
                where=where,
                wrong=f"Nothing that the layer returns depends on `{item.path}`.",
                happens="It is counted and saved, and never trains; `fit` warns at best.",
                evidence=evidence,
                fix=fixes.removed(source, item.attribute) if line else None,
            )
        else:
            yield Finding(
                code="no-gradient",
                severity="broken",
                where=where,
                wrong=f"The output depends on `{item.path}`, but no gradient comes back from it.",
                happens="It never trains, nor does anything before it on the way.",
                evidence=evidence,
                fix=fixes.straight_through(source or subject.source(layer)),
            )


def _largest_gradients(subject: Subject, layer: Any, variables: list[Any]) -> list[float | None]:
    """Return each variable's largest gradient; 0 where all are zero, None where there is none.

    Zeros of the initialisers may hide a gradient (a product with a zero weight), so the weights
    are shaken as well.
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
            loss = loss_of(_outputs(subject, layer, turn, training=training), turn)
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


def _outputs(subject: Subject, layer: Any, seed: int, *, training: bool) -> list[Any]:
    fed = subject.inputs(seed)
    if training and layer._call_has_training_arg:
        return flat(subject.feed(layer, fed, training=True))
    return flat(subject.feed(layer, fed))
