"""Convolutions, poolings and patches. Channels last; elsewhere they stay unexplained."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from layers.operations.pooling import AveragePool, MaxPool, Patches
from layers.operations.window import Conv, ConvTranspose, DepthwiseConv
from layers.operations.windows import same_padding
from layers.recording.node import Made, Node

Padding = tuple[tuple[int, int], ...]


def channels_last(node: Node) -> bool:
    """Say whether the channels are the last axis: what windows here slide over."""
    return str(node.setting("data_format", "NHWC")) in ("NHWC", "NDHWC")


def inner(settings: Sequence[int]) -> tuple[int, ...]:
    """Return what is set for the spatial axes, of one number an axis."""
    return tuple(int(number) for number in settings[1:-1])


def _flat(settings: Sequence[int]) -> tuple[int, int]:
    _, rows, columns, _ = settings
    return int(rows), int(columns)


def padded(
    node: Node,
    lengths: Sequence[int],
    sizes: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int] | None = None,
) -> Padding:
    """Return the cells (before, after) that are added to each spatial axis.

    Args:
        node: the operation, with its ``padding``.
        lengths: of the image's spatial axes.
        sizes: of the window.
        strides: of the window.
        dilations: of the window; 1 if None.
    """
    kind = str(node.setting("padding")).upper()
    if kind == "EXPLICIT":
        flat = [int(number) for number in node.setting("explicit_paddings")]
        return tuple(zip(flat[2:-2:2], flat[3:-2:2], strict=True))
    if kind == "VALID":
        return ((0, 0),) * len(lengths)
    dilations = dilations or (1,) * len(lengths)
    return tuple(
        same_padding(length, size, stride, dilation)
        for length, size, stride, dilation in zip(lengths, sizes, strides, dilations, strict=True)
    )


def _conv(node: Node) -> Made | None:
    if not channels_last(node):
        return None
    strides, dilation = inner(node.setting("strides")), inner(node.setting("dilations"))
    lengths, kernel = node.shape(0)[1:-1], node.shape(1)
    padding = padded(node, lengths, kernel[:-2], strides, dilation)
    groups = node.shape(0)[-1] // kernel[-2]
    return Made(Conv(strides, padding, dilation, groups), (0, 1))


def _depthwise(node: Node) -> Made | None:
    if not channels_last(node):
        return None
    strides, dilation = inner(node.setting("strides")), inner(node.setting("dilations"))
    padding = padded(node, node.shape(0)[1:-1], node.shape(1)[:-2], strides, dilation)
    return Made(DepthwiseConv(strides, padding, dilation), (0, 1))


def _transposed(node: Node) -> Made | None:
    """The gradient of a convolution by its input: operands are the input's size, kernel, values."""
    dilation = inner(node.setting("dilations", (1,) * len(node.result_shape)))
    if not channels_last(node):
        return None
    strides, size = inner(node.setting("strides")), node.result_shape[1:-1]
    kernel = node.shape(1)
    groups = node.result_shape[-1] // kernel[-2]
    padding = padded(node, size, kernel[:-2], strides, dilation)
    return Made(ConvTranspose(strides, padding, size, dilation, groups), (2, 1))


def _pool(kind: Callable[..., MaxPool | AveragePool]) -> Callable[[Node], Made | None]:
    def translation(node: Node) -> Made | None:
        ksize, strides = node.setting("ksize"), node.setting("strides")
        if not channels_last(node) or {ksize[0], ksize[-1], strides[0], strides[-1]} != {1}:
            return None
        size, strides = inner(ksize), inner(strides)
        padding = padded(node, node.shape(0)[1:-1], size, strides)
        return Made(kind(size, strides, padding), (0,))

    return translation


def _patches(node: Node) -> Made:
    size, strides, rates = (_flat(node.setting(n)) for n in ("ksizes", "strides", "rates"))
    padding = padded(node, node.shape(0)[1:-1], size, strides, rates)
    return Made(Patches(size, strides, rates, padding), (0,))


WINDOWS: dict[str, Callable[[Node], Made | None]] = {
    "AvgPool": _pool(AveragePool),
    "AvgPool3D": _pool(AveragePool),
    "Conv2D": _conv,
    "Conv2DBackpropInput": _transposed,
    "Conv3D": _conv,
    "Conv3DBackpropInputV2": _transposed,
    "DepthwiseConv2dNative": _depthwise,
    "ExtractImagePatches": _patches,
    "MaxPool": _pool(MaxPool),
    "MaxPool3D": _pool(MaxPool),
    "MaxPoolV2": lambda _: None,
}
