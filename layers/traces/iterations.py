"""The repetitions of a loop: what each reads of its own, and what one hands to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from layers.operations.layout import Slice
from layers.traces.trace import Step, Trace, once


@dataclass(frozen=True)
class Iteration:
    """One repetition of a loop.

    Attributes:
        steps: what ran in it.
        slices: what it reads and no other repetition does: a slice of the sequence.
        carried: what it reads of the repetition before; of the first, the initial state, empty
            where that went into a constant. A state that a mask holds back is still carried.
        handed_on: what it makes for the next repetition, in the order of ``carried``; empty where
            the last one makes none.
        results: its tensors that are read outside of it, among them what is carried on.
    """

    steps: tuple[Step, ...]
    slices: tuple[str, ...]
    carried: tuple[str, ...]
    handed_on: tuple[str, ...]
    results: tuple[str, ...]


@once
def kinds(trace: Trace) -> Mapping[str, int]:
    """Return result → number: steps with one number can be the same step of two repetitions."""
    found: dict[tuple, int] = {}

    def kind(step: Step) -> tuple:
        weights = tuple(n for n in step.operands if trace.tensors[n].role == "weight")
        shapes = tuple(trace[name].shape for name in (*step.operands, step.result))
        setting = None if isinstance(step.op, Slice) else step.op  # another slice each time
        return type(step.op), setting, shapes, weights

    return {step.result: found.setdefault(kind(step), len(found)) for step in trace.steps}


def iterations(trace: Trace, blocks: list[tuple[Step, ...]]) -> tuple[tuple[Iteration, ...], bool]:
    """Describe the repetitions.

    What one repetition makes and the next reads is a state only where it rests, in the
    repetition that makes it, on a state that was carried in. Elsewhere it is a slice.

    Args:
        trace: the run.
        blocks: the repetitions, the first two of them whole.

    Returns:
        The repetitions, none if they are no time steps; and whether the blocks begin in the
        middle of a time step: they hand on what is no state.
    """
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
    carried = _carried(trace, blocks, states[0])
    handed = _handed_on(trace, blocks, states[0])
    loose = [at for at, name in enumerate(states[0]) if name not in carried]
    for names, before in zip(states, handed, strict=False):
        names[:] = [name for name in names if name not in {before[at] for at in loose}]
    handed = _handed_on(trace, blocks, carried)
    weighted = any(trace.tensors[name].role == "weight" for name in shared)
    sliced = _of_one_sequence(trace, blocks, own_reads)
    if not (all(states) and (shared or sliced)) and not (weighted and sliced):
        return (), bool(loose)
    places = _places(blocks[1], carried)
    states.insert(0, [blocks[0][at].operands[operand] for at, operand in places])
    found = []
    for number, (block, own, names, state) in enumerate(
        zip(blocks, made, own_reads, states, strict=True)
    ):
        slices = tuple(name for name in names if name not in state)
        results = _results(trace, block, own)
        found.append(Iteration(block, slices, tuple(state), handed[number], results))
    return tuple(found), bool(loose)


def folded(trace: Trace, first: Iteration, before: list[Step]) -> Iteration | None:
    """Return the time step before the first whole one, some of whose operations are constants.

    Where the initial state is zeros, TensorFlow's ``0.9 * state`` is one more constant.

    Args:
        trace: the run.
        first: the first whole repetition.
        before: the steps that ran before it.

    Returns:
        The repetition, without an initial state; None if there is none.
    """
    constant = {*first.carried}
    own: list[Step] = []
    for step in first.steps:
        stored = {n for n in step.operands if trace.tensors[n].role == "constant"}
        if set(step.operands) <= constant | stored - set(trace.made_by):
            constant.add(step.result)
        else:
            own.append(step)
    block = tuple(before[-len(own) :]) if own else ()
    kind = kinds(trace)
    alike = [kind[step.result] for step in block] == [kind[step.result] for step in own]
    twin = {step.result: old.result for step, old in zip(own, block, strict=False)}
    handed = tuple(twin.get(name, "") for name in first.handed_on)
    if len(own) == len(first.steps) or not own or not alike or handed != first.carried:
        return None
    made = {step.result for step in block}
    results = _results(trace, block, made)
    return Iteration(block, (), ("",) * len(handed), handed, results)


def _results(trace: Trace, block: tuple[Step, ...], own: set[str]) -> tuple[str, ...]:
    return tuple(
        step.result
        for step in block
        if step.result in trace.output_names
        or any(reader.result not in own for reader in trace.used_by[step.result])
    )


def _carried(trace: Trace, blocks: list[tuple[Step, ...]], states: list[str]) -> list[str]:
    """Return those states of the second repetition that go on into what it hands on itself."""
    handed = dict(zip(states, _handed_on(trace, blocks, states)[1], strict=True))
    made = {step.result: step for step in blocks[1]}
    kept, before = states, []
    while kept != before:  # what rests on a slice alone is no state, nor what rests on that
        before, reached = kept, set(kept)
        for step in made.values():
            if reached.intersection(step.operands):
                reached.add(step.result)
        kept = [name for name in before if not handed[name] or handed[name] in reached]
    return kept


def _handed_on(trace: Trace, blocks: list[tuple[Step, ...]], states: list[str]) -> list:
    """Return, for each repetition, what it makes where the first one makes the second's states."""
    kind = kinds(trace)
    first = [kind[step.result] for step in blocks[0]]
    places = {step.result: at for at, step in enumerate(blocks[0])}
    found = []
    for block in blocks:
        made, at = {}, 0
        for step in block:  # the last one may lack some
            at = first.index(kind[step.result], at)
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
