"""Trains, saves and loads a layer, and keeps the measurements for the page."""

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
    LayerUnderTest,
    as_array,
    attempt,
    author_classes,
    raw_variable,
    summarize_error,
)
from layers.checkup.examination.object_graph import is_variable, iter_reachable
from layers.checkup.probes.variables import find_untracked
from layers.recording.owners import owned
from layers.training import train
from layers.user_code.isolation import isolated

STEPS = 10
RATE = 0.1


def collect_evidence(
    make: Callable[[], Any], shape: tuple[int, ...], registered: Mapping[str, type]
) -> Evidence:
    """Train a layer for ten steps, save it, load it, and return the measurements.

    The loss is the mean squared distance from a fixed random target. SGD trains
    ``layer.trainable_variables``, as ``fit`` does; see ``layers.training.train``.

    Args:
        make: returns a new layer.
        shape: the input's shape, batch first.
        registered: serializable classes to register meanwhile, by registered name.

    Raises:
        Exception: whatever the layer raises.
    """
    with isolated(registered):
        return _collect(LayerUnderTest(make, shape))


def _collect(tested: LayerUnderTest) -> Evidence:
    layer = tested.called()
    reachable = [item for item in iter_reachable(layer) if is_variable(item.value)]
    paths = {id(raw_variable(item.value)): item.path for item in reachable}
    tracked = [(paths.get(id(v.value), v.path), v.value, True) for v in layer.weights]
    untracked = [
        (item.path, raw_variable(item.value), False) for item in find_untracked(tested, layer)
    ]
    variables = tracked + untracked
    inputs = tf.convert_to_tensor(tested.inputs())
    draw = np.random.default_rng(1)
    target = draw.normal(size=layer(inputs).shape).astype("float32")

    def numbers() -> np.ndarray:
        """Return every number that is declared trainable; of the others zeros."""
        return np.concatenate(
            [np.zeros(0)]
            + [
                as_array(tensor.numpy()).ravel() if tensor.trainable else np.zeros(values.size)
                for (_, tensor, _), values in zip(variables, start, strict=True)
            ]
        )

    start = [as_array(tensor.numpy()) for _, tensor, _ in variables]
    slopes = _untracked_gradients(layer, inputs, target, [tensor for _, tensor, _ in untracked])
    states = [numbers()]
    history = train(
        layer,
        inputs,
        target,
        steps=STEPS,
        learning_rate=RATE,
        training=False,
        progress=lambda *_: states.append(numbers()),
    )
    losses = list(history.losses)
    if history.steps == STEPS:  # else the loss became NaN, or a later call failed
        losses += list(
            train(layer, inputs, target, steps=1, learning_rate=0, training=False).losses
        )
    changes = [state - states[0] for state in states[: len(losses)]]
    names = zip(owned(layer).values(), history.weights, strict=True)
    known = {id(own.variable): history.gradients.get(name) for own, name in names}
    of_weights = [known.get(id(tensor)) for _, tensor, _ in tracked]
    gradients = [None if each is None else each[0] for each in of_weights] + slopes
    before, after, reload_error = _reload(tested, layer, inputs)
    shown = tuple(
        VariableShown(
            name=name,
            known=is_tracked,
            trainable=bool(tensor.trainable),
            values=values.astype("float32"),
            gradient=gradient,
        )
        for (name, tensor, is_tracked), values, gradient in zip(
            variables, start, gradients, strict=True
        )
    )
    return Evidence(
        layer=type(layer).__name__,
        variables=shown,
        parameters=sum(int(np.prod(v.shape)) for v in layer.weights),
        losses=tuple(map(float, losses)),
        changes=np.array(changes, "float32"),
        before=before,
        after=after,
        reload=reload_error,
    )


def _untracked_gradients(
    layer: Any, inputs: Any, target: np.ndarray, tensors: list[Any]
) -> list[np.ndarray | None]:
    """Return what training does not look at: the gradients of variables that Keras does not track.

    None for one without.
    """
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(layer(inputs) - target))
    wanted = [tensor for tensor in tensors if tensor.trainable]
    found = dict(zip(map(id, wanted), tape.gradient(loss, wanted), strict=True))
    gradients = [found.get(id(tensor)) for tensor in tensors]
    return [None if g is None else as_array(tf.convert_to_tensor(g)) for g in gradients]


def _reload(
    tested: LayerUnderTest, layer: Any, inputs: Any
) -> tuple[np.ndarray, np.ndarray | None, str]:
    """Save the trained layer in a model, load it, and call both on one input.

    Returns:
        The outputs before and after, and the error that kept the file from being loaded.
    """
    classes = {
        cls.__name__: cls for inner in layer._flatten_layers() for cls in author_classes(inner)
    }
    symbolic = keras.Input(batch_shape=tested.shape)
    model = keras.Model(symbolic, layer(symbolic))
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "model.keras")
        model.save(file)
        loaded, error = attempt(lambda: keras.models.load_model(file, custom_objects=classes))
        if error is None:
            reason = ""
        else:
            reason = summarize_error(error)
            weights = str(Path(folder) / "model.weights.h5")
            model.save_weights(weights)
            fresh = keras.Model(symbolic, tested.new()(symbolic))
            _, weights_error = attempt(lambda: fresh.load_weights(weights))
            loaded = None if weights_error else fresh
    before = as_array(model(inputs)).astype("float32")
    after = as_array(loaded(inputs)).astype("float32") if loaded is not None else None
    return before, after, reason
