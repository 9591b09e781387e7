"""How cells make cells: the table by which the browser follows a cell to those that made it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from layers.operations.contraction import Contract
from layers.operations.op import Op
from layers.operations.spans import as_data
from layers.traces.cells import StepCells, step_cells
from layers.traces.trace import Step, Trace


def made_by(trace: Trace, steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Return how cells make cells, as plain data, for the browser to follow.

    Args:
        trace: the run.
        steps: the operations to tell of.

    Returns:
        One entry a step: ``{"result", "from": [[operand, spans]]}``, spans as
        ``layers.operations.spans.as_data`` writes them; with ``copies`` where the result is the
        same numbers again, and ``product`` where it is a matrix product.
    """
    return [as_link(step_cells(trace, step)) for step in steps]


def as_link(cells: StepCells) -> dict[str, Any]:
    """Return which cells make the result of one step, as plain data."""
    op = cells.step.op
    sources = [
        [
            operand.name,
            [as_data(span, n) for span, n in zip(operand.spans, operand.shape, strict=True)],
        ]
        for operand in cells.operands
    ]
    kind = {"copies": True} if op.copies else {}
    kind |= {"product": True} if is_matrix_product(op) else {}
    return {"result": cells.step.result, "from": sources, **kind}


def is_matrix_product(op: Op) -> bool:
    """Return whether it sums over the last axis of the left and the first of the right."""
    if not isinstance(op, Contract) or len(op.inputs) != 2:
        return False
    left, right = op.inputs
    return bool(left and right) and left[-1] == right[0] and op.output == left[:-1] + right[1:]
