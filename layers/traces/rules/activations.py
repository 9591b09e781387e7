"""Activations that TensorFlow computes in several operations, each as the one that it is."""

from __future__ import annotations

import math
from collections.abc import Iterator

from layers.operations.elementwise import Elementwise
from layers.operations.reduction import Reduce
from layers.operations.running import Softmax
from layers.traces.rules.rule import Found, rewrites
from layers.traces.trace import Step
from layers.traces.view import StepsByResult


def _pairs(view: StepsByResult, name: str, *functions: str) -> Iterator[tuple[str, str]]:
    """Yield the two operands of what made a tensor, both ways round."""
    operands = view.function(name, *functions)
    if operands and len(operands) == 2:
        yield operands[0], operands[1]
        yield operands[1], operands[0]


def _one(step: Step, name: str, values: str, *parameters: float) -> tuple[Step, ...]:
    return (Step(Elementwise(name, parameters), (values,), step.result),)


def _of(view: StepsByResult, name: str, function: str) -> str | None:
    operands = view.function(name, function)
    return operands[0] if operands else None


@rewrites("multiply")
def times_itself(view: StepsByResult, step: Step) -> Found:
    """Find x · f(x): silu for the sigmoid, hard_silu for the hard one, mish for tanh(softplus)."""
    for values, gate in _pairs(view, step.result, "multiply"):
        if _of(view, gate, "sigmoid") == values:
            return _one(step, "silu", values)
        if _of(view, gate, "hard_sigmoid") == values:
            return _one(step, "hard_silu", values)
        inner = _of(view, gate, "tanh")
        if inner and _of(view, inner, "softplus") == values:
            return _one(step, "mish", values)
    return None


@rewrites("multiply")
def gelu(view: StepsByResult, step: Step) -> Found:
    """½ x · erfc(−x ÷ √2), or ½ x · (1 + erf(x ÷ √2)), or with tanh its approximation."""
    for first, second in _pairs(view, step.result, "multiply"):
        for values, gate in _halved(view, first, second):
            complement = _of(view, gate, "erfc")
            if complement and _scaled(view, complement, -math.sqrt(0.5)) == values:
                return _one(step, "gelu", values)
            plus = view.other(view.function(gate, "add"), 1.0)
            error = _of(view, plus, "erf") if plus else None
            if error and _scaled(view, error, math.sqrt(0.5)) == values:
                return _one(step, "gelu", values)
            bent = _of(view, plus, "tanh") if plus else None
            if bent and _cubic(view, bent) == values:
                return _one(step, "gelu_tanh", values)
    return None


def _halved(view: StepsByResult, first: str, second: str) -> Iterator[tuple[str, str]]:
    """Yield (x, gate) of (½ x) · gate and of ½ · (x · gate)."""
    values = view.other(view.function(first, "multiply"), 0.5)
    if values:
        yield values, second
    if view.is_number(first, 0.5):
        yield from _pairs(view, second, "multiply")


def _scaled(view: StepsByResult, name: str, factor: float) -> str | None:
    """Return x of factor · x, in the ways in which it is written."""
    for value, operation in ((factor, "multiply"), (1 / factor, "divide")):
        found = view.other(view.function(name, operation), value)
        if found:
            return found
        inner = view.other(view.function(name, operation), -value)
        negative = _of(view, inner, "negative") if inner else None
        if negative:
            return negative
    return None


def _cubic(view: StepsByResult, name: str) -> str | None:
    """Return x of √(2 ÷ π) · (x + 0.044715 x³)."""
    total = view.other(view.function(name, "multiply"), math.sqrt(2 / math.pi))
    for values, term in _pairs(view, total, "add") if total else ():
        cube = view.other(view.function(term, "multiply"), 0.044715)
        power = view.function(cube, "power") if cube else None
        if power and power[0] == values and view.is_number(power[1], 3):
            return values
    return None


@rewrites("divide", "multiply")
def hard_sigmoid(view: StepsByResult, step: Step) -> Found:
    """Find relu6(x + 3) ÷ 6."""
    capped = view.other(view.function(step.result, "divide"), 6.0)
    capped = capped or view.other(view.function(step.result, "multiply"), 1 / 6)
    inner = _of(view, capped, "relu6") if capped else None
    values = view.other(view.function(inner, "add"), 3.0) if inner else None
    return _one(step, "hard_sigmoid", values) if values else None


@rewrites("negative")
def log_sigmoid(view: StepsByResult, step: Step) -> Found:
    """−softplus(−x)."""
    soft = _of(view, step.result, "negative")
    inner = _of(view, soft, "softplus") if soft else None
    values = _of(view, inner, "negative") if inner else None
    return _one(step, "log_sigmoid", values) if values else None


@rewrites("subtract")
def tanh_shrink(view: StepsByResult, step: Step) -> Found:
    """Find x − tanh(x)."""
    operands = view.function(step.result, "subtract")
    if operands and _of(view, operands[1], "tanh") == operands[0]:
        return _one(step, "tanh_shrink", operands[0])
    return None


