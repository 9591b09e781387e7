"""Names of what one time step of an LSTM or a GRU computes, by its textbook pattern."""

from __future__ import annotations

from collections import defaultdict

from layers.operations.elementwise import Elementwise
from layers.operations.layout import Slice
from layers.traces.trace import Step, Trace

_SYMBOLS = {"g": r"\tilde{c}", "from_x": "a", "from_h": "u"}
Names = dict[str, tuple[str, str]]


def gates(trace: Trace) -> Names:
    """Return, for every tensor that is a gate or a state, its name and its LaTeX symbol.

    An LSTM's are ``i``, ``f``, ``g`` (the candidate), ``o``, ``c`` and ``h``; a GRU's ``z``, ``r``,
    ``g`` (the candidate) and ``h``. Each has the number of its time step: ``f_1``, ``f_2``.
    """
    names: Names = {}
    count: dict[str, int] = defaultdict(int)
    for step in trace.steps:
        for found in (_lstm(trace, step), _gru(trace, step)):
            if found:
                count[step.scope] += 1
                number = count[step.scope]
                for letter, name in (found | _before_gates(trace, found)).items():
                    symbol = _SYMBOLS.get(letter, letter)
                    names[name] = (f"{letter}_{number}", f"{symbol}_{{{number}}}")
    return names


def _before_gates(trace: Trace, found: dict[str, str]) -> dict[str, str]:
    """Return the tensors of which the gates are parts: an LSTM's z, a GRU's from x and from h."""
    gate = found.get("i") or found["z"]
    squashed = _cell(trace, gate, "sigmoid", "hard_sigmoid") or ("",)
    if "i" in found:
        whole = _whole(trace, squashed[0])
        return {"z": whole} if whole else {}
    parts = [_whole(trace, name) for name in _cell(trace, squashed[0], "add") or ()]
    if len(parts) != 2 or not all(parts):
        return {}
    return {"from_h" if _of_state(trace, name) else "from_x": name for name in parts if name}


def _whole(trace: Trace, name: str) -> str | None:
    step = trace.made_by.get(name)
    parted = step is not None and isinstance(step.op, Slice)
    return step.operands[0] if parted and step.operands[0] in trace.made_by else None


def _of_state(trace: Trace, name: str) -> bool:
    """Say whether a product, with its bias, is with the recurrent kernel."""
    step = trace.made_by.get((_cell(trace, name, "add") or (name,))[0])
    return step is not None and any("recurrent_kernel" in _source(trace, n) for n in step.operands)


def _source(trace: Trace, name: str) -> str:
    step = trace.made_by.get(name)
    return step.operands[0] if step is not None and isinstance(step.op, Slice) else name


def _cell(trace: Trace, name: str, *functions: str) -> tuple[str, ...] | None:
    step = trace.made_by.get(name)
    if step is None or not isinstance(step.op, Elementwise) or step.op.name not in functions:
        return None
    return step.operands


def _squashed(trace: Trace, name: str) -> bool:
    """Say whether a tensor is between 0 and 1 by a gate's function."""
    return _cell(trace, name, "sigmoid", "hard_sigmoid") is not None


def _lstm(trace: Trace, step: Step) -> dict[str, str] | None:
    """Find h = o · tanh(c), c = f · c before + i · g."""
    product = _cell(trace, step.result, "multiply")
    for gate, bent in (product, product[::-1]) if product else ():
        inner = _cell(trace, bent, "tanh", "relu")
        total = _cell(trace, inner[0], "add") if inner and _squashed(trace, gate) else None
        for first, second in (total, total[::-1]) if total else ():
            forget, fresh = _cell(trace, first, "multiply"), _cell(trace, second, "multiply")
            if not forget or not fresh or not inner:
                continue
            candidate = [name for name in fresh if not _squashed(trace, name)]
            opened = [name for name in fresh if _squashed(trace, name)]
            forgotten = [name for name in forget if _squashed(trace, name)]
            if len(candidate) == len(opened) == len(forgotten) == 1 and _cell(
                trace, candidate[0], "tanh", "relu"
            ):
                names = {"f": forgotten[0], "i": opened[0], "g": candidate[0], "o": gate}
                return {**names, "c": inner[0], "h": step.result}
    return None


def _gru(trace: Trace, step: Step) -> dict[str, str] | None:
    """Find h = z · h before + (1 − z) · g."""
    total = _cell(trace, step.result, "add")
    for old, new in (total, total[::-1]) if total else ():
        carried, fresh = _cell(trace, old, "multiply"), _cell(trace, new, "multiply")
        for rest, candidate in (fresh, fresh[::-1]) if carried and fresh else ():
            opposite = _cell(trace, rest, "subtract")
            bent = _cell(trace, candidate, "tanh", "relu")
            if not opposite or not bent or not carried or opposite[1] not in carried:
                continue
            if not _squashed(trace, opposite[1]) or trace[opposite[0]].size != 1:
                continue
            names = {"z": opposite[1], "g": candidate, "h": step.result}
            reset = _reset(trace, bent[0])
            return {**names, "r": reset} if reset else names
    return None


def _reset(trace: Trace, name: str) -> str | None:
    """Return the gate that is multiplied into what the candidate is made of."""
    waiting, looked = [name], 0
    while waiting and looked < 12:
        looked += 1
        step = trace.made_by.get(waiting.pop(0))
        if step is None:
            continue
        product = _cell(trace, step.result, "multiply") or ()
        gate = [operand for operand in product if _squashed(trace, operand)]
        if gate:
            return gate[0]
        waiting += step.operands
    return None
