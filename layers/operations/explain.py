"""The arithmetic of one cell of a run: its value by NumPy, and the formula with the numbers."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from layers.operations import spans
from layers.operations.arithmetic import (
    Difference,
    Expression,
    Function,
    Number,
    OperandCell,
    Quotient,
    Share,
    Sum,
)
from layers.operations.arithmetic.numbers import agreed, plain, written
from layers.operations.contraction import Contract
from layers.operations.dependencies import Cells, checked, dependencies, made_by
from layers.operations.elementwise import Elementwise
from layers.operations.op import Index, LayoutOp, Op, Spans
from layers.operations.reduction import Reduce
from layers.operations.run import RunLike, StepLike
from layers.operations.window import Conv, ConvTranspose, DepthwiseConv

LEVELS = 2
"""Results that are shown and nevertheless written out in place, one in the other."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The arithmetic of one cell, computed in NumPy.

    Attributes:
        value: a float, or of a complex tensor a complex number: computed in float64 from the
            recorded numbers of the cells in it; the recorded number where nothing was computed or
            the arithmetic is not known.
        text: the arithmetic with its numbers and its result, as a textbook writes it; the number
            alone where there is none.
        sources: the cells that it was computed from, by tensor.
        expression: the arithmetic; None where there is none.
        recorded: the run's own number.
        terms: what each summand adds, (terms,) float64; of a softmax the shares; None where the
            arithmetic is no sum.
    """

    value: Any
    text: str
    sources: Cells
    expression: Expression | None = None
    recorded: Any = math.nan
    terms: np.ndarray | None = None


def explain(
    trace: RunLike, tensor: str, index: tuple[int, ...], *, everything: bool = False
) -> Explanation:
    """Compute one cell of a run in NumPy, and write its arithmetic.

    What is only passed on (a step with ``shown=False``) and is one cell is written out in its
    place; so are sums and products that are shown, up to ``LEVELS`` of them: so
    ``relu(x × w + … + b)`` is one line. What only moved is named where it was before.

    Args:
        trace: the run.
        tensor: a name in ``trace.tensors``.
        index: the cell, one integer an axis.
        everything: write every term of a long sum.

    Returns:
        the number, its arithmetic, and the cells that made it.

    Raises:
        ValueError: a name that is not in the run, or a cell that is not in the tensor.
    """
    index = checked(trace, tensor, index)
    recorded = _number(trace[tensor][index])
    step = made_by(trace).get(tensor)
    if step is None:
        text = written(recorded)
        return Explanation(value=recorded, text=text, sources={}, recorded=recorded)
    if not step.op.explained:
        own = dependencies(trace, tensor, index)
        text = f"{written(recorded)} ({step.op.says})"
        return Explanation(value=recorded, text=text, sources=own, recorded=recorded)
    sources: Cells = {}
    found = _Writer(trace).expression(step, index, sources)
    return Explanation(
        value=found.value,
        text=_equation(found, recorded, everything),
        sources={name: sorted(set(cells)) for name, cells in sources.items()},
        expression=found,
        recorded=recorded,
        terms=_terms(found),
    )


@dataclass(frozen=True)
class _Name(Expression):
    """A cell by its name, in place of its number."""

    cell: OperandCell

    @property
    def value(self) -> Any:
        """The cell's number."""
        return self.cell.value

    def write(self, *, everything: bool = False, first: bool = True) -> str:
        """Write ``kernel[0, 2]``."""
        del everything, first
        at = ", ".join(map(str, self.cell.index))
        return f"{self.cell.tensor}[{at}]" if at else self.cell.tensor


def named(worked: Explanation, *, everything: bool = False) -> str:
    """Write the arithmetic of a cell with the names of the cells in it: ``x[0, 1] × w[1, 2]``.

    Args:
        worked: as ``explain`` returns it.
        everything: write every term of a long sum.

    Returns:
        one line; empty where there is no arithmetic, or only a number.
    """
    found = worked.expression
    if found is None or isinstance(found, OperandCell | Number):
        return ""
    return found.replaced(_Name).write(everything=everything)


