"""Time steps: a block of operations that repeats, on the same weights."""

from __future__ import annotations

from dataclasses import dataclass

from layers.operations.op import LayoutOp
from layers.traces.iterations import Iteration, folded, iterations, key
from layers.traces.trace import Step, Trace

TRIES = 10
"""Places inside repetitions that are no loops from which a loop is looked for."""
ROTATIONS = 40
"""Places of a block from which its time steps may begin."""


@dataclass(frozen=True)
class RepeatedBlock:
    """A block that repeats: ``scope`` is the sublayer that runs it."""

    scope: str
    iterations: tuple[Iteration, ...]


def loops(trace: Trace) -> tuple[RepeatedBlock, ...]:
    """Find the blocks that repeat.

    A block is repeated where the same operations, on tensors of the same shapes and on the same
    weights, follow one another at least twice, and each repetition but the first reads what the
    one before made, or each works on its own slice of one tensor. Sums of many tensors, which
    have nothing in common, are no loop. The last repetition may lack
    operations whose results nobody reads.

    Args:
        trace: a recorded run.

    Returns:
        the loops, in the order of their first operation.
    """
    by_scope: dict[str, list[Step]] = {}
    prepared: set[str] = set()
    for step in trace.steps:
        if _prepares(trace, step, prepared):
            prepared.add(step.result)
        else:
            by_scope.setdefault(step.scope, []).append(step)
    whole = [step for steps in by_scope.values() for step in steps]
    order = {step.result: at for at, step in enumerate(trace.steps)}
    found = _in_order(trace, sorted(whole, key=lambda step: order[step.result]))
    inside = {step.result for loop in found for each in loop.iterations for step in each.steps}
    for steps in by_scope.values():  # a sublayer that repeats between operations that do not
        found += _in_order(trace, [step for step in steps if step.result not in inside])
    return tuple(sorted(found, key=lambda loop: order[loop.iterations[0].steps[0].result]))


def _prepares(trace: Trace, step: Step, prepared: set[str]) -> bool:
    """Say whether a step is made once for all repetitions: parts of weights, dropout masks."""
    numbers = {name for name in step.operands if trace.tensors[name].role == "constant"}
    if any(trace[name].size > 1 for name in numbers):  # an initial state, for one
        return False
    roles = {trace.tensors[name].role for name in step.operands if name not in prepared}
    if isinstance(step.op, LayoutOp):
        return roles <= {"weight"}
    drawn = "random" in roles or any(name in prepared for name in step.operands)
    return drawn and roles <= {"random", "constant"}


def _in_order(trace: Trace, steps: list[Step]) -> list[RepeatedBlock]:
    numbers: dict[tuple, int] = {}
    kinds = {step.result: numbers.setdefault(key(trace, step), len(numbers)) for step in steps}
    keys = [kinds[step.result] for step in steps]
    places: dict[int, list[int]] = {}
    for at, each in enumerate(keys):
        places.setdefault(each, []).append(at)
    found, start, tries = [], 0, TRIES
    while start < len(keys):
        period = _longest(keys, start, places[keys[start]])
        if period is None:
            start += 1
            continue
        repeated, end = _best(trace, steps, kinds, start, period)
        if repeated:
            scope = _common([step.scope for step in repeated[-1].steps])
            found.append(RepeatedBlock(scope, repeated))
            start = end
        else:  # a loop may begin further on; of a very long repetition not every start is tried
            tries -= 1
            start = start + 1 if tries > 0 else end
    return found


def _best(
    trace: Trace, steps: list[Step], kinds: dict[str, int], start: int, period: int
) -> tuple[tuple[Iteration, ...], int]:
    """Return the time steps from ``start`` on, or from where they carry least, and their end."""
    best, end, misplaced = _repeated(trace, steps, kinds, start, period)
    if not misplaced:
        return best, end
    for later in range(start + 1, start + min(period, ROTATIONS)):
        other, there, misplaced = _repeated(trace, steps, kinds, later, period)
        fewer = not best or len(other[0].carried if other else ()) < len(best[0].carried)
        if other and not misplaced and fewer:
            best, end = other, there
    return best, end


def _repeated(
    trace: Trace, steps: list[Step], kinds: dict[str, int], start: int, period: int
) -> tuple[tuple[Iteration, ...], int, bool]:
    """Return the repetitions from ``start`` on, their end, and whether they begin wrongly."""
    keys = [kinds[step.result] for step in steps]
    block, end = keys[start : start + period], start + period
    while keys[end : end + period] == block:
        end += period
    if end < start + 2 * period:
        return (), end, True
    blocks = [tuple(steps[at : at + period]) for at in range(start, end, period)]
    rest = _shortened(keys, start, period, end)
    last = tuple(steps[end : end + rest])
    found, misplaced = iterations(trace, [*blocks, last] if last else blocks, kinds)
    if not found and last:
        (found, misplaced), rest = iterations(trace, blocks, kinds), 0
    first = folded(trace, found[0], steps[:start]) if found else None
    return (first, *found) if first else found, end + rest, misplaced


def _longest(keys: list, start: int, places: list[int]) -> int | None:
    """Return the period of the repetition at ``start`` that covers most."""
    best = None
    for again in places:
        period = again - start
        if period < 2 or start + 2 * period > len(keys):
            continue
        count = 1
        block = keys[start : start + period]
        while keys[start + count * period : start + (count + 1) * period] == block:
            count += 1
        if count > 1 and (best is None or period * count > best[0] * best[1]):
            best = (period, count)
    return best[0] if best else None


def _shortened(keys: list, start: int, period: int, end: int) -> int:
    """Return how many steps after the repetitions are one more that lacks some steps; 0 if none."""
    block, at = iter(keys[start : start + period]), end
    while at < len(keys) and any(key == keys[at] for key in block):
        at += 1
    whole = at - end > period // 2 and keys[end : end + 1] == keys[start : start + 1]
    return at - end if whole else 0


def _common(scopes: list[str]) -> str:
    """Return the path of the innermost sublayer that holds all of some scopes."""
    parts = [scope.split("/") if scope else [] for scope in scopes]
    same = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        same.append(level[0])
    return "/".join(same)
