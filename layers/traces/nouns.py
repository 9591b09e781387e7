"""What a result is called: by its operation, and by what it is used for."""

from __future__ import annotations

from layers.operations.contraction import Contract
from layers.operations.elementwise import Elementwise
from layers.operations.reduction import Reduce
from layers.operations.running import Softmax
from layers.operations.window import Conv, ConvTranspose, DepthwiseConv
from layers.traces.trace import Step, Trace

ACTIVATIONS = {
    "celu",
    "elu",
    "exp",
    "gelu",
    "gelu_tanh",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "leaky_relu",
    "log_sigmoid",
    "mish",
    "prelu",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softplus",
    "softsign",
    "tanh",
}
_PRODUCTS = (Contract, Conv, ConvTranspose, DepthwiseConv)


def noun(trace: Trace, step: Step) -> str:
    """Return what the result of a step is called, without number and path."""
    op, readers = step.op, trace.used_by[step.result]
    if step.scope and readers and not any(_within(reader, step.scope) for reader in readers):
        return "outputs"
    if _adds_weight(trace, step) and len(readers) == 1 and _activates(readers[0]):
        return "pre_activation"
    if mask := _mask(trace, step):
        return mask
    if any(isinstance(reader.op, Softmax) for reader in readers):
        return _before_softmax(trace, step)
    if isinstance(op, Contract):
        if any(_leads_to_softmax(trace, reader) for reader in readers):
            return "scores"
        if any(_is_softmax(trace, operand) for operand in step.operands):
            return "weighted_sum"
    if _scales(trace, step):
        return "scaled_scores"
    if isinstance(op, Reduce) and op.how == "sum" and not op.keepdims:
        lines = {(0,): "column_sums", (1,): "row_sums"} if trace[step.operands[0]].ndim == 2 else {}
        return lines.get(op.axes, op.noun)
    return op.noun


def _mask(trace: Trace, step: Step) -> str:
    """Return what a mask of a dropout is called, scaled or not; nothing if it is none."""
    if _is_mask(trace, step):
        return "mask"
    made = trace.made_by.get(step.operands[0]) if step.operands else None
    scaled = step.op == Elementwise("multiply") and trace[step.operands[1]].ndim == 0
    return "scaled_mask" if scaled and made and _is_mask(trace, made) else ""


def _is_mask(trace: Trace, step: Step) -> bool:
    """Say whether a step compares random numbers with a rate."""
    drawn = bool(step.operands) and trace.tensors[step.operands[0]].role == "random"
    return drawn and isinstance(step.op, Elementwise) and step.op.name == "greater_equal"


def _scales(trace: Trace, step: Step) -> bool:
    """Say whether a step scales scores that are masked before their softmax."""
    if not isinstance(step.op, Elementwise) or step.op.name not in ("multiply", "divide"):
        return False
    made = trace.made_by.get(step.operands[0])
    scores = made is not None and isinstance(made.op, Contract)
    return scores and any(_leads_to_softmax(trace, each) for each in trace.used_by[step.result])


def _within(step: Step, scope: str) -> bool:
    return step.scope == scope or step.scope.startswith(f"{scope}/")


def _activates(step: Step) -> bool:
    named = isinstance(step.op, Elementwise) and step.op.name in ACTIVATIONS
    return named or isinstance(step.op, Softmax)


def _adds_weight(trace: Trace, step: Step) -> bool:
    if not isinstance(step.op, Elementwise) or step.op.name != "add" or len(step.operands) != 2:
        return False
    made = trace.made_by.get(step.operands[0])
    return made is not None and isinstance(made.op, _PRODUCTS) and _adds_bias(trace, step)


def _before_softmax(trace: Trace, step: Step) -> str:
    if _adds_weight(trace, step):
        return "pre_activation"
    if isinstance(step.op, Contract):
        weights = any(trace.tensors[operand].role == "weight" for operand in step.operands)
        return "product" if weights else "scores"
    if isinstance(step.op, Elementwise) and step.op.name in ("multiply", "divide"):
        return "scaled_scores"
    if isinstance(step.op, Elementwise) and step.op.name in ("add", "subtract", "where"):
        return "masked_scores"
    return step.op.noun


def _leads_to_softmax(trace: Trace, step: Step, depth: int = 3) -> bool:
    """Say whether scaling and masking, and nothing else, lie between a step and a softmax."""
    if isinstance(step.op, Softmax):
        return True
    between = ("multiply", "divide", "add", "subtract", "where", "cast")
    if depth == 0 or not isinstance(step.op, Elementwise) or step.op.name not in between:
        return False
    if any(trace.tensors[operand].role == "weight" for operand in step.operands):
        return False
    return any(_leads_to_softmax(trace, each, depth - 1) for each in trace.used_by[step.result])


def _is_softmax(trace: Trace, name: str) -> bool:
    made = trace.made_by.get(name)
    while made is not None and isinstance(made.op, Elementwise) and made.op.name == "multiply":
        made = trace.made_by.get(made.operands[0])  # a dropout on the way
    return made is not None and isinstance(made.op, Softmax)


def _adds_bias(trace: Trace, step: Step) -> bool:
    if not isinstance(step.op, Elementwise) or step.op.name != "add":
        return False
    name = step.operands[1]
    made = trace.made_by.get(name)
    while made is not None and made.op.copies:
        name = made.operands[0]
        made = trace.made_by.get(name)
    return trace.tensors[name].role == "weight"
