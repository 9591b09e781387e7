"""Functions of each cell alone, with broadcasting between operands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from layers.operations.arithmetic import (
    Expression,
    Function,
    OperandCell,
    TakenBranch,
)
from layers.operations.arithmetic.form import Form
from layers.operations.arithmetic.forms import FORMS
from layers.operations.arithmetic.functions import FUNCTIONS
from layers.operations.op import Index, Op, Spans
from layers.operations.spans import Span, Table, broadcast

_NAME_ALONE = Form()


@dataclass(frozen=True)
class Elementwise(Op):
    """A function of each cell alone; operands broadcast as in NumPy.

    Attributes:
        name: one of ``layers.operations.arithmetic.functions.FUNCTIONS``.
        parameters: what the function takes after the operands, such as leaky_relu's alpha.
    """

    name: str
    parameters: tuple = ()

    def __post_init__(self) -> None:
        """Check the name."""
        if self.name not in FUNCTIONS:
            raise ValueError(
                f"An operation cannot be made: expected a function that is known. Received "
                f"{self.name!r}. Add it to FUNCTIONS."
            )

    @property
    def _form(self) -> Form:
        return FORMS.get(self.name, _NAME_ALONE)

    @property
    def infix(self) -> bool:  # ty: ignore[incompatible-property-override] # by function, not class
        """Whether the sign stands between the operands."""
        return self._form.infix

    @property
    def noun(self) -> str:
        """``sum``, ``product``, or the function's name."""
        return self._form.noun or self.name

    @property
    def sign(self) -> str:
        """``+``, ``relu``, or ``cast to int32``."""
        if self.name == "cast":
            return f"cast to {self.parameters[0]}"
        return self._form.sign or self.name

    @property
    def says(self) -> str:
        """The sign in words."""
        return self._form.says or self.sign.replace("_", " ")

    def evaluate(self, *operands: np.ndarray) -> np.ndarray:
        """Apply the function."""
        with np.errstate(all="ignore"):  # infinities and NaN are the run's own
            return np.asarray(FUNCTIONS[self.name](*operands, *self.parameters))

    def spans(self, *operands: np.ndarray) -> tuple[Spans, ...]:
        """Return the same cell of every operand; of a choice only where it was taken."""
        shape = np.broadcast_shapes(*(each.shape for each in operands))
        spans: list[Spans] = [broadcast(each.shape, len(shape)) for each in operands]
        if self.name != "where":
            return tuple(spans)
        condition = np.broadcast_to(operands[0], shape).astype(bool)
        yes, no = (
            _if_taken(own, taken)
            for own, taken in zip(spans[1:], (condition, ~condition), strict=True)
        )
        return spans[0], yes, no

    def unread(self, index: Index, *operands: np.ndarray) -> frozenset[int]:
        """Return, of a choice, the single number that was not taken."""
        if self.name != "where":
            return frozenset()
        other = 2 if cell(0, index, operands[0]).value else 1
        return frozenset() if operands[other].ndim else frozenset({other})

    def expression(self, index: Index, *operands: np.ndarray) -> Expression:
        """Return the function of the operands' cells."""
        terms = tuple(cell(at, index, each) for at, each in enumerate(operands))
        if self.name == "where":
            return TakenBranch(terms[1:], taken=0 if terms[0].value else 1)
        if self._form.build:
            return self._form.build(*terms, *self.parameters)
        return Function(terms, name=self.name, parameters=self.parameters)

    def latex(self, *operands: str) -> str:
        r"""Write ``X + b``, ``\sqrt{X}`` or ``\mathrm{relu}(X)``."""
        if self.name == "add_n":
            return " + ".join(operands)
        if self._form.latex:
            return self._form.latex.format(*operands)
        name = self.name.replace("_", r"\_")
        return rf"\mathrm{{{name}}}({', '.join(operands)})"


@dataclass(frozen=True)
class Moved(Elementwise):
    """How far a number moved: the later one minus the sooner, whatever made them."""

    name: str = "subtract"
    opens: ClassVar[bool] = False


def cell(number: int, index: Index, operand: np.ndarray) -> OperandCell:
    """Return the cell of an operand that broadcasts to the result, for its cell at ``index``."""
    own = index[len(index) - operand.ndim :]
    at = tuple(0 if n == 1 else i for i, n in zip(own, operand.shape, strict=True))
    return OperandCell(number, at, operand[at])


def _if_taken(spans: Spans, taken: np.ndarray) -> Spans:
    """Return the spans with no cell where the operand was not taken."""
    if not spans:
        return spans
    first = spans[0]
    axes = tuple(range(taken.ndim))
    moved = isinstance(first, Span) and isinstance(first.axis, int)
    starts = np.indices(taken.shape)[first.axes[0]] if moved else np.zeros(taken.shape, int)
    return (Table(axes, starts, taken.astype(int)), *spans[1:])
