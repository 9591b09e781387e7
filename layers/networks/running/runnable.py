"""Whole networks run by TensorFlow: the small CNN, or a file's whose layers are all Keras's own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.inputs.fields import BadInputError
from layers.inputs.sources import format_shape
from layers.model_files import read, reader
from layers.model_files.config import LayerConfig
from layers.model_files.keras3 import entry
from layers.model_files.kinds import axes_of, is_trained, kind_of, parts_of
from layers.model_files.model import FileSource, ModelFile, WeightEntry
from layers.model_files.reader import Place
from layers.networks import small_cnn
from layers.networks.running import stock, wiring
from layers.networks.running.weights import read_at_build
from layers.networks.running.wiring import Call
from layers.networks.small_cnn import CnnSource
from layers.recording import record
from layers.traces.axes import with_axes
from layers.traces.trace import Trace

Source = FileSource | CnnSource
MAXIMUM_BYTES = 128 * 2**20
"""Bytes of weights up to which a network is run: they stay in memory between runs."""
MAXIMUM_OUTPUT = 2**23
"""Numbers of one layer's output: 32 MB."""
MAXIMUM_OUTPUTS = 2**26
"""Numbers of all layers' outputs, which are in memory together during a run: 256 MB."""


@dataclass(frozen=True, kw_only=True)
class RunnableModel:
    """A network that can be run.

    Attributes:
        calls: in order.
        layers: by path, built and with their weights.
        input_shapes: of each input, with None for the batch and other open axes.
    """

    calls: tuple[Call, ...]
    layers: Mapping[str, keras.layers.Layer]
    input_shapes: tuple[tuple[int | None, ...], ...]


def index(source: Source) -> ModelFile:
    """Return a network's layers and weights, without the numbers.

    Raises:
        BadInputError: a file that cannot be read, or field values that do not fit together.
    """
    if isinstance(source, CnnSource):
        return _small_cnn(source)
    found, config = reader.run(source.name, read.parsed, source)
    return _described(found, config)


def _described(found: ModelFile, config: LayerConfig | None) -> ModelFile:
    """Return a file's description with output shapes, and whether it can be run."""
    refusal = wiring.reason_not_runnable(config)
    if not refusal and found.bytes > MAXIMUM_BYTES:
        refusal = (
            f"No input can be fed to the network: expected weights of at most {MAXIMUM_BYTES:,} "
            f"bytes. Received {found.bytes:,}. Its weights are shown."
        )
    shapes = wiring.output_shapes(config) if config else {}
    layers = tuple(replace(row, output_shape=shapes.get(row.path)) for row in found.layers)
    shape = wiring.input_shapes(config)[0] if config and not refusal else ()
    return replace(found, layers=layers, no_activations=refusal, input_shape=shape)


def place(source: Source, where: str) -> Place:
    """Return where a weight is: in a file, or as an array in this process.

    Args:
        source: the network.
        where: as ``WeightEntry.where``.

    Raises:
        BadInputError: a network that cannot be built.
    """
    if isinstance(source, FileSource):
        return source, where
    path, _, name = where.rpartition("/")
    layer = runnable_model(source).layers[path]
    return next(weight for weight in layer.weights if weight.name == name).numpy()


