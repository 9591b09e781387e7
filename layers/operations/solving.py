"""Systems of linear equations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.operations.arithmetic import Expression, Number, OperandCell, Product, Sum
from layers.operations.op import Index, Op, Spans
from layers.operations.spans import Span, whole


@dataclass(frozen=True)
class Solve(Op):
    """The X of A X = B, for each of a batch; its arithmetic is A⁻¹ B.

    Attributes:
        transposed: of Aᵀ X = B.
    """

    transposed: bool = False

    @property
    def noun(self) -> str:
        """``solution``."""
        return "solution"

    @property
    def sign(self) -> str:
        """``solve``."""
        return "solve"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "the inverse of the first, times the second"

    def evaluate(self, matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Solve; NaN where there is no one solution."""
        matrix = np.swapaxes(matrix, -1, -2) if self.transposed else matrix
        try:
            return np.linalg.solve(matrix, right)
        except np.linalg.LinAlgError:
            return np.full(right.shape, np.nan, right.dtype)

    def spans(self, matrix: np.ndarray, right: np.ndarray) -> tuple[Spans, ...]:
        """Return the whole matrix, and the column of the right side."""
        batch = tuple(Span(axis) for axis in range(matrix.ndim - 2))
        rows = whole(matrix.shape[-1])
        return (*batch, rows, rows), (*batch, rows, Span(right.ndim - 1))

    def expression(self, index: Index, matrix: np.ndarray, right: np.ndarray) -> Expression:
        """Return a row of the inverse times the column."""
        *batch, row, column = index
        own = np.asarray(matrix[tuple(batch)], "float64")
        inverse = self.evaluate(own, np.eye(len(own)))
        cells = [(*batch, at, column) for at in range(len(own))]
        return Sum(
            tuple(
                Product((Number(float(weight)), OperandCell(1, at, right[at])))
                for weight, at in zip(inverse[row], cells, strict=True)
            )
        )

    def latex(self, *operands: str) -> str:
        """Write ``A^{-1} B``."""
        power = r"-\mathsf{T}" if self.transposed else "-1"
        return rf"{{{operands[0]}}}^{{{power}}} \; {operands[1]}"
