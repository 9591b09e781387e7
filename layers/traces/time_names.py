"""Names of what a loop reads and carries: x_1, x_2, …; h_0, h_1, …."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from layers.operations.elementwise import Elementwise
from layers.operations.layout import Slice
from layers.traces.loops import Iteration, RepeatedBlock
from layers.traces.timeline import State, states
from layers.traces.trace import Step, Trace

Names = dict[str, tuple[str, str]]


def with_own_initial_states(trace: Trace, found: Sequence[RepeatedBlock]) -> Trace:
    """Give every state of every loop an initial tensor of its own.

    Zeros are one constant of a run; as h and as c before the first time step they are two.

    Args:
        trace: a recorded run.
        found: its loops.

    Returns:
        the trace; a constant that several states begin with is copied.
    """
    tensors, steps = dict(trace.tensors), {step.result: step for step in trace.steps}
    taken: set[str] = set()
    for loop in found:
        first, second = loop.iterations[:2]
        for old, later in zip(first.carried, second.carried, strict=True):
            if not old or tensors[old].role != "constant" or old in trace.made_by:
                continue
            new = f"{old}.{len(taken)}" if old.startswith("%") else f"%{old}.{len(taken)}"
            taken.add(new)
            tensors[new] = tensors[old]
            for before, after in zip(first.steps, second.steps, strict=True):
                steps[before.result] = _exchanged(steps[before.result], after, later, old, new)
    if not taken:
        return trace
    read = {name for step in steps.values() for name in step.operands}
    gone = {name for loop in found for name in loop.iterations[0].carried} - read
    gone -= {*trace.made_by, *trace.input_names, *trace.output_names}
    remaining = {name: tensor for name, tensor in tensors.items() if name not in gone}
    order = [*(n for n in remaining if n in taken), *(n for n in remaining if n not in taken)]
    tensors = {name: remaining[name] for name in order}
    return replace(trace, tensors=tensors, steps=tuple(steps.values()))


def _exchanged(step: Step, later: Step, state: str, old: str, new: str) -> Step:
    """Let a step of the first repetition read ``new`` where the second one reads the state."""
    operands = tuple(
        new if name == old and other == state else name
        for name, other in zip(step.operands, later.operands, strict=True)
    )
    return replace(step, operands=operands)


def in_time(
    trace: Trace, found: Sequence[RepeatedBlock], gates: Mapping[str, tuple[str, str]]
) -> Names:
    """Return what the tensors that a loop reads and carries are called, with their symbols.

    Args:
        trace: a recorded run, with an initial tensor for each state.
        found: its loops.
        gates: the names of an LSTM's or a GRU's tensors, of ``layers.traces.recurrence``.

    Returns:
        Tensor name → its path with its name, and its symbol.
    """
    names: Names = {}
    for loop in found:
        carried = states([loop])
        for state in carried:
            letter = _letter(trace, state, gates) or ("h" if _is_only(trace, carried) else "")
            if letter:
                _carried(trace, state, letter, gates, names)
        for number, iteration in enumerate(loop.iterations, start=1):
            if not iteration.carried and len(iteration.results) == 1:  # a map over the time steps
                (name,) = iteration.results
                names[name] = (f"{trace.made_by[name].scope}/y_{number}", f"y_{{{number}}}")
            for letter, name in _read(trace, iteration).items():
                scope = trace.made_by[name].scope
                names.setdefault(name, (f"{scope}/{letter}_{number}", f"{letter}_{{{number}}}"))
    return names


def _is_only(trace: Trace, carried: Sequence[State]) -> bool:
    return len(carried) == 1 and trace[carried[0].names[1]].dtype.kind == "f"


def _letter(trace: Trace, state: State, gates: Mapping[str, tuple[str, str]]) -> str:
    """Return h or c, of a state that a mask holds back too."""
    name = state.names[1]
    if name in gates:
        return gates[name][0][0]
    step = trace.made_by[name]
    if isinstance(step.op, Elementwise) and step.op.name == "where":
        return next((gates[each][0][0] for each in step.operands if each in gates), "")
    return ""


def _carried(
    trace: Trace,
    state: State,
    letter: str,
    gates: Mapping[str, tuple[str, str]],
    names: Names,
) -> None:
    scope = trace.made_by[state.names[1]].scope
    initial = trace.tensors[state.names[0]].role == "constant"
    for number, name in enumerate(state.names, start=state.start):
        if name not in gates and (number or initial):
            names[name] = (f"{scope}/{letter}_{number}", f"{letter}_{{{number}}}")


def _read(trace: Trace, iteration: Iteration) -> dict[str, str]:
    """Return the one slice of the sequence that comes in as x, and the mask's as mask."""
    own = {step.result for step in iteration.steps}
    slices = [trace.made_by[name] for name in iteration.slices if name in trace.made_by]
    slices += [step for step in iteration.steps if step.operands and step.operands[0] not in own]
    found: dict[str, list[str]] = {}
    for step in slices:
        if (
            isinstance(step.op, Slice)
            and step.op.squeezed
            and trace.tensors[step.operands[0]].role not in ("weight", "state")
        ):
            kind = {"f": "x", "b": "mask"}.get(trace[step.result].dtype.kind, "")
            found.setdefault(kind, []).append(step.result)
    return {kind: names[0] for kind, names in found.items() if kind and len(names) == 1}
