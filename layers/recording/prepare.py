"""Builds a layer before it is recorded, so that the recording is of a call and of nothing else."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import keras
import tensorflow as tf

from layers.recording.calls import Recorder, assigns, listening
from layers.recording.given import Given
from layers.recording.owners import owned, sublayers


def prepare(layer: Any, given: Given, *, training: bool) -> None:
    """Build the layer and all layers in it, and leave its state as it is.

    Tried in this order: a call with symbols in place of numbers, ``build`` with the shape, and a
    real call after which every variable is put back. What cannot be built in any of these ways is
    left to the recorded call, which fails in the same way and says how.
    """
    # An author's layer may raise anything at all; each way but the last has one after it.
    if not _built(layer):
        with suppress(Exception):
            symbols = keras.tree.map_structure(_symbol, (given.arguments, dict(given.keywords)))
            replace(given, arguments=symbols[0], keywords=symbols[1]).call(layer, training=training)
    if not layer.built and given.arguments:
        with suppress(Exception):
            shapes = keras.tree.map_structure(lambda leaf: tuple(leaf.shape), given.arguments[0])
            layer.build(shapes)
    if not _built(layer):
        with suppress(Exception):
            call_and_put_back(layer, given, training=training)


def call_and_put_back(layer: Any, given: Given, *, training: bool) -> None:
    """Call the layer, then set every variable to what it was before, or at its start."""
    recorder = Recorder()
    watch(recorder, layer)
    try:
        with listening(recorder):
            given.call(layer, training=training)
    finally:
        starts = dict(recorder.values)
        for call in recorder.calls:
            start = starts.pop(id(call.inputs[0]), None) if assigns(call.op_type) else None
            if start is not None:
                tf.raw_ops.AssignVariableOp(resource=call.inputs[0], value=start)


def watch(recorder: Recorder, layer: Any) -> None:
    """Let a recorder know the present value of every variable of the layer."""
    for known in owned(layer).values():
        recorder.watch(known.variable.handle, known.variable.dtype)


def _built(layer: Any) -> bool:
    return all(inner.built for _, _, inner in sublayers(layer))


def _symbol(leaf: Any) -> Any:
    if not isinstance(leaf, tf.Tensor):
        return leaf
    return keras.KerasTensor(tuple(leaf.shape), keras.backend.standardize_dtype(leaf.dtype))
