r"""The operations that layers are made of, redone by hand in NumPy.

An operation here is the independent oracle for what TensorFlow computed: nothing in this file
imports it. Each knows how to ``evaluate`` itself, how it is written in LaTeX, and the ``sign``
that stands between the pictures of its operands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np


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

    def latex(self, *operands: Any, **_: Any) -> str:
        """Write the operation with the operands' symbols."""
        raise NotImplementedError


@dataclass(frozen=True)
class MatMul(Op):
    """The last axis of the left against the first of the right: (…, p) · (p, d) → (…, d)."""

    says: ClassVar[str] = "matrix product"
    sign: ClassVar[str] = "·"

    def evaluate(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Sum the products over the shared axis."""
        return np.einsum("...p,pd->...d", left, right)

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
