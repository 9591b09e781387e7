"""Why a tensor has no gradient."""

from __future__ import annotations

from collections.abc import Mapping

from layers.operations.elementwise import Elementwise
from layers.operations.op import Unknown
from layers.operations.reduction import ArgReduce
from layers.traces.trace import Trace
from layers.training.running.loop import TrainingLoop

_FLAT = {
    *("sign", "floor", "ceil", "round", "truncate", "floor_divide", "bucketize", "cast"),
    *("less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "stop_gradient"),
    *("is_nan", "is_finite", "is_inf", "and", "or", "not"),
}
"""Functions that no gradient passes."""


def reasons(
    loop: TrainingLoop, trace: Trace, forward: set[str], gradients: Mapping[str, str]
) -> dict[str, str]:
    """Return tensor → a sentence, for each of the forward pass that has no gradient.

    Args:
        loop: with the layer's variables.
        trace: the whole step.
        forward: the names of the forward pass.
        gradients: tensor → its gradient, of those that have one.
    """
    loss = trace.output_names[-1]
    reached = _after(trace, forward, set(gradients) | set(loop.moved))
    leading = _before(trace, loss)
    found = {}
    for name in trace.tensors:
        if name in forward and name not in gradients and name != loss:
            found[name] = _reason(loop, trace, name, leading, reached)
    return found


def _reason(
    loop: TrainingLoop, trace: Trace, name: str, leading: set[str], reached: set[str]
) -> str:
    tensor = trace.tensors[name]
    if tensor.values.dtype.kind in "iub":
        what = "truth values" if tensor.values.dtype.kind == "b" else "integers"
        return f"It holds {what}, which have no gradient."
    if tensor.role == "constant" and name not in loop.fixed:
        return "It is a constant."
    if tensor.role == "random":
        return "It is drawn at random."
    if name.startswith("targets") and tensor.role == "input":
        return "The targets are given: nothing changes them."
    if name.removesuffix("_before") in loop.fixed:
        return loop.fixed[name.removesuffix("_before")]
    if name not in leading and name in trace.output_names:
        return "Keras takes this loss from what is before it, the logits, so nothing else reads it."
    if name not in leading:
        return "Not connected: it does not lead to the loss."
    if name not in reached and tensor.role not in ("weight", "input"):
        return "It depends on no input or weight that has a gradient."
    blocking = _blocking(trace, name, leading)
    if blocking:
        return f"Not differentiable: what reads it is {blocking}, which passes no gradient on."
    return "Not differentiable: on every way to the loss an operation stops the gradient."


def _blocking(trace: Trace, name: str, leading: set[str]) -> str:
    """Return the first operation on the way to the loss that passes no gradient on."""
    waiting, seen = [name], {name}
    while waiting:
        for step in trace.used_by[waiting.pop(0)]:
            op = step.op
            flat = isinstance(op, Elementwise) and op.name in _FLAT
            if step.result in leading and (flat or isinstance(op, ArgReduce | Unknown)):
                return f"`{op.sign}`"
            if step.result in leading and step.result not in seen:
                seen.add(step.result)
                waiting.append(step.result)
    return ""


def _before(trace: Trace, end: str) -> set[str]:
    found, waiting = set(), [end]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            step = trace.made_by.get(name)
            waiting += step.operands if step else ()
    return found


def _after(trace: Trace, forward: set[str], starts: set[str]) -> set[str]:
    found = set(starts)
    for step in trace.steps:
        if step.result in forward and found & set(step.operands):
            found.add(step.result)
    return found
