"""One run of a layer, as arrays: every value here comes from TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.catalog.spec import LayerSpec
from layers.inputs.cells import Edit
from layers.inputs.description import SEED, Values
from layers.inputs.fields import BadInputError
from layers.inputs.sources import SOURCES, Source, check_size, spell
from layers.runs.build import build
from layers.runs.edits import put
from layers.steps import (
    Accumulate,
    Activation,
    AddBias,
    MatMul,
    Multiply,
    Op,
    Repeat,
    Return,
    SumOverBatch,
)
from layers.steps_conv import Conv2D, Flatten, MaxPool2D
from layers.trace import Role, Step, Tensor, Trace

TENSORFLOW: dict[type[Op], Callable[..., tf.Tensor]] = {
    MatMul: lambda _, left, right: tf.tensordot(left, right, axes=[[-1], [0]]),
    AddBias: lambda _, values, bias: values + bias,
    Multiply: lambda _, left, right: left * right,
    Repeat: lambda op, stored: tf.repeat(stored, op.times, axis=-1 if stored.shape.rank else None),
    Activation: lambda op, values: keras.activations.get(op.name)(values),
    SumOverBatch: lambda _, values: tf.reduce_sum(values, axis=0),
    Accumulate: lambda _, before, added: before + added,
    Return: lambda _, values: values,
    Conv2D: lambda op, values, kernel: tf.nn.conv2d(values, kernel, op.strides, op.padding.upper()),
    MaxPool2D: lambda op, values: tf.nn.max_pool2d(values, op.size, op.strides, op.padding.upper()),
    Flatten: lambda _, values: tf.reshape(values, (len(values), -1)),
}
"""How TensorFlow does each operation: for the tensors between a layer's input and its output."""


def run(
    spec: LayerSpec,
    values: Values,
    *,
    batch: int | None = None,
    seed: int = 0,
    source: str | np.ndarray = "example",
    constant: float = 1.0,
    edits: Sequence[Edit] = (),
) -> Trace:
    """Build a layer, feed it, and return what the run leaves.

    Args:
        spec: which layer.
        values: its fields; what is left out is the default.
        batch: rows at once; None for the layer's default.
        seed: of the weights and of the input.
        source: ``"example"`` (the layer's own), a name of ``sources.SOURCES``, or an array.
        constant: the number for ``source="constant"``.
        edits: numbers put into cells of the input and of stored weights.

    Raises:
        BadInputError: a value that does not fit its field, a size over the limit, or an edit of
            what is not there or not stored.
        MismatchError: an array that does not fit the layer.
        ValueError: values that the layer itself refuses.
    """
    layer, batches = prepare(spec, values, batch=batch, seed=seed, source=source, constant=constant)
    _, refused = put(spec, layer, batches, edits)
    if refused:
        raise BadInputError(refused[0])
    return trace(spec, layer, batches)


def prepare(
    spec: LayerSpec,
    values: Values,
    *,
    batch: int | None,
    seed: int,
    source: str | np.ndarray,
    constant: float,
) -> tuple[keras.layers.Layer, list[np.ndarray]]:
    """Return the unbuilt layer and its input of every call; sizes are refused before allocation."""
    checked, seed = spec.check(values), SEED.parse(seed)
    if isinstance(source, np.ndarray):
        spec.check_array(source.shape, checked)
        shape = source.shape
    else:
        shape = spec.full_shape(checked, batch)
    check_size("input", shape)
    layer = spec.build(checked, seed)
    if not spec.module:  # an author's own layer may not say
        check_size("output", tuple(layer.compute_output_shape(shape)))
    calls = range(checked.get("calls", 1))
    if isinstance(source, np.ndarray):
        return layer, [source.astype("float32") for _ in calls]
    maker = source_of(spec, source)
    return layer, [maker.make(shape, seed + call, constant) for call in calls]


def source_of(spec: LayerSpec, name: str) -> Source:
    """Return the named input: the layer's own for ``"example"``, else one of ``SOURCES``."""
    if name == "example":
        return spec.example_input
    if name in SOURCES:
        return SOURCES[name]
    raise BadInputError(
        f"The input cannot be made: expected example, {', '.join(SOURCES)} or an array. "
        f"Received {name[:60]!r}. Pick one of these."
    )


def trace(spec: LayerSpec, layer: Any, batches: Sequence[np.ndarray]) -> Trace:
    """Call a layer once for each batch, and return the tensors and steps of the last call."""
    inputs = tf.convert_to_tensor(batches[-1])
    build(spec, layer, tuple(inputs.shape))
    weights = spec.weights(layer)
    state = [weight for weight in weights if weight.role == "state"]
    history = []
    for earlier in batches[:-1]:
        layer(earlier)
        history += [weight.variable.numpy().copy() for weight in state]
    axes = spec.input_axes(inputs.shape.rank)
    tensors = {"inputs": Tensor(values=inputs.numpy().copy(), axes=axes, role="input", symbol="X")}
    for weight in weights:
        before = "_{\\mathrm{before}}" if weight.role == "state" else ""
        tensors[weight.name + ("_before" if before else "")] = Tensor(
            values=weight.variable.numpy().copy(),
            axes=weight.axes,
            role=weight.role,
            symbol=weight.symbol + before,
        )
    outputs = layer(inputs).numpy().copy()
    own = {weight.name: weight.variable.numpy().copy() for weight in state} | {"outputs": outputs}
    history += [own[weight.name] for weight in state]
    steps = spec.steps(layer, axes)
    follow(steps, tensors, own)
    if not steps:  # an author's own layer, of which only the ends are known
        tensors["outputs"] = _end(outputs, tensors["inputs"])
    return Trace(tensors=tensors, steps=steps, history=np.array(history) if state else None)


def follow(
    steps: Sequence[Step], tensors: dict[str, Tensor], own: Mapping[str, np.ndarray]
) -> None:
    """Add each step's result to the tensors: the layer's own, or TensorFlow's of the operands."""
    for step in steps:
        tensors[step.result] = Tensor(
            values=own[step.result] if step.result in own else _redo(step, tensors),
            axes=step.axes,
            role=_role(step, tensors, own),
            symbol=step.symbol,
        )


def _end(outputs: np.ndarray, inputs: Tensor) -> Tensor:
    axes = inputs.axes
    if outputs.shape != inputs.values.shape:
        same = outputs.ndim == len(axes)
        axes = (*axes[:-1], "units") if same else tuple(f"axis {i}" for i in range(outputs.ndim))
    return Tensor(values=outputs, axes=axes, role="output", symbol="H")


def _role(step: Step, tensors: Mapping[str, Tensor], own: Mapping[str, np.ndarray]) -> Role:
    if step.result == "outputs":
        return "output"
    if step.result in own:
        return "state"
    return tensors[step.operands[0]].role if step.op.copies else "intermediate"


def _redo(step: Step, tensors: Mapping[str, Tensor]) -> np.ndarray:
    operands = [tf.convert_to_tensor(tensors[name].values) for name in step.operands]
    result = TENSORFLOW[type(step.op)](step.op, *operands)
    if result.shape.rank != len(step.axes):
        raise ValueError(
            f"The step to {step.result} cannot be shown: expected the axes {step.axes}. Received "
            f"the shape {spell(tuple(result.shape))}. Mend the layer's steps."
        )
    return result.numpy()
