"""Normalising as a textbook writes it: (x − mean) × scale ÷ √(variance + ε) + offset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.operations.arithmetic import (
    Difference,
    Expression,
    Function,
    Number,
    Product,
    Quotient,
    Sum,
)
from layers.operations.elementwise import cell
from layers.operations.op import Index, Op, Spans
from layers.operations.spans import Span, broadcast, whole


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
        groups: into how many groups the last axis falls. Each has a mean and a variance of its own:
            these have the last axis as two, the group and one cell.
    """

    axes: tuple[int, ...]
    epsilon: float
    has_scale: bool = True
    has_offset: bool = True
    groups: int = 1

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
        grouped = f" in {self.groups} groups" if self.groups > 1 else ""
        return f"subtract the mean, divide by the deviation{grouped},{scaled}{shifted}".rstrip(",")

    def _named(self, operands: tuple) -> tuple:
        """Return x, mean, variance, scale, offset; None for what there is not."""
        x, mean, variance, *others = operands
        scale = others.pop(0) if self.has_scale else None
        offset = others.pop(0) if self.has_offset else None
        return x, mean, variance, scale, offset

    def evaluate(self, *operands: np.ndarray) -> np.ndarray:
        """Work out the formula."""
        if self.groups > 1:
            size = operands[0].shape[-1] // self.groups
            spread = (np.repeat(each[..., 0], size, axis=-1) for each in operands[1:3])
            operands = (operands[0], *spread, *operands[3:])
        x, mean, variance, scale, offset = self._named(operands)
        with np.errstate(all="ignore"):
            found = x - mean
            if scale is not None:
                found = found * scale
            found = found / np.sqrt(variance + self.epsilon)
            return found if offset is None else found + offset

    def spans(self, *operands: np.ndarray) -> tuple[Spans, ...]:
        """Return the same cell of each, of the statistics that of its group."""
        rank = operands[0].ndim
        found = [broadcast(each.shape, rank) for each in operands]
        if self.groups > 1:
            size = operands[0].shape[-1] // self.groups
            for number in (1, 2):
                outer = broadcast(operands[number].shape[:-2], rank - 1)
                found[number] = (*outer, Span(rank - 1, every=size), whole(1))
        return tuple(found)

    def expression(self, index: Index, *operands: np.ndarray) -> Expression:
        """Return the formula with the operands' cells."""
        places = [index] * len(operands)
        if self.groups > 1:
            group = index[-1] // (operands[0].shape[-1] // self.groups)
            places[1:3] = [(*index[:-1], group, 0)] * 2
        terms = tuple(
            cell(number, place, each)
            for number, (place, each) in enumerate(zip(places, operands, strict=True))
        )
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
