"""All cells along an axis, for each of them: softmax, running sums and products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from layers.operations.arithmetic import (
    Difference,
    Expression,
    LogOfPowers,
    Product,
    Share,
    Sum,
)
from layers.operations.op import Index, Op, Spans
from layers.operations.reduction import listed
from layers.operations.spans import Shape, Span, Table, along, whole


@dataclass(frozen=True)
class Softmax(Op):
    """Shares that add up to 1 along an axis: exp(a) ÷ (exp(a) + exp(b) + …).

    Attributes:
        axis: along which.
        log: their logarithms instead.
    """

    axis: int = -1
    log: bool = False

    @property
    def noun(self) -> str:
        """``softmax``."""
        return "log_softmax" if self.log else "softmax"

    @property
    def says(self) -> str:
        """``softmax``."""
        return "logarithm of the softmax" if self.log else "softmax"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Divide the powers by their sum; the largest is subtracted first, against overflow."""
        with np.errstate(all="ignore"):
            away = values - values.max(axis=self.axis, keepdims=True)
            total = np.exp(away).sum(axis=self.axis, keepdims=True)
            return away - np.log(total) if self.log else np.exp(away) / total

    def _spans(self, shape: Shape) -> tuple[Span, ...]:
        spans = list(along(shape))
        spans[self.axis] = whole(shape[self.axis])
        return tuple(spans)

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return all cells that it is weighed against."""
        return (self._spans(values.shape),)

    def expression(self, index: Index, values: np.ndarray) -> Expression:
        """Return its share."""
        terms = listed(self._spans(values.shape), index, values)
        own = index[self.axis]
        if self.log:
            return Difference(terms[own], LogOfPowers(terms))
        return Share(terms, own=own)


@dataclass(frozen=True)
class Cumulative(Op):
    """A running sum or product along an axis.

    Attributes:
        how: ``sum`` or ``prod``.
        axis: along which.
        exclusive: without the cell itself.
        reverse: from the end.
    """

    how: Literal["sum", "prod"]
    axis: int
    exclusive: bool = False
    reverse: bool = False

    @property
    def noun(self) -> str:
        """``running_sum``."""
        return "running_sum" if self.how == "sum" else "running_product"

    @property
    def sign(self) -> str:
        """``running Σ``."""
        return "running Σ" if self.how == "sum" else "running Π"

    @property
    def says(self) -> str:
        """``running sum``."""
        return self.noun.replace("_", " ")

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Add up cell after cell."""
        run = np.flip(values, self.axis) if self.reverse else values
        add = np.cumsum if self.how == "sum" else np.cumprod
        with np.errstate(all="ignore"):
            found = add(run, axis=self.axis, dtype=values.dtype)
        if self.exclusive:
            found = np.roll(found, 1, axis=self.axis)
            first = [slice(None)] * values.ndim
            first[self.axis] = slice(0, 1)
            found[tuple(first)] = 0 if self.how == "sum" else 1
        return np.flip(found, self.axis) if self.reverse else found

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the cells up to this one."""
        axis = self.axis % values.ndim
        at = np.arange(values.shape[axis])
        spans: list = list(along(values.shape))
        left_out = int(self.exclusive)
        if self.reverse:
            spans[axis] = Table((axis,), at + left_out, len(at) - at - left_out)
        else:
            spans[axis] = Table((axis,), 0 * at, at + 1 - left_out)
        return (tuple(spans),)

    def expression(self, index: Index, values: np.ndarray) -> Expression:
        """Return their sum or product."""
        terms = listed(self.spans(values)[0], index, values)
        return Sum(terms) if self.how == "sum" else Product(terms)
