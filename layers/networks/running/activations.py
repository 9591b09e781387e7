"""One layer's input and output in a network run on one input, and the arithmetic of one cell."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

from block_reduction import block_size, reduce_blocks
from layers.arithmetic import arithmetic
from layers.inputs import images
from layers.inputs.cells import Cell
from layers.inputs.fields import BadInputError
from layers.model_files.planes import LONG, SIDE
from layers.networks.feature_maps import AXES, Activation, Maps, ReceptiveField
from layers.networks.running.runnable import RunnableModel, Source, run, runnable_model
from layers.networks.running.wiring import Call
from layers.runs.run import follow
from layers.steps import ACTIVATIONS, AddBias, MatMul, Op
from layers.steps import Activation as Function
from layers.steps_conv import Conv2D, Flatten, MaxPool2D
from layers.trace import Role, Step, Tensor, Trace

MAXIMUM_CELLS = 2**16
"""Cells of one layer's maps that are sent; larger maps are averaged over squares."""
MAXIMUM_TERMS = 2**16
"""Terms of one cell that are worked out one by one."""


def activate(
    source: Source, path: str, feed: str | np.ndarray, *, seed: int, cell: tuple[int, ...]
) -> Activation:
    """Run a network on an input, and return one layer's input and output.

    Args:
        source: the network.
        path: the layer's.
        feed: one of ``layers.inputs.images.FEEDS``, or an array.
        seed: of normal numbers.
        cell: an index of the output, without the batch; cut to the output's shape.

    Raises:
        BadInputError: a network that cannot be run, or a layer without a call in it.
    """
    network = runnable_model(source)
    call, made, network_input = _ran(network, path, feed, seed)
    inputs, outputs = made[call.inputs[0]], made[call.name]
    at = _cut(cell, outputs.shape[1:])
    ops = _by_hand(network.layers[path]) if len(call.inputs) == 1 else ()
    trace = _trace(ops, network.layers[path], inputs, outputs)
    return Activation(
        network_input=maps(network_input),
        inputs=maps(inputs),
        outputs=maps(outputs),
        cell=at,
        steps=trace.steps,
        shapes={name: tensor.values.shape for name, tensor in trace.tensors.items()},
        field=_receptive_field(trace, (0, *at)) if ops and outputs.size else None,
        computed=float(outputs[(0, *at)]) if outputs.size else math.nan,
        difference=trace.disagreement() if ops else math.nan,
    )


def output(source: Source, path: str, feed: str | np.ndarray, *, seed: int) -> np.ndarray:
    """Return one layer's whole output, batch first; arguments and errors as ``activate``."""
    call, made, _ = _ran(runnable_model(source), path, feed, seed)
    return made[call.name]


def _ran(
    network: RunnableModel, path: str, feed: str | np.ndarray, seed: int
) -> tuple[Call, dict[str, np.ndarray], np.ndarray]:
    """Return a layer's call, all outputs by name, and the first input."""
    call = next((call for call in network.calls if call.name == path), None)
    if call is None or not call.inputs:
        raise BadInputError(
            "Nothing can be shown of this layer: expected one that computes. Received "
            f"{path[:60]!r}, which is a model or an input. Choose a layer within it."
        )
    arrays = tuple(
        images.feed(shape, feed if at == 0 else "normal", seed, _tokens(network, at))
        for at, shape in enumerate(network.input_shapes)
    )
    return call, run(network, arrays), arrays[0]


def maps(tensor: np.ndarray) -> Maps:
    """Return a tensor of a batch of one as pictures, averaged over blocks where it is large."""
    shape = tensor.shape[1:]
    values = tensor[0].astype("float32")
    block = (1, 1)
    if not values.size:
        values = np.zeros((1, 0, 0), "float32")
    elif sum(length > 1 for length in shape) <= 1:
        values = values.reshape(1, 1, -1)
        block = block_size((1, values.size), (1, LONG))
    elif values.ndim != 3:
        values = values.reshape(1, -1, shape[-1])
        block = block_size((values.shape[1], values.shape[2]), (SIDE, SIDE))
    else:
        values = values.transpose(2, 0, 1)
        side = 1
        while values.size / side**2 > MAXIMUM_CELLS and max(values.shape[1:]) > side:
            side += 1
        block = (side, side)
    if block != (1, 1):
        values = reduce_blocks(values, block, ["mean"])["mean"]
    values.setflags(write=False)
    return Maps(values=values, shape=tuple(shape), block=block)


