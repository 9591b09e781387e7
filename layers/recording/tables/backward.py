"""What gradients are computed by, where a layer or a training step asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from layers.operations.crossentropy import CrossEntropy, CrossEntropyGradient
from layers.operations.elementwise import Elementwise
from layers.operations.gradients import ConvFilterGradient, DepthwiseInputGradient
from layers.operations.reduction import Reduce
from layers.operations.resizing import Resize, ResizeGradient
from layers.operations.segments import SegmentSum
from layers.operations.spreading import AveragePoolGradient, MaxPoolGradient
from layers.recording.node import Made, Node
from layers.recording.tables.images import resampled
from layers.recording.tables.windows import channels_last, inner, padded

_SLOPES = {
    "EluGrad": "elu_grad",
    "InvGrad": "reciprocal_grad",
    "ReciprocalGrad": "reciprocal_grad",
    "Relu6Grad": "relu6_grad",
    "ReluGrad": "relu_grad",
    "RsqrtGrad": "rsqrt_grad",
    "SeluGrad": "selu_grad",
    "SigmoidGrad": "sigmoid_grad",
    "SoftplusGrad": "softplus_grad",
    "SoftsignGrad": "softsign_grad",
    "SqrtGrad": "sqrt_grad",
    "TanhGrad": "tanh_grad",
}


def _slope(name: str) -> Callable[[Node], Made]:
    return lambda _: Made(Elementwise(name), (0, 1))


def _leaky_relu(node: Node) -> Made:
    return Made(Elementwise("leaky_relu_grad", (float(node.setting("alpha", 0.2)),)), (0, 1))


def _bias(node: Node) -> Made | None:
    if not channels_last(node):
        return None
    return Made(Reduce("sum", tuple(range(len(node.shape()) - 1))), (0,))


def _filter(*, depthwise: bool) -> Callable[[Node], Made | None]:
    """Operands are the image, the kernel's shape, and the gradient of the result."""

    def translation(node: Node) -> Made | None:
        if not channels_last(node):
            return None
        image, kernel = node.shape(0), node.result_shape
        ones = (1,) * len(image)
        strides, dilation = inner(node.setting("strides")), inner(node.setting("dilations", ones))
        padding = padded(node, image[1:-1], kernel[:-2], strides, dilation)
        groups = 1 if depthwise else image[-1] // kernel[-2]
        op = ConvFilterGradient(kernel[:-2], strides, padding, dilation, groups, depthwise)
        return Made(op, (0, 2))

    return translation


def _depthwise_input(node: Node) -> Made | None:
    """Operands are the image's shape, the kernel, and the gradient of the result."""
    if not channels_last(node):
        return None
    lengths = node.result_shape[1:-1]
    strides, dilation = inner(node.setting("strides")), inner(node.setting("dilations", (1,) * 4))
    padding = padded(node, lengths, node.shape(1)[:-2], strides, dilation)
    return Made(DepthwiseInputGradient(lengths, strides, padding, dilation), (2, 1))


def _max_pool(node: Node) -> Made | None:
    """Operands are the image, the pool's result, and the gradient of the result."""
    if not channels_last(node):
        return None
    size, strides = inner(node.setting("ksize")), inner(node.setting("strides"))
    padding = padded(node, node.shape(0)[1:-1], size, strides)
    return Made(MaxPoolGradient(size, strides, padding), (0, 2))


def _average_pool(node: Node) -> Made | None:
    """Operands are the image's shape, and the gradient of the result."""
    if not channels_last(node):
        return None
    size, strides = inner(node.setting("ksize")), inner(node.setting("strides"))
    lengths = node.result_shape[1:-1]
    padding = padded(node, lengths, size, strides)
    return Made(AveragePoolGradient(lengths, size, strides, padding), (1,))


def _resize(method: Literal["nearest", "bilinear"]) -> Callable[[Node], Made]:
    def translation(node: Node) -> Made:
        corners = bool(node.setting("align_corners", False))
        half = bool(node.setting("half_pixel_centers", False))
        of = Resize(node.shape()[1:-1], method, corners, half)
        return Made(ResizeGradient(of, node.result_shape[1:-1]), (0,))

    return translation


def _resampled(node: Node) -> Made:
    """Operands are the gradient of the result, the image, the scale and the shift."""
    of = resampled(node, node.shape()[1:-1])
    return Made(ResizeGradient(of, node.result_shape[1:-1]), (0,))


def _cross_entropy(node: Node) -> Made | None:
    """The first result is each row's loss, the second its gradient by the logits."""
    if node.shape(0) != node.shape(1) or len(node.shape()) != 2:
        return None
    return Made(CrossEntropyGradient() if node.place else CrossEntropy(), (0, 1))


def _segment_sum(node: Node) -> Made | None:
    """Operands are rows, their numbers, and how many numbers there are."""
    if len(node.shape(1)) != 1:
        return None
    return Made(SegmentSum(node.result_shape[0]), (0, 1))


BACKWARD: dict[str, Callable[[Node], Made | None]] = {
    **{op_type: _slope(name) for op_type, name in _SLOPES.items()},
    "AvgPool3DGrad": _average_pool,
    "AvgPoolGrad": _average_pool,
    "BiasAddGrad": _bias,
    "Conv2DBackpropFilter": _filter(depthwise=False),
    "Conv3DBackpropFilterV2": _filter(depthwise=False),
    "DepthwiseConv2dNativeBackpropFilter": _filter(depthwise=True),
    "DepthwiseConv2dNativeBackpropInput": _depthwise_input,
    "LeakyReluGrad": _leaky_relu,
    "MaxPool3DGrad": _max_pool,
    "MaxPoolGrad": _max_pool,
    "ResizeBilinearGrad": _resize("bilinear"),
    "ScaleAndTranslateGrad": _resampled,
    "ResizeNearestNeighborGrad": _resize("nearest"),
    "SoftmaxCrossEntropyWithLogits": _cross_entropy,
    "UnsortedSegmentSum": _segment_sum,
}
