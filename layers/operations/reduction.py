"""Many cells in one: sums, means and extremes over axes."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from layers.operations.arithmetic import (
    Difference,
    Expression,
    Function,
    Number,
    OperandCell,
    Power,
    Product,
    Quotient,
    Sum,
    TakenBranch,
)
from layers.operations.op import Index, Op, Spans
from layers.operations.spans import Span, Table, cells, whole

How = Literal["sum", "mean", "max", "min", "prod", "any", "all", "variance", "euclidean_norm"]
_SIGNS = {"sum": "Σ", "prod": "Π", "euclidean_norm": "‖x‖"}
_SAYS = {
    "sum": "sum",
    "mean": "mean",
    "max": "the largest",
    "min": "the smallest",
    "prod": "product of all",
    "any": "whether any holds",
    "all": "whether all hold",
    "variance": "variance",
    "euclidean_norm": "Euclidean norm",
}
_LATEX = {
    "sum": r"\sum {0}",
    "mean": r"\mathrm{{mean}}({0})",
    "max": r"\max({0})",
    "min": r"\min({0})",
    "prod": r"\prod {0}",
    "variance": r"\mathrm{{Var}}({0})",
    "euclidean_norm": r"\lVert {0} \rVert",
}


def _positive(axes: tuple[int, ...], rank: int) -> tuple[int, ...]:
    return tuple(sorted({axis % rank for axis in axes})) if rank else ()


def _reduced(values: np.ndarray, axes: tuple[int, ...], keepdims: bool) -> tuple[Span, ...]:
    """Return the spans of the cells that are reduced to one."""
    axes = _positive(axes, values.ndim)
    places = iter(range(values.ndim))
    found = []
    for axis, length in enumerate(values.shape):
        if axis in axes:
            found.append(whole(length))
            if keepdims:
                next(places)
        else:
            found.append(Span(next(places)))
    return tuple(found)


def listed(spans: Spans, index: Index, values: np.ndarray) -> tuple[OperandCell, ...]:
    """Return the cells of the first operand in row-major order."""
    own = [cells(span, index, n) for span, n in zip(spans, values.shape, strict=True)]
    return tuple(OperandCell(0, at, values[at]) for at in itertools.product(*own))


@dataclass(frozen=True)
class Reduce(Op):
    """One number of all along some axes.

    Attributes:
        how: the statistic; ``variance`` divides by the number of cells.
        axes: those that go.
        keepdims: they stay with length 1.
    """

    how: How
    axes: tuple[int, ...]
    keepdims: bool = False

    @property
    def noun(self) -> str:
        """``sum``, ``mean``, …."""
        return {"prod": "product", "euclidean_norm": "norm"}.get(self.how, self.how)

    @property
    def sign(self) -> str:
        """``Σ``, ``mean``, …."""
        return _SIGNS.get(self.how, self.how)

    @property
    def says(self) -> str:
        """The sign in words, with the axes."""
        numbers = ", ".join(str(axis) for axis in self.axes)
        return f"{_SAYS[self.how]} over axis {numbers}" if self.axes else _SAYS[self.how]

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Reduce."""
        axes = _positive(self.axes, values.ndim)
        with np.errstate(all="ignore"):
            if self.how == "mean":
                total = values.sum(axis=axes, keepdims=self.keepdims, dtype=values.dtype)
                count = math.prod(values.shape[axis] for axis in axes)
                whole_numbers = np.issubdtype(values.dtype, np.integer)
                if whole_numbers:  # TensorFlow cuts towards 0
                    return np.asarray(np.sign(total) * (np.abs(total) // count), values.dtype)
                return np.asarray(total / count)
            if self.how == "variance":
                away = values - values.mean(axis=axes, keepdims=True, dtype=values.dtype)
                return np.asarray(np.square(away).mean(axis=axes, keepdims=self.keepdims))
            if self.how == "euclidean_norm":
                return np.sqrt(np.square(values).sum(axis=axes, keepdims=self.keepdims))
            options: dict[str, Any] = {"axis": axes, "keepdims": self.keepdims}
            if self.how in {"sum", "prod"}:
                options["dtype"] = values.dtype
            if self.how in {"max", "min"}:
                options["initial"] = _lowest(values, self.how)
            return np.asarray(getattr(np, self.how)(values, **options))

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return all along the axes; of an extreme the one that was taken."""
        spans = _reduced(values, self.axes, self.keepdims)
        if self.how not in {"max", "min"} or not values.size:
            return (spans,)
        return (taken(values, _positive(self.axes, values.ndim), spans, self.keepdims, self.how),)

    def expression(self, index: Index, values: np.ndarray) -> Expression:
        """Return the statistic of the cells."""
        terms = listed(_reduced(values, self.axes, self.keepdims), index, values)
        count = Number(len(terms))
        if self.how == "sum":
            return Sum(terms)
        if self.how == "mean":
            if np.issubdtype(values.dtype, np.integer):
                return Function((Quotient(Sum(terms), count),), name="truncate")
            return Quotient(Sum(terms), count)
        if self.how == "prod":
            return Product(terms)
        if self.how in {"any", "all"}:
            holds = [bool(term.value) for term in terms]
            wanted = self.how == "any"
            # The first that decides; where none does, all agree and any may stand for them.
            first = holds.index(wanted) if wanted in holds else 0
            return TakenBranch(terms, taken=first, name=self.how)
        if self.how in {"max", "min"}:
            return TakenBranch(
                terms, taken=place([term.value for term in terms], self.how), name=self.how
            )
        powers: tuple[Expression, ...] = tuple(Power(term, Number(2)) for term in terms)
        if self.how == "euclidean_norm":
            return Function((Sum(powers),), name="sqrt", shown="√")
        mean = Number(Quotient(Sum(terms), count).value)
        away = tuple(Power(Difference(term, mean), Number(2)) for term in terms)
        return Quotient(Sum(away), count)

    def latex(self, *operands: str) -> str:
        r"""Write ``\sum X``."""
        if self.how not in _LATEX:
            return rf"\mathrm{{{self.how}}}({operands[0]})"
        return _LATEX[self.how].format(*operands)


def _lowest(values: np.ndarray, how: str) -> float | int | bool:
    """Return what an extreme of nothing is."""
    if values.dtype == bool:
        return how == "min"
    if np.issubdtype(values.dtype, np.integer):
        limits = np.iinfo(values.dtype)
        return int(limits.min if how == "max" else limits.max)
    return -math.inf if how == "max" else math.inf


def place(values: list[float], how: str) -> int:
    """Return which of them is the largest or smallest: the first of equals, NaN before all."""
    pick = np.argmin if how in {"min", "argmin"} else np.argmax
    return int(pick(np.asarray(values)))


def taken(
    values: np.ndarray, axes: tuple[int, ...], spans: Spans, keepdims: bool, how: str
) -> Spans:
    """Return the spans of the one cell of several that an extreme took.

    Args:
        values: the operand.
        axes: those over which the extreme is taken.
        spans: of all the cells, for the axes that stay.
        keepdims: the axes stay in the result with length 1.
        how: ``max`` or ``min``.
    """
    stay = tuple(axis for axis in range(values.ndim) if axis not in axes)
    lengths = tuple(values.shape[axis] for axis in axes)
    flat = values.transpose(*stay, *axes).reshape(*(values.shape[a] for a in stay), -1)
    first = flat.argmin(axis=-1) if how == "min" else flat.argmax(axis=-1)
    places = np.unravel_index(first, lengths) if axes else ()
    moved = tuple(axis if keepdims else at for at, axis in enumerate(stay))
    found = list(spans)
    for axis, starts in zip(axes, places, strict=True):
        found[axis] = Table(moved, np.asarray(starts))
    return tuple(found)


@dataclass(frozen=True)
class ArgReduce(Op):
    """The place of the largest or smallest along an axis.

    Attributes:
        how: which.
        axis: along which; it goes.
    """

    how: Literal["max", "min"]
    axis: int

    @property
    def noun(self) -> str:
        """``argmax``."""
        return f"arg{self.how}"

    @property
    def says(self) -> str:
        """``the place of the largest``."""
        return f"the place of the {'largest' if self.how == 'max' else 'smallest'}"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Find the first."""
        find = np.argmax if self.how == "max" else np.argmin
        return np.asarray(find(values, axis=self.axis))

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return all along the axis."""
        return (_reduced(values, (self.axis,), False),)

    def expression(self, index: Index, values: np.ndarray) -> Expression:
        """Return which of the cells it is."""
        terms = listed(self.spans(values)[0], index, values)
        own = place([term.value for term in terms], self.how)
        return TakenBranch(terms, taken=own, name=self.noun)
