"""Division by a root or a norm, where TensorFlow multiplies by one over it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from layers.operations.elementwise import Elementwise
from layers.operations.reduction import Reduce
from layers.traces.rules.rule import rewrites
from layers.traces.trace import Step
from layers.traces.view import StepsByResult


@rewrites("multiply")
def divided_by_norm(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """Find x × min(1 ÷ √(Σ x²), a large number): x ÷ its norm, where no norm is nearly zero."""
    factors = view.function(step.result, "multiply")
    for values, factor in (factors, factors[::-1]) if factors else ():
        capped = view.function(factor, "minimum")
        for inverse, limit in (capped, capped[::-1]) if capped else ():
            number = view.number(limit)
            root = view.function(inverse, "rsqrt")
            total = view.made(root[0], Reduce) if root and number is not None else None
            if not total or total.op.how != "sum":  # ty: ignore
                continue
            square = view.function(total.operands[0], "square")
            if square != (values,) or (view.tensors[inverse].values > number).any():
                continue
            norm = view.added_as(total, np.sqrt(view.tensors[total.result].values))
            op = replace(total.op, how="euclidean_norm")  # ty: ignore
            return (
                Step(op, (values,), norm),
                Step(Elementwise("divide"), (values, norm), step.result),
            )
    return None


@rewrites("multiply")
def divided_by_root(view: StepsByResult, step: Step) -> tuple[Step, ...] | None:
    """A factor of 1 ÷ √y that nothing else reads is a division by √y."""
    factors = view.function(step.result, "multiply")
    for values, factor in (factors, factors[::-1]) if factors else ():
        inner = view.function(factor, "rsqrt")
        if not inner or factor in view.ends or len(view.readers(factor)) != 1:
            continue
        root = view.added_as(view.steps[factor], np.sqrt(view.tensors[inner[0]].values))
        return (
            Step(Elementwise("sqrt"), inner, root),
            Step(Elementwise("divide"), (values, root), step.result),
        )
    return None


QUOTIENTS = (divided_by_norm, divided_by_root)
