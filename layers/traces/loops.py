"""Time steps: a block of operations that repeats, on the same weights."""

from __future__ import annotations

from dataclasses import dataclass

from layers.traces.trace import Step, Trace


@dataclass(frozen=True)
class Iteration:
    """One repetition of a loop.

    Attributes:
        steps: what ran in it.
        came_in: tensors from outside of the loop that other repetitions do not read: a slice of
            the sequence.
        carried: tensors of the repetition before (of the first: the initial state) that it reads.
        results: its tensors that are read outside of it.
    """

    steps: tuple[Step, ...]
    came_in: tuple[str, ...]
    carried: tuple[str, ...]
    results: tuple[str, ...]


@dataclass(frozen=True)
class Loop:
    """A block that repeats: ``scope`` is the sublayer that runs it."""

    scope: str
    iterations: tuple[Iteration, ...]


def loops(trace: Trace) -> tuple[Loop, ...]:
    """Find the blocks that repeat.

    A block is repeated where the same operations, on tensors of the same shapes and on the same
    weights, follow one another at least twice in one sublayer, and each repetition but the first
    reads what the one before made.

    Args:
        trace: a recorded run.

    Returns:
        the loops, in the order of their first operation.
    """
    found: list[Loop] = []
    by_scope: dict[str, list[Step]] = {}
    for step in trace.steps:
        by_scope.setdefault(step.scope, []).append(step)
    for scope, steps in by_scope.items():
        found += _in_scope(trace, scope, steps)
    order = {step.result: at for at, step in enumerate(trace.steps)}
    return tuple(sorted(found, key=lambda loop: order[loop.iterations[0].steps[0].result]))


def _in_scope(trace: Trace, scope: str, steps: list[Step]) -> list[Loop]:
    keys = [_key(trace, step) for step in steps]
    found, start = [], 0
    while start < len(keys):
        block = _longest(keys, start)
        if block is not None:
            period, count = block
            blocks = [
                tuple(steps[start + turn * period : start + (turn + 1) * period])
                for turn in range(count)
            ]
            iterations = _iterations(trace, blocks)
            if iterations:
                found.append(Loop(scope, iterations))
                start += period * count
                continue
        start += 1
    return found


def _longest(keys: list, start: int) -> tuple[int, int] | None:
    """Return period and count of the repetition at ``start`` that covers most."""
    best = None
    for period in range(2, (len(keys) - start) // 2 + 1):
        if keys[start] != keys[start + period]:
            continue
        count = 1
        block = keys[start : start + period]
        while keys[start + count * period : start + (count + 1) * period] == block:
            count += 1
        if count > 1 and (best is None or period * count > best[0] * best[1]):
            best = (period, count)
    return best


def _key(trace: Trace, step: Step) -> tuple:
    weights = tuple(n for n in step.operands if trace.tensors[n].role in ("weight", "constant"))
    shapes = tuple(trace[name].shape for name in (*step.operands, step.result))
    return type(step.op), _setting(step), shapes, weights


def _setting(step: Step) -> object:
    """Return what tells operations of one kind from another, but not which slice is taken."""
    return None if hasattr(step.op, "begin") else step.op


def _iterations(trace: Trace, blocks: list[tuple[Step, ...]]) -> tuple[Iteration, ...]:
    """Describe the repetitions; nothing if one does not read what the one before made."""
    made = [{step.result for step in block} for block in blocks]
    inside = set().union(*made)
    reads = [
        [n for n in dict.fromkeys(o for step in block for o in step.operands) if n not in own]
        for block, own in zip(blocks, made, strict=True)
    ]
    shared = set(reads[0]).intersection(*reads[1:])
    found = []
    for turn, (block, own, outside) in enumerate(zip(blocks, made, reads, strict=True)):
        before = made[turn - 1] if turn else set()
        carried = [name for name in outside if name in before]
        if turn and not carried:
            return ()
        found.append((block, own, [n for n in outside if n not in shared], carried))
    places = _places(found[1][0], found[1][3])
    first = tuple(_at(found[0][0], place) for place in places)
    iterations = []
    for turn, (block, own, outside, carried) in enumerate(found):
        state = first if turn == 0 else tuple(carried)
        readers = {
            name
            for name in own
            for step in trace.used_by[name]
            if step.result not in own or step.result not in inside
        }
        ends = readers | (own & set(trace.output_names))
        results = tuple(step.result for step in block if step.result in ends)
        came = tuple(n for n in outside if n not in state and n not in inside)
        iterations.append(Iteration(block, came, state, results))
    return tuple(iterations)


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


def _at(block: tuple[Step, ...], place: tuple[int, int]) -> str:
    return block[place[0]].operands[place[1]]
