"""Functions of each cell alone, with broadcasting between operands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from layers.operations.expression import (
    Cell,
    Choice,
    Comparison,
    Difference,
    Expression,
    Function,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)
from layers.operations.functions import FUNCTIONS
from layers.operations.op import Index, Op, Spans
from layers.operations.spans import Span, Table, broadcast

Build = Callable[..., Expression]


@dataclass(frozen=True, kw_only=True)
class Form:
    r"""How a function is named and written.

    Attributes:
        noun: what its result is called; the function's name if empty.
        sign: the operator as the picture shows it; the function's name if empty.
        says: the sign in words; the sign if empty.
        latex: with ``{0}``, ``{1}``, … for the operands; ``\mathrm{name}(…)`` if empty.
        infix: the sign stands between the operands.
        build: makes the arithmetic of the arguments' expressions; ``name(…)`` if None.
    """

    noun: str = ""
    sign: str = ""
    says: str = ""
    latex: str = ""
    infix: bool = False
    build: Build | None = field(default=None, compare=False)


def _infix(noun: str, sign: str, says: str, latex: str, build: Build) -> Form:
    return Form(noun=noun, sign=sign, says=says, latex=latex, infix=True, build=build)


def _compared(name: str, sign: str, says: str, latex: str) -> Form:
    def build(left: Expression, right: Expression) -> Expression:
        return Comparison((left, right), name, sign)

    return _infix(name, sign, says, f"{{0}} {latex} {{1}}", build)


def _root(x: Expression) -> Expression:
    return Function((x,), name="sqrt", shown="√")


def _extreme(name: str) -> Build:
    def build(*terms: Expression) -> Expression:
        return Function(terms, name=f"{name}imum", shown=name)

    return build


FORMS: dict[str, Form] = {
    "add": _infix("sum", "+", "plus", "{0} + {1}", lambda *x: Sum(x)),
    "subtract": _infix("difference", "−", "minus", "{0} - {1}", Difference),
    "multiply": _infix(
        "product", "×", "multiply cell by cell", r"{0} \odot {1}", lambda *x: Product(x)
    ),
    "divide": _infix("quotient", "÷", "divided by", r"\frac{{{0}}}{{{1}}}", Quotient),
    "power": _infix("power", "^", "to the power of", "{{{0}}}^{{{1}}}", Power),
    "less": _compared("less", "<", "is less than", "<"),
    "less_equal": _compared("less_equal", "≤", "is at most", r"\le"),
    "greater": _compared("greater", ">", "is greater than", ">"),
    "greater_equal": _compared("greater_equal", "≥", "is at least", r"\ge"),
    "equal": _compared("equal", "=", "equals", "="),
    "not_equal": _compared("not_equal", "≠", "differs from", r"\ne"),
    "and": _compared("and", "and", "and", r"\land"),
    "or": _compared("or", "or", "or", r"\lor"),
    "add_n": _infix("sum", "+", "plus", "", lambda *x: Sum(x)),
    "squared_difference": Form(
        sign="(a − b)²",
        says="squared difference",
        latex=r"({0} - {1})^2",
        build=lambda x, y: Power(Difference(x, y), Number(2)),
    ),
    "negative": Form(sign="−", says="negative", latex="-{0}", build=Negative),
    "square": Form(
        sign="x²", says="square", latex="{{{0}}}^2", build=lambda x: Power(x, Number(2))
    ),
    "sqrt": Form(noun="root", sign="√", says="square root", latex=r"\sqrt{{{0}}}", build=_root),
    "rsqrt": Form(
        noun="reciprocal_root",
        sign="1 ÷ √",
        says="one divided by the square root",
        latex=r"\frac{{1}}{{\sqrt{{{0}}}}}",
        build=lambda x: Quotient(Number(1), _root(x)),
    ),
    "reciprocal": Form(
        sign="1 ÷ x",
        says="one divided by",
        latex=r"\frac{{1}}{{{0}}}",
        build=lambda x: Quotient(Number(1), x),
    ),
    "exp": Form(latex=r"\exp({0})"),
    "log": Form(latex=r"\log({0})"),
    "sin": Form(latex=r"\sin({0})"),
    "cos": Form(latex=r"\cos({0})"),
    "tanh": Form(latex=r"\tanh({0})"),
    "sigmoid": Form(latex=r"\sigma({0})"),
    "abs": Form(sign="|x|", says="absolute value", latex=r"\left|{0}\right|"),
    "maximum": Form(sign="max", says="the larger", latex=r"\max({0}, {1})", build=_extreme("max")),
    "minimum": Form(sign="min", says="the smaller", latex=r"\min({0}, {1})", build=_extreme("min")),
    "floor_divide": Form(
        sign="⌊÷⌋", says="divided, rounded down", latex=r"\left\lfloor {0} / {1} \right\rfloor"
    ),
    "mod": Form(sign="mod", says="remainder", latex=r"{0} \bmod {1}"),
    "not": Form(sign="¬", says="not", latex=r"\lnot {0}"),
    "where": Form(
        noun="chosen",
        sign="where",
        says="the second where the first holds, else the third",
        latex=r"\mathrm{{where}}({0}, {1}, {2})",
    ),
    "identity": Form(sign="=", says="the same numbers", latex="{0}", build=lambda x: x),
    "stop_gradient": Form(sign="stop gradient", latex="{0}", build=lambda x: x),
}
"""Only of functions that are not written ``name(…)``."""


@dataclass(frozen=True)
class Elementwise(Op):
    """A function of each cell alone; operands broadcast as in NumPy.

    Attributes:
        name: one of ``layers.operations.functions.FUNCTIONS``.
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
        return FORMS.get(self.name, Form())

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

    def expression(self, index: Index, *operands: np.ndarray) -> Expression:
        """Return the function of the operands' cells."""
        terms = tuple(cell(at, index, each) for at, each in enumerate(operands))
        if self.name == "where":
            return Choice(terms[1:], taken=0 if terms[0].value else 1)
        if self._form.build:
            return self._form.build(*terms)
        return Function(terms, name=self.name, parameters=self.parameters)

    def latex(self, *operands: str) -> str:
        r"""Write ``X + b``, ``\sqrt{X}`` or ``\mathrm{relu}(X)``."""
        if self.name == "add_n":
            return " + ".join(operands)
        if self._form.latex:
            return self._form.latex.format(*operands)
        name = self.name.replace("_", r"\_")
        return rf"\mathrm{{{name}}}({', '.join(operands)})"


def cell(number: int, index: Index, operand: np.ndarray) -> Cell:
    """Return the cell of an operand that broadcasts to the result, for its cell at ``index``."""
    own = index[len(index) - operand.ndim :]
    at = tuple(0 if n == 1 else i for i, n in zip(own, operand.shape, strict=True))
    return Cell(number, at, operand[at])


def _if_taken(spans: Spans, taken: np.ndarray) -> Spans:
    """Return the spans with no cell where the operand was not taken."""
    if not spans:
        return spans
    first = spans[0]
    axes = tuple(range(taken.ndim))
    moved = isinstance(first, Span) and isinstance(first.axis, int)
    starts = np.indices(taken.shape)[first.axes[0]] if moved else np.zeros(taken.shape, int)
    return (Table(axes, starts, taken.astype(int)), *spans[1:])
