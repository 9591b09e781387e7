"""A network run by TensorFlow on an input, and one of its calls recorded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.inputs.fields import BadInputError
from layers.inputs.sources import format_shape
from layers.networks.running import stock, wiring
from layers.networks.running.nodes import output_name
from layers.networks.running.runnable import RunnableModel
from layers.networks.running.wiring import LayerCall, Shape, shapes_for
from layers.recording import record
from layers.traces.axes import with_axes
from layers.traces.trace import Trace

MAXIMUM_OUTPUT = 2**23
"""Numbers of one layer's output: 32 MB."""
MAXIMUM_OUTPUTS = 2**26
"""Numbers of all layers' outputs, which are in memory together during a run: 256 MB."""


def run(network: RunnableModel, inputs: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
    """Run a network on an input.

    Args:
        network: the network.
        inputs: one array for each of its inputs, a batch of any size.

    Returns:
        Every layer's output by path; the input under ``""`` where the network lists no input layer.

    Raises:
        BadInputError: an input that does not fit, or an output that is too large.
    """
    return {name: np.asarray(tensor) for name, tensor in _run(network, inputs).items()}


def recorded(
    network: RunnableModel,
    inputs: tuple[np.ndarray, ...],
    name: str,
    *,
    axes: Mapping[int, tuple[str, ...]],
) -> Trace:
    """Run a network on an input, and return the recording of one call in it.

    Args:
        network: the network.
        inputs: one array for each of its inputs.
        name: of the call's output.
        axes: rank → one word an axis, for the call's inputs and outputs.

    Raises:
        BadInputError: as ``run``.
    """
    made = _run(network, inputs)
    call = next(call for call in network.calls if call.name == name)
    arguments, keywords = _arguments(call, made)
    trace = record(network.layers[call.path], *arguments, **keywords)
    ends = (*trace.input_names, *trace.output_names)
    words = {each: axes.get(trace[each].ndim, ()) for each in ends}
    return with_axes(trace, words)


def _run(network: RunnableModel, inputs: tuple[np.ndarray, ...]) -> dict[str, Any]:
    """Return every call's output as a tensor, which has a mask where Keras gave it one."""
    remaining = iter(inputs)
    made: dict[str, Any] = {}
    total = 0
    for call in network.calls:
        if call.config.class_name == "InputLayer":
            made[call.name] = tf.convert_to_tensor(next(remaining))
            continue
        if "" in call.inputs and "" not in made:
            made[""] = tf.convert_to_tensor(next(remaining))
        layer = network.layers[call.path]
        shapes = shapes_for(call, {name: tuple(made[name].shape) for name in call.inputs})
        arguments, keywords = _arguments(call, made)
        try:
            for shape in wiring.shapes_of(layer.compute_output_shape(*shapes)):
                total += _checked_size(call, shape, total)
            _check_scores(call, layer, shapes)
            results = keras.tree.flatten(layer(*arguments, **keywords))
        except BadInputError:
            raise
        except stock.KERAS_ERRORS as error:
            taken = ", ".join(format_shape(tuple(made[name].shape)) for name in call.inputs)
            raise BadInputError(
                f"{call.path[:60]!r} cannot be computed: expected an input that it takes. Received "
                f"{taken} ({str(error).splitlines()[0][:80]}). Feed another image."
            ) from None
        made |= {output_name(call.name, at): result for at, result in enumerate(results)}
    return made


def _checked_size(call: LayerCall, shape: Shape, before: int) -> int:
    """Return how many numbers an output has, unless they are too many, with those before it."""
    shape = tuple(length or 1 for length in shape)
    size = math.prod(shape)
    if size > MAXIMUM_OUTPUT:
        raise BadInputError(
            f"{call.path[:60]!r} cannot be computed: expected at most {MAXIMUM_OUTPUT:,} numbers. "
            f"Received the shape {format_shape(shape)}, which has {size:,}. Look at its weights "
            "instead."
        )
    if before + size > MAXIMUM_OUTPUTS:
        raise BadInputError(
            f"{call.path[:60]!r} cannot be computed: expected at most {MAXIMUM_OUTPUTS:,} numbers "
            f"in the outputs of all layers. Received {before + size:,} up to here. Look at the "
            "weights instead."
        )
    return size


def _check_scores(call: LayerCall, layer: Any, shapes: tuple[Any, ...]) -> None:
    """Refuse an attention between more steps than fit in memory."""
    kind = call.config.class_name
    if kind not in (*stock.ATTENTION, "Attention", "AdditiveAttention"):
        return
    query, value = (shapes if len(shapes) > 1 else shapes[0])[:2]
    heads = getattr(layer, "num_heads", None) or getattr(layer, "num_query_heads", None)
    scores = math.prod((*query[1:-1], *value[1:-1], heads or query[-1]))
    if scores > MAXIMUM_OUTPUT:
        raise BadInputError(
            f"{call.path[:60]!r} cannot be computed: expected at most {MAXIMUM_OUTPUT:,} scores. "
            f"Received {scores:,}, for {format_shape(tuple(query))} and "
            f"{format_shape(tuple(value))}. Look at its weights instead."
        )


def _arguments(call: LayerCall, made: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return a call's arguments, by position and by name."""
    keywords = {name: wiring.filled(value, made) for name, value in call.keywords.items()}
    return [wiring.filled(each, made) for each in call.arguments], keywords
