"""Records one step: the call and its loss, the gradients of all that was computed, the update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from layers.recording.calls import Recorder
from layers.recording.given import clean, unique
from layers.recording.graph import Graph
from layers.recording.owners import Owned, owned, sublayers
from layers.traces.loops import loops
from layers.traces.naming import with_names
from layers.traces.simplify import simplify
from layers.traces.time_names import with_own_initial_states
from layers.training.history import History
from layers.training.running.loop import TrainingLoop
from layers.training.running.parts import parts, with_gradient_axes
from layers.training.running.recorded import RecordedStep, record_step
from layers.training.running.train import replayed
from layers.training.step import StepTraces

GRADIENT, UPDATED, SLOTS = "gradient/", "updated/", "slots/"


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
    loop: TrainingLoop | None = None,
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
        loop: of this layer, these data and the history's settings, where there is one: making the
            optimizer is a fifth of the time.

    Raises:
        BadInputError: there is no such step, or it comes out otherwise than the first time.
    """
    if step >= len(history.losses):
        history.check(-1 if step > history.steps else step)
        step = max(0, len(history.losses) - 1)
    with replayed(history, step, layer, inputs, targets, call_arguments or {}, loop) as own:
        recorded = record_step(own, step)
        found = _traces(own, recorded, dict(input_axes or {}), simplified=simplified)
    before = float(history.losses[step])
    same = recorded.loss == before or recorded.loss != recorded.loss
    note = (
        ""
        if same
        else (
            f"Recorded operation by operation, the loss is {recorded.loss!r}; in training it was "
            f"{before!r}."
        )
    )
    return StepTraces(step=step, loss=recorded.loss, note=note, **found)


def _traces(
    loop: TrainingLoop, recorded: RecordedStep, axes: dict[str, Any], *, simplified: bool
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
        tensor, _, path = graph.tensors[made[wish]]
        if made[wish] not in outputs:
            graph.tensors[made[wish]] = (tensor, "gradient", path)
    updated = _name_updates(loop, graph, wanted)
    wanted = {raw: name for raw, name in names.items() if raw in graph.tensors} | wanted
    raw_trace = graph.trace(results, tuple(recorded.named))
    trace = simplify(raw_trace) if simplified else raw_trace
    trace = with_own_initial_states(trace, loops(trace))
    named = with_names(replace(trace, output_names=tuple(dict.fromkeys(results))), wanted)
    renamed = dict(zip(trace.tensors, named.tensors, strict=True))
    named = replace(named, output_names=tuple(renamed[raw] for raw in outputs))
    slopes = {
        renamed.get(raw, names[raw]): renamed[made[wish]]
        for raw, wish in wishes.items()
        if raw in renamed or graph.tensors[raw][1] == "weight"  # one that the call overwrites
    }
    news = {name: renamed[raw] for name, raw in updated.items() if raw in renamed}
    whole = with_gradient_axes(named, slopes, news, axes)
    return parts(loop, whole, slopes, news)


def _forward_names(
    loop: TrainingLoop, recorded: RecordedStep, *, simplified: bool
) -> dict[str, str]:
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
    raw = with_own_initial_states(raw, loops(raw))  # as naming does, so that old stands by new
    named = with_names(raw, wanted)
    pairs = zip(raw.tensors, named.tensors, strict=True)
    known = {old: new for old, new in pairs if old in read}
    for variable in loop.moved.values():  # a weight has its own name, even if the call changes it
        path = graph.weights.get(id(variable.value.handle))
        if path in read:
            known[path] = path
    return known


def _variables(loop: TrainingLoop) -> dict[int, Owned]:
    known = dict(owned(loop.data.layer))
    for name, variable in loop.slots.items():
        path = f"{SLOTS}{name}"
        known[id(variable.handle)] = Owned(variable=variable, path=path, trainable=False)
    return known


def _graph(
    loop: TrainingLoop, recorder: Recorder, variables: Mapping[int, Owned], named: Mapping[str, Any]
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


def _gradient_of(graph: Graph, recorded: RecordedStep, raw: str) -> Any:
    handles = {name: handle for handle, name in graph.weights.items()}
    key = handles.get(raw, id(graph.tensors[raw][0]))
    return recorded.gradients.get(key)


def _name_updates(loop: TrainingLoop, graph: Graph, wanted: dict[str, str]) -> dict[str, str]:
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
