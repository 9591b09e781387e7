"""One layer of a network at work on one input: maps in, maps out, and one cell by hand."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

from layers import images
from layers.feature_maps import Activation, Maps
from layers.fields import BadInputError
from layers.network import Live, Source, live, run
from layers.steps import ACTIVATIONS
from layers.steps_conv import Conv2D, Dense, Flatten, MaxPool2D, Op, written
from layers.stock import Call

MAXIMUM_CELLS = 2**16
"""Cells of one layer's maps that are sent; larger maps are averaged over squares."""


def activate(
    source: Source, path: str, fed: str | np.ndarray, *, seed: int, cell: tuple[int, ...]
) -> Activation:
    """Feed a network, and return what one layer made of it.

    Args:
        source: the network.
        path: the layer's.
        fed: one of ``layers.images.FEEDS``, or an array.
        seed: of normal numbers.
        cell: of the output, without the batch; as far as it goes, cut to the output's size.

    Raises:
        BadInputError: a network that cannot be fed, or a layer that is no step of it.
    """
    network = live(source)
    call, made, given = _ran(network, path, fed, seed)
    inputs, outputs = made[call.feeds[0]], made[call.name]
    layer = network.layers[path]
    at = _cut(cell, outputs.shape[1:])
    op = _by_hand(layer)
    arithmetic, difference = None, math.nan
    if op is not None and len(call.feeds) == 1:
        held = _weights(layer)
        wide = inputs.astype("float64")
        arithmetic = op.terms((0, *at), wide, *held)
        redone = op.evaluate(wide, *(w.astype("float64") for w in held))
        difference = float(np.max(np.abs(redone - outputs), initial=0.0))
    return Activation(
        fed=maps(given),
        inputs=maps(inputs),
        outputs=maps(outputs),
        arithmetic=arithmetic,
        written=written(arithmetic) if arithmetic else "",
        computed=float(outputs[(0, *at)]) if outputs.size else math.nan,
        difference=difference,
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
    if values.ndim == 3:
        values = values.transpose(2, 0, 1)
    else:
        wide = values.shape[-1] if values.ndim else 1
        values = values.reshape(1, -1, wide) if values.size else np.zeros((1, 0, 0), "float32")
    block = 1
    while values.size / block**2 > MAXIMUM_CELLS and max(values.shape[1:]) > block:
        block += 1
    if block > 1:
        size = [-(-length // block) for length in values.shape[1:]]
        padded = np.full((len(values), size[0] * block, size[1] * block), np.nan, "float32")
        padded[:, : values.shape[1], : values.shape[2]] = values
        cut = padded.reshape(len(values), size[0], block, size[1], block)
        values = np.nanmean(cut, axis=(2, 4), dtype="float64").astype("float32")
    values.setflags(write=False)
    return Maps(values=values, shape=tuple(shape), block=block)


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


def _by_hand(layer: Any) -> Op | None:
    """Return the layer's operation, where it is one that is redone by hand."""
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if activation not in ACTIVATIONS:
        return None
    if type(layer) is keras.layers.Conv2D:
        if layer.groups != 1 or tuple(layer.dilation_rate) != (1, 1):
            return None
        return Conv2D(tuple(layer.strides), layer.padding, activation)
    if type(layer) is keras.layers.MaxPooling2D:
        return MaxPool2D(tuple(layer.pool_size), tuple(layer.strides), layer.padding)
    if type(layer) is keras.layers.Flatten:
        return Flatten()
    if type(layer) is keras.layers.Dense:
        return Dense(activation)
    return None


def _weights(layer: Any) -> list[np.ndarray]:
    """Return kernel and bias, zeros where there is none; nothing of layers without weights."""
    held = [weight.numpy() for weight in layer.weights]
    if len(held) == 1:
        held.append(np.zeros(held[0].shape[-1], "float32"))
    return held
