"""Sums, means and the like over axes; softmax; running sums; the index of the largest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from layers.operations.counting import NonZeroPlaces
from layers.operations.largest import Largest, PlacesOfLargest
from layers.operations.layout import OneHot
from layers.operations.normalize import Normalize
from layers.operations.reduction import ArgReduce, Reduce
from layers.operations.running import Cumulative, Softmax
from layers.recording.node import Made, Node


def _reduce(how: Any) -> Callable[[Node], Made]:
    def translation(node: Node) -> Made:
        axes = tuple(sorted({node.axis(axis) for axis in node.numbers(1)}))
        return Made(Reduce(how, axes, keepdims=bool(node.setting("keep_dims", False))), (0,))

    return translation


def _softmax(node: Node) -> Made:
    return Made(Softmax(len(node.shape()) - 1, log=node.op_type == "LogSoftmax"), (0,))


def _arg(how: Literal["max", "min"]) -> Callable[[Node], Made]:
    return lambda node: Made(ArgReduce(how, node.axis(node.numbers(1)[0])), (0,))


def _cumulative(how: Literal["sum", "prod"]) -> Callable[[Node], Made]:
    def translation(node: Node) -> Made:
        exclusive, reverse = node.setting("exclusive", False), node.setting("reverse", False)
        axis = node.axis(node.numbers(1)[0])
        return Made(Cumulative(how, axis, exclusive=bool(exclusive), reverse=bool(reverse)), (0,))

    return translation


def _top(node: Node) -> Made:
    count = node.numbers(1)[0]
    return Made(PlacesOfLargest(count) if node.place else Largest(count), (0,))


def _bincount(node: Node) -> Made | None:
    """Count whole numbers, a row at a time: one-hot rows, added up or their maximum."""
    rank = len(node.shape())
    if node.shape(2) != (0,):  # weighted
        return None
    depth = node.result_shape[-1]
    dtype = node.call.outputs[0].dtype
    on, off = (1.0, 0.0) if dtype.is_floating else (1, 0)
    how = "max" if node.setting("binary_output", False) else "sum"
    return Made(Reduce(how, (rank - 1,)), (0,), first=OneHot(depth, rank, on, off))


def _batch_normalized(node: Node) -> Made | None:
    """Normalise by given means and variances; while training it keeps no plain variance."""
    if node.place or node.setting("is_training", True):
        return None
    if node.setting("data_format", "NHWC") not in ("NHWC", "NDHWC"):
        return None
    axes = tuple(range(len(node.shape()) - 1))
    return Made(Normalize(axes, float(node.setting("epsilon", 1e-4))), (0, 3, 4, 1, 2))


REDUCTIONS: dict[str, Callable[[Node], Made | None]] = {
    "All": _reduce("all"),
    "Any": _reduce("any"),
    "ArgMax": _arg("max"),
    "ArgMin": _arg("min"),
    "Cumprod": _cumulative("prod"),
    "Cumsum": _cumulative("sum"),
    "EuclideanNorm": _reduce("euclidean_norm"),
    "FusedBatchNormV3": _batch_normalized,
    "LogSoftmax": _softmax,
    "DenseBincount": _bincount,
    "Max": _reduce("max"),
    "Mean": _reduce("mean"),
    "Min": _reduce("min"),
    "Prod": _reduce("prod"),
    "Softmax": _softmax,
    "Sum": _reduce("sum"),
    "TopK": _top,
    "TopKV2": _top,
    "Where": lambda _: Made(NonZeroPlaces(), (0,)),
}
