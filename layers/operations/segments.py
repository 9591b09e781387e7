"""Rows added up by a number that each of them has: what a gather's gradient is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.operations.arithmetic import Difference, Expression, OperandCell, Sum
from layers.operations.op import Index, Op, Spans
from layers.operations.spans import Span, Table, along


def _rows(ids: np.ndarray, count: int) -> Table:
    """Return where the rows of each number are: from its first to its last.

    Rows of other numbers may lie between them; the arithmetic does not have those.
    """
    flat = np.ravel(ids)
    first = np.zeros(count, int)
    sizes = np.zeros(count, int)
    for number in range(count):
        places = np.flatnonzero(flat == number)
        if len(places):
            first[number], sizes[number] = places[0], places[-1] - places[0] + 1
    return Table((0,), first, sizes)


def _terms(
    values: np.ndarray, ids: np.ndarray, index: Index, operand: int
) -> tuple[OperandCell, ...]:
    places = np.flatnonzero(np.ravel(ids) == index[0])
    cells = [(int(place), *index[1:]) for place in places]
    return tuple(OperandCell(operand, at, values[at]) for at in cells)


@dataclass(frozen=True)
class SegmentSum(Op):
    """The sum of the rows that have a number, for each number; the operands are rows and numbers.

    Attributes:
        count: how many numbers there are, from 0.
    """

    count: int

    @property
    def noun(self) -> str:
        """``sum``."""
        return "sum"

    @property
    def sign(self) -> str:
        """``Σ rows``."""
        return "Σ rows"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "rows of the same number added up"

    def evaluate(self, values: np.ndarray, ids: np.ndarray) -> np.ndarray:
        """Add up."""
        found = np.zeros((self.count, *values.shape[1:]), values.dtype)
        np.add.at(found, ids, values)
        return found

    def spans(self, values: np.ndarray, ids: np.ndarray) -> tuple[Spans, ...]:
        """Return the rows from the first to the last of a number, and their numbers."""
        rows = _rows(ids, self.count)
        return (rows, *(Span(axis) for axis in range(1, values.ndim))), (rows,)

    def expression(self, index: Index, values: np.ndarray, ids: np.ndarray) -> Expression:
        """Return the sum."""
        return Sum(_terms(values, ids, index, 0))


@dataclass(frozen=True)
class SubtractRows(Op):
    """A table less the rows that have a number; the operands are table, numbers and rows."""

    @property
    def noun(self) -> str:
        """``difference``."""
        return "difference"

    @property
    def sign(self) -> str:
        """``− rows``."""
        return "− rows"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "rows subtracted where their number says"

    def evaluate(self, table: np.ndarray, ids: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Subtract row by row, in their order."""
        found = np.array(table)
        np.subtract.at(found, ids, values)
        return found

    def spans(self, table: np.ndarray, ids: np.ndarray, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell, and the rows from the first to the last of its number."""
        rows = _rows(ids, len(table))
        return along(table.shape), (rows,), (rows, *(Span(a) for a in range(1, values.ndim)))

    def expression(
        self, index: Index, table: np.ndarray, ids: np.ndarray, values: np.ndarray
    ) -> Expression:
        """Return the cell less the sum of the rows."""
        own, terms = OperandCell(0, index, table[index]), _terms(values, ids, index, 2)
        return Difference(own, Sum(terms)) if terms else own
