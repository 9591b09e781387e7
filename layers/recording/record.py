"""Runs a layer and keeps every operation that TensorFlow runs for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from layers.recording.calls import Recorder, listening
from layers.recording.given import Given, clean, given, unique
from layers.recording.graph import Graph
from layers.recording.owners import owned, sublayers
from layers.recording.prepare import prepare, watch
from layers.traces.axes import with_axes
from layers.traces.failure import RecordingFailedError, error_words
from layers.traces.naming import with_names
from layers.traces.simplify import simplify
from layers.traces.trace import Trace

_FAILED = object()
"""In place of a result: the call raised."""


def record(
    layer: Any,
    *inputs: Any,
    training: bool = False,
    simplified: bool = True,
    input_axes: Mapping[str | int, Sequence[str]] | None = None,
    **keywords: Any,
) -> Trace:
    """Call a layer, and return every operation and every tensor of the call.

    The layer is built first if it is not. Its state moves on, as by any call.

    Args:
        layer: any Keras layer or model.
        inputs: what the layer is called with: arrays of any shape, tensors, lists or dicts of
            them. Floating arrays are converted to the type in which the layer works.
        training: passed on to the call, where it takes it.
        simplified: whether TensorFlow's spelling is rewritten to the textbook's.
        input_axes: input's name, or its place → one word for each of its axes.
        keywords: what else the layer is called with: a mask, an initial state.

    Returns:
        the trace; its outputs are what ``layer(*inputs)`` returns, bit for bit.

    Raises:
        RecordingFailedError: the layer raised; the error carries the operations up to there.
    """
    passed = given(layer, inputs, keywords)
    prepare(layer, passed, training=training)
    recorder = Recorder()
    watch(recorder, layer)
    try:
        with listening(recorder):
            result = passed.call(layer, training=training)
    except Exception as error:  # an author's layer may raise anything
        failed = _finish(layer, recorder, passed, _FAILED, simplified=False, input_axes=input_axes)
        raise RecordingFailedError(_sentence(layer, passed, failed, error), failed) from error
    return _finish(layer, recorder, passed, result, simplified=simplified, input_axes=input_axes)


def _finish(
    layer: Any,
    recorder: Recorder,
    passed: Given,
    result: Any,
    *,
    simplified: bool,
    input_axes: Mapping[str | int, Sequence[str]] | None,
) -> Trace:
    scopes: dict[str, str] = {}
    for path, scope, _ in sublayers(layer):
        scopes.setdefault(scope, path)
    graph = Graph(recorder=recorder, variables=owned(layer), scopes=scopes)
    graph.read(passed.tensors)
    if result is _FAILED:
        wanted, outputs = graph.finish(_loose(graph))
    else:
        wanted, outputs = graph.finish(_ends(result), layer.losses)
    trace = graph.trace(outputs, tuple(passed.tensors))
    if simplified:
        trace = simplify(trace)
    names = tuple(passed.tensors)
    axes = {
        names[key] if isinstance(key, int) else key: words
        for key, words in (input_axes or {}).items()
    }
    return with_axes(with_names(trace, wanted), axes)


def _ends(result: Any) -> dict[str, Any]:
    """Return preferred name → result: ``outputs``, numbered in a list; a dict's own keys."""
    ends: dict[str, Any] = {}
    for path, leaf in keras.tree.flatten_with_path(result):
        if leaf is None:
            continue
        keys = [str(key) for key in path if isinstance(key, str)]
        if isinstance(leaf, keras.Variable):
            leaf = leaf.value  # noqa: PLW2901
        ends[unique(clean("_".join(keys)) if keys else "outputs", ends)] = leaf
    return ends


def _loose(graph: Graph) -> dict[str, Any]:
    """Return the tensors that no operation read: where a call that failed had come to."""
    read = {id(operand) for call in graph.recorder.calls for operand in call.inputs}
    loose = [name for name in graph.made if id(graph.tensors[name][0]) not in read]
    names = ["outputs", *(f"outputs_{number}" for number in range(2, len(loose) + 1))]
    return {wish: graph.tensors[name][0] for wish, name in zip(names, loose, strict=False)}


def _sentence(layer: Any, passed: Given, trace: Trace, error: Exception) -> str:
    shapes = ", ".join(f"{name} {_spell(each.shape)}" for name, each in passed.tensors.items())
    after = ", ".join(f"{name} {_spell(trace[name].shape)}" for name in trace.output_names)
    count = f"{len(trace.steps)} operation{'s' if len(trace.steps) > 1 else ''}"
    ran = f" after {count} ({after})" if trace.steps else ""
    return (
        f"{type(layer).__name__} failed{ran}: expected a call that returns. Received "
        f"{shapes or 'no tensors'}. Correct the call: {error_words(error)}."
    )


def _spell(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape)) or "one number"
