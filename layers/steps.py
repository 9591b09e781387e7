r"""The operations that layers are made of, redone by hand in NumPy.

An operation here is the independent oracle for what TensorFlow computed: nothing in this file
imports it. Each knows how to ``evaluate`` itself, which cells of its operands made a cell
(``spans``) and how (``terms``), how it is written in LaTeX, and the ``sign`` that stands between
the pictures of its operands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from layers.spans import Block, Shape, Span, along, block, whole


class Op:
    """One operation.

    Attributes:
        infix: its ``sign`` stands between operands; otherwise on an arrow to the result.
        copies: the result is the same numbers again, so it is of the operand's kind.
        says: the sign in words.
    """

    infix: ClassVar[bool] = True
    copies: ClassVar[bool] = False
    says: ClassVar[str]

    @property
    def sign(self) -> str:
        """The operator as the picture shows it."""
        raise NotImplementedError

    def evaluate(self, *operands: Any, **_: Any) -> np.ndarray:
        """Redo the operation in NumPy, in the operands' precision."""
        raise NotImplementedError

    def spans(self, *shapes: Any, **_: Any) -> tuple[tuple[Span, ...], ...]:
        """Return, for operands of these shapes, what of each axis of each makes a result cell."""
        raise NotImplementedError

    def sources(self, index: tuple[int, ...], *shapes: Shape) -> tuple[Block, ...]:
        """Return the block of each operand that made the result's cell at ``index``."""
        spans = self.spans(*shapes)
        return tuple(block(own, index, shape) for own, shape in zip(spans, shapes, strict=True))

    def terms(self, index: tuple[int, ...], *operands: Any, **_: Any) -> Terms:
        """Return the arithmetic of the result's cell at ``index``, on the operands' numbers.

        Here the sum of the cells that made it; operations that do otherwise say so themselves.
        """
        blocks = self.sources(index, *(operand.shape for operand in operands))
        cells = [operand[cells] for operand, cells in zip(operands, blocks, strict=True)]
        return Terms(tuple((float(x),) for block_ in cells for x in np.ravel(block_)))

    def latex(self, *operands: Any, **_: Any) -> str:
        """Write the operation with the operands' symbols."""
        raise NotImplementedError


@dataclass(frozen=True)
class Terms:
    """The arithmetic of one cell: ``function(Σ products)``, or just the sum.

    Attributes:
        factors: one tuple a term, the numbers whose product it is.
        function: the name of an activation, or nothing; ``max`` takes the largest term instead.
        own: for a softmax, which of the terms is the cell's own; its terms are not added up.
    """

    factors: tuple[tuple[float, ...], ...]
    function: str = ""
    own: int | None = None

    @property
    def products(self) -> np.ndarray:
        """The terms, each worked out: (terms,) float64."""
        return np.array([np.prod(term, dtype="float64") for term in self.factors])

    @property
    def parts(self) -> np.ndarray:
        """What each term adds: its product, or of a softmax its share of the whole."""
        with np.errstate(all="ignore"):
            return self.products if self.own is None else ACTIVATIONS[self.function](self.products)

    @property
    def value(self) -> float:
        """What it comes to."""
        with np.errstate(all="ignore"):  # infinities and NaN are the run's own
            if self.own is not None:
                return float(self.parts[self.own])
            if self.function == "max":
                return float(self.products.max())
            total = self.products.sum(keepdims=True)
            return float(ACTIVATIONS[self.function or "linear"](total)[0])


