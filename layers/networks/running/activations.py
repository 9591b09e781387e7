"""One layer of a network at work on one input: maps in, maps out, and one cell by hand."""

from __future__ import annotations

import math
import warnings
from typing import Any

import keras
import numpy as np

from layers.arithmetic import arithmetic
from layers.inputs import images
from layers.inputs.cells import Cell
from layers.inputs.fields import BadInputError
from layers.model_files.planes import LONG, SIDE
from layers.networks.feature_maps import AXES, Activation, Maps, Window
from layers.networks.running.runnable import Live, Source, live, run
from layers.networks.running.stock import Call
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
    source: Source, path: str, fed: str | np.ndarray, *, seed: int, cell: tuple[int, ...]
) -> Activation:
    """Feed a network, and return what one layer made of it.

    Args:
        source: the network.
        path: the layer's.
        fed: one of ``layers.inputs.images.FEEDS``, or an array.
        seed: of normal numbers.
        cell: of the output, without the batch; as far as it goes, cut to the output's size.

    Raises:
        BadInputError: a network that cannot be fed, or a layer that is no step of it.
    """
    network = live(source)
    call, made, given = _ran(network, path, fed, seed)
    inputs, outputs = made[call.feeds[0]], made[call.name]
    at = _cut(cell, outputs.shape[1:])
    ops = _by_hand(network.layers[path]) if len(call.feeds) == 1 else ()
    trace = _trace(ops, network.layers[path], inputs, outputs)
    return Activation(
        fed=maps(given),
        inputs=maps(inputs),
        outputs=maps(outputs),
        cell=at,
        steps=trace.steps,
        shapes={name: tensor.values.shape for name, tensor in trace.tensors.items()},
        window=_window(trace, (0, *at)) if ops and outputs.size else None,
        computed=float(outputs[(0, *at)]) if outputs.size else math.nan,
        difference=trace.disagreement() if ops else math.nan,
    )


def output(source: Source, path: str, fed: str | np.ndarray, *, seed: int) -> np.ndarray:
    """Return all that one layer made of an input; arguments and errors as ``activate``."""
    call, made, _ = _ran(live(source), path, fed, seed)
    return made[call.name]


def _ran(
    network: Live, path: str, fed: str | np.ndarray, seed: int
) -> tuple[Call, dict[str, np.ndarray], np.ndarray]:
    """Return a layer's call, all outputs by name, and the first input."""
    call = next((call for call in network.calls if call.name == path), None)
    if call is None or not call.feeds:
        raise BadInputError(
            "Nothing can be shown of this layer: expected one that computes. Received "
            f"{path[:60]!r}, which is a model or an input. Choose a layer below it."
        )
    given = tuple(
        images.feed(shape, fed if at == 0 else "normal", seed, _tokens(network, at))
        for at, shape in enumerate(network.input_shapes)
    )
    return call, run(network, given), given[0]


def maps(tensor: np.ndarray) -> Maps:
    """Return a tensor as pictures, averaged where it is large."""
    shape = tensor.shape[1:]
    values = tensor[0].astype("float32")
    block = (1, 1)
    if not values.size:
        values = np.zeros((1, 0, 0), "float32")
    elif sum(length > 1 for length in shape) <= 1:
        values = values.reshape(1, 1, -1)
        block = (1, -(-values.size // LONG))
    elif values.ndim != 3:
        values = values.reshape(1, -1, shape[-1])
        block = (-(-values.shape[1] // SIDE), -(-values.shape[2] // SIDE))
    else:
        values = values.transpose(2, 0, 1)
        side = 1
        while values.size / side**2 > MAXIMUM_CELLS and max(values.shape[1:]) > side:
            side += 1
        block = (side, side)
    if block != (1, 1):
        values = _averaged(values, block)
    values.setflags(write=False)
    return Maps(values=values, shape=tuple(shape), block=block)


def _averaged(values: np.ndarray, block: tuple[int, int]) -> np.ndarray:
    """Return the means of blocks; those at the far edges may be smaller."""
    size = [-(-length // side) for length, side in zip(values.shape[1:], block, strict=True)]
    padded = np.full((len(values), size[0] * block[0], size[1] * block[1]), np.nan, "float32")
    padded[:, : values.shape[1], : values.shape[2]] = values
    cut = padded.reshape(len(values), size[0], block[0], size[1], block[1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a block of nothing but NaN is NaN
        return np.nanmean(cut, axis=(2, 4), dtype="float64").astype("float32")


def _cut(cell: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    filled = (*cell, *(0 for _ in shape))[: len(shape)]
    return tuple(min(max(0, at), max(0, n - 1)) for at, n in zip(filled, shape, strict=True))


def _tokens(network: Live, position: int) -> int | None:
    """Return how many words an input has, where an embedding takes it."""
    names = [call.name for call in network.calls if call.config.class_name == "InputLayer"]
    name = names[position] if names else ""
    for call in network.calls:
        if name in call.feeds and isinstance(network.layers.get(call.path), keras.layers.Embedding):
            return int(network.layers[call.path].input_dim)
    return None


def _by_hand(layer: Any) -> tuple[tuple[Op, str], ...]:
    """Return what a layer does, each with the weight that it takes; empty where it is not known."""
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
    """Return one layer's run as Explore has it: the tensors, and the steps between them."""
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


def _window(trace: Trace, index: tuple[int, ...]) -> Window:
    """Return what made an output's cell: its first step looks at a window of the layer's input."""
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
    return Window(block=block, shape=(height, width, channels), worked=tuple(worked))