def _cut(cell: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    filled = (*cell, *(0 for _ in shape))[: len(shape)]
    return tuple(min(max(0, at), max(0, n - 1)) for at, n in zip(filled, shape, strict=True))


def _tokens(network: RunnableModel, position: int) -> int | None:
    """Return the vocabulary's size of an input that an embedding takes; None for other inputs."""
    names = [call.name for call in network.calls if call.config.class_name == "InputLayer"]
    name = names[position] if names else ""
    for call in network.calls:
        if name in call.inputs and isinstance(
            network.layers.get(call.path), keras.layers.Embedding
        ):
            return int(network.layers[call.path].input_dim)
    return None


def _by_hand(layer: Any) -> tuple[tuple[Op, str], ...]:
    """Return a layer's operations, each with its weight; empty where they are not known."""
    if type(layer) is keras.layers.MaxPooling2D:
        return ((MaxPool2D(tuple(layer.pool_size), tuple(layer.strides), layer.padding), ""),)
    if type(layer) is keras.layers.Flatten:
        return ((Flatten(), ""),)
    if type(layer) is keras.layers.Conv2D:
        if layer.groups != 1 or tuple(layer.dilation_rate) != (1, 1):
            return ()
        product: Op = Conv2D(tuple(layer.strides), layer.padding)
    elif type(layer) is keras.layers.Dense:
        product = MatMul()
    else:
        return ()
    name = layer.activation.__name__
    if name not in ACTIVATIONS:
        return ()
    bias = ((AddBias(), "bias"),) if layer.use_bias else ()
    function = ((Function(name), ""),) if name != "linear" else ()
    return ((product, "kernel"), *bias, *function)


def _trace(
    ops: tuple[tuple[Op, str], ...], layer: Any, inputs: np.ndarray, outputs: np.ndarray
) -> Trace:
    """Return one layer's run as a trace: its tensors, and the steps between them."""
    tensors = {"inputs": _tensor(inputs.astype(outputs.dtype), "input", "X")}
    if not ops:
        return Trace(tensors=tensors | {"outputs": _tensor(outputs, "output", "H")}, steps=())
    steps, before = [], "inputs"
    for place, (op, weight) in enumerate(ops):
        result = "outputs" if place == len(ops) - 1 else ("products", "sums")[place]
        if weight:
            tensors[weight] = _tensor(getattr(layer, weight).numpy(), "weight", weight)
        operands = (before, weight) if weight else (before,)
        steps.append(Step(op, operands, result, _words(outputs), result))
        before = result
    follow(steps, tensors, {"outputs": outputs})
    return Trace(tensors=tensors, steps=tuple(steps))


def _tensor(values: np.ndarray, role: Role, symbol: str) -> Tensor:
    return Tensor(values=values, axes=_words(values), role=role, symbol=symbol)


def _words(values: np.ndarray) -> tuple[str, ...]:
    return AXES.get(values.ndim, tuple(f"axis {axis}" for axis in range(values.ndim)))


def _receptive_field(trace: Trace, index: tuple[int, ...]) -> ReceptiveField:
    """Return the part of the layer's input that a cell of its output depends on."""
    first, last = trace.steps[0], trace.steps[-1]
    shapes = [trace[operand].shape for operand in first.operands]
    block = first.op.sources(index, *shapes)[0]
    if isinstance(first.op, Conv2D):
        height, width, channels = shapes[1][:3]  # with the padding, as the filter is
    elif isinstance(first.op, MaxPool2D):
        height, width, channels = (piece.stop - piece.start for piece in block[1:])
    else:
        height, width, channels = 1, math.prod(piece.stop - piece.start for piece in block), 1
    worked = []
    if height * width * channels <= MAXIMUM_TERMS:
        worked = [arithmetic(trace, Cell("outputs", index))]
        if worked[0].terms and worked[0].terms.own is not None:
            worked.insert(0, arithmetic(trace, Cell(last.operands[0], index)))
    return ReceptiveField(block=block, shape=(height, width, channels), worked=tuple(worked))
