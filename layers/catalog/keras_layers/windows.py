"""Keras's convolution and pooling layers."""

from __future__ import annotations

from typing import Any

from layers.catalog.keras_layers.line import Line, Pick, Range, Table, line, tensor

_STEPS = tensor("batch time channels", 1, 8, 2)
_IMAGE = tensor("batch rows columns channels", 1, 6, 6, 1)
_VOLUME = tensor("batch depth rows columns channels", 1, 3, 4, 4, 1, longest=512)
_PLACES = {1: _STEPS, 2: _IMAGE, 3: _VOLUME}
_SMALL = {
    1: tensor("batch time channels", 1, 4, 1),
    2: tensor("batch rows columns channels", 1, 3, 3, 1),
    3: tensor("batch depth rows columns channels", 1, 2, 2, 2, 1, longest=512),
}
_CHANNELS = {1: _STEPS, 2: tensor("batch rows columns channels", 1, 4, 4, 2)}
"""More channels than one, as each has a window of its own."""
_WORDS = {1: "time", 2: "an image", 3: "a volume"}
_CAUSAL = Pick(("valid", "same", "causal"))


def _along(rank: int, size: int, high: int) -> Any:
    return Range(size, 1, high) if rank == 1 else (size,) * rank


def _convolution(rank: int, kind: str, summary: str, **more: Any) -> Line:
    stem, transposed = kind.partition("Transpose")[0], kind.endswith("Transpose")
    arguments: dict[str, Any] = {
        "kernel_size": _along(rank, 3 if rank < 3 else 2, 7),
        "strides": _along(rank, 1, 7),
        # TensorFlow has no dilated transposed convolution on a CPU.
        "dilation_rate": None if transposed else _along(rank, 1, 7),
    }
    if not stem.startswith("Depthwise"):
        arguments["filters"] = Range(2, 1, 64)
    if stem == "Conv" and not transposed:
        arguments["groups"] = Range(1, 1, 64)
    if stem.startswith(("Depthwise", "Separable")):
        arguments["depth_multiplier"] = Range(1, 1, 8)
    places = _SMALL if transposed else _PLACES if stem == "Conv" else _CHANNELS
    name = f"{stem}{rank}D{'Transpose' if transposed else ''}"
    return line(name, summary.format(_WORDS[rank]), places[rank], **{**arguments, **more})


def _pooling(rank: int, name: str, summary: str) -> Line:
    size = _along(rank, 2, 16) if rank < 3 else (1, 2, 2)
    words, place = summary.format(_WORDS[rank]), _PLACES[rank]
    return line(f"{name}{rank}D", words, place, pool_size=size, strides=size)


def _each_rank(function: Any, name: str, summary: str) -> tuple[Line, ...]:
    return tuple(function(rank, name, summary) for rank in (1, 2, 3))


def _global(rank: int, name: str, summary: str) -> Line:
    masked = ("mask", 0) if (rank, name) == (1, "GlobalAveragePooling") else None
    return line(f"{name}{rank}D", summary.format(_WORDS[rank]), _PLACES[rank], masked=masked)


def _adaptive(rank: int, name: str, summary: str) -> Line:
    sizes: Any = Range(3, 1, 32) if rank == 1 else (2,) * rank
    return line(f"{name}{rank}D", summary.format(_WORDS[rank]), _PLACES[rank], output_size=sizes)


WINDOWS: Table = {
    "Convolution": (
        _convolution(1, "Conv", "A window of weights slides along {}.", padding=_CAUSAL),
        _convolution(2, "Conv", "A window of weights slides over {}."),
        _convolution(3, "Conv", "A window of weights slides through {}."),
        *_each_rank(_convolution, "ConvTranspose", "Each cell lays a window of weights over {}."),
        _convolution(1, "DepthwiseConv", "A window for each channel slides along {}."),
        _convolution(2, "DepthwiseConv", "A window for each channel slides over {}."),
        _convolution(1, "SeparableConv", "A window for each channel, then a mix, along {}."),
        _convolution(2, "SeparableConv", "A window for each channel, then a mix, over {}."),
    ),
    "Pooling": (
        *_each_rank(_pooling, "MaxPooling", "The largest number of each window over {}."),
        *_each_rank(_pooling, "AveragePooling", "The mean of each window over {}."),
        *_each_rank(_global, "GlobalMaxPooling", "The largest number of each channel of {}."),
        *_each_rank(_global, "GlobalAveragePooling", "The mean of each channel of {}."),
        *_each_rank(
            _adaptive, "AdaptiveMaxPooling", "The largest numbers of {}, to a size that is set."
        ),
        *_each_rank(_adaptive, "AdaptiveAveragePooling", "The means of {}, to a size that is set."),
    ),
}