@rewrites("add", "subtract")
def prelu(view: StepsByResult, step: Step) -> Found:
    """Find relu(x) − α · relu(−x), α a weight; of a number, leaky_relu."""
    terms = view.function(step.result, "add", "subtract")
    if not terms or len(terms) != 2:
        return None
    minus = view.function(step.result, "subtract") is not None
    for positive, bent in (terms,) if minus else (terms, terms[::-1]):
        values = _of(view, positive, "relu")
        for slope, below in _pairs(view, bent, "multiply") if values else ():
            inner = _of(view, below, "relu")
            if inner is None or _of(view, inner, "negative") != values:
                continue
            negated = None if minus else _of(view, slope, "negative")
            number = view.number(slope)
            if number is not None and isinstance(values, str):
                return _one(step, "leaky_relu", values, number if minus else -number)
            alpha = slope if minus else negated
            if isinstance(alpha, str) and values is not None:
                return (Step(Elementwise("prelu"), (values, alpha), step.result),)
    return None


@rewrites("where")
def scaled_elu(view: StepsByResult, step: Step) -> Found:
    """Find elu(x) where x is positive and α · elu(x) elsewhere."""
    choice = view.function(step.result, "where")
    positive = view.function(choice[0], "greater") if choice else None
    if not choice or not positive or not view.is_number(positive[1], 0.0):
        return None
    values = positive[0]
    for bent, alpha in _pairs(view, choice[2], "multiply"):
        number = view.number(alpha)
        if bent == choice[1] and _of(view, bent, "elu") == values and number is not None:
            return _one(step, "elu", values, number)
    return None


@rewrites("add")
def celu(view: StepsByResult, step: Step) -> Found:
    """Find max(x, 0) + α (exp(min(x, 0) ÷ α) − 1)."""
    for above, below in _pairs(view, step.result, "add"):
        values = view.other(view.function(above, "maximum"), 0.0) or _of(view, above, "relu")
        if not values:
            continue
        for exponential, scale in [(below, None), *_pairs(view, below, "multiply")]:
            alpha = 1.0 if scale is None else view.number(scale)
            power = _of(view, exponential, "expm1")
            if power is None or alpha is None:
                continue
            quotient = view.other(view.function(power, "divide"), alpha)
            lowest = quotient or (power if alpha == 1.0 else "")
            if lowest and view.other(view.function(lowest, "minimum"), 0.0) == values:
                return _one(step, "celu", values, alpha)
    return None


@rewrites("divide")
def squareplus(view: StepsByResult, step: Step) -> Found:
    """(x + √(x² + b)) ÷ 2."""
    total = view.other(view.function(step.result, "divide"), 2.0)
    for values, root in _pairs(view, total, "add") if total else ():
        inner = _of(view, root, "sqrt")
        for square, number in _pairs(view, inner, "add") if inner else ():
            if _of(view, square, "square") == values and view.number(number) is not None:
                return _one(step, "squareplus", values, view.number(number) or 0.0)
    return None


@rewrites("divide")
def softmax(view: StepsByResult, step: Step) -> Found:
    """Find exp(x − max) ÷ Σ exp(x − max) over one axis, and exp(x) ÷ Σ exp(x)."""
    operands = view.function(step.result, "divide")
    total = view.made(operands[1], Reduce) if operands else None
    if not operands or not total or total.op.how != "sum" or not total.op.keepdims:  # ty: ignore
        return None
    power = _of(view, operands[0], "exp")
    if power is None or total.operands != (operands[0],) or len(total.op.axes) != 1:  # ty: ignore
        return None
    axis = total.op.axes[0]  # ty: ignore
    shifted = view.function(power, "subtract")
    largest = view.made(shifted[1], Reduce) if shifted else None
    same = largest and largest.op == Reduce("max", (axis,), keepdims=True)
    if shifted and largest and same and largest.operands == shifted[:1]:
        power = shifted[0]
    return (Step(Softmax(axis), (power,), step.result),)


@rewrites("minimum", "maximum")
def clipped(view: StepsByResult, step: Step) -> Found:
    """Find min(max(x, low), high) and max(min(x, high), low): between two numbers."""
    for outer, inner in (("minimum", "maximum"), ("maximum", "minimum")):
        for between, first in _pairs(view, step.result, outer):
            for values, second in _pairs(view, between, inner):
                a, b = view.number(first), view.number(second)
                if a is None or b is None or view.number(values) is not None:
                    continue
                low, high = (b, a) if outer == "minimum" else (a, b)
                if low <= high and view.shape(values) == view.shape(step.result):
                    name = "relu6" if (low, high) == (0.0, 6.0) else "clip"
                    parameters = () if name == "relu6" else (low, high)
                    return _one(step, name, values, *parameters)
    relu = view.function(step.result, "minimum")
    capped = view.other(relu, 6.0)
    values = _of(view, capped, "relu") if capped else None
    return _one(step, "relu6", values) if values else None


ACTIVATIONS = (
    hard_sigmoid,
    times_itself,
    gelu,
    log_sigmoid,
    tanh_shrink,
    prelu,
    scaled_elu,
    celu,
    squareplus,
    softmax,
    clipped,
)
