"""Whole networks built by us: the small CNN, or a file's whose layers are all Keras's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import keras

from layers.inputs.fields import BadInputError
from layers.model_files import read, reader
from layers.model_files.config import LayerConfig
from layers.model_files.keras3 import entry
from layers.model_files.kinds import axes_of, is_trained, kind_of, parts_of
from layers.model_files.model import FileSource, ModelFile, WeightEntry
from layers.model_files.reader import Place
from layers.networks import small_cnn
from layers.networks.running import stock, wiring
from layers.networks.running.nodes import output_name
from layers.networks.running.weights import (
    StoredWeights,
    check_heads,
    fill_heads,
    read_at_build,
)
from layers.networks.running.wiring import LayerCall, Shape, shapes_for
from layers.networks.small_cnn import CnnSource

Source = FileSource | CnnSource
MAXIMUM_BYTES = 128 * 2**20
"""Bytes of weights up to which a network is run: they stay in memory between runs."""


@dataclass(frozen=True, kw_only=True)
class RunnableModel:
    """A network that can be run.

    Attributes:
        calls: in order.
        layers: by path, built and with their weights.
        input_shapes: of each input, with None for the batch and other open axes.
    """

    calls: tuple[LayerCall, ...]
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
            f"The network cannot be run: expected weights of at most {MAXIMUM_BYTES:,} "
            f"bytes. Received {found.bytes:,}. Its weights are shown."
        )
    shapes = wiring.output_shapes(config) if config else {}
    count = Counter(call.path for call in wiring.calls(config)) if config and not refusal else {}
    layers = tuple(
        replace(row, output_shape=shapes.get(row.path), calls=count.get(row.path, 1))
        for row in found.layers
    )
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
    input_shapes = wiring.input_shapes(config)
    input_shape = iter(input_shapes)
    known: dict[str, Shape] = {}
    layers: dict[str, keras.layers.Layer] = {}
    for position, call in enumerate(calls):
        if call.config.class_name == "InputLayer":
            known[call.name] = next(input_shape)
            continue
        if "" in call.inputs:
            known.setdefault("", next(input_shape))
        shapes = shapes_for(call, known)
        if call.path not in layers and found is not None and isinstance(source, FileSource):
            stored = StoredWeights(found.layer(call.path), source)
            layers[call.path] = _from_file(call, shapes, stored)
        elif call.path not in layers and isinstance(source, CnnSource):
            layers[call.path] = _seeded(call.config, source.seed + position)
        made = _built(layers[call.path], call, shapes)
        known |= {output_name(call.name, at): shape for at, shape in enumerate(made)}
    return RunnableModel(calls=calls, layers=layers, input_shapes=input_shapes)


def _name(config: LayerConfig) -> dict[str, str]:
    return {"name": config.name} if "/" not in config.name else {}


def _seeded(config: LayerConfig, seed: int) -> keras.layers.Layer:
    """Return one of the small CNN's layers, with an initialiser of its own seed."""
    more: dict[str, Any] = _name(config)
    if config.class_name in {"Conv2D", "Dense"}:
        more["kernel_initializer"] = keras.initializers.GlorotUniform(seed=seed)
    return stock.make(config, **more)


def _from_file(
    call: LayerCall, shapes: tuple[Any, ...], stored: StoredWeights
) -> keras.layers.Layer:
    """Return a layer with a file's weights, built."""
    layer = stock.make(call.config, **_name(call.config))
    read_at_build(layer, stored)
    check_heads(layer, shapes, stored)
    _built(layer, call, shapes)
    fill_heads(layer, stored)
    return layer


def _built(
    layer: keras.layers.Layer, call: LayerCall, shapes: tuple[Any, ...]
) -> tuple[Shape, ...]:
    """Build a layer if it is not, and return its outputs' shapes."""
    try:
        if not layer.built:
            layer.build(*(shapes if call.config.class_name in stock.ATTENTION else shapes[:1]))
        return wiring.shapes_of(layer.compute_output_shape(*shapes))
    except BadInputError:
        raise
    except stock.KERAS_ERRORS as error:
        raise BadInputError(
            f"The network cannot be run: expected {call.config.name[:60]!r} to take the "
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
