"""Convolutions and poolings on the axes that they slide over, with their padding inside."""

from __future__ import annotations

from dataclasses import replace

from layers.operations.layout import BatchToSpace, Pad, Reshape, SpaceToBatch
from layers.operations.op import Op
from layers.operations.pooling import AveragePool, MaxPool
from layers.operations.window import Conv, ConvTranspose, DepthwiseConv
from layers.traces.rules.rule import rewrites
from layers.traces.trace import Step
from layers.traces.view import StepsByResult

_KERNEL = (Conv, DepthwiseConv, ConvTranspose)
_POOL = (MaxPool, AveragePool)
_NONE = (0, 0)


@rewrites(*_KERNEL, *_POOL)
def one_axis_less(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """A window of length one over an axis of length one, which a reshape added, is no window.

    TensorFlow has no one-dimensional convolution: it adds an axis, and takes it away again.
    """
    folded = view.made(step.operands[0], Reshape)
    fixed = view.tensors[step.operands[0]].role == "constant"  # an initial state, folded with it
    if folded is None and not fixed:
        return None
    shape = view.shape(step.operands[0])
    for axis in range(len(shape) - 2):
        values = folded.operands[0] if folded else step.operands[0]
        operands = _without(view, step, values, axis, fixed=fixed)
        op = _smaller(step.op, axis) if operands else None
        if operands and op:
            shape = view.shape(step.result)
            plain = view.reshaped(step.result, shape[: axis + 1] + shape[axis + 2 :])
            first = Step(op, operands, plain)
            return first, Step(Reshape(shape), (plain,), step.result)
    return None


def _without(
    view: StepsByResult, step: Step, values: str, axis: int, *, fixed: bool
) -> tuple[str, ...] | None:
    """Return the operands before an axis of one was added to each; None if it was not."""
    shape = view.shape(step.operands[0])
    plain = shape[: axis + 1] + shape[axis + 2 :]
    if shape[axis + 1] != 1 or (not fixed and view.shape(values) != plain):
        return None
    if isinstance(step.op, _POOL):
        return None if fixed else (values,)
    kernel = view.made(step.operands[1], Reshape)
    size = view.shape(step.operands[1])
    if not kernel or size[axis] != 1:
        return None
    if view.shape(kernel.operands[0]) != size[:axis] + size[axis + 1 :]:
        return None
    return view.reshaped(values, plain) if fixed else values, kernel.operands[0]


def _smaller(op: Op, axis: int) -> Op | None:
    """Return the operation without one of its axes; None if it does something along it."""

    def cut(settings: tuple) -> tuple:
        return settings[:axis] + settings[axis + 1 :]

    if tuple(op.padding[axis]) != _NONE:  # ty: ignore
        return None
    less = {"strides": cut(op.strides), "padding": cut(op.padding)}  # ty: ignore
    if isinstance(op, Conv | DepthwiseConv):
        less["dilation"] = cut(op.dilation)
    elif isinstance(op, ConvTranspose):
        if op.size[axis] != 1:
            return None
        less |= {"size": cut(op.size), "dilation": cut(op.dilation)}
    else:
        if op.size[axis] != 1:  # ty: ignore
            return None
        less["size"] = cut(op.size)  # ty: ignore
    return replace(op, **less)  # ty: ignore


@rewrites(BatchToSpace)
def dilated(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """A convolution between SpaceToBatch and BatchToSpace is a dilated one."""
    inner = step.operands[0]
    conv = view.made(inner, Conv) or view.made(inner, DepthwiseConv)
    before = view.made(conv.operands[0], SpaceToBatch) if conv else None
    if not conv or not before or tuple(before.op.block) != tuple(step.op.block):  # ty: ignore
        return None
    op: Conv = conv.op  # ty: ignore
    block = tuple(step.op.block)  # ty: ignore
    plain = all(pair == _NONE for pair in op.padding) and set(op.strides) | set(op.dilation) == {1}
    padding = tuple(
        (first - cut_first, last - cut_last)
        for (first, last), (cut_first, cut_last) in zip(
            before.op.padding,  # ty: ignore
            step.op.crops,  # ty: ignore
            strict=True,
        )
    )
    if not plain or len(block) != len(op.strides) or min(min(pair) for pair in padding) < 0:
        return None
    new = replace(op, padding=padding, dilation=block)
    return (replace(step, op=new, operands=(before.operands[0], conv.operands[1])),)


@rewrites(Conv, DepthwiseConv)
def padding_inside(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """Zeros that the same layer puts around what it convolves are the convolution's padding."""
    pad = view.made(step.operands[0], Pad)
    if not pad or pad.scope != step.scope or pad.op.mode != "constant" or pad.op.value:  # ty: ignore
        return None
    widths = pad.op.widths  # ty: ignore
    if tuple(widths[0]) != _NONE or tuple(widths[-1]) != _NONE:
        return None
    op: Conv | DepthwiseConv = step.op  # ty: ignore
    padding = tuple(
        (before + more, after + extra)
        for (before, after), (more, extra) in zip(op.padding, widths[1:-1], strict=True)
    )
    op = replace(op, padding=padding)
    return (replace(step, op=op, operands=(pad.operands[0], *step.operands[1:])),)


WINDOWS = (one_axis_less, dilated, padding_inside)
