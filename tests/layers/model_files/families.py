"""Models across Keras's layer families, and the ways to save them."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from layers.model_files.arrays import Array
from layers.model_files.model import FileSource, LayerEntry, ModelFile
from layers.model_files.read import array, index

FORMATS = (".keras", ".h5", ".hdf5", ".weights.h5")
L = keras.layers


def dense():
    return keras.Sequential(
        [keras.Input((6,)), L.Dense(5, "relu"), L.Dropout(0.2), L.Dense(3, use_bias=False)]
    )


def convolutions():
    first = keras.Input((8, 8, 2))
    x = L.Conv2D(3, (3, 2), padding="same")(first)
    x = L.MaxPooling2D()(x)
    x = L.DepthwiseConv2D(2, depth_multiplier=2)(x)
    x = L.SeparableConv2D(4, 2)(x)
    x = L.Conv2DTranspose(3, 2)(x)
    return keras.Model(first, L.Dense(1)(L.Flatten()(x)))


def other_dimensions():
    line, cube = keras.Input((9, 2)), keras.Input((4, 4, 4, 2))
    x = L.GlobalAveragePooling1D()(
        L.Conv1DTranspose(2, 2)(L.SeparableConv1D(3, 2)(L.Conv1D(3, 2)(line)))
    )
    y = L.Flatten()(L.Conv3D(2, (2, 1, 2))(cube))
    return keras.Model([line, cube], L.Concatenate()([x, y]))


def recurrent():
    first = keras.Input((5,), dtype="int32")
    x = L.Embedding(11, 4)(first)
    x = L.LSTM(3, return_sequences=True)(x)
    x = L.SimpleRNN(3, return_sequences=True)(x)
    x = L.Bidirectional(L.GRU(2, return_sequences=True))(x)
    x = L.Bidirectional(L.LSTM(2, return_sequences=True))(x)
    return keras.Model(first, L.TimeDistributed(L.Dense(2))(x))


def attention():
    first = keras.Input((5, 6))
    x = L.MultiHeadAttention(num_heads=2, key_dim=3)(first, first)
    x = L.LayerNormalization()(L.Add()([x, first]))
    return keras.Model(first, L.Dense(2)(x))


def normalisations():
    return keras.Sequential(
        [
            keras.Input((4, 6)),
            L.BatchNormalization(),
            L.BatchNormalization(scale=False),
            L.BatchNormalization(center=False, scale=False),
            L.LayerNormalization(center=False),
            L.GroupNormalization(2),
            L.PReLU(),
        ]
    )


def lines() -> keras.Model:
    """Return a network of open size, most of whose tensors have one axis longer than 1."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((None, None, 1)),
            layers.Conv2D(3, 3),
            layers.GlobalAveragePooling2D(keepdims=True),
            layers.Flatten(),
            layers.Dense(70),
            layers.Reshape((1, 70)),
            layers.Reshape((70, 1)),
            layers.Reshape((1, 70, 1)),
            layers.Reshape((7, 1, 10)),
            layers.Reshape((7, 5, 2, 1)),
            layers.Flatten(),
            layers.Dense(2, use_bias=False),
        ]
    )


def nested():
    inner = keras.Sequential([L.Dense(4, name="first"), L.BatchNormalization()], name="inner")
    into = keras.Input((3,))
    middle = keras.Model(into, L.Dense(3, name="last")(inner(into)), name="middle")
    first = keras.Input((3,))
    return keras.Model(first, L.Dense(1)(middle(first)))


def shared():
    left, right = keras.Input((4,)), keras.Input((4,))
    twin = L.Dense(3, name="twin")
    return keras.Model([left, right], L.Subtract()([twin(left), twin(right)]))


FAMILIES = (
    dense,
    convolutions,
    other_dimensions,
    recurrent,
    attention,
    normalisations,
    nested,
    shared,
)


def randomised(model: keras.Model) -> keras.Model:
    """Give every weight numbers of its own, so that no two can be mistaken for each other."""
    draw = np.random.default_rng(7)
    model.set_weights([draw.normal(size=w.shape).astype("float32") for w in model.get_weights()])
    return model


def saved(model: keras.Model, path: Path) -> Path:
    """Save a model as its path's ending says."""
    if path.name.endswith(".weights.h5"):
        model.save_weights(path)
    else:
        model.save(path)
    return path


def source(path: Path) -> FileSource:
    """Return a file as the page names it."""
    stat = path.stat()
    return FileSource(path=str(path), name=path.name, stamp=(stat.st_size, stat.st_mtime_ns))


def opened(path: Path) -> ModelFile:
    """Return what a file holds."""
    return index(source(path))


def whole(array: Array) -> np.ndarray:
    """Return all of an array."""
    return array.read(tuple(slice(0, length) for length in array.shape))


def values(path: Path, layer: LayerEntry) -> dict[str, np.ndarray]:
    """Return a layer's weights in a file, by name."""
    found = {}
    for weight in layer.weights:
        with array(source(path), weight.where) as numbers:
            found[weight.name] = whole(numbers)
    return found


def leaves(model: keras.Model, prefix: str = "") -> dict[str, keras.layers.Layer]:
    """Return every layer that is no model, by the path that a summary gives it."""
    found = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found |= leaves(layer, f"{prefix}{layer.name}/")
        else:
            found[f"{prefix}{layer.name}"] = layer
    return found
