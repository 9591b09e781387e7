"""A word for every axis, from the input's words on through the operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from layers.operations.contraction import Contract
from layers.operations.elementwise import Elementwise
from layers.operations.layout import (
    Concatenate,
    Gather,
    Repeat,
    Reshape,
    Slice,
    Stack,
    Transpose,
)
from layers.operations.normalize import Normalize
from layers.operations.op import Op
from layers.operations.pooling import AveragePool, MaxPool
from layers.operations.reduction import ArgReduce, Reduce
from layers.operations.running import Cumulative, Softmax
from layers.operations.window import Conv, ConvTranspose, DepthwiseConv
from layers.traces.stored_axes import Words, initial_state, weights
from layers.traces.trace import Step, Trace, once

_SAME = (Elementwise, Normalize, Softmax, Cumulative)
_GATE_COUNTS = (2, 3, 4)
_WINDOWS = (Conv, ConvTranspose, DepthwiseConv, MaxPool, AveragePool)


def default_axes(rank: int) -> Words:
    """Return what an input's axes are called where nobody says.

    >>> default_axes(3)
    ('batch', 'axis 1', 'features')
    """
    if rank < 2:
        return ("batch",)[:rank]
    return ("batch", *(f"axis {axis}" for axis in range(1, rank - 1)), "features")


def with_axes(trace: Trace, input_axes: Mapping[str, Sequence[str]]) -> Trace:
    """Give every axis a word.

    Args:
        trace: with names.
        input_axes: input name → one word an axis; what is left out has ``default_axes``. Any
            other tensor's words may be given as well.

    Returns:
        the trace; an axis that nothing is known of is ``axis 1``.
    """
    words: dict[str, Words] = {
        name: tuple(given)
        for name, given in input_axes.items()
        if name in trace.tensors and trace[name].ndim == len(given)
    }
    for name in trace.input_names:
        rank = trace[name].ndim
        given = tuple(input_axes.get(name, ()))
        words[name] = given if len(given) == rank else default_axes(rank)
    for name in trace.tensors:
        initial_state(trace, name, words)
    for step in trace.steps:
        weights(trace, step, words)
        found = words.get(step.result) or _result(trace, step, words)
        words[step.result] = _filled(found, trace[step.result].ndim)
    tensors = {}
    for name, tensor in trace.tensors.items():
        before = name.removesuffix("_before")
        own = words.get(name) or (words.get(before) if before in trace.tensors else None)
        tensors[name] = replace(tensor, axes=_filled(own, tensor.values.ndim))
    return replace(trace, tensors=tensors)


def _filled(words: Sequence[str] | None, rank: int) -> Words:
    words = tuple(words) if words is not None and len(words) == rank else ("",) * rank
    found: list[str] = []
    for axis, word in enumerate(words):
        own = word if word and not word.startswith("axis ") else f"axis {axis}"
        number, free = 1, own
        while free in found:
            number += 1
            free = f"{own} ({number})"
        found.append(free)
    return tuple(found)


def _result(trace: Trace, step: Step, words: Mapping[str, Words]) -> Words | None:
    op: Op = step.op
    known = [words.get(name) for name in step.operands]
    first = known[0] if known else None
    if isinstance(op, Contract):
        return _multiplied(step, known)
    if isinstance(op, _SAME):
        return _broadcast(trace, step, words)
    if first is None:
        return None
    if isinstance(op, Reduce | ArgReduce):
        axes = op.axes if isinstance(op, Reduce) else (op.axis,)
        if isinstance(op, Reduce) and op.keepdims:
            return first
        return tuple(word for axis, word in enumerate(first) if axis not in axes)
    if isinstance(op, _WINDOWS):
        return (*first[:-1], first[-1] if _by_channel(trace, step) else "filters")
    return _moved(trace, step, words, first)


def _by_channel(trace: Trace, step: Step) -> bool:
    """Say whether each channel of a window's result is made of the same channel alone."""
    if isinstance(step.op, DepthwiseConv):
        return trace[step.operands[1]].shape[-1] == 1
    return isinstance(step.op, MaxPool | AveragePool)


def _moved(trace: Trace, step: Step, words: Mapping[str, Words], first: Words) -> Words | None:
    op, known = step.op, [words.get(name) for name in step.operands]
    if isinstance(op, Gather) and op.axis == 0 and not op.batch_dims:
        return (*(known[1] or ("",) * trace[step.operands[1]].ndim), *first[1:])
    found = _laid_out(op, first, trace[step.operands[0]].shape, trace[step.result].shape)
    if isinstance(op, Stack) and found:
        return _stacked(trace, step, words, found)
    if found and isinstance(op, Reshape) and _grouped(trace, step):
        return (*found[:-2], "groups", f"{first[-1]} of a group")
    return found


def _grouped(trace: Trace, step: Step) -> bool:
    """Say whether a reshape unfolds channels into the groups by which they are normalised."""
    statistics = [each for each in trace.used_by[step.result] if isinstance(each.op, Reduce)]
    readers = [reader.op for each in statistics for reader in trace.used_by[each.result]]
    return any(isinstance(op, Normalize) and op.groups > 1 for op in readers)


