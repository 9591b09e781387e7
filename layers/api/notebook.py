"""What a notebook asks of its own process. TensorFlow is imported inside the functions only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.api.explore import Exploration
from layers.traces.summary import Parameters, WeightRow
from layers.training.history import History, Moment
from layers.training.step import StepTraces


@dataclass(frozen=True, kw_only=True)
class Gradients:
    """One step of a training that was taken, recorded and undone."""

    history: History
    traces: StepTraces
    moment: Moment


@dataclass(frozen=True, kw_only=True)
class ModelSummary:
    """A model as plain data.

    Attributes:
        layers: (name, class, output shape, parameters) of each layer, in order.
        parameters: the counts.
        weights: each with its numbers.
    """

    layers: tuple[tuple[str, str, str, str], ...]
    parameters: Parameters
    weights: tuple[WeightRow, ...]


def record_as_it_is(
    layer: Any, inputs: tuple[Any, ...], keywords: dict[str, Any], *, training: bool
) -> Exploration:
    """Record a call of a layer with the weights that it has, and leave all as it was.

    Args:
        layer: any Keras layer or model; it is built if it is not.
        inputs: what it is called with, by position.
        keywords: by name.
        training: passed on to the call, where it takes it.

    Raises:
        RecordingFailedError: the layer raised.
    """
    from layers.recording import record
    from layers.recording.undisturbed import undisturbed
    from layers.runs.weights import parameters, weight_rows

    _build(layer, inputs, keywords, training=training)
    with undisturbed(layer):
        trace = record(layer, *inputs, training=training, **keywords)
    return Exploration(
        trace=trace,
        formulas=(),
        disagreement=trace.disagreement(),
        parameters=parameters(layer),
        weights=weight_rows(layer),
        invariants=(),
        notes=(),
        edits=(),
        refused=(),
        code="",
    )


def gradients_as_it_is(
    layer: Any,
    inputs: tuple[Any, ...],
    keywords: dict[str, Any],
    *,
    targets: Any,
    loss: str,
    training: bool,
) -> Gradients:
    """Record a step of gradient descent on a layer as it is, and leave all as it was.

    Args:
        layer: as ``record_as_it_is`` takes it.
        inputs: likewise.
        keywords: likewise.
        targets: of the first output's shape.
        loss: a name in ``layers.training.settings.LOSSES``.
        training: passed on to the call.

    Raises:
        BadInputError: what cannot be trained, or targets that do not fit.
    """
    from layers.recording.undisturbed import undisturbed
    from layers.training import step_traces, train

    given = inputs if len(inputs) > 1 else inputs[0]
    wanted = np.asarray(targets)
    _build(layer, inputs, keywords, training=training)
    with undisturbed(layer):
        history = train(
            layer, given, wanted, steps=1, loss=loss, training=training, call_arguments=keywords
        )
    with undisturbed(layer):
        traces = step_traces(history, 0, layer, given, wanted, call_arguments=keywords)
    return Gradients(history=history, traces=traces, moment=history.moment(0))


def _build(
    layer: Any, inputs: tuple[Any, ...], keywords: dict[str, Any], *, training: bool
) -> None:
    """Build a layer where it is not: only the variables that it has can be put back."""
    from layers.recording.given import given
    from layers.recording.prepare import prepare
    from layers.recording.undisturbed import undisturbed

    with undisturbed(layer):
        prepare(layer, given(layer, inputs, keywords), training=training)


def summary_of(model: Any) -> ModelSummary:
    """Return a model's layers and weights.

    Args:
        model: any Keras model, or a layer; what is not built has no weights yet.
    """
    from layers.runs.weights import parameters, weight_rows

    return ModelSummary(
        layers=tuple(_row(layer) for layer in getattr(model, "layers", [model])),
        parameters=parameters(model),
        weights=weight_rows(model),
    )


def _row(layer: Any) -> tuple[str, str, str, str]:
    try:
        shape = layer.output.shape
    except (AttributeError, ValueError):  # not called yet, called often, or of several outputs
        shape = None
    lengths = "" if shape is None else " × ".join("?" if n is None else str(n) for n in shape)
    count = f"{layer.count_params():,}" if layer.built else "not built"
    return layer.name, type(layer).__name__, lengths, count
