"""How functions of single cells are named and written."""

from __future__ import annotations

from layers.operations.arithmetic import (
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
from layers.operations.arithmetic.form import Build, Form
from layers.operations.arithmetic.slopes import SLOPES


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
    "left_shift": Form(sign="<<", says="shifted left", latex=r"{0} \ll {1}"),
    "right_shift": Form(sign=">>", says="shifted right", latex=r"{0} \gg {1}"),
    "conjugate": Form(latex=r"\overline{{{0}}}"),
    "real": Form(sign="real", says="real part", latex=r"\mathrm{{Re}}({0})"),
    "imaginary": Form(sign="imag", says="imaginary part", latex=r"\mathrm{{Im}}({0})"),
    "not": Form(sign="¬", says="not", latex=r"\lnot {0}"),
    "where": Form(
        noun="chosen",
        sign="where",
        says="the second where the first holds, else the third",
        latex=r"\mathrm{{where}}({0}, {1}, {2})",
    ),
    "identity": Form(sign="returned", says="returned as it is", latex="{0}", build=lambda x: x),
    "stop_gradient": Form(sign="stop gradient", latex="{0}", build=lambda x: x),
}
"""Only of functions that are not written ``name(…)``."""
FORMS |= SLOPES
