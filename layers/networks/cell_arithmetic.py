"""The arithmetic of one cell of a layer's output, and the window that it sums up. NumPy only."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from layers.networks.feature_maps import CellArithmetic, Cells
from layers.operations import explain
from layers.operations.arithmetic import Expression, OperandCell
from layers.operations.contraction import Contract
from layers.operations.explain import LEVELS, Explanation
from layers.operations.op import LayoutOp
from layers.operations.pooling import AveragePool, MaxPool
from layers.operations.window import Conv, DepthwiseConv
from layers.traces.trace import Step, Trace

MAXIMUM_TERMS = 2**16
"""Numbers of one cell's arithmetic that are read one by one."""
MOST_CELLS = 12
"""Cells whose arithmetic is written; in a deep graph those nearest to the output."""

Index = tuple[int, ...]


def arithmetic(trace: Trace, tensor: str, index: Index) -> tuple[CellArithmetic, ...]:
    """Return the arithmetic of a cell, after that of the cells that it was computed from.

    Of several cells of one tensor the one at the same index is written, else the first. What only
    moves a number is passed over.

    Args:
        trace: the run.
        tensor: a name in it.
        index: the cell, one integer an axis.
    """
    found: list[CellArithmetic] = []
    waiting, seen = [(tensor, index)], {tensor}
    while waiting and len(found) < MOST_CELLS:
        name, at = waiting.pop(0)
        terms = _terms(trace, name, at)
        if terms > MAXIMUM_TERMS:
            one = cells_of(trace, name, [at])
            found.append(CellArithmetic(cell=one, text="", terms=terms, sources=()))
            continue
        worked = explain(trace, name, at)
        if name == tensor or not isinstance(worked.expression, OperandCell):
            found.append(_written(trace, name, at, terms, worked))
        for source, cells in worked.sources.items():
            if source in trace.made_by and source not in seen:
                waiting.append((source, at if at in cells else cells[0]))
                seen.add(source)
    order = {name: place for place, name in enumerate(trace.tensors)}
    return tuple(sorted(found, key=lambda each: order[each.cell.tensor]))


def _written(trace: Trace, name: str, at: Index, terms: int, worked: Explanation) -> CellArithmetic:
    sources = (cells_of(trace, source, cells) for source, cells in worked.sources.items())
    return CellArithmetic(
        cell=cells_of(trace, name, [at]), text=worked.text, terms=terms, sources=tuple(sources)
    )


def cells_of(trace: Trace, name: str, cells: list[Index]) -> Cells:
    """Return cells of a tensor as the indices that occur on each axis."""
    axes = tuple(tuple(sorted(set(indices))) for indices in zip(*cells, strict=True))
    return Cells(tensor=name, axes=trace.tensors[name].axes, indices=axes)


def _terms(trace: Trace, name: str, at: Index, levels: int = LEVELS) -> int:
    """Return how many numbers a cell's arithmetic reads at most.

    ``levels`` are the results that are shown and may be written out in place.
    """
    step = trace.made_by.get(name)
    if step is None or not step.op.explained:
        return 1
    total = 0
    for operand, axes in _sources(trace, step, at):
        count = math.prod(len(axis) for axis in axes)
        inner = trace.made_by.get(operand)
        if count == 1 and inner is not None and (levels or not inner.shown):
            cell = tuple(axis[0] for axis in axes)
            count = _terms(trace, operand, cell, levels - inner.shown)
        total += count
    return total


def _sources(trace: Trace, step: Step, at: Index) -> Iterator[tuple[str, tuple[Index, ...]]]:
    operands = [trace[operand] for operand in step.operands]
    return zip(step.operands, step.op.sources(at, *operands), strict=True)


