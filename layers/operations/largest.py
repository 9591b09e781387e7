"""The largest cells of the last axis in order, and where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.operations.arithmetic import Expression, OperandCell, TakenBranch
from layers.operations.op import Index, LayoutOp, Op, Spans
from layers.operations.spans import Span, Table, whole


def order(values: np.ndarray, count: int) -> np.ndarray:
    """Return the places of the largest cells of the last axis; of equal ones the first is first."""
    return np.argsort(-values, axis=-1, kind="stable")[..., :count]


@dataclass(frozen=True)
class Largest(LayoutOp):
    """The largest cells of the last axis, from the largest on.

    Attributes:
        count: how many.
    """

    count: int

    @property
    def noun(self) -> str:
        """``largest``."""
        return "largest"

    @property
    def sign(self) -> str:
        """``top 2``."""
        return f"top {self.count}"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Take them."""
        return np.take_along_axis(values, order(values, self.count), axis=-1)

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell that was taken."""
        axes = tuple(range(values.ndim))
        return ((*(Span(axis) for axis in axes[:-1]), Table(axes, order(values, self.count))),)


@dataclass(frozen=True)
class PlacesOfLargest(Op):
    """Where the largest cells of the last axis are, from the largest on.

    Attributes:
        count: how many.
    """

    count: int

    @property
    def noun(self) -> str:
        """``places``."""
        return "places"

    @property
    def sign(self) -> str:
        """``arg top 2``."""
        return f"arg top {self.count}"

    @property
    def says(self) -> str:
        """The sign in words."""
        return f"the places of the {self.count} largest"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Find them."""
        return order(values, self.count).astype("int32")

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the whole axis: each cell could be among them."""
        return ((*(Span(axis) for axis in range(values.ndim - 1)), whole(values.shape[-1])),)

    def expression(self, index: Index, values: np.ndarray) -> Expression:
        """Return the place, with all that were compared."""
        row = values[index[:-1]]
        terms = tuple(OperandCell(0, (*index[:-1], at), row[at]) for at in range(len(row)))
        taken = int(order(row, self.count)[index[-1]])
        return TakenBranch(terms, taken=taken, name=f"arg top {index[-1] + 1}")
