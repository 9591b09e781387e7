"""Operations that move cells and compute nothing, or count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from layers.operations.counting import Count
from layers.operations.layout import (
    Band,
    BatchToSpace,
    BroadcastTo,
    Concatenate,
    Gather,
    GatherNd,
    OneHot,
    Pad,
    Reshape,
    Reverse,
    Roll,
    Slice,
    SpaceToBatch,
    Stack,
    Tile,
    Transpose,
)
from layers.operations.spreading import SliceGradient
from layers.recording.node import Made, Node


def _reshape(node: Node) -> Made:
    return Made(Reshape(node.result_shape), (0,))


def _transpose(node: Node) -> Made:
    return Made(Transpose(node.numbers(1)), (0,))


def _concatenate(node: Node) -> Made:
    count = len(node.call.inputs) - 1
    axis = node.axis(node.numbers(count)[0])
    return Made(Concatenate(axis), tuple(range(count)))


def _stack(node: Node) -> Made:
    axis = int(node.setting("axis", 0)) % (len(node.shape()) + 1)
    return Made(Stack(axis), tuple(range(len(node.call.inputs))))


def _part(shape: tuple[int, ...], axis: int, begin: int, size: int, *, squeeze: bool) -> Slice:
    begins = tuple(begin if at == axis else 0 for at in range(len(shape)))
    sizes = tuple(size if at == axis else length for at, length in enumerate(shape))
    return Slice(begins, sizes, (1,) * len(shape), (axis,) if squeeze else ())


def _unstack(node: Node) -> Made:
    axis = node.axis(int(node.setting("axis", 0)))
    return Made(_part(node.shape(), axis, node.place, 1, squeeze=True), (0,))


def _split(node: Node) -> Made:
    axis = node.axis(node.numbers(0)[0], at=1)
    size = node.shape(1)[axis] // int(node.setting("num_split"))
    return Made(_part(node.shape(1), axis, size * node.place, size, squeeze=False), (1,))


def _split_v(node: Node) -> Made:
    axis = node.axis(node.numbers(2)[0])
    sizes = [int(output.shape[axis]) for output in node.call.outputs]
    begin = sum(sizes[: node.place])
    return Made(_part(node.shape(), axis, begin, sizes[node.place], squeeze=False), (0,))


def _slice(node: Node) -> Made:
    return Made(Slice(node.numbers(1), node.result_shape, (1,) * len(node.shape())), (0,))


def _strided_slice(node: Node) -> Made | None:
    """Return the cells as begin, size and stride of every axis; new axes are a reshape after it."""
    op = _cells(node, node.shape(), 1)
    shape = node.shape()
    if node.setting("new_axis_mask", 0):
        whole = Slice((0,) * len(shape), shape, (1,) * len(shape))
        return Made(Reshape(node.result_shape), (0,), first=None if op == whole else op)
    left = tuple(size for axis, size in enumerate(op.size) if axis not in op.squeezed)
    return Made(op, (0,)) if left == node.result_shape else None


def _strided_slice_gradient(node: Node) -> Made | None:
    shape = node.numbers(0)
    op = _cells(node, shape, 1)
    left = tuple(size for axis, size in enumerate(op.size) if axis not in op.squeezed)
    if node.setting("new_axis_mask", 0) or left != node.shape(4):
        return None
    return Made(SliceGradient(shape, op.begin, op.strides, op.squeezed), (4,))


def _cells(node: Node, shape: tuple[int, ...], first: int) -> Slice:
    """Return the slice of an array of this shape; its settings are operands from ``first`` on."""
    begin, end, step = (node.numbers(first + at) for at in range(3))
    masks = {
        name: int(node.setting(f"{name}_mask", 0))
        for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    entries = [(at, axis) for at, axis in _sparse(begin, masks, len(shape)) if axis is not None]
    begins, sizes = [0] * len(shape), list(shape)
    steps, squeezed = [1] * len(shape), []
    for at, axis in entries:
        bit, length = 1 << at, shape[axis]
        if masks["shrink_axis"] & bit:
            begins[axis], sizes[axis] = begin[at] % length, 1
            squeezed.append(axis)
            continue
        start = None if masks["begin"] & bit else begin[at]
        stop = None if masks["end"] & bit else end[at]
        cells = range(length)[start : stop : step[at]]
        begins[axis] = cells.start if len(cells) else 0
        sizes[axis], steps[axis] = len(cells), step[at]
    return Slice(tuple(begins), tuple(sizes), tuple(steps), tuple(squeezed))


def _sparse(begin: tuple, masks: dict[str, int], rank: int) -> list[tuple[int, int | None]]:
    """Return (entry, axis) for every entry of a sparse index; None for new axes and dots."""
    count = len(begin)
    new = sum(bool(masks["new_axis"] >> at & 1) for at in range(count))
    dots = masks["ellipsis"] != 0
    axis, entries = 0, []
    for at in range(count):
        if masks["ellipsis"] >> at & 1:
            axis += rank - (count - new - dots)
            entries.append((at, None))
        elif masks["new_axis"] >> at & 1:
            entries.append((at, None))
        else:
            entries.append((at, axis))
            axis += 1
    return entries


def _pad(node: Node) -> Made:
    widths = tuple((int(before), int(after)) for before, after in node.array(1))
    value = float(node.array(2)) if node.op_type == "PadV2" else 0.0
    return Made(Pad(widths, "constant", value), (0,))


def _mirror(node: Node) -> Made:
    widths = tuple((int(before), int(after)) for before, after in node.array(1))
    mode: Any = str(node.setting("mode")).lower()
    return Made(Pad(widths, mode, 0.0), (0,))


def _tile(node: Node) -> Made:
    return Made(Tile(node.numbers(1)), (0,))


def _gather(node: Node) -> Made:
    axis = node.axis(node.numbers(2)[0]) if len(node.call.inputs) > 2 else 0
    batch = int(node.setting("batch_dims", 0))
    if batch < 0:
        batch += len(node.shape(1))
    if node.op_type == "ResourceGather":
        axis = batch
    return Made(Gather(axis, batch), (0, 1))


def _one_hot(node: Node) -> Made:
    depth, on, off = (node.array(at).item() for at in (1, 2, 3))
    axis = int(node.setting("axis", -1)) % (len(node.shape()) + 1)
    return Made(OneHot(int(depth), axis, on, off), (0,))


def _reverse(node: Node) -> Made:
    return Made(Reverse(tuple(node.axis(axis) for axis in node.numbers(1))), (0,))


def _broadcast(node: Node) -> Made:
    return Made(BroadcastTo(node.result_shape), (0,))


def _range(node: Node) -> Made:
    return Made(Count(*node.result_shape), (0, 2))  # the limit says how many there are


def _roll(node: Node) -> Made:
    return Made(Roll(node.numbers(1), tuple(node.axis(a) for a in node.numbers(2))), (0,))


def _pairs(values: np.ndarray) -> tuple[tuple[int, int], ...]:
    return tuple((int(before), int(after)) for before, after in values)


def _space_to_batch(node: Node) -> Made:
    return Made(SpaceToBatch(node.numbers(1), _pairs(node.array(2))), (0,))


def _batch_to_space(node: Node) -> Made:
    return Made(BatchToSpace(node.numbers(1), _pairs(node.array(2))), (0,))


def _band(node: Node) -> Made:
    return Made(Band(node.numbers(1)[0], node.numbers(2)[0]), (0,))


def _gather_nd(node: Node) -> Made | None:
    if not node.shape(1)[-1]:
        return None
    return Made(GatherNd(), (0, 1))


LAYOUT: dict[str, Callable[[Node], Made | None]] = {
    "BatchToSpaceND": _batch_to_space,
    "BroadcastTo": _broadcast,
    "ConcatV2": _concatenate,
    "ExpandDims": _reshape,
    "Gather": _gather,
    "GatherNd": _gather_nd,
    "GatherV2": _gather,
    "MatrixBandPart": _band,
    "MirrorPad": _mirror,
    "OneHot": _one_hot,
    "Pack": _stack,
    "Pad": _pad,
    "PadV2": _pad,
    "Range": _range,
    "Reshape": _reshape,
    "ResourceGather": _gather,
    "ReverseV2": _reverse,
    "Roll": _roll,
    "Slice": _slice,
    "SpaceToBatchND": _space_to_batch,
    "Split": _split,
    "SplitV": _split_v,
    "Squeeze": _reshape,
    "StridedSlice": _strided_slice,
    "StridedSliceGrad": _strided_slice_gradient,
    "Tile": _tile,
    "Transpose": _transpose,
    "Unpack": _unstack,
}