class _Writer:
    """Writes out what is only passed on, in its place."""

    def __init__(self, trace: RunLike) -> None:
        self.trace = trace
        self.made_by = made_by(trace)
        self.spans: dict[str, tuple[Spans, ...]] = {}
        self.levels = LEVELS

    def _sources(self, step: StepLike, index: Index) -> list[list[Index]]:
        """Return the cells of each operand; a step's spans are the same for all its cells."""
        operands = [self.trace[operand] for operand in step.operands]
        if step.result not in self.spans:
            self.spans[step.result] = step.op.spans(*operands)
        found = []
        unread = step.op.unread(index, *operands)
        for number, own in enumerate(self.spans[step.result]):
            lengths = operands[number].shape
            axes = [spans.cells(s, index, n) for s, n in zip(own, lengths, strict=True)]
            found.append([] if number in unread else list(itertools.product(*axes)))
        return found

    def expression(self, step: StepLike, index: Index, sources: Cells) -> Expression:
        """Return a cell's arithmetic, and add to ``sources`` the cells that it is made of."""
        operands = [self.trace[operand] for operand in step.operands]
        own = self._sources(step, index)
        cells = [(number, cell) for number, found in enumerate(own) for cell in found]
        if isinstance(step.op, LayoutOp) and len(cells) == 1 and cells[0][1]:
            number, cell = cells[0]
            found: Expression = OperandCell(number, cell, operands[number][cell])
        else:
            found = step.op.expression(index, *operands)
        read: dict[int, set[Index]] = {}
        for leaf in found.leaves():
            read.setdefault(leaf.operand, set()).add(leaf.index)
        opened: dict[tuple[int, Index], Expression] = {}
        for number, (operand, cells) in enumerate(zip(step.operands, own, strict=True)):
            # One cell alone: of several that were read, the one that was taken stands among others.
            alone = len(cells) == 1 and read.get(number, set(cells)) == set(cells)
            for cell in cells:
                inner = self._passed_on(operand, cell, alone, sources) if step.op.opens else None
                if inner is None:
                    sources.setdefault(operand, []).append(cell)
                else:
                    opened[number, cell] = inner

        def exchange(leaf: OperandCell) -> Expression:
            inner = opened.get((leaf.operand, leaf.index))
            return replace(leaf, tensor=step.operands[leaf.operand]) if inner is None else inner

        return found.replaced(exchange)

    def _passed_on(
        self, operand: str, cell: Index, alone: bool, sources: Cells
    ) -> Expression | None:
        """Return the arithmetic of an operand's cell, if it is written out in its place."""
        step = self.made_by.get(operand)
        if step is None or not step.op.explained:
            return None
        moves = isinstance(step.op, LayoutOp)
        if not alone and not (moves and not step.shown):
            return None
        if not step.shown or moves or _is_identity(step.op):
            return self.expression(step, cell, sources)
        if self.levels == 0 or not _is_sum_or_product(step.op) or self._is_state(operand):
            return None
        self.levels -= 1
        try:
            return self.expression(step, cell, sources)
        finally:
            self.levels += 1

    def _is_state(self, name: str) -> bool:
        """Return whether a tensor is the state after a time step, that the next one starts with."""
        symbol = getattr(self.trace.tensors[name], "symbol", "")
        return bool(re.fullmatch(r"[ch]_\{\d+\}", symbol))


def _is_identity(op: Op) -> bool:
    return isinstance(op, Elementwise) and op.name == "identity"


def _is_sum_or_product(op: Op) -> bool:
    """Return whether an operation is written out in place of its result, and is no function."""
    if isinstance(op, Elementwise):
        return op.infix and op.name in ("add", "subtract", "multiply", "divide")
    if isinstance(op, Reduce):
        return op.how in ("sum", "mean")
    return isinstance(op, (Contract, Conv, ConvTranspose, DepthwiseConv))


def _number(value: object) -> Any:
    """Return a recorded cell as a number; NaN for what is none, such as a string."""
    kind = np.asarray(value)
    return math.nan if kind.dtype.kind in "OSU" else plain(kind[()])


def _equation(found: Expression, recorded: float, everything: bool) -> str:
    """Write the arithmetic, what a function is of, and the result."""
    result = agreed(found.value, recorded)
    if isinstance(found, OperandCell | Number):
        return result
    said = found.write(everything=everything)
    if isinstance(found, Function) and len(found.terms) == 1:
        (inner,) = found.terms
        if not isinstance(inner, OperandCell | Number):
            said += f" = {replace(found, terms=(Number(inner.value),)).write()}"
    return f"{said} = {result}"


def _terms(found: Expression) -> np.ndarray | None:
    """Return what each summand adds; of a mean its part of the mean, of complex numbers nothing."""
    if isinstance(found.value, complex):
        return None
    if isinstance(found, Function) and len(found.terms) == 1:
        found = found.terms[0]
    if isinstance(found, Share):
        return found.shares
    if isinstance(found, Sum):
        return np.array([term.value for term in found.flat])
    if isinstance(found, Difference):
        return np.array([found.left.value, -found.right.value])
    if isinstance(found, Quotient) and isinstance(found.left, Sum):
        with np.errstate(all="ignore"):
            parts = np.array([term.value for term in found.left.flat])
            return parts / found.right.value
    return None
