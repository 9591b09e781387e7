"""A whole network, live: the post's, or a file's whose layers are all stock; run by TensorFlow."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.inputs.fields import BadInputError
from layers.inputs.sources import spell
from layers.model_files import read
from layers.model_files.arrays import Array, Held, numbers
from layers.model_files.config import LayerConfig
from layers.model_files.keras3 import entry
from layers.model_files.kinds import axes_of, is_trained, kind_of, parts_of
from layers.model_files.model import FileSource, LayerEntry, ModelFile, WeightEntry
from layers.networks import small_cnn
from layers.networks.running import stock
from layers.networks.running.stock import Call
from layers.networks.small_cnn import CnnSource

Source = FileSource | CnnSource
MAXIMUM_BYTES = 128 * 2**20
"""Weights up to which a network is run: they are held while it does."""
MAXIMUM_OUTPUT = 2**23
"""Numbers of one layer's output, 32 MB; all layers' are held until the picture is made."""


@dataclass(frozen=True, kw_only=True)
class Live:
    """A network that can be fed.

    Attributes:
        calls: in the order in which they are made.
        layers: by path, built and with their weights.
        input_shapes: with None for what is open.
    """

    calls: tuple[Call, ...]
    layers: Mapping[str, keras.layers.Layer]
    input_shapes: tuple[tuple[int | None, ...], ...]


def index(source: Source) -> ModelFile:
    """Return what a network holds, without its numbers.

    Raises:
        BadInputError: a file that cannot be read, or values that do not go together.
    """
    if isinstance(source, CnnSource):
        return _small_cnn(source)
    found, config = read.parsed(source)
    refusal = stock.why_not(config)
    if not refusal and found.bytes > MAXIMUM_BYTES:
        refusal = (
            f"No input can be fed to the network: expected weights of at most {MAXIMUM_BYTES:,} "
            f"bytes. Received {found.bytes:,}. Its weights are shown."
        )
    shapes = stock.output_shapes(config) if config else {}
    layers = tuple(replace(row, output_shape=shapes.get(row.path)) for row in found.layers)
    shape = stock.input_shapes(config)[0] if config and not refusal else ()
    return replace(found, layers=layers, no_activations=refusal, input_shape=shape)


@contextmanager
def array(source: Source, where: str) -> Generator[Array]:
    """Open one weight by its place."""
    if isinstance(source, FileSource):
        with read.array(source, where) as found:
            yield found
        return
    path, _, name = where.rpartition("/")
    layer = live(source).layers[path]
    yield Held(next(w for w in layer.weights if w.name == name).numpy())


@lru_cache(maxsize=2)  # of at most 128 MB each
def live(source: Source) -> Live:
    """Return a network, built and ready to be fed.

    Raises:
        BadInputError: a layer that is not stock, or weights that do not fit.
    """
    if isinstance(source, CnnSource):
        config = small_cnn.configuration(small_cnn.checked(dict(source.values)))
        found = None
    else:
        index(source)  # too large a network is refused there
        found, config = read.parsed(source)
        if (refusal := index(source).no_activations) or config is None:
            raise BadInputError(refusal)
    calls = stock.calls(config)
    shapes = stock.input_shapes(config)
    fed = iter(shapes)
    known: dict[str, tuple[int | None, ...]] = {}
    layers = {}
    for position, call in enumerate(calls):
        if call.config.class_name == "InputLayer":
            known[call.name] = next(fed)
            continue
        if "" in call.feeds:
            known.setdefault("", next(fed))
        came = [known[name] for name in call.feeds]
        seed = source.seed + position if isinstance(source, CnnSource) else None
        layer = _built(call.config, came, seed)
        if found is not None and isinstance(source, FileSource):
            _fill(layer, found.layer(call.path), source)
        layers[call.path] = layer
        given = came if len(came) > 1 else came[0]
        known[call.name] = tuple(layer.compute_output_shape(given))
    return Live(calls=calls, layers=layers, input_shapes=shapes)


def run(network: Live, inputs: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
    """Feed a network, and return every layer's output by path, the input under ``""``.

    Raises:
        BadInputError: an input that does not fit, or an output that is too large.
    """
    given = iter(inputs)
    made: dict[str, Any] = {}
    for call in network.calls:
        if call.config.class_name == "InputLayer":
            made[call.name] = tf.convert_to_tensor(next(given))
            continue
        if "" in call.feeds and "" not in made:
            made[""] = tf.convert_to_tensor(next(given))
        came = [made[name] for name in call.feeds]
        layer = network.layers[call.path]
        fed = came if len(came) > 1 else came[0]
        shapes = [tuple(tensor.shape) for tensor in came]
        shape = tuple(layer.compute_output_shape(shapes if len(came) > 1 else shapes[0]))
        if math.prod(length or 1 for length in shape) > MAXIMUM_OUTPUT:
            raise BadInputError(
                f"{call.path[:60]!r} cannot be computed: expected at most {MAXIMUM_OUTPUT:,} "
                f"numbers. Received the shape {spell(shape)}, which has {math.prod(shape):,}. Look "
                "at its weights instead."
            )
        try:
            made[call.name] = layer(fed)
        except (ValueError, TypeError, tf.errors.OpError) as error:
            raise BadInputError(
                f"{call.path[:60]!r} cannot be computed: expected an input that it takes. Received "
                f"{', '.join(map(spell, shapes))} ({str(error).splitlines()[0][:80]}). Feed "
                "another image."
            ) from None
    return {name: np.asarray(tensor) for name, tensor in made.items()}


def _built(
    config: LayerConfig, came: list[tuple[int | None, ...]], seed: int | None
) -> keras.layers.Layer:
    more: dict[str, Any] = {"name": config.name} if "/" not in config.name else {}
    if seed is not None and config.class_name in {"Conv2D", "Dense"}:
        more["kernel_initializer"] = keras.initializers.GlorotUniform(seed=seed)
    layer = stock.make(config, **more)
    try:
        layer.build(came if len(came) > 1 else came[0])
    except (ValueError, TypeError) as error:
        raise BadInputError(
            f"No input can be fed to the network: expected {config.name[:60]!r} to take what comes "
            f"before it. Received {str(error).splitlines()[0][:80]}. Its weights are shown."
        ) from None
    return layer


def _fill(layer: keras.layers.Layer, row: LayerEntry, source: FileSource) -> None:
    """Put a file's numbers into a layer, by their names."""
    by_name = {weight.name.rpartition("/")[2]: weight for weight in row.weights}
    for variable in layer.weights:
        weight = by_name.get(variable.name)
        if weight is None or weight.shape != tuple(variable.shape):
            raise BadInputError(
                f"No input can be fed to the network: expected {variable.name} of "
                f"{spell(tuple(variable.shape))} in {row.path[:60]!r}. Received "
                f"{spell(weight.shape) if weight else 'none'}. Its weights are shown."
            )
        with read.array(source, weight.where) as held:
            whole = held.read(tuple(slice(0, length) for length in held.shape))
        variable.assign(numbers(whole).astype("float32"))


def _small_cnn(source: CnnSource) -> ModelFile:
    values = small_cnn.checked(dict(source.values))
    network = live(source)
    config = small_cnn.configuration(values)
    shapes = stock.output_shapes(config)
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
