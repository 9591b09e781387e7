"""Which cells of a run made a cell, and which it helped to make."""

from __future__ import annotations

import itertools

from layers.operations import spans
from layers.operations.op import Index
from layers.operations.run import RunLike, StepLike

Cells = dict[str, list[Index]]


def dependencies(trace: RunLike, tensor: str, index: tuple[int, ...]) -> Cells:
    """Return the cells of a step's operands that made a cell of its result, by tensor.

    Args:
        trace: the run.
        tensor: a name in ``trace.tensors``.
        index: the cell, one integer an axis.

    Raises:
        ValueError: a name that is not in the run, or a cell that is not in the tensor.
    """
    index = checked(trace, tensor, index)
    step = made_by(trace).get(tensor)
    if step is None:
        return {}
    found: Cells = {}
    operands = [trace[operand] for operand in step.operands]
    unread = step.op.unread(index, *operands)
    own = step.op.sources(index, *operands)
    for number, (operand, axes) in enumerate(zip(step.operands, own, strict=True)):
        if number not in unread:
            found.setdefault(operand, []).extend(itertools.product(*axes))
    return {name: sorted(set(cells)) for name, cells in found.items() if cells}


def dependents(trace: RunLike, tensor: str, index: tuple[int, ...]) -> Cells:
    """Return the cells of the results of steps that a cell of their operand helped to make.

    Where these are no product of axes, the smallest product that holds them.

    Args:
        trace: the run.
        tensor: a name in ``trace.tensors``.
        index: the cell, one integer an axis.

    Raises:
        ValueError: a name that is not in the run, or a cell that is not in the tensor.
    """
    index = checked(trace, tensor, index)
    shape = trace[tensor].shape
    found: Cells = {}
    for step in trace.steps:
        if tensor not in step.operands:
            continue
        operands = [trace[operand] for operand in step.operands]
        for number, each in enumerate(step.op.spans(*operands)):
            if step.operands[number] == tensor:
                axes = spans.dependents(each, index, shape, trace[step.result].shape)
                found.setdefault(step.result, []).extend(
                    cell
                    for cell in itertools.product(*axes)
                    if shape or number not in step.op.unread(cell, *operands)
                )
    return {name: sorted(set(cells)) for name, cells in found.items() if cells}


def made_by(trace: RunLike) -> dict[str, StepLike]:
    """Return the steps by their results."""
    return {step.result: step for step in trace.steps}


def checked(trace: RunLike, tensor: str, index: tuple[int, ...]) -> Index:
    """Return a cell's index.

    Raises:
        ValueError: a name that is not in the run, or a cell that is not in the tensor.
    """
    if tensor not in trace.tensors:
        names = ", ".join(list(trace.tensors)[:8])
        raise ValueError(
            f"A cell cannot be explained: expected a tensor of the run. Received {tensor!r}. "
            f"Choose one of {names}."
        )
    shape = trace[tensor].shape
    at = tuple(int(place) for place in index)
    fits = len(at) == len(shape) and all(0 <= a < n for a, n in zip(at, shape, strict=True))
    if not fits:
        raise ValueError(
            f"A cell cannot be explained: expected one index for each axis of {tensor!r}, of "
            f"shape {shape}. Received {at}. Count from 0."
        )
    return at
