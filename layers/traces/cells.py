"""Which cells of a run make which, small enough to be sent to the browser. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass

from layers.operations.op import Spans
from layers.operations.pooling import AveragePool, MaxPool
from layers.operations.spans import Table
from layers.traces.trace import Step, Trace

LARGEST_TABLE = 20_000
"""Numbers of a table of cells that are sent; where it is larger the cells do not answer."""


@dataclass(frozen=True)
class OperandCells:
    """The cells of one operand that make a cell of a step's result.

    Attributes:
        name: the operand's.
        shape: the operand's.
        spans: one an axis.
    """

    name: str
    shape: tuple[int, ...]
    spans: Spans


@dataclass(frozen=True)
class StepCells:
    """The cells that make the result of one step; operands with too large tables are left out."""

    step: Step
    operands: tuple[OperandCells, ...]


def step_cells(trace: Trace, step: Step) -> StepCells:
    """Return which cells make a step's result.

    Where a maximum's cells would be too large a table, its whole window stands for the one cell
    that was taken.

    Args:
        trace: the run.
        step: one of its operations.
    """
    op, operands = step.op, [trace[operand] for operand in step.operands]
    if isinstance(op, MaxPool) and trace[step.result].size > LARGEST_TABLE:
        op = AveragePool(op.size, op.strides, op.padding)
    found = tuple(
        OperandCells(name, values.shape, spans)
        for name, values, spans in zip(step.operands, operands, op.spans(*operands), strict=True)
        if not any(isinstance(span, Table) and span.starts.size > LARGEST_TABLE for span in spans)
    )
    return StepCells(step, found)