def _multiplied(step: Step, known: Sequence[Words | None]) -> Words:
    op: Contract = step.op  # ty: ignore
    letters: dict[str, str] = {}
    for part, own in zip(op.inputs, known, strict=True):
        for letter, word in zip(part, own or (), strict=False):
            letters.setdefault(letter, word)
    found = [letters.get(letter, "") for letter in op.output]
    return _compared(found) if step.result.split("/")[-1].startswith("scores") else _one(found)


def _compared(words: list[str]) -> Words:
    """Return words for scores, of which one axis is the queries' time, another the keys'."""
    twice = [word for word in words if word and words.count(word) == 2]
    if not twice:
        return tuple(words)
    first, last = (at for at, word in enumerate(words) if word == twice[0])
    unnamed = twice[0].startswith("axis ")
    words[first], words[last] = (
        ("queries", "keys") if unnamed else (f"query {twice[0]}", f"key {twice[0]}")
    )
    return tuple(words)


def _one(words: list[str]) -> Words:
    """Return the words of a sum over the keys: what is left of the queries' time is time again."""
    found = []
    for word in words:
        plain = word.removeprefix("query ")
        found.append(plain if f"key {plain}" not in words else word)
    return tuple(found)


def _broadcast(trace: Trace, step: Step, words: Mapping[str, Words]) -> Words | None:
    shape = trace[step.result].shape
    found = [""] * len(shape)
    for name in step.operands:
        own = words.get(name, ())
        for axis, word in enumerate(own, start=len(shape) - len(own)):
            fits = trace[name].shape[axis - len(shape) + len(own)] == shape[axis]
            if axis >= 0 and fits and (not found[axis] or found[axis].startswith("axis ")):
                found[axis] = word
    leads = _has_softmax(trace) and _leads_to_softmax(trace, step)
    return _compared(found) if leads else tuple(found)


@once
def _has_softmax(trace: Trace) -> bool:
    return any(isinstance(step.op, Softmax) for step in trace.steps)


def _leads_to_softmax(trace: Trace, step: Step, depth: int = 5) -> bool:
    """Say whether a softmax follows, after functions of cells and sums."""
    if isinstance(step.op, Softmax):
        return True
    if depth == 0 or not isinstance(step.op, Elementwise | Reduce):
        return False
    return any(_leads_to_softmax(trace, each, depth - 1) for each in trace.used_by[step.result])


def _is_gate(size: int, length: int) -> bool:
    return any(size * count == length for count in _GATE_COUNTS)


def _stacked(trace: Trace, step: Step, words: Mapping[str, Words], found: Words) -> Words:
    """Call the axis of stacked time steps as the sequence calls it that they were taken from."""
    axis: int = step.op.axis  # ty: ignore
    waiting, seen = [step.operands[0]], set()
    while waiting:
        name = waiting.pop(0)
        made = trace.made_by.get(name)
        if made is None or name in seen:
            continue
        seen.add(name)
        if isinstance(made.op, Slice) and made.op.squeezed:
            source = trace.tensors[made.operands[0]]
            if source.role != "weight" and source.values.shape[made.op.squeezed[0]] == len(
                step.operands
            ):
                return (
                    *found[:axis],
                    words[made.operands[0]][made.op.squeezed[0]],
                    *found[axis + 1 :],
                )
        waiting += made.operands
    return found


def _laid_out(op: Op, first: Words, shape: Sequence[int], result: Sequence[int]) -> Words | None:
    if isinstance(op, Transpose):
        return tuple(first[axis] for axis in op.permutation)
    if isinstance(op, Slice):
        renamed = [
            "units" if word == "gate units" and _is_gate(op.size[axis], shape[axis]) else word
            for axis, word in enumerate(first)
        ]
        return tuple(word for axis, word in enumerate(renamed) if axis not in op.squeezed)
    if isinstance(op, Stack):
        return (*first[: op.axis], "", *first[op.axis :])
    if isinstance(op, Repeat):
        return tuple(word.removeprefix("shared ") for word in first)
    if isinstance(op, Concatenate) or len(result) == len(first):
        if isinstance(op, Reshape) and tuple(result) != tuple(shape):
            return _unfolded(first, shape, result)
        return first
    return _unfolded(first, shape, result) if isinstance(op, Reshape) else None


def _unfolded(first: Words, shape: Sequence[int], result: Sequence[int]) -> Words:
    """Keep the words of the axes before and after those that a reshape folds or unfolds."""
    found = [""] * len(result)
    before = 0
    while before < min(len(shape), len(result)) and shape[before] == result[before]:
        found[before] = first[before]
        before += 1
    after = 1
    while after <= min(len(shape), len(result)) - before and shape[-after] == result[-after]:
        found[-after] = first[-after]
        after += 1
    return tuple(found)
