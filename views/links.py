"""How cells make cells: the table by which the browser follows a cell to those that made it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from layers.operations.contraction import Contract
from layers.operations.op import Op
from layers.operations.spans import Table, as_data
from layers.traces.trace import Step, Trace

LARGEST_TABLE = 20_000
"""Numbers of a table of cells that are sent; where it is larger the cells do not answer."""


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
    found = []
    for step in steps:
        operands = [trace[operand] for operand in step.operands]
        spans = step.op.spans(*operands)
        sources = [
            [name, [as_data(span, length) for span, length in zip(own, values.shape, strict=True)]]
            for name, own, values in zip(step.operands, spans, operands, strict=True)
            if not any(map(_is_large, own))
        ]
        kind = {"copies": True} if step.op.copies else {}
        kind |= {"product": True} if is_matrix_product(step.op) else {}
        found.append({"result": step.result, "from": sources, **kind})
    return found


def is_matrix_product(op: Op) -> bool:
    """Return whether it sums over the last axis of the left and the first of the right."""
    if not isinstance(op, Contract) or len(op.inputs) != 2:
        return False
    left, right = op.inputs
    return bool(left and right) and left[-1] == right[0] and op.output == left[:-1] + right[1:]


def _is_large(span: Any) -> bool:
    return isinstance(span, Table) and span.starts.size > LARGEST_TABLE
