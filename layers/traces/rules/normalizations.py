"""Means, variances and what is normalised by them, as a textbook writes it."""

from __future__ import annotations

from dataclasses import replace

from layers.operations.layout import Reshape
from layers.operations.normalize import Normalize
from layers.operations.reduction import Reduce
from layers.traces.rules.rule import rewrites
from layers.traces.trace import Step
from layers.traces.view import StepsByResult


@rewrites(Reduce)
def variance(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """The mean of the squared differences from the mean is the variance."""
    op: Reduce = step.op  # ty: ignore
    pair = view.function(step.operands[0], "squared_difference") if op.how == "mean" else None
    if not pair:
        return None
    for values, mean in (pair, pair[::-1]):
        made = view.made(mean, Reduce)
        if (
            made
            and made.operands == (values,)
            and made.op == Reduce("mean", op.axes, keepdims=True)
        ):
            return (replace(step, op=replace(op, how="variance"), operands=(values,)),)
    return None


@rewrites(Reshape)
def squeezed(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """A statistic whose axes of one are then taken away is one without these axes."""
    made = view.made(step.operands[0], Reduce)
    if not made or not made.op.keepdims or len(view.readers(made.result)) != 1:  # ty: ignore
        return None
    shape = view.shape(made.operands[0])
    gone = {axis % len(shape) for axis in made.op.axes}  # ty: ignore
    if view.shape(step.result) != tuple(n for axis, n in enumerate(shape) if axis not in gone):
        return None
    return (replace(step, op=replace(made.op, keepdims=False), operands=made.operands),)  # ty: ignore


@rewrites("add")
def normalized(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """Normalise in one step: x · s + (shift − μ · s), where s = scale ÷ √(σ² + ε)."""
    terms = view.function(step.result, "add")
    for scaled, shift in (terms, terms[::-1]) if terms else ():
        factors = view.function(scaled, "multiply")
        for values, scale in (factors, factors[::-1]) if factors else ():
            root = _root(view, scale)
            moved = _shift(view, shift, scale) if root else None
            if not root or not moved:
                continue
            spread, epsilon, gamma = root
            mean, beta = moved
            if view.shape(values) != view.shape(step.result):
                continue
            operands = (values, mean, spread, *(n for n in (gamma, beta) if n is not None))
            op = Normalize(
                _axes(view, spread, values), epsilon, gamma is not None, beta is not None
            )
            return (Step(op, operands, step.result),)
    return None


@rewrites(Reshape)
def grouped(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """Channels that are folded into groups, normalised and unfolded again: groups of channels."""
    made = view.made(step.operands[0], Normalize)
    folded = view.made(made.operands[0], Reshape) if made else None
    if not made or not folded or len(view.readers(made.result)) != 1:
        return None
    shape, split = view.shape(step.result), view.shape(made.operands[0])
    statistics, own = made.operands[1:3], view.shape(made.operands[1])
    fits = view.shape(folded.operands[0]) == shape and split[:-2] == shape[:-1]
    if not fits or len(own) != len(split) or own[-2:] != (split[-2], 1):
        return None
    weights = [view.made(name, Reshape) for name in made.operands[3:]]
    flat = [each.operands[0] for each in weights if each]
    if len(flat) < len(weights) or any(view.shape(name) != shape[-1:] for name in flat):
        return None
    axes = tuple(sorted({min(axis, len(shape) - 1) for axis in made.op.axes}))  # ty: ignore
    op = replace(made.op, axes=axes, groups=split[-2])  # ty: ignore
    return (replace(step, op=op, operands=(folded.operands[0], *statistics, *flat)),)


def _root(view: StepsByResult, scale: str) -> tuple[str, float, str | None] | None:
    """Return variance, epsilon and scale of scale · rsqrt(variance + epsilon)."""
    for root, gamma in _factors(view, scale):
        inner = view.function(root, "rsqrt")
        if not inner:
            continue
        terms = view.function(inner[0], "add")
        for spread, epsilon in (terms, terms[::-1]) if terms else ():
            number = view.number(epsilon)
            if number is not None:
                return spread, number, gamma
    return None


def _factors(view: StepsByResult, scale: str) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = [(scale, None)]
    factors = view.function(scale, "multiply")
    if factors and len(factors) == 2:
        found += [factors, factors[::-1]]
    return found


def _shift(view: StepsByResult, shift: str, scale: str) -> tuple[str, str | None] | None:
    """Return μ and β of β − μ · s, in the ways in which Keras and TensorFlow write it."""
    difference = view.function(shift, "subtract")
    if difference:
        mean = _partner(view, difference[1], scale)
        return (mean, difference[0]) if mean else None
    alone = _negated(view, shift, scale)
    if alone:
        return alone, None
    terms = view.function(shift, "add")
    for product, beta in (terms, terms[::-1]) if terms else ():
        mean = _negated(view, product, scale)
        if mean:
            return mean, beta
    return None


def _partner(view: StepsByResult, product: str, factor: str) -> str | None:
    factors = view.function(product, "multiply")
    if not factors or factor not in factors:
        return None
    return factors[1] if factors[0] == factor else factors[0]


def _negated(view: StepsByResult, product: str, scale: str) -> str | None:
    """Return μ of (−μ) · s or −(μ · s)."""
    other = _partner(view, product, scale)
    negative = view.function(other, "negative") if other else None
    if negative:
        return negative[0]
    whole = view.function(product, "negative")
    return _partner(view, whole[0], scale) if whole else None


def _axes(view: StepsByResult, spread: str, values: str) -> tuple[int, ...]:
    """Return the axes of the values that share a variance."""
    shape, own = view.shape(values), view.shape(spread)
    made = view.made(spread, Reduce)
    if made and len(own) == len(shape):
        return tuple(made.op.axes)  # ty: ignore
    own = (1,) * (len(shape) - len(own)) + own
    return tuple(axis for axis in range(len(shape)) if own[axis] == 1)


NORMALIZATIONS = (variance, squeezed, normalized, grouped)
