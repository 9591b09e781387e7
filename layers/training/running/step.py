"""Records one step: the call and its loss, the gradients of all that was computed, the update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import keras
import tensorflow as tf

from layers.operations.elementwise import Elementwise
from layers.operations.op import Layout
from layers.recording.calls import Recorder, listening
from layers.recording.given import clean, unique
from layers.recording.graph import Graph
from layers.recording.owners import Owned, owned, sublayers
from layers.recording.prepare import watch
from layers.traces.axes import with_axes
from layers.traces.naming import with_names
from layers.traces.simplify import simplify
from layers.traces.trace import Step, Trace
from layers.training.history import History
from layers.training.running.loop import Loop, dense
from layers.training.running.missing import reasons
from layers.training.running.train import replayed
from layers.training.step import StepTraces

GRADIENT, UPDATED, SLOTS = "gradient/", "updated/", "slots/"


@dataclass(eq=False)
class _Recorded:
    """What ran in one step.

    Attributes:
        recorder: every operation.
        forward: how many of them are of the forward pass.
        named: input tensors by name, the targets among them.
        outputs: the layer's results by name, and the loss.
        gradients: id of a tensor, or of a variable's handle → its gradient.
        loss: before the step.
    """

    recorder: Recorder
    forward: int
    named: dict[str, Any]
    outputs: dict[str, Any]
    gradients: dict[int, Any]
    loss: float


def step_traces(
    history: History,
    step: int,
    layer: Any,
    inputs: Any,
    targets: Any,
    *,
    call_arguments: Mapping[str, Any] | None = None,
    input_axes: Mapping[str, Any] | None = None,
    simplified: bool = True,
) -> StepTraces:
    """Take one step of a history again, and keep every operation of it.

    The layer is left as it was.

    Args:
        history: of ``train``.
        step: one that was taken, or the one whose loss is not finite.
        layer: built like the one that was trained; its weights may be any.
        inputs: as they were trained on.
        targets: likewise.
        call_arguments: likewise.
        input_axes: input name → one word for each of its axes.
        simplified: whether TensorFlow's spelling is rewritten to the textbook's.

    Raises:
        BadInputError: there is no such step, or it comes out otherwise than the first time.
    """
    if step >= len(history.losses):
        history.check(-1 if step > history.steps else step)
        step = max(0, len(history.losses) - 1)
    with replayed(history, step, layer, inputs, targets, call_arguments or {}) as loop:
        recorded = _record(loop, step)
        found = _traces(loop, recorded, dict(input_axes or {}), simplified=simplified)
    before = float(history.losses[step])
    same = recorded.loss == before or recorded.loss != recorded.loss
    note = "" if same else (
        f"Recorded operation by operation, the loss is {recorded.loss!r}; in training it was "
        f"{before!r}."
    )
    return StepTraces(step=step, loss=recorded.loss, note=note, **found)


def _record(loop: Loop, step: int) -> _Recorded:
    layer, batch = loop.data.layer, loop.data.batch(step)
    named = dict(batch.passed.tensors)
    for target in batch.targets:
        named[unique("targets", named)] = target
    recorder = Recorder()
    watch(recorder, layer)
    for variable in loop.slots.values():
        recorder.watch(variable.handle, variable.dtype)
    with listening(recorder):
        with tf.GradientTape() as tape:
            for tensor in batch.passed.tensors.values():
                if tensor.dtype.is_floating:
                    tape.watch(tensor)
            outputs, loss = loop.forward(batch)
        forward = len(recorder.calls)
        moved = {name: known.value for name, known in loop.moved.items()}
        sources = _sources(loop, recorder, batch.passed.tensors)
        found = tape.gradient(loss, [*moved.values(), *sources.values()])
        own = dict(zip(moved, found, strict=False))
        rest = [dense(gradient) for gradient in found[len(moved) :]]
        ids = [*(id(variable.handle) for variable in moved.values()), *sources]
        gradients = dict(zip(ids, [*(dense(g) for g in own.values()), *rest], strict=True))
        loop.apply(own)
    ends: dict[str, Any] = {}
    for path, leaf in keras.tree.flatten_with_path(outputs):
        if leaf is not None:
            keys = [str(key) for key in path if isinstance(key, str)]
            ends[unique(clean("_".join(keys)) if keys else "outputs", ends)] = leaf
    ends[unique("loss", ends)] = loss
    known = {key: g for key, g in gradients.items() if g is not None}
    return _Recorded(recorder, forward, named, ends, known, float(loss))


def _sources(loop: Loop, recorder: Recorder, inputs: Mapping[str, Any]) -> dict[int, Any]:
    """Return all that may have a gradient, by id: tensors, and variables that are not moved."""
    moved = {id(variable.value) for variable in loop.moved.values()}
    found = {
        id(known.variable.handle): known.variable
        for known in loop.variables.values()
        if id(known.variable) not in moved and known.variable.dtype.is_floating
    }
    made = [tensor for call in recorder.calls for tensor in call.outputs]
    for tensor in (*inputs.values(), *made):
        if isinstance(tensor, tf.Tensor) and tensor.dtype.is_floating:
            found[id(tensor)] = tensor
    return found


def _traces(
    loop: Loop, recorded: _Recorded, axes: dict[str, Any], *, simplified: bool
) -> dict[str, Any]:
    names = _forward_names(loop, recorded, simplified=simplified)
    variables = _variables(loop)
    graph = _graph(loop, recorded.recorder, variables, recorded.named)
    ends = dict(recorded.outputs)
    wishes: dict[str, str] = {}
    for raw, name in _by_priority(graph, names, recorded.outputs):
        gradient = _gradient_of(graph, recorded, raw)
        if gradient is not None and raw in graph.tensors:
            wish = unique(clean(GRADIENT + name), ends)
            ends[wish], wishes[raw] = gradient, wish
    wanted, results = graph.finish(ends)
    made = dict(zip(ends, results, strict=True))  # wish → raw name
    outputs = tuple(made[name] for name in recorded.outputs)
    for wish in wishes.values():
        tensor, role, path = graph.tensors[made[wish]]
        if made[wish] not in outputs:
            graph.tensors[made[wish]] = (tensor, "gradient", path)
    updated = _name_updates(loop, graph, wanted)
    wanted = {raw: name for raw, name in names.items() if raw in graph.tensors} | wanted
    raw_trace = graph.trace(results, tuple(recorded.named))
    trace = simplify(raw_trace) if simplified else raw_trace
    named = with_names(replace(trace, output_names=tuple(dict.fromkeys(results))), wanted)
    renamed = dict(zip(trace.tensors, named.tensors, strict=True))
    named = replace(named, output_names=tuple(renamed[raw] for raw in outputs))
    slopes = {
        renamed[raw]: renamed[made[wish]] for raw, wish in wishes.items() if raw in renamed
    }
    news = {name: renamed[raw] for name, raw in updated.items() if raw in renamed}
    whole = with_axes(_with_gradient_axes(named, slopes, news, axes), {})
    return _parts(loop, whole, slopes, news)


def _forward_names(loop: Loop, recorded: _Recorded, *, simplified: bool) -> dict[str, str]:
    """Return raw name → name of the tensors that a recording of the call alone would show."""
    first = Recorder(
        calls=recorded.recorder.calls[: recorded.forward],
        reads=recorded.recorder.reads,
        values=recorded.recorder.values,
    )
    graph = _graph(loop, first, _variables(loop), recorded.named)
    read = set(graph.tensors)
    wanted, outputs = graph.finish(recorded.outputs)
    raw = graph.trace(outputs, tuple(recorded.named))
    raw = simplify(raw) if simplified else raw
    named = with_names(raw, wanted)
    pairs = zip(raw.tensors, named.tensors, strict=True)
    return {old: new for old, new in pairs if old in read}


def _variables(loop: Loop) -> dict[int, Owned]:
    known = dict(owned(loop.data.layer))
    for name, variable in loop.slots.items():
        path = f"{SLOTS}{name}"
        known[id(variable.handle)] = Owned(variable=variable, path=path, trainable=False)
    return known


def _graph(
    loop: Loop, recorder: Recorder, variables: Mapping[int, Owned], named: Mapping[str, Any]
) -> Graph:
    scopes: dict[str, str] = {}
    for path, scope, _ in sublayers(loop.data.layer):
        scopes.setdefault(scope, path)
    graph = Graph(recorder=recorder, variables=variables, scopes=scopes)
    graph.read(named)
    return graph


def _by_priority(graph: Graph, names: dict[str, str], outputs: Mapping[str, Any]) -> list:
    """Return (raw, name): weights first, then inputs, outputs, and the others, the latest first.

    Where two have one gradient, it is called by the first.
    """
    own = {graph.names.get(id(leaf)) for leaf in outputs.values()}
    order = {"weight": 0, "input": 1}

    def place(item: tuple[str, str]) -> int:
        raw, _ = item
        return 2 if raw in own else order.get(graph.tensors[raw][1], 3)

    loss = graph.names.get(id(list(outputs.values())[-1]))
    latest = [(raw, n) for raw, n in reversed(names.items()) if raw != loss]
    return sorted(latest, key=place)


def _gradient_of(graph: Graph, recorded: _Recorded, raw: str) -> Any:
    handles = {name: handle for handle, name in graph.weights.items()}
    key = handles.get(raw, id(graph.tensors[raw][0]))
    return recorded.gradients.get(key)


def _name_updates(loop: Loop, graph: Graph, wanted: dict[str, str]) -> dict[str, str]:
    """Name what the optimizer wrote; return weight or slot → the raw name of its new value."""
    found = {}
    own = {id(variable.value.handle): "weight" for variable in loop.moved.values()}
    slots = {id(variable.handle): "state" for variable in loop.slots.values()}
    for handle, role in (own | slots).items():
        if handle not in graph.weights:
            continue
        before = graph.weights[handle]
        tensor, _, path = graph.tensors[before]
        graph.tensors[before] = (tensor, role, path)  # ty: ignore[invalid-assignment]
        wanted.pop(before, None)
        for name, (made, was, where) in list(graph.tensors.items()):
            if was == "state" and where == path and name != before:
                graph.tensors[name] = (made, "update", where)  # on its way: a weight that decayed
        if handle in graph.current:
            now = graph.current[handle]
            wanted[now] = clean(UPDATED + before)
            graph.tensors[now] = (graph.tensors[now][0], "update", path)
            found[before] = now
    return found


def _with_gradient_axes(
    trace: Trace, slopes: Mapping[str, str], news: Mapping[str, str], axes: dict[str, Any]
) -> Trace:
    """Give every axis a word: a gradient's and a new value's are those of what they are of."""
    first = with_axes(trace, axes)
    own = {slope: first.tensors[name].axes for name, slope in reversed(slopes.items())}
    own |= {new: first.tensors[name].axes for name, new in news.items()}
    tensors = {n: replace(each, axes=own.get(n, each.axes)) for n, each in first.tensors.items()}
    return replace(first, tensors=tensors)


def _parts(
    loop: Loop, whole: Trace, slopes: Mapping[str, str], news: Mapping[str, str]
) -> dict[str, Any]:
    ends = set(news.values())
    states = {n for n, t in whole.tensors.items() if t.role == "state" and n in whole.made_by}
    forward = ancestors(whole, {*whole.output_names, *states})
    backward = ancestors(whole, set(slopes.values())) - forward
    named = {*slopes.values(), *ends}
    whole = replace(whole, steps=tuple(_shown(whole, s, forward, backward, named) for s in whole.steps))
    slopes = {name: slope for name, slope in slopes.items() if name in forward}
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
        hidden = isinstance(step.op, Elementwise | Layout)
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
