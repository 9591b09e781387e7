"""What backward passes have that no textbook writes."""

from __future__ import annotations

from layers.operations.reduction import Reduce
from layers.traces.rules.rule import rewrites
from layers.traces.trace import Step
from layers.traces.view import StepsByResult


@rewrites(Reduce)
def _sum_over_nothing(view: StepsByResult, step: Step) -> str | None:
    """Drop a sum over no axis, which TensorFlow takes where operands might have been repeated."""
    op: Reduce = step.op  # ty: ignore
    nothing = op.how in ("sum", "mean") and not op.axes
    same = nothing and view.shape(step.operands[0]) == view.shape(step.result)
    return step.operands[0] if same else None


GRADIENTS = (_sum_over_nothing,)
