"""What every operation knows of itself: how to redo it, which cells make a cell, and how.

Nothing in this room imports TensorFlow: an operation is the independent oracle for what TensorFlow
computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from layers.operations.arithmetic import Expression, Number, OperandCell
from layers.operations.spans import AnySpan, cells, whole

Index = tuple[int, ...]
Spans = tuple[AnySpan, ...]


class Op:
    """One operation with one result. Frozen dataclasses derive from it.

    Attributes:
        infix: its ``sign`` stands between operands; otherwise on an arrow to the result.
        copies: the result is the same numbers again, so it keeps its operand's role.
        explained: its arithmetic is known.
        opens: the arithmetic of its operands' cells may be written out in their places.
    """

    infix: ClassVar[bool] = False
    copies: ClassVar[bool] = False
    explained: ClassVar[bool] = True
    opens: ClassVar[bool] = True

    @property
    def noun(self) -> str:
        """What the result is called by default, in lower snake case."""
        raise NotImplementedError

    @property
    def sign(self) -> str:
        """The operator as the picture shows it."""
        return self.noun

    @property
    def says(self) -> str:
        """The sign in words, for screen readers."""
        return self.sign

    def evaluate(self, *operands: Any, **_: Any) -> np.ndarray:
        """Redo the operation in NumPy.

        Args:
            operands: the operands, of the shapes and dtypes that TensorFlow had (or float64 in
                place of its floats).

        Returns:
            the result, in the operands' own precision; integers and booleans stay what they are.
        """
        raise NotImplementedError

    def spans(self, *operands: Any, **_: Any) -> tuple[Spans, ...]:
        """Return, per operand and per axis of it, the cells that make a cell of the result.

        Args:
            operands: the arrays themselves, because the cells of a gather or a maximum depend on
                their numbers.
        """
        raise NotImplementedError

    def sources(
        self, index: Index, *operands: np.ndarray
    ) -> tuple[tuple[tuple[int, ...], ...], ...]:
        """Return the cells of each operand that make the result's cell at ``index``.

        Returns:
            per operand, per axis, the indices; an empty axis means no cell. An operand without
            axes has none that could be empty: see ``unread``.
        """
        return tuple(
            tuple(
                cells(span, index, length) for span, length in zip(spans, each.shape, strict=True)
            )
            for spans, each in zip(self.spans(*operands), operands, strict=True)
        )

    def unread(self, index: Index, *operands: Any, **_: Any) -> frozenset[int]:
        """Return which operands without axes do not make the result's cell at ``index``."""
        del index, operands
        return frozenset()

    def expression(self, index: Index, *operands: Any, **_: Any) -> Expression:
        """Return the arithmetic of the result's cell at ``index``, with the operands' numbers."""
        raise NotImplementedError

    def latex(self, *operands: str) -> str:
        r"""Write the operation with the operands' symbols: ``\mathrm{noun}(X, W)``."""
        name = self.noun.replace("_", r"\_")
        return rf"\mathrm{{{name}}}({', '.join(operands)})"


class LayoutOp(Op):
    """An operation that only moves cells: its arithmetic is one cell, or a constant."""

    def expression(self, index: Index, *operands: Any, **_: Any) -> Expression:
        """Return the one cell."""
        for number, own in enumerate(self.sources(index, *operands)):
            if all(own):
                at = tuple(axis[0] for axis in own)
                return OperandCell(number, at, operands[number][at])
        return self._nothing()

    def _nothing(self) -> Expression:
        """Return what a cell is that no operand has."""
        return Number(0.0)


@dataclass(frozen=True)
class Unknown(Op):
    """An operation without arithmetic here: it stays visible, with its ends and its name."""

    op_type: str
    explained: ClassVar[bool] = False

    @property
    def noun(self) -> str:
        """``result``."""
        return "result"

    @property
    def sign(self) -> str:
        """TensorFlow's own name."""
        return self.op_type

    @property
    def says(self) -> str:
        """That its arithmetic is not known."""
        return f"{self.op_type}, not explained"

    def evaluate(self, *operands: np.ndarray) -> np.ndarray:
        """Refuse.

        Raises:
            ValueError: always.
        """
        raise ValueError(
            f"An operation cannot be redone: expected one whose arithmetic is known. Received "
            f"{self.op_type!r} on {len(operands)} operands. Use the recorded result."
        )

    def spans(self, *operands: np.ndarray) -> tuple[Spans, ...]:
        """Return everything of every operand."""
        return tuple(tuple(whole(length) for length in each.shape) for each in operands)

    def latex(self, *operands: str) -> str:
        r"""Write ``\mathrm{EagerPyFunc}(X)``."""
        name = self.op_type.replace("_", r"\_")
        return rf"\mathrm{{{name}}}({', '.join(operands)})"
