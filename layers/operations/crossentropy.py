"""The cross-entropy of logits, and its gradient: a softmax minus the targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.operations.arithmetic import (
    Difference,
    Expression,
    LogOfPowers,
    OperandCell,
    Product,
    Share,
    Sum,
)
from layers.operations.op import Index, Op, Spans
from layers.operations.running import Softmax
from layers.operations.spans import Span, along, whole


@dataclass(frozen=True)
class CrossEntropy(Op):
    """Σ t · (log Σ exp(z) − z) over the classes of each row; the operands are z and t."""

    @property
    def noun(self) -> str:
        """``cross_entropy``."""
        return "cross_entropy"

    @property
    def sign(self) -> str:
        """``−Σ t · log softmax``."""
        return "−Σ t · log softmax"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "cross-entropy of the softmax"

    def evaluate(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Add up the targets' shares of the logarithms."""
        with np.errstate(all="ignore"):
            return -(targets * Softmax(-1, log=True).evaluate(logits)).sum(axis=-1)

    def spans(self, logits: np.ndarray, targets: np.ndarray) -> tuple[Spans, ...]:
        """Return the row."""
        own = (Span(0), whole(logits.shape[-1]))
        return own, (Span(0), whole(targets.shape[-1]))

    def expression(self, index: Index, logits: np.ndarray, targets: np.ndarray) -> Expression:
        """Return the sum over the classes."""
        row = index[0]
        terms = tuple(OperandCell(0, (row, c), logits[row, c]) for c in range(logits.shape[-1]))
        return Sum(
            tuple(
                Product(
                    (
                        OperandCell(1, (row, c), targets[row, c]),
                        Difference(LogOfPowers(terms), terms[c]),
                    )
                )
                for c in range(len(terms))
            )
        )


@dataclass(frozen=True)
class CrossEntropyGradient(Op):
    """softmax(z) − t: the gradient of each row's cross-entropy by its logits."""

    @property
    def noun(self) -> str:
        """``error``."""
        return "error"

    @property
    def sign(self) -> str:
        """``softmax − t``."""
        return "softmax − t"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "softmax minus the targets"

    def evaluate(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Subtract."""
        return Softmax(-1).evaluate(logits) - targets

    def spans(self, *operands: Any) -> tuple[Spans, ...]:
        """Return the row of logits, and the one target."""
        return (Span(0), whole(operands[0].shape[-1])), tuple(along(operands[1].shape))

    def expression(self, index: Index, logits: np.ndarray, targets: np.ndarray) -> Expression:
        """Return the difference."""
        row, own = index
        terms = tuple(OperandCell(0, (row, c), logits[row, c]) for c in range(logits.shape[-1]))
        return Difference(Share(terms, own=own), OperandCell(1, index, targets[index]))
