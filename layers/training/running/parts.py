"""The whole of a step taken to pieces: forward, backward, update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from layers.operations.elementwise import Elementwise
from layers.operations.op import LayoutOp
from layers.traces.axes import with_axes
from layers.traces.trace import Step, Trace
from layers.training.running.loop import TrainingLoop
from layers.training.running.missing import reasons


def with_gradient_axes(
    trace: Trace, slopes: Mapping[str, str], news: Mapping[str, str], axes: dict[str, Any]
) -> Trace:
    """Give every axis a word: a gradient's and a new value's are those of what they are of."""
    first = with_axes(trace, axes)
    results = iter(trace.output_names)
    given = [name for name in trace.input_names if name.startswith("targets")]
    axes = axes | {name: first.tensors[next(results)].axes for name in given}
    first = with_axes(trace, axes)
    pairs = [(slope, name) for name, slope in reversed(list(slopes.items()))]
    pairs += [(new, name) for name, new in news.items()]
    own = {new: first.tensors[name].axes for new, name in pairs if name in first.tensors}
    tensors = {n: replace(each, axes=own.get(n, each.axes)) for n, each in first.tensors.items()}
    return replace(first, tensors=tensors)


def parts(
    loop: TrainingLoop, whole: Trace, slopes: Mapping[str, str], news: Mapping[str, str]
) -> dict[str, Any]:
    """Return the fields of ``StepTraces`` that follow from the whole.

    Args:
        loop: with the layer's variables.
        whole: all operations, with names and axes.
        slopes: tensor → its gradient.
        news: weight or slot → its new value.
    """
    ends = set(news.values())
    states = {n for n, t in whole.tensors.items() if t.role == "state" and n in whole.made_by}
    forward = ancestors(whole, {*whole.output_names, *states})
    backward = ancestors(whole, set(slopes.values())) - forward
    named = {*slopes.values(), *ends}
    whole = replace(
        whole, steps=tuple(_shown(whole, s, forward, backward, named) for s in whole.steps)
    )
    slopes = {name: slope for name, slope in slopes.items() if name in forward | set(loop.moved)}
    rest = {each.result for each in whole.steps} - forward - backward
    return {
        "whole": whole,
        "forward": part(whole, forward, whole.output_names),
        "backward": part(whole, backward, tuple(dict.fromkeys(slopes.values()))),
        "update": part(whole, rest, tuple(news.values())),
        "gradients": slopes,
        "missing": reasons(loop, whole, forward, slopes),
        "updated": dict(news),
    }


def _shown(
    trace: Trace, step: Step, forward: set[str], backward: set[str], named: set[str]
) -> Step:
    """Mark what is only passed on: it is written out inside the arithmetic of what has a name."""
    if step.result in forward or step.result in named:
        return step
    if step.result in backward:
        hidden = len(trace.used_by[step.result]) == 1
    else:
        hidden = isinstance(step.op, Elementwise | LayoutOp)
    return replace(step, shown=False) if hidden else step


def ancestors(trace: Trace, ends: set[str]) -> set[str]:
    """Return the tensors that lead to these, and these."""
    found: set[str] = set()
    waiting = list(ends)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            step = trace.made_by.get(name)
            waiting += step.operands if step else ()
    return found


def part(trace: Trace, results: set[str], ends: tuple[str, ...]) -> Trace:
    """Return the steps that make these tensors, with their operands.

    Args:
        trace: the whole.
        results: the tensors whose steps are kept.
        ends: the part's own results.
    """
    steps = tuple(step for step in trace.steps if step.result in results)
    made = {step.result for step in steps}
    names = made | {name for step in steps for name in step.operands} | set(ends)
    leaves = tuple(
        name
        for name, tensor in trace.tensors.items()
        if name in names - made and tensor.role not in ("weight", "constant", "state", "random")
    )
    return Trace(
        tensors={name: tensor for name, tensor in trace.tensors.items() if name in names},
        steps=steps,
        output_names=ends,
        input_names=leaves,
    )
