"""How the cells of a backward pass are named and written: a gradient times a slope."""

from __future__ import annotations

from layers.operations.arithmetic import (
    Difference,
    Expression,
    Function,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    TakenBranch,
)
from layers.operations.arithmetic.derivatives import SELU_ALPHA, SELU_SCALE
from layers.operations.arithmetic.form import Build, Form


def _slope(name: str, latex: str, build: Build) -> Form:
    return Form(
        noun="gradient",
        sign=f"× {name}′",
        says=f"times the slope of {name.replace('_', ' ')}",
        latex=latex,
        build=build,
    )


def _after(name: str, build: Build) -> Form:
    r"""Return the form of one that takes the gradient first: ``G \odot \mathrm{relu}'(X)``."""
    spelled = name.replace("_", r"\_")
    return _slope(name, rf"{{0}} \odot \mathrm{{{{{spelled}}}}}'({{1}})", build)


def _before(name: str, slope: str, build: Build) -> Form:
    """Return the form of one that takes the result first, the gradient second."""
    return _slope(name, rf"{{1}} \odot {slope}", build)


def _relu(gradient: Expression, x: Expression) -> Expression:
    return TakenBranch((gradient, Number(0)), taken=0 if x.value > 0 else 1)


def _relu6(gradient: Expression, x: Expression) -> Expression:
    return TakenBranch((gradient, Number(0)), taken=0 if 0 < x.value < 6 else 1)


def _leaky_relu(gradient: Expression, x: Expression, alpha: float = 0.2) -> Expression:
    below = Product((gradient, Number(alpha)))
    return TakenBranch((gradient, below), taken=0 if x.value > 0 else 1)


def _elu(gradient: Expression, y: Expression) -> Expression:
    below = Product((gradient, Sum((y, Number(1)))))
    return TakenBranch((gradient, below), taken=1 if y.value < 0 else 0)


def _selu(gradient: Expression, y: Expression) -> Expression:
    above = Product((gradient, Number(SELU_SCALE)))
    below = Product((gradient, Sum((y, Number(SELU_SCALE * SELU_ALPHA)))))
    return TakenBranch((above, below), taken=1 if y.value < 0 else 0)


def _softsign(gradient: Expression, x: Expression) -> Expression:
    return Quotient(gradient, Power(Sum((Number(1), Function((x,), name="abs"))), Number(2)))


SLOPES: dict[str, Form] = {
    "relu_grad": _after("relu", _relu),
    "relu6_grad": _after("relu6", _relu6),
    "leaky_relu_grad": _after("leaky_relu", _leaky_relu),
    "softplus_grad": _after("softplus", lambda g, x: Product((g, Function((x,), name="sigmoid")))),
    "softsign_grad": _after("softsign", _softsign),
    "elu_grad": _after("elu", _elu),
    "selu_grad": _after("selu", _selu),
    "tanh_grad": _before(
        "tanh",
        "(1 - {{{0}}}^2)",
        lambda y, g: Product((g, Difference(Number(1), Power(y, Number(2))))),
    ),
    "sigmoid_grad": _before(
        "sigmoid",
        r"{0} \odot (1 - {0})",
        lambda y, g: Product((g, y, Difference(Number(1), y))),
    ),
    "sqrt_grad": _before(
        "sqrt", r"\frac{{1}}{{2 {0}}}", lambda y, g: Quotient(Product((Number(0.5), g)), y)
    ),
    "rsqrt_grad": _before(
        "rsqrt",
        r"\left(-\frac{{1}}{{2}} {{{0}}}^3\right)",
        lambda y, g: Product((g, Number(-0.5), Power(y, Number(3)))),
    ),
    "reciprocal_grad": _before(
        "reciprocal",
        r"\left(-{{{0}}}^2\right)",
        lambda y, g: Product((Number(-1), g, Power(y, Number(2)))),
    ),
}
"""By the function's name."""
