"""How one cell of a run came to its number, written out with the numbers."""

from __future__ import annotations

from dataclasses import dataclass

from layers.inputs.cells import Cell
from layers.steps import Terms
from layers.trace import Step, Trace


@dataclass(frozen=True)
class Arithmetic:
    """One cell, worked out by hand.

    Attributes:
        cell: which.
        value: TensorFlow's number.
        terms: the arithmetic; None where nothing was computed (an input, a weight, a constant).
    """

    cell: Cell
    value: float
    terms: Terms | None


def arithmetic(trace: Trace, cell: Cell) -> Arithmetic:
    """Return how a cell of the run came to its number.

    What is one cell, and was itself just worked out, is written out in its place: so
    ``relu(x w + … + b)`` is one line, and no product of it is a name.
    """
    made_by = {step.result: step for step in trace.steps}
    return Arithmetic(
        cell=cell,
        value=float(trace[cell.tensor][cell.index]),
        terms=_terms(trace, made_by, cell.tensor, cell.index),
    )


def _terms(
    trace: Trace, made_by: dict[str, Step], name: str, index: tuple[int, ...]
) -> Terms | None:
    step = made_by.get(name)
    if step is None:
        return None
    operands = [trace[operand] for operand in step.operands]
    terms = step.op.terms(index, *operands)
    blocks = step.op.sources(index, *(operand.shape for operand in operands))
    plain = len(terms.factors) == len(operands) and all(len(term) == 1 for term in terms.factors)
    if not plain or terms.own is not None:
        return terms
    inner = [
        _terms(trace, made_by, operand, tuple(span.start for span in block))
        for operand, block in zip(step.operands, blocks, strict=True)
    ]
    if len(inner) == 1 and inner[0] and not terms.function:
        return inner[0]  # passed on as it is
    factors: list[tuple[float, ...]] = []
    for term, made in zip(terms.factors, inner, strict=True):
        factors += made.factors if made and not made.function else (term,)
    return Terms(tuple(factors), terms.function)
