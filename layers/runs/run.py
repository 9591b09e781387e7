"""One run of a layer: built, edited, called, and recorded. Every value here is TensorFlow's."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from layers.catalog.spec import LayerSpec
from layers.inputs.cells import Edit
from layers.inputs.description import Values
from layers.inputs.fields import BadInputError
from layers.recording import record
from layers.recording.owners import owned
from layers.runs.edits import Placed, apply_edits
from layers.runs.prepare import Call, Sources, prepare_call
from layers.traces.failure import RecordingFailedError, error_words
from layers.traces.trace import Trace


@dataclass(frozen=True, kw_only=True)
class LayerRun:
    """A layer after its last call.

    Attributes:
        layer: as the call left it.
        calls: the arguments of every call, edits included.
        trace: the last call, recorded.
        placed: the edits that were made, and why others were not.
    """

    layer: keras.layers.Layer
    calls: tuple[Call, ...]
    trace: Trace
    placed: Placed


def run(
    spec: LayerSpec,
    values: Values,
    *,
    batch: int | None = None,
    seed: int = 0,
    source: Sources = "example",
    constant: float = 1.0,
    edits: Sequence[Edit] = (),
) -> Trace:
    """Build a layer, call it, and return the recording of its last call.

    Args:
        spec: which layer.
        values: its fields; what is left out is the default.
        batch: rows at once; None for the layer's default.
        seed: of the weights and of the input.
        source: ``"example"`` (the layer's own), a name of ``sources.SOURCES``, an array, or one of
            these for each input by its name.
        constant: the number for ``source="constant"``.
        edits: numbers put into cells of the input and of stored weights.

    Returns:
        the last call's tensors and steps.

    Raises:
        BadInputError: a value that does not fit its field, a size over the limit, or an edit of
            what is not there or not stored.
        MismatchError: an array that does not fit the layer.
        RecordingFailedError: the layer itself raised; with the operations up to there.
    """
    done = run_whole(
        spec, values, batch=batch, seed=seed, source=source, constant=constant, edits=edits
    )
    if done.placed.refused:
        raise BadInputError(done.placed.refused[0])
    return done.trace


def run_whole(
    spec: LayerSpec,
    values: Values,
    *,
    batch: int | None = None,
    seed: int = 0,
    source: Sources = "example",
    constant: float = 1.0,
    edits: Sequence[Edit] = (),
    simplified: bool = True,
) -> LayerRun:
    """Do what ``run`` does, and return the layer with it; edits that cannot be made are said.

    ``simplified=False`` keeps the operations as TensorFlow computed them.
    """
    layer, calls = prepare_call(
        spec, values, batch=batch, seed=seed, sources=source, constant=constant
    )
    placed = Placed()
    if edits:
        with state_put_back(layer):
            first = _recorded(spec, layer, calls[-1])
        placed = apply_edits(first, layer, calls, edits)
    trace = record_calls(spec, layer, calls, simplified=simplified)
    return LayerRun(layer=layer, calls=calls, trace=trace, placed=placed)


def record_calls(
    spec: LayerSpec, layer: keras.layers.Layer, calls: Sequence[Call], *, simplified: bool = True
) -> Trace:
    """Call a layer once for each call, and return the recording of the last one.

    Args:
        spec: the layer's declaration.
        layer: the layer; it is built where it is not.
        calls: the arguments of each call.
        simplified: whether TensorFlow's operations are rewritten to the textbook's.

    Returns:
        the last call; its ``history`` is the state after each, where the layer has one state.
    """
    history = [_state_after(layer, call) for call in calls[:-1]]
    return _with_history(_recorded(spec, layer, calls[-1], simplified=simplified), history)


def _recorded(
    spec: LayerSpec, layer: keras.layers.Layer, call: Call, *, simplified: bool = True
) -> Trace:
    # By place: in a list, an input has another name in the recording.
    axes: dict[int, tuple[str, ...]] = {}
    for each in spec.inputs:
        array = call.arrays[each.name]
        axes.setdefault(id(array), each.axes_of(array.ndim))
    if not spec.inputs:
        axes = {id(array): spec.input_axes(array.ndim) for array in call.arrays.values()}
    words = {**dict(enumerate(axes.values())), **spec.axes}
    try:
        trace = record(
            layer, *call.arguments, simplified=simplified, input_axes=words, **call.named
        )
    except RecordingFailedError as failure:
        if spec.module:
            raise  # user_module says which line of the author's it was
        raise RecordingFailedError(
            f"{spec.title} cannot be run: expected values that go together. Received "
            f"{error_words(failure.__cause__)}. Set other values, or another input shape.",
            failure.trace,
        ) from failure.__cause__
    _check_results(spec, trace)
    return trace.with_symbols(spec.symbols)


def _check_results(spec: LayerSpec, trace: Trace) -> None:
    """Refuse a call that returns nothing, or something else than numbers."""
    kinds = [values.dtype for values in trace.outputs]
    if kinds and all(kind.kind not in "OSU" for kind in kinds):
        return
    received = ", ".join("text" if kind.kind in "SU" else "no numbers" for kind in kinds) or "None"
    raise BadInputError(
        f"{spec.title} cannot be run: expected a call that returns tensors of numbers. Received "
        f"{received}. Return the result of the last operation."
    )


@contextmanager
def state_put_back(layer: keras.layers.Layer) -> Generator[None]:
    """Give every variable of a layer the value that it had before the block."""
    before = [(each.variable, each.variable.numpy()) for each in owned(layer).values()]
    try:
        yield
    finally:
        for variable, value in before:
            variable.assign(value)


def _state_after(layer: keras.layers.Layer, call: Call) -> Mapping[str, np.ndarray]:
    """Call a layer, and return what it then holds that training does not move, by path."""
    layer(*call.arguments, **call.named)
    return {
        each.path: each.variable.numpy() for each in owned(layer).values() if not each.trainable
    }


def _with_history(trace: Trace, before: Sequence[Mapping[str, Any]]) -> Trace:
    """Add the state after each call, where there is one state."""
    after = [
        tensor
        for name, tensor in trace.tensors.items()
        if tensor.role == "state" and name in trace.made_by
    ]
    if len(after) != 1:
        return trace
    states = [*(earlier[after[0].path] for earlier in before), after[0].values]
    return trace.with_history(np.array(states))