@lru_cache(maxsize=2)  # of at most 128 MB each
def runnable_model(source: Source) -> RunnableModel:
    """Return a network, built and with its weights.

    Raises:
        BadInputError: a layer that is not Keras's own, or weights that do not fit.
    """
    if isinstance(source, CnnSource):
        config = small_cnn.configuration(small_cnn.checked(dict(source.values)))
        found = None
    else:
        found, config = reader.run(source.name, read.parsed, source)
        if (refusal := _described(found, config).no_activations) or config is None:
            raise BadInputError(refusal)
    calls = wiring.calls(config)
    shapes = wiring.input_shapes(config)
    input_shape = iter(shapes)
    known: dict[str, tuple[int | None, ...]] = {}
    layers = {}
    for position, call in enumerate(calls):
        if call.config.class_name == "InputLayer":
            known[call.name] = next(input_shape)
            continue
        if "" in call.inputs:
            known.setdefault("", next(input_shape))
        taken = [known[name] for name in call.inputs]
        if isinstance(source, FileSource):
            assert found is not None  # noqa: S101 (for the type checker)
            layer = stock.make(call.config, **_name(call.config))
            read_at_build(layer, found.layer(call.path), source)
        else:
            layer = _seeded(call.config, source.seed + position)
        known[call.name] = _build(layer, call.config, taken)
        layers[call.path] = layer
    return RunnableModel(calls=calls, layers=layers, input_shapes=shapes)


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
        axes: rank → one word an axis, for the call's inputs.

    Raises:
        BadInputError: as ``run``.
    """
    made = _run(network, inputs)
    call = next(call for call in network.calls if call.name == name)
    taken = [made[each] for each in call.inputs]
    trace = record(network.layers[call.path], taken if len(taken) > 1 else taken[0])
    words = {each: axes.get(trace[each].ndim, ()) for each in trace.input_names}
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
        taken = [made[name] for name in call.inputs]
        layer = network.layers[call.path]
        shapes = [tuple(tensor.shape) for tensor in taken]
        try:
            shape = tuple(layer.compute_output_shape(shapes if len(taken) > 1 else shapes[0]))
            total += _checked_size(call, shape, total)
            made[call.name] = layer(taken if len(taken) > 1 else taken[0])
        except BadInputError:
            raise
        except stock.KERAS_ERRORS as error:
            raise BadInputError(
                f"{call.path[:60]!r} cannot be computed: expected an input that it takes. Received "
                f"{', '.join(map(format_shape, shapes))} ({str(error).splitlines()[0][:80]}). Feed "
                "another image."
            ) from None
    return made


def _checked_size(call: Call, shape: tuple[int, ...], before: int) -> int:
    """Return how many numbers an output has, unless they are too many, with those before it."""
    size = math.prod(length or 1 for length in shape)
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


def _name(config: LayerConfig) -> dict[str, str]:
    return {"name": config.name} if "/" not in config.name else {}


def _seeded(config: LayerConfig, seed: int) -> keras.layers.Layer:
    """Return one of the small CNN's layers, with an initialiser of its own seed."""
    more: dict[str, Any] = _name(config)
    if config.class_name in {"Conv2D", "Dense"}:
        more["kernel_initializer"] = keras.initializers.GlorotUniform(seed=seed)
    return stock.make(config, **more)


def _build(
    layer: keras.layers.Layer, config: LayerConfig, input_shapes: list[tuple[int | None, ...]]
) -> tuple[int | None, ...]:
    """Build a layer, and return its output's shape."""
    shapes = input_shapes if len(input_shapes) > 1 else input_shapes[0]
    try:
        layer.build(shapes)
        return tuple(layer.compute_output_shape(shapes))
    except BadInputError:
        raise
    except stock.KERAS_ERRORS as error:
        raise BadInputError(
            f"No input can be fed to the network: expected {config.name[:60]!r} to take the "
            f"output before it. Received {str(error).splitlines()[0][:80]}. Its weights are shown."
        ) from None


def _small_cnn(source: CnnSource) -> ModelFile:
    values = small_cnn.checked(dict(source.values))
    network = runnable_model(source)
    config = small_cnn.configuration(values)
    shapes = wiring.output_shapes(config)
    rows = []
    for layer in config.layers or ():
        kind = kind_of(layer.class_name)
        weights = tuple(
            _weight(layer.name, kind, variable) for variable in network.layers[layer.name].weights
        )
        row = entry(
            layer, path=layer.name, name=layer.name, depth=0, weights=weights, is_model=False
        )
        rows.append(replace(row, output_shape=shapes[layer.name]))
    return ModelFile(
        name=small_cnn.NAME,
        form="live model",
        version=keras.__version__,
        layers=tuple(rows),
        notes=small_cnn.notes(values),
        input_shape=network.input_shapes[0],
    )


def _weight(path: str, kind: str, variable: keras.Variable) -> WeightEntry:
    shape = tuple(variable.shape)
    axes = axes_of(kind, variable.name, len(shape))
    return WeightEntry(
        name=variable.name,
        where=f"{path}/{variable.name}",
        shape=shape,
        dtype=str(variable.dtype),
        axes=axes,
        parts=parts_of(kind, axes, shape),
        trainable=is_trained(variable.name),
    )
