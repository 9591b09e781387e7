"""Normalising as a textbook writes it: (x − mean) × scale ÷ √(variance + ε) + offset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.operations.elementwise import cell
from layers.operations.expression import (
    Difference,
    Expression,
    Function,
    Number,
    Product,
    Quotient,
    Sum,
)
from layers.operations.op import Index, Op, Spans
from layers.operations.spans import broadcast


@dataclass(frozen=True)
class Normalize(Op):
    """Subtract the mean, divide by the deviation, scale and shift.

    The operands are x, the mean, the variance, then the scale and the offset where there are
    any. All but x broadcast to it as in NumPy.

    Attributes:
        axes: those of x over which mean and variance were taken.
        epsilon: what is added to the variance.
        has_scale: there is a scale.
        has_offset: there is an offset.
    """

    axes: tuple[int, ...]
    epsilon: float
    has_scale: bool = True
    has_offset: bool = True

    @property
    def noun(self) -> str:
        """``normalized``."""
        return "normalized"

    @property
    def sign(self) -> str:
        """``normalize``."""
        return "normalize"

    @property
    def says(self) -> str:
        """The sign in words."""
        scaled = " scale," if self.has_scale else ""
        shifted = " shift" if self.has_offset else ""
        return f"subtract the mean, divide by the deviation,{scaled}{shifted}".rstrip(",")

    def _named(self, operands: tuple) -> tuple:
        """Return x, mean, variance, scale, offset; None for what there is not."""
        x, mean, variance, *others = operands
        scale = others.pop(0) if self.has_scale else None
        offset = others.pop(0) if self.has_offset else None
        return x, mean, variance, scale, offset

    def evaluate(self, *operands: np.ndarray) -> np.ndarray:
        """Work out the formula."""
        x, mean, variance, scale, offset = self._named(operands)
        with np.errstate(all="ignore"):
            found = x - mean
            if scale is not None:
                found = found * scale
            found = found / np.sqrt(variance + self.epsilon)
            return found if offset is None else found + offset

    def spans(self, *operands: np.ndarray) -> tuple[Spans, ...]:
        """Return the same cell of each."""
        return tuple(broadcast(each.shape, operands[0].ndim) for each in operands)

    def expression(self, index: Index, *operands: np.ndarray) -> Expression:
        """Return the formula with the operands' cells."""
        terms = tuple(cell(at, index, each) for at, each in enumerate(operands))
        x, mean, variance, scale, offset = self._named(terms)
        top: Expression = Difference(x, mean)
        if scale is not None:
            top = Product((top, scale))
        root = Function((Sum((variance, Number(self.epsilon))),), name="sqrt", shown="√")
        found = Quotient(top, root)
        return found if offset is None else Sum((found, offset))

    def latex(self, *operands: str) -> str:
        r"""Write ``\frac{X - \mu}{\sqrt{\sigma^2 + \epsilon}} \odot \gamma + \beta``."""
        x, mean, variance, scale, offset = self._named(operands)
        found = rf"\frac{{{x} - {mean}}}{{\sqrt{{{variance} + \epsilon}}}}"
        if scale is not None:
            found += rf" \odot {scale}"
        return found if offset is None else f"{found} + {offset}"
