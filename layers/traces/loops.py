"""Time steps: a block of operations that repeats, on the same weights."""

from __future__ import annotations

from dataclasses import dataclass

from layers.operations.layout import Slice
from layers.operations.op import Layout
from layers.traces.trace import Step, Trace

TRIES = 10
"""Places inside repetitions that are no loops from which a loop is looked for."""


@dataclass(frozen=True)
class Iteration:
    """One repetition of a loop.

    Attributes:
        steps: what ran in it.
        slices: what it reads and no other repetition does: a slice of the sequence.
        carried: what it reads of the repetition before; of the first, the initial state. A state
            that a mask holds back is still carried.
        handed_on: what it makes for the next repetition, in the order of ``carried``; empty where
            the last one makes none.
        results: its tensors that are read outside of it, among them what is carried on.
    """

    steps: tuple[Step, ...]
    slices: tuple[str, ...]
    carried: tuple[str, ...]
    handed_on: tuple[str, ...]
    results: tuple[str, ...]


@dataclass(frozen=True)
class Loop:
    """A block that repeats: ``scope`` is the sublayer that runs it."""

    scope: str
    iterations: tuple[Iteration, ...]


def loops(trace: Trace) -> tuple[Loop, ...]:
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
    if isinstance(step.op, Layout):
        return roles <= {"weight"}
    drawn = "random" in roles or any(name in prepared for name in step.operands)
    return drawn and roles <= {"random", "constant"}


def _in_order(trace: Trace, steps: list[Step]) -> list[Loop]:
    kinds: dict[tuple, int] = {}
    keys = [kinds.setdefault(_key(trace, step), len(kinds)) for step in steps]
    places: dict[int, list[int]] = {}
    for at, key in enumerate(keys):
        places.setdefault(key, []).append(at)
    found, start, tries = [], 0, TRIES
    while start < len(keys):
        block = _longest(keys, start, places[keys[start]])
        if block is None:
            start += 1
            continue
        period, count = block
        end = start + period * count
        cuts = range(start, end, period)
        blocks = [tuple(steps[at : at + period]) for at in cuts]
        rest = _shortened(keys, start, period, end)
        last = tuple(steps[end : end + rest])
        iterations = _iterations(trace, [*blocks, last] if last else blocks)
        if not iterations and last:
            iterations, rest = _iterations(trace, blocks), 0
        if iterations:
            scope = _common([step.scope for step in blocks[0]])
            found.append(Loop(scope, iterations))
            start = end + rest
        else:  # a loop may begin further on; of a very long repetition not every start is tried
            tries -= 1
            start = start + 1 if tries > 0 else end
    return found


def _longest(keys: list, start: int, places: list[int]) -> tuple[int, int] | None:
    """Return period and count of the repetition at ``start`` that covers most."""
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
    return best


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


def _key(trace: Trace, step: Step) -> tuple:
    weights = tuple(n for n in step.operands if trace.tensors[n].role == "weight")
    shapes = tuple(trace[name].shape for name in (*step.operands, step.result))
    return type(step.op), _setting(step), shapes, weights


def _setting(step: Step) -> object:
    """Return what tells operations of one kind from another, but not which slice is taken."""
    return None if isinstance(step.op, Slice) else step.op


def _iterations(trace: Trace, blocks: list[tuple[Step, ...]]) -> tuple[Iteration, ...]:
    """Describe the repetitions; nothing if they are no time steps."""
    made = [{step.result for step in block} for block in blocks]
    reads = [
        [n for n in dict.fromkeys(o for step in block for o in step.operands) if n not in own]
        for block, own in zip(blocks, made, strict=True)
    ]
    shared = set(reads[0]).intersection(*reads[1:])
    own_reads = [[name for name in names if name not in shared] for names in reads]
    states = [
        [name for name in names if _rests_on(trace, name, before)]
        for names, before in zip(own_reads[1:], made, strict=False)
    ]
    weighted = any(trace.tensors[name].role == "weight" for name in shared)
    sliced = _of_one_sequence(trace, blocks, own_reads)
    if not (all(states) and (shared or sliced)) and not (weighted and sliced):
        return ()
    places = _places(blocks[1], states[0])
    states.insert(0, [blocks[0][at].operands[operand] for at, operand in places])
    handed = _handed_on(trace, blocks, states[1])
    iterations = []
    for number, (block, own, names, state) in enumerate(
        zip(blocks, made, own_reads, states, strict=True)
    ):
        results = tuple(
            step.result
            for step in block
            if step.result in trace.output_names
            or any(reader.result not in own for reader in trace.used_by[step.result])
        )
        slices = tuple(name for name in names if name not in state)
        iterations.append(Iteration(block, slices, tuple(state), handed[number], results))
    return tuple(iterations)


def _handed_on(trace: Trace, blocks: list[tuple[Step, ...]], states: list[str]) -> list:
    """Return, for each repetition, what it makes where the first one makes the second's states."""
    keys = [_key(trace, step) for step in blocks[0]]
    places = {step.result: at for at, step in enumerate(blocks[0])}
    found = []
    for block in blocks:
        made, at = {}, 0
        for step in block:  # the last one may lack some
            at = keys.index(_key(trace, step), at)
            made[at] = step.result
            at += 1
        found.append(tuple(made.get(places.get(name, -1), "") for name in states))
    return found


def _rests_on(trace: Trace, name: str, block: set[str]) -> bool:
    """Say whether a tensor is made, if only in the end, of what a block made."""
    waiting, seen = [name], set()
    while waiting:
        each = waiting.pop()
        if each in block:
            return True
        step = trace.made_by.get(each)
        if step is not None and each not in seen:
            seen.add(each)
            waiting += step.operands
    return False


def _of_one_sequence(trace: Trace, blocks: list[tuple[Step, ...]], reads: list[list[str]]) -> bool:
    """Say whether each repetition works on its own slice of one tensor."""
    whole = set()
    for block, names in zip(blocks, reads, strict=True):
        slices = [step for step in block if isinstance(step.op, Slice)]
        slices += [trace.made_by[n] for n in names if n in trace.made_by]
        whole |= {step.operands[0] for step in slices if isinstance(step.op, Slice)}
    return len(whole) == 1 and trace.tensors[next(iter(whole))].role != "weight"


def _places(block: tuple[Step, ...], names: list[str]) -> list[tuple[int, int]]:
    """Return where in a block each name is first read: which step, which operand."""
    return [
        next(
            (at, step.operands.index(name))
            for at, step in enumerate(block)
            if name in step.operands
        )
        for name in names
    ]
