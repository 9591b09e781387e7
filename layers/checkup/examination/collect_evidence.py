"""What a layer does when it is trained, saved and loaded: arrays to look at, not claims."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.checkup.evidence import Evidence, VariableShown
from layers.checkup.examination.layer_under_test import (
    Subject,
    as_array,
    attempt,
    own_classes,
    short,
    tensor_of,
)
from layers.checkup.examination.object_graph import held, is_variable
from layers.checkup.probes.variables import missing
from layers.user_code.isolation import untouched

STEPS = 10
RATE = 0.1


def evidence(
    make: Callable[[], Any], shape: tuple[int, ...], registered: Mapping[str, type]
) -> Evidence:
    """Train a layer for ten steps, save it, load it, and return what was seen on the way.

    The loss is the mean squared distance from a fixed random target; the steps are SGD's, over
    ``layer.trainable_variables``, as ``fit`` takes them.

    Args:
        make: returns a fresh layer.
        shape: of its input, batch first.
        registered: classes to register meanwhile.
    """
    with untouched(registered):
        return _watched(Subject(make, shape))


def _watched(subject: Subject) -> Evidence:
    layer = subject.called()
    paths = {id(tensor_of(i.value)): i.path for i in held(layer) if is_variable(i.value)}
    unknown = [(item.path, tensor_of(item.value)) for item in missing(subject, layer)]
    known = [(paths.get(id(v.value), v.path), v.value) for v in layer.weights]
    variables = [(name, tensor, True) for name, tensor in known]
    variables += [(name, tensor, False) for name, tensor in unknown]
    fed = tf.convert_to_tensor(subject.inputs())
    draw = np.random.default_rng(1)
    target = tf.constant(draw.normal(size=layer(fed).shape).astype("float32"))

    def loss_and_tape() -> tuple[Any, tf.GradientTape]:
        with tf.GradientTape(persistent=True) as tape:
            loss = tf.reduce_mean(tf.square(layer(fed) - target))
        return loss, tape

    start = [as_array(tensor.numpy()) for _, tensor, _ in variables]
    gradients = [_gradient(loss_and_tape, tensor) for _, tensor, _ in variables]
    losses, changes = [], []
    optimizer = keras.optimizers.SGD(RATE)
    for step in range(STEPS + 1):
        loss, tape = loss_and_tape()
        losses.append(float(loss))
        moved = [
            as_array(tensor.numpy()) - before if tensor.trainable else np.zeros_like(before)
            for (_, tensor, _), before in zip(variables, start, strict=True)
        ]
        changes.append(np.concatenate([m.ravel() for m in moved]) if moved else np.zeros(0))
        if step == STEPS or not layer.trainable_variables:
            continue
        slopes = tape.gradient(loss, [v.value for v in layer.trainable_variables])
        pairs = zip(slopes, layer.trainable_variables, strict=True)
        optimizer.apply_gradients([(g, v) for g, v in pairs if g is not None])
    before, after, outcome = _reloaded(subject, layer, fed)
    shown = tuple(
        VariableShown(
            name=name,
            known=knows,
            trainable=bool(tensor.trainable),
            values=values.astype("float32"),
            gradient=gradient,
        )
        for (name, tensor, knows), values, gradient in zip(variables, start, gradients, strict=True)
    )
    return Evidence(
        layer=type(layer).__name__,
        variables=shown,
        parameters=sum(int(np.prod(v.shape)) for v in layer.weights),
        losses=tuple(losses),
        changes=np.array(changes, "float32"),
        before=before,
        after=after,
        reload=outcome,
    )


def _gradient(loss_and_tape: Callable, tensor: Any) -> np.ndarray | None:
    loss, tape = loss_and_tape()
    gradient = tape.gradient(loss, tensor) if tensor.trainable else None
    return None if gradient is None else as_array(tf.convert_to_tensor(gradient))


def _reloaded(subject: Subject, layer: Any, fed: Any) -> tuple[np.ndarray, np.ndarray | None, str]:
    """Save the trained layer in a model, load it, and call both on one input."""
    classes = {cls.__name__: cls for inner in layer._flatten_layers() for cls in own_classes(inner)}
    inputs = keras.Input(batch_shape=subject.shape)
    model = keras.Model(inputs, layer(inputs))
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "model.keras")
        model.save(file)
        loaded, error = attempt(lambda: keras.models.load_model(file, custom_objects=classes))
        if error is None:
            reason = ""
        else:
            reason = short(error)
            weights = str(Path(folder) / "model.weights.h5")
            model.save_weights(weights)
            fresh = keras.Model(inputs, subject.new()(inputs))
            _, refused = attempt(lambda: fresh.load_weights(weights))
            loaded = None if refused else fresh
    before = as_array(model(fed)).astype("float32")
    after = as_array(loaded(fed)).astype("float32") if loaded is not None else None
    return before, after, reason
