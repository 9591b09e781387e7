"""Numbers that count: steps from a start, and the places where cells are not zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.operations.arithmetic import Expression, Function, Number, OperandCell, Product, Sum
from layers.operations.op import Index, Op, Spans
from layers.operations.spans import Table, whole


@dataclass(frozen=True)
class Count(Op):
    """Numbers equally far apart: start, start + step, start + 2 × step.

    Attributes:
        length: how many numbers.
    """

    length: int

    @property
    def noun(self) -> str:
        """``count``."""
        return "count"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "numbers from the first on, the second apart"

    def evaluate(self, start: np.ndarray, step: np.ndarray) -> np.ndarray:
        """Count."""
        kind = np.result_type(start, step)
        return np.asarray(start + np.arange(self.length).astype(kind) * step, kind)

    def spans(self, start: np.ndarray, step: np.ndarray) -> tuple[Spans, ...]:
        """Return nothing: both are one number."""
        del start, step
        return (), ()

    def unread(self, index: Index, *operands: np.ndarray) -> frozenset[int]:
        """Return, of the first number, the step."""
        del operands
        return frozenset() if index[0] else frozenset({1})

    def expression(self, index: Index, start: np.ndarray, step: np.ndarray) -> Expression:
        """Return the start and the steps to the cell."""
        first = OperandCell(0, (), start.item())
        if not index[0]:
            return first
        return Sum((first, Product((Number(index[0]), OperandCell(1, (), step.item())))))


@dataclass(frozen=True)
class NonZeroPlaces(Op):
    """The index of each cell that is not zero, in row-major order: (cells, axes)."""

    @property
    def noun(self) -> str:
        """``places``."""
        return "places"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "the places that are not zero"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """List the places."""
        return np.argwhere(values)

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return all cells up to the one, along the only axis; of several axes all."""
        if values.ndim != 1:
            return (tuple(whole(length) for length in values.shape),)
        places = np.flatnonzero(values)
        return ((Table((0,), np.zeros(len(places), int), places + 1),),)

    def expression(self, index: Index, values: np.ndarray) -> Expression:
        """Return which of the cells up to there it is, and there along which axis."""
        number, axis = index
        flat = int(np.flatnonzero(values)[number])
        read = flat + 1 if values.ndim == 1 else values.size
        cells = (np.unravel_index(at, values.shape) for at in range(read))
        at_each = (tuple(int(place) for place in at) for at in cells)
        apart = int(np.prod(values.shape[axis + 1 :], initial=1))
        return Function(
            tuple(OperandCell(0, at, values[at]) for at in at_each),
            name="place",
            parameters=(number, apart, values.shape[axis]),
            shown=f"place {number + 1} that is not 0 of ",
        )
