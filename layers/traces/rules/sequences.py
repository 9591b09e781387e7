"""Axes that are only turned so that a loop can go along them, and turned back."""

from __future__ import annotations

from dataclasses import replace

from layers.operations.layout import Reverse, Slice, Stack, Transpose
from layers.traces.rules.rule import rewrites
from layers.traces.trace import Step
from layers.traces.view import StepsByResult


@rewrites(Slice)
def part_of_turned(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """A part of a transposed tensor is a part of the tensor, where the axes that stay keep order.

    So time step t of a sequence is taken from the sequence itself.
    """
    turn = view.made(step.operands[0], Transpose)
    if not turn:
        return None
    op: Slice = step.op  # ty: ignore
    order = turn.op.permutation  # ty: ignore
    stays = [axis for at, axis in enumerate(order) if at not in op.squeezed]
    if stays != sorted(stays):
        return None
    back = [order.index(axis) for axis in range(len(order))]
    part = Slice(
        tuple(op.begin[at] for at in back),
        tuple(op.size[at] for at in back),
        tuple(op.strides[at] for at in back),
        tuple(sorted(order[at] for at in op.squeezed)),
    )
    return (replace(step, op=part, operands=turn.operands),)


@rewrites(Slice)
def part_of_reversed(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """One cell along an axis that runs backward is the one counted from the other end."""
    back = view.made(step.operands[0], Reverse)
    if not back:
        return None
    op: Slice = step.op  # ty: ignore
    shape = view.shape(step.operands[0])
    axes = {axis % len(shape) for axis in back.op.axes}  # ty: ignore
    if any(op.size[axis] != 1 for axis in axes):
        return None
    begin = tuple(
        shape[axis] - 1 - first if axis in axes else first for axis, first in enumerate(op.begin)
    )
    return (replace(step, op=replace(op, begin=begin), operands=back.operands),)


@rewrites(Transpose)
def stack_turned(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """A stack whose new axis is then moved is a stack along that axis."""
    stack = view.made(step.operands[0], Stack)
    if not stack:
        return None
    order = step.op.permutation  # ty: ignore
    axis = stack.op.axis % len(order)  # ty: ignore
    others = [each for each in order if each != axis]
    if others != sorted(others):
        return None
    return (replace(step, op=Stack(order.index(axis)), operands=stack.operands),)


@rewrites(Reverse)
def stack_reversed(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """A stack read backward is the stack of the same tensors in the other order."""
    stack = view.made(step.operands[0], Stack)
    if not stack:
        return None
    rank = view.rank(step.result)
    axis = stack.op.axis % rank  # ty: ignore
    if [each % rank for each in step.op.axes] != [axis]:  # ty: ignore
        return None
    return (replace(step, op=Stack(axis), operands=stack.operands[::-1]),)


SEQUENCES = (part_of_turned, part_of_reversed, stack_turned, stack_reversed)
