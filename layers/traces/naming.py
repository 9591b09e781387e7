"""Names of what a run makes on its way: by the operation, and by the sublayer that ran it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from layers.traces.loops import RepeatedBlock, loops
from layers.traces.nouns import noun
from layers.traces.passing import with_passed_on
from layers.traces.recurrence import gates
from layers.traces.time_names import in_time, with_own_initial_states
from layers.traces.trace import Tensor, Trace

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
    roots = {
        name: special[name][0] if name in special else _root(trace, name, names)
        for name in trace.tensors
        if name.startswith("%") and name not in names
    }
    plain = {
        name
        for name, root in roots.items()
        if name not in special and name in trace.made_by
        if root.rpartition("/")[2] == trace.made_by[name].op.noun
    }
    trace = with_passed_on(trace, plain, found)
    hidden = {step.result for step in trace.steps if not step.shown}
    for name in sorted(roots, key=lambda name: name in hidden):  # what is shown has no gaps
        names[name] = _free(roots[name].strip("/"), taken)
        taken.add(names[name])
    symbols = {name: symbol for name, (_, symbol) in special.items()}
    return _renamed(trace, names, symbols)


def _special(trace: Trace, found: Sequence[RepeatedBlock]) -> dict[str, tuple[str, str]]:
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
        tensors[of(name)] = tensor if symbol == tensor.symbol else replace(tensor, symbol=symbol)
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
    return f"{step.scope}/{noun(trace, step)}"


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