def window(trace: Trace, tensor: str, index: Index) -> dict[str, np.ndarray]:
    """Return what the last convolution, matrix product or pooling before a cell multiplied.

    Args:
        trace: the run.
        tensor: a name in it.
        index: the cell, one integer an axis.

    Returns:
        ``window``, ``filter`` and ``products``, (height, width, channels) each; the window alone of
        a pooling; nothing where no single such operation leads to the cell, or it is too large.
    """
    step, at = trace.made_by.get(tensor), index
    while step is not None and not isinstance(
        step.op, Conv | DepthwiseConv | Contract | MaxPool | AveragePool
    ):
        step, at = _before(trace, step, at)
    if step is None or _terms(trace, step.result, at) > 2 * MAXIMUM_TERMS:
        return {}
    values = trace[step.operands[0]]
    if isinstance(step.op, MaxPool | AveragePool):
        pool = AveragePool(step.op.size, step.op.strides, step.op.padding)
        (cells,) = pool.sources(at, values)
        return {"window": _as_map(values[np.ix_(*cells)][0])}
    if len(step.operands) != 2:
        return {}
    factors = _factors(step, at, values, trace[step.operands[1]])
    return {name: _as_map(array) for name, array in factors.items()}


def _before(trace: Trace, step: Step, at: Index) -> tuple[Step | None, Index]:
    """Return the one step whose result a step reads, and the cell of it that is read."""
    made = {}
    for operand, axes in _sources(trace, step, at):
        if operand in trace.made_by and all(axes):
            same = all(place in axis for place, axis in zip(at, axes, strict=False))
            alone = all(len(axis) == 1 for axis in axes)
            if len(axes) == len(at) and same and not isinstance(step.op, LayoutOp):
                made[operand] = at
            elif alone:
                made[operand] = tuple(axis[0] for axis in axes)
    if len(made) != 1:
        return None, at
    ((operand, cell),) = made.items()
    return trace.made_by[operand], cell


def _factors(
    step: Step, at: Index, values: np.ndarray, kernel: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the window, the filter and their products, in the filter's own axes."""
    op = step.op
    if isinstance(op, Contract):
        left, right = _fixed(op, 0, at, values), _fixed(op, 1, at, kernel)
        return {"window": left, "filter": right, "products": left * right} if op.summed else {}
    if isinstance(op, DepthwiseConv):
        channel, times = divmod(at[-1], kernel.shape[-1])
        own = kernel[..., channel, times][..., None]
        first = channel
    else:
        own, first = kernel[..., at[-1]], 0
    window = np.zeros(own.shape, values.dtype)  # padding is zero
    for cell, weight in _pairs(op.expression(at, values, kernel)):
        spatial, channel = weight.index[: own.ndim - 1], weight.index[own.ndim - 1] - first
        window[(*spatial, channel)] = values[cell.index]
    with np.errstate(all="ignore"):
        return {"window": window, "filter": own, "products": window * own}


def _fixed(op: Contract, number: int, at: Index, values: np.ndarray) -> np.ndarray:
    """Return the cells of an operand that a cell of a contraction sums over, in one row."""
    letters, place = op.inputs[number], dict(zip(op.output, at, strict=True))
    own = values[
        tuple(
            (place[letter] if length > 1 else 0) if letter in place else slice(None)
            for letter, length in zip(letters, values.shape, strict=True)
        )
    ]
    summed = [letter for letter in letters if letter not in place]
    order = [summed.index(letter) for letter in op.summed if letter in summed]
    return own.transpose(order).reshape(-1)


def _pairs(found: Expression) -> Iterator[tuple[OperandCell, OperandCell]]:
    """Yield the cells of the image and of the kernel that are multiplied with each other."""
    for part in found.parts:
        cells = list(part.leaves())
        if len(cells) == 2:
            yield cells[0], cells[1]


def _as_map(values: np.ndarray) -> np.ndarray:
    """Return an array of any rank as (height, width, channels)."""
    if values.ndim < 2:
        return values.reshape(1, -1, 1)
    *spatial, channels = values.shape
    return values.reshape(math.prod(spatial[:-1]), spatial[-1], channels)
