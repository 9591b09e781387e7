"""Choices that a textbook does not write: numbers counted from the end, and dropped cells."""

from __future__ import annotations

import numpy as np

from layers.operations.elementwise import Elementwise
from layers.traces.rules.rule import rewrites
from layers.traces.trace import Step
from layers.traces.view import StepsByResult


@rewrites("where")
def counted_from_zero(view: StepsByResult, step: Step) -> str | None:
    """Numbers below zero count from the end where there are any: where(n < 0, n + rows, n).

    Where no number is below zero this changes nothing.
    """
    choice = view.function(step.result, "where")
    below = view.function(choice[0], "less") if choice else None
    if not choice or not below or below[0] != choice[2] or not view.is_number(below[1], 0.0):
        return None
    shifted, numbers = view.function(choice[1], "add"), choice[2]
    if not shifted or numbers not in shifted or (view.tensors[numbers].values < 0).any():
        return None
    return numbers if view.shape(numbers) == view.shape(step.result) else None


@rewrites("where")
def negative_zeros(view: StepsByResult, step: Step) -> str | None:
    """Zeros below zero where there are any: where(x = 0 and bits(x) < 0, −tiny, x).

    Keras writes it before it looks for the smallest. Where no zero is below zero this changes
    nothing.
    """
    choice = view.function(step.result, "where")
    both = view.function(choice[0], "and") if choice else None
    if not choice or not both or view.number(choice[1]) is None or _at(view, choice[0]).any():
        return None
    zero, sign = view.function(both[0], "equal"), view.function(both[1], "less")
    masked = view.function(sign[0], "bits_and") if sign else None
    bits = view.function(masked[0], "bits") if masked else None
    if not zero or not bits or {zero[0], bits[0]} != {choice[2]}:
        return None
    return choice[2] if view.is_number(zero[1], 0.0) else None


@rewrites("where")
def dropped(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """Cells that are scaled where a mask holds and zero elsewhere: inputs × mask × scale."""
    choice = view.function(step.result, "where")
    drawn = view.function(choice[0], "greater_equal") if choice else None
    if not choice or not drawn or view.tensors[drawn[0]].role != "random":
        return None
    mask, scaled, nothing = choice
    if not view.is_number(nothing, 0.0):
        return None
    factors = view.function(scaled, "multiply")
    for values, scale in (factors, factors[::-1]) if factors else ():
        if view.number(scale) is None or not np.isfinite(view.tensors[values].values).all():
            continue
        masked = view.added_as(step, np.where(_at(view, mask), _at(view, values), 0))
        return (
            Step(Elementwise("multiply"), (values, mask), masked),
            Step(Elementwise("multiply"), (masked, scale), step.result),
        )
    number = _filled(view, scaled)
    if number is None:
        return None
    return (Step(Elementwise("multiply"), (mask, number), step.result),)


def _at(view: StepsByResult, name: str) -> np.ndarray:
    return view.tensors[name].values


def _filled(view: StepsByResult, name: str) -> str | None:
    """Return the one number that fills a constant, as a tensor of its own."""
    tensor = view.tensors[name]
    if tensor.role != "constant" or name in view.steps or not tensor.values.size:
        return None
    first = tensor.values.ravel()[:1].reshape(())
    return view.constant(name, first) if (tensor.values == first).all() else None


CHOICES = (counted_from_zero, negative_zeros, dropped)
