"""One step with every operation of it: the call and its loss, all gradients, the update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from layers.recording.calls import Recorder, listening
from layers.recording.given import clean, unique
from layers.recording.prepare import watch
from layers.training.running.loop import TrainingLoop, dense


@dataclass(eq=False)
class RecordedStep:
    """What ran in one step.

    Attributes:
        recorder: every operation.
        forward: how many of them are of the forward pass.
        named: input tensors by name, the targets among them.
        outputs: the layer's results by name, and the loss.
        gradients: id of a tensor, or of a variable's handle → its gradient.
        loss: before the step.
    """

    recorder: Recorder
    forward: int
    named: dict[str, Any]
    outputs: dict[str, Any]
    gradients: dict[int, Any]
    loss: float


def record_step(loop: TrainingLoop, step: int) -> RecordedStep:
    """Take a step and keep every operation.

    Args:
        loop: in the state before the step.
        step: which, for its rows.
    """
    layer, batch = loop.data.layer, loop.data.batch(step)
    named = dict(batch.passed.tensors)
    for target in batch.targets:
        named[unique("targets", named)] = target
    recorder = Recorder()
    watch(recorder, layer)
    for variable in loop.slots.values():
        recorder.watch(variable.handle, variable.dtype)
    with listening(recorder):
        with tf.GradientTape() as tape:
            for tensor in batch.passed.tensors.values():
                if tensor.dtype.is_floating:
                    tape.watch(tensor)
            outputs, loss = loop.forward(batch)
        forward = len(recorder.calls)
        moved = {name: known.value for name, known in loop.moved.items()}
        sources = _sources(loop, recorder, batch.passed.tensors)
        found = tape.gradient(loss, [*moved.values(), *sources.values()])
        own = dict(zip(moved, found, strict=False))
        rest = [dense(gradient) for gradient in found[len(moved) :]]
        ids = [*(id(variable.handle) for variable in moved.values()), *sources]
        gradients = dict(zip(ids, [*(dense(g) for g in own.values()), *rest], strict=True))
        loop.apply(own)
    ends: dict[str, Any] = {}
    for path, leaf in keras.tree.flatten_with_path(outputs):
        if leaf is not None:
            keys = [str(key) for key in path if isinstance(key, str)]
            ends[unique(clean("_".join(keys)) if keys else "outputs", ends)] = leaf
    ends[unique("loss", ends)] = loss
    known = {key: g for key, g in gradients.items() if g is not None}
    return RecordedStep(recorder, forward, named, ends, known, float(loss))


def _sources(loop: TrainingLoop, recorder: Recorder, inputs: Mapping[str, Any]) -> dict[int, Any]:
    """Return all that may have a gradient, by id: tensors, and variables that are not moved."""
    moved = {id(variable.value) for variable in loop.moved.values()}
    found = {
        id(known.variable.handle): known.variable
        for known in loop.variables.values()
        if id(known.variable) not in moved and known.variable.dtype.is_floating
    }
    made = [tensor for call in recorder.calls for tensor in call.outputs]
    for tensor in (*inputs.values(), *made):
        if isinstance(tensor, tf.Tensor) and tensor.dtype.is_floating:
            found[id(tensor)] = tensor
    return found
