"""Names of what a run makes on its way: by the operation, and by the sublayer that ran it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from layers.operations.contraction import Contract
from layers.operations.elementwise import Elementwise
from layers.operations.reduction import Reduce, Softmax
from layers.operations.window import Conv, ConvTranspose, DepthwiseConv
from layers.traces.loops import Loop, loops
from layers.traces.passing import with_passed_on
from layers.traces.recurrence import gates
from layers.traces.time_names import in_time, with_own_initial_states
from layers.traces.trace import Step, Tensor, Trace

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
SYMBOLS = {
    "inputs": "X",
    "outputs": "H",
    "kernel": "W",
    "bias": "b",
    "product": "P",
    "pre_activation": "Z",
    "mask": "M",
    "mean": r"\mu",
    "variance": r"\sigma^2",
    "moving_mean": r"\mu",
    "moving_variance": r"\sigma^2",
    "gamma": r"\gamma",
    "beta": r"\beta",
    "query": "Q",
    "key": "K",
    "value": "V",
    "scores": "S",
    "softmax": "A",
    "recurrent_kernel": "U",
    "embeddings": "E",
}


def with_names(trace: Trace, wanted: Mapping[str, str]) -> Trace:
    """Name every tensor that has no name yet (``%7``), and say which results are only passed on.

    Args:
        trace: whose inputs and weights have names.
        wanted: names that tensors are to have: the outputs', a state's before and after.

    Returns:
        the trace with names of ``[a-z][a-z0-9_/]{0,60}``, numbered where they repeat.
    """
    trace = with_own_initial_states(trace, loops(trace))
    found = loops(trace)
    names = {old: new for old, new in wanted.items() if old in trace.tensors}
    taken = set(names.values())
    taken |= {name for name in trace.tensors if not name.startswith("%") and name not in names}
    special = _special(trace, found)
    plain: set[str] = set()
    for name in trace.tensors:
        if not name.startswith("%") or name in names:
            continue
        root = special[name][0] if name in special else _root(trace, name, names)
        step = trace.made_by.get(name)
        if name not in special and step and root.rpartition("/")[2] == step.op.noun:
            plain.add(name)
        names[name] = _free(root.strip("/"), taken)
        taken.add(names[name])
    symbols = {name: symbol for name, (_, symbol) in special.items()}
    return _renamed(with_passed_on(trace, plain, found), names, symbols)


def _special(trace: Trace, found: Sequence[Loop]) -> dict[str, tuple[str, str]]:
    """Return path and symbol of what has a place in time."""
    known = gates(trace)
    special = {
        name: (f"{trace.tensors[name].path}/{own}", symbol) for name, (own, symbol) in known.items()
    }
    return in_time(trace, found, known) | special


def rename(trace: Trace, names: Mapping[str, str]) -> Trace:
    """Return the trace with other names for some of its tensors.

    Args:
        trace: any trace.
        names: old name → new name; names that the trace does not have are left out.

    Raises:
        ValueError: a new name that another tensor has.
    """
    names = {old: new for old, new in names.items() if old in trace.tensors}
    others = set(trace.tensors) - set(names)
    clash = sorted(new for new in names.values() if new in others)
    if clash or len(set(names.values())) < len(names):
        raise ValueError(
            "A trace cannot be renamed: expected names that no other tensor has. Received "
            f"{', '.join(clash or names.values())}. Choose others."
        )
    return _renamed(trace, names, {})


def _renamed(trace: Trace, names: Mapping[str, str], symbols: Mapping[str, str]) -> Trace:
    def of(name: str) -> str:
        return names.get(name, name)

    tensors = {}
    for name, tensor in trace.tensors.items():
        symbol = symbols.get(name) or tensor.symbol or SYMBOLS.get(of(name).split("/")[-1], "")
        tensors[of(name)] = replace(tensor, symbol=symbol)
    for step in trace.steps:  # the same numbers again are of their operand's kind
        result = tensors[of(step.result)]
        if step.op.copies and result.role == "intermediate":
            role = trace.tensors[step.operands[0]].role
            if role in ("weight", "constant"):
                tensors[of(step.result)] = replace(result, role=role)
    steps = tuple(
        replace(step, operands=tuple(map(of, step.operands)), result=of(step.result))
        for step in trace.steps
    )
    return replace(
        trace,
        tensors=tensors,
        steps=steps,
        output_names=tuple(map(of, trace.output_names)),
        input_names=tuple(map(of, trace.input_names)),
    )


def _free(root: str, taken: set[str]) -> str:
    root = root[:61]
    number, free = 1, root
    while free in taken:
        number += 1
        free = f"{root[:56]}_{number}"
    return free


def _root(trace: Trace, name: str, names: Mapping[str, str]) -> str:
    tensor = trace.tensors[name]
    step = trace.made_by.get(name)
    if step is None:
        return f"{tensor.path}/random" if tensor.role == "random" else _constant(tensor)
    weight = trace.tensors[step.operands[0]] if step.operands else None
    if step.op.copies and weight is not None and weight.role in ("weight", "state"):
        copied = names.get(step.operands[0], step.operands[0])
        return f"{copied}_{step.op.noun}"
    return f"{step.scope}/{_noun(trace, step)}"


def _constant(tensor: Tensor) -> str:
    """Return what a stored tensor is called: by its one number, or as a mask."""
    values = tensor.values
    if values.dtype.kind == "b" and values.size > 1:
        return "mask"
    if values.size > 1 and values.dtype.kind in "fiu":
        for number, name in ((0, "zeros"), (1, "ones")):
            if (values == number).all():
                return name
    return "constant"


def _noun(trace: Trace, step: Step) -> str:
    op, readers = step.op, trace.used_by[step.result]
    if step.scope and readers and not any(_within(reader, step.scope) for reader in readers):
        return "outputs"
    if _adds_weight(trace, step) and len(readers) == 1 and _activates(readers[0]):
        return "pre_activation"
    if _is_mask(trace, step):
        return "mask"
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
