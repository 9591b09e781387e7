"""What only folds, unfolds, turns or passes on."""

from __future__ import annotations

from dataclasses import replace

from layers.operations.elementwise import Elementwise
from layers.operations.layout import (
    BroadcastTo,
    Pad,
    Repeat,
    Reshape,
    Slice,
    Stack,
    Tile,
    Transpose,
)
from layers.traces.rules.rule import rewrites
from layers.traces.trace import Step
from layers.traces.view import StepsByResult

_NEUTRAL = {"multiply": 1.0, "divide": 1.0, "add": 0.0, "subtract": 0.0}


@rewrites("identity", "stop_gradient", "cast")
def passed_on(view: StepsByResult, step: Step) -> str | None:
    """An identity, a stopped gradient or a cast to the same type is its operand."""
    same = view.tensors[step.operands[0]].values.dtype == view.tensors[step.result].values.dtype
    return step.operands[0] if same else None


@rewrites(Reshape, Transpose, Slice, Pad, Tile, BroadcastTo)
def nothing_moved(view: StepsByResult, step: Step) -> str | None:
    """A layout that leaves every cell where it is is its operand."""
    op = step.op
    if view.shape(step.operands[0]) != view.shape(step.result) or _repeats_weight(view, step):
        return None
    moves = isinstance(op, Transpose) and tuple(op.permutation) != tuple(range(len(op.permutation)))
    turns = isinstance(op, Slice) and any(stride != 1 for stride in op.strides)
    return None if moves or turns else step.operands[0]


def _repeats_weight(view: StepsByResult, step: Step) -> bool:
    """Say whether a weight is repeated here, perhaps once: it keeps its repeated form."""
    split = view.made(step.operands[0], Reshape) if isinstance(step.op, Tile) else None
    return split is not None and view.tensors[split.operands[0]].role == "weight"


@rewrites(*_NEUTRAL)
def times_one(view: StepsByResult, step: Step) -> str | None:
    """Times one, divided by one, plus zero: the other operand."""
    function = step.op.name  # ty: ignore
    same = view.other(step.operands, _NEUTRAL[function])
    if same is None or view.shape(same) != view.shape(step.result):
        return None
    if function in ("divide", "subtract") and same != step.operands[0]:
        return None
    return same


@rewrites(Reshape)
def reshape_twice(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """A reshape of a reshape is one."""
    first = view.made(step.operands[0], Reshape)
    return (replace(step, operands=first.operands),) if first else None


@rewrites(Transpose)
def transpose_twice(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """A transpose of a transpose is one."""
    first = view.made(step.operands[0], Transpose)
    if not first:
        return None
    inner, outer = first.op.permutation, step.op.permutation  # ty: ignore
    permutation = tuple(inner[axis] for axis in outer)
    return (replace(step, op=Transpose(permutation), operands=first.operands),)


@rewrites(Elementwise)
def leading_ones(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """Axes of one before the others are what broadcasting adds by itself."""
    operands = []
    for name in step.operands:
        shaped = view.made(name, Reshape)
        source = shaped.operands[0] if shaped else name
        inner, outer = view.shape(source), view.shape(name)
        more = len(outer) - len(inner)
        leads = shaped and more > 0 and outer == (1,) * more + inner
        operands.append(source if leads else name)
    if tuple(operands) == step.operands or all(
        view.rank(name) < view.rank(step.result) for name in operands
    ):
        return None
    return (replace(step, operands=tuple(operands)),)


@rewrites(Reshape)
def part_squeezed(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """A slice of one cell along an axis that a reshape then takes away is one squeezed slice."""
    first = view.made(step.operands[0], Slice)
    if not first or first.op.squeezed:  # ty: ignore
        return None
    shape = view.shape(step.operands[0])
    gone = tuple(axis for axis, length in enumerate(shape) if length == 1)
    for squeezed in (gone, *((axis,) for axis in gone)):
        left = tuple(length for axis, length in enumerate(shape) if axis not in squeezed)
        if squeezed and left == view.shape(step.result):
            op = replace(first.op, squeezed=squeezed)  # ty: ignore
            return (replace(step, op=op, operands=first.operands),)
    return None


@rewrites(Slice)
def part_of_stack(view: StepsByResult, step: Step) -> str | None:
    """One place of a stack is what was put there."""
    stack = view.made(step.operands[0], Stack)
    if not stack:
        return None
    op: Slice = step.op  # ty: ignore
    axis: int = stack.op.axis  # ty: ignore
    shape = view.shape(step.operands[0])
    whole = all(
        begin == 0 and size == length
        for at, (begin, size, length) in enumerate(zip(op.begin, op.size, shape, strict=True))
        if at != axis
    )
    if tuple(op.squeezed) != (axis,) or not whole or set(op.strides) != {1}:
        return None
    return stack.operands[op.begin[axis]]


@rewrites(Reshape)
def repeated(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """An axis of one, tiled and folded into the axis before it, repeats that axis cell by cell."""
    tile = view.made(step.operands[0], Tile)
    split = view.made(tile.operands[0], Reshape) if tile else None
    if not tile or not split:
        return None
    multiples = tile.op.multiples  # ty: ignore
    values = split.operands[0]
    shape, inner = view.shape(tile.operands[0]), view.shape(values)
    axes = [axis for axis, times in enumerate(multiples) if times != 1] or [len(shape) - 1]
    if len(axes) != 1:
        return None
    (axis,) = axes
    result, times = view.shape(step.result), multiples[axis]
    if shape[axis] != 1 or axis == 0 or shape[:axis] + shape[axis + 1 :] != (inner or (1,)):
        return None
    along = axis - 1
    if result != (*shape[:along], shape[along] * times, *shape[axis + 1 :]):
        return None
    return (replace(step, op=Repeat(times, along), operands=(values,)),)


LAYOUT = (
    passed_on,
    nothing_moved,
    times_one,
    reshape_twice,
    transpose_twice,
    leading_ones,
    part_squeezed,
    part_of_stack,
    repeated,
)