@dataclass(frozen=True)
class MatMul(Op):
    """The last axis of the left against the first of the right: (…, p) · (p, d) → (…, d)."""

    says: ClassVar[str] = "matrix product"
    sign: ClassVar[str] = "·"

    def evaluate(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Sum the products over the shared axis."""
        return np.einsum("...p,pd->...d", left, right)

    def spans(self, left: Shape, right: Shape) -> tuple[tuple[Span, ...], ...]:
        """Return a row of the left and a column of the right."""
        return (*along(left[:-1]), whole(left[-1])), (whole(right[0]), Span(len(left) - 1))

    def terms(self, index: tuple[int, ...], left: np.ndarray, right: np.ndarray) -> Terms:
        """Return the products of a row and a column, in order."""
        row, column = left[index[:-1]], right[:, index[-1]]
        return Terms(tuple(zip(row.tolist(), column.tolist(), strict=True)))

    def latex(self, left: str, right: str) -> str:
        r"""Write ``X \; W``, far enough apart for the shapes beneath."""
        return rf"{left} \;\; {right}"


@dataclass(frozen=True)
class AddBias(Op):
    """Add one number a unit to every row: (…, d) + (d,) → (…, d)."""

    says: ClassVar[str] = "add, to every row"
    sign: ClassVar[str] = "+"

    def evaluate(self, values: np.ndarray, bias: np.ndarray) -> np.ndarray:
        """Add along the last axis."""
        return values + bias

    def spans(self, values: Shape, bias: Shape) -> tuple[tuple[Span, ...], ...]:
        """Return the same cell, and the unit's own bias."""
        return along(values), (Span(len(values) - 1),) * len(bias)

    def latex(self, values: str, bias: str) -> str:
        """Write ``… + b``."""
        return f"{values} + {bias}"


@dataclass(frozen=True)
class Multiply(Op):
    """Cell by cell; the right operand is the same for every array of a batch."""

    says: ClassVar[str] = "multiply cell by cell"
    sign: ClassVar[str] = "×"

    def evaluate(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Multiply with broadcasting."""
        return left * right

    def spans(self, left: Shape, right: Shape) -> tuple[tuple[Span, ...], ...]:
        """Return the same cell of both; the right may lack leading axes."""
        missing = len(left) - len(right)
        return along(left), tuple(
            Span(missing + axis) if length > 1 or left[missing + axis] == 1 else whole(1)
            for axis, length in enumerate(right)
        )

    def terms(self, index: tuple[int, ...], left: np.ndarray, right: np.ndarray) -> Terms:
        """Return the one product."""
        ours, theirs = self.sources(index, left.shape, right.shape)
        return Terms(((left[ours].item(), right[theirs].item()),))

    def latex(self, left: str, right: str) -> str:
        r"""Write ``X \odot M``."""
        return rf"{left} \odot {right}"


@dataclass(frozen=True)
class Repeat(Op):
    """One stored column (p, 1) as d equal columns (p, d), or one scalar () as (d,)."""

    times: int
    infix: ClassVar[bool] = False
    copies: ClassVar[bool] = True
    says: ClassVar[str] = "repeat"

    @property
    def sign(self) -> str:
        """The arrow's label."""
        return f"repeat ×{self.times}"

    def evaluate(self, stored: np.ndarray) -> np.ndarray:
        """Broadcast the stored numbers along the last axis."""
        shape = stored.shape[:-1] if stored.ndim else ()
        return np.broadcast_to(stored, (*shape, self.times)).copy()

    def spans(self, stored: Shape) -> tuple[tuple[Span, ...], ...]:
        """Return the one stored number."""
        return ((*along(stored[:-1]), *map(whole, stored[-1:])),)

    def latex(self, stored: str) -> str:
        """Write ``repeat_d(w)``."""
        return rf"\mathrm{{repeat}}_{{{self.times}}}({stored})"


@dataclass(frozen=True)
class Activation(Op):
    """A function of each cell alone."""

    name: str
    infix: ClassVar[bool] = False
    says: ClassVar[str] = "activation"

    @property
    def sign(self) -> str:
        """The arrow's label."""
        return self.name

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Apply the function from its textbook formula."""
        return ACTIVATIONS[self.name](values)

    def spans(self, values: Shape) -> tuple[tuple[Span, ...], ...]:
        """Return the same cell; for a softmax all cells that it is weighed against."""
        if self.name == "softmax":
            return ((*along(values[:-1]), whole(values[-1])),)
        return (along(values),)

    def terms(self, index: tuple[int, ...], values: np.ndarray) -> Terms:
        """Return the function, of the cell or (softmax) of the cells it is weighed against."""
        cells = super().terms(index, values)
        own = index[-1] if self.name == "softmax" else None
        return Terms(cells.factors, self.name, own)

    def latex(self, values: str) -> str:
        """Write ``relu(…)``."""
        return rf"\mathrm{{{self.name}}}({values})"


@dataclass(frozen=True)
class SumOverBatch(Op):
    """Sum down the first axis: (n, p) → (p,)."""

    infix: ClassVar[bool] = False
    says: ClassVar[str] = "sum over the batch"
    sign: ClassVar[str] = "Σ batch"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Add up the rows."""
        return values.sum(axis=0)

    def spans(self, values: Shape) -> tuple[tuple[Span, ...], ...]:
        """Return the column, from every row of the batch."""
        return ((whole(values[0]), *along(values[1:])),)

    def latex(self, values: str) -> str:
        r"""Write ``\sum_{i} X_{i}``."""
        return rf"\sum_{{i}} {values}_{{i}}"


@dataclass(frozen=True)
class Accumulate(Op):
    """What was stored, plus what came: the new state."""

    says: ClassVar[str] = "add to what was stored"
    sign: ClassVar[str] = "+"

    def evaluate(self, before: np.ndarray, added: np.ndarray) -> np.ndarray:
        """Add."""
        return before + added

    def spans(self, before: Shape, added: Shape) -> tuple[tuple[Span, ...], ...]:
        """Return the same cell of both."""
        return along(before), along(added)

    def latex(self, before: str, added: str) -> str:
        """Write ``t + s``."""
        return f"{before} + {added}"


@dataclass(frozen=True)
class Return(Op):
    """The layer returns a tensor as it is."""

    infix: ClassVar[bool] = False
    says: ClassVar[str] = "returned as it is"
    sign: ClassVar[str] = "returned"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Return the values."""
        return values

    def spans(self, values: Shape) -> tuple[tuple[Span, ...], ...]:
        """Return the same cell."""
        return (along(values),)

    def latex(self, values: str) -> str:
        """Write the symbol alone."""
        return values


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(x, -700, 700)))


def _softmax(x: np.ndarray) -> np.ndarray:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _elu(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": lambda x: np.where(np.isnan(x), x, np.maximum(x, 0)),
    "elu": _elu,
    "sigmoid": _sigmoid,
    "tanh": np.tanh,
    "softplus": lambda x: np.logaddexp(x, 0),
    "softmax": _softmax,
}
