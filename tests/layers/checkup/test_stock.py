"""Nothing is found in Keras's own layers: every one that can be built is examined."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from layers.checkup.engine import check

L = keras.layers
ROWS = (4, 10)
SEQUENCE = (4, 6, 5)
IMAGE = (4, 8, 8, 3)
VIDEO = (2, 6, 6, 6, 3)
TWO = [(4, 5), (4, 5)]
QUERY_VALUE = {"query": (4, 6, 8), "value": (4, 5, 8)}

UNBUILDABLE = {
    "FlaxLayer": "wraps a module of Flax",
    "JaxLayer": "wraps a function of JAX",
    "TFSMLayer": "reads a SavedModel from a file",
    "TorchModuleWrapper": "wraps a module of Torch",
    "InputLayer": "is not called",
    "Layer": "is abstract",
    "Wrapper": "is abstract",
}
CELLS = {"GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells"}
BOXES = {"MaxNumBoundingBoxes": "takes bounding boxes", "CutMix": "takes labels, too"}

ARGUMENTS: dict[str, Any] = {
    "Activation": ("tanh",),
    "AlphaDropout": (0.5,),
    "Bidirectional": lambda: (L.LSTM(3),),
    "CategoryEncoding": (4,),
    "CenterCrop": (4, 4),
    "Dense": (5,),
    "Discretization": ([0.0, 1.0],),
    "Dot": (-1,),
    "Dropout": (0.5,),
    "EinsumDense": ("ab,bc->ac", 7),
    "Embedding": (4, 6),
    "GRU": (3,),
    "GaussianDropout": (0.5,),
    "GaussianNoise": (0.5,),
    "GroupQueryAttention": (4, 4, 2),
    "Hashing": (7,),
    "HashedCrossing": (7,),
    "IntegerLookup": lambda: (None, 1, None, -1, [0, 1, 2]),
    "LSTM": (3,),
    "Lambda": (keras.ops.tanh,),
    "MultiHeadAttention": (2, 4),
    "Permute": ((2, 1),),
    "Pipeline": lambda: ([L.Rescaling(2.0)],),
    "RNN": lambda: (L.SimpleRNNCell(3),),
    "RepeatVector": (3,),
    "Rescaling": (2.0, 1.0),
    "Reshape": ((5, 2),),
    "Resizing": (4, 4),
    "ReversibleEmbedding": (4, 6),
    "STFTSpectrogram": ("log", 16, 8, 16, None),  # a window by name needs SciPy
    "SimpleRNN": (3,),
    "SpatialDropout1D": (0.5,),
    "SpatialDropout2D": (0.5,),
    "SpatialDropout3D": (0.5,),
    "SpectralNormalization": lambda: (L.Dense(3),),
    "StringLookup": lambda: (None, 1, None, "[UNK]", ["one", "two"]),
    "TimeDistributed": lambda: (L.Dense(3),),
    "RandomBrightness": (0.2,),
    "RandomContrast": (0.2,),
    "RandomCrop": (4, 4),
    "RandomRotation": (0.2,),
    "RandomTranslation": (0.2, 0.2),
    "RandomZoom": (0.2,),
    "RandomColorDegeneration": (0.2,),
    "RandomHue": (0.2,),
    "RandomPosterization": (4,),
    "RandomSaturation": (0.2,),
    "RandomSharpness": (0.2,),
}
SHAPES = {
    "BatchNormalization": ROWS,
    "Dense": ROWS,
    "Reshape": ROWS,
    "Discretization": ROWS,
    "Normalization": ROWS,
    "CategoryEncoding": ROWS,
    "Hashing": ROWS,
    "MelSpectrogram": (2, 4096),
    "STFTSpectrogram": (2, 64, 1),
    "GroupNormalization": (4, 6, 32),
    "RepeatVector": ROWS,
    "Dot": TWO,
    "HashedCrossing": [(4, 1), (4, 1)],
    "Attention": [(4, 6, 8), (4, 5, 8)],
    "AdditiveAttention": [(4, 6, 8), (4, 5, 8)],
    "MultiHeadAttention": QUERY_VALUE,
    "GroupQueryAttention": QUERY_VALUE,
    "EinsumDense": ROWS,
    "SpectralNormalization": ROWS,
    "TextVectorization": (4,),
    "Pipeline": IMAGE,
    "PReLU": ROWS,
    "ConvLSTM1D": (2, 3, 6, 3),
    "ConvLSTM2D": (2, 3, 6, 6, 3),
    "ConvLSTM3D": (2, 2, 5, 5, 5, 2),
    "GRU": SEQUENCE,
    "LSTM": SEQUENCE,
    "SimpleRNN": SEQUENCE,
    "RNN": SEQUENCE,
    "Bidirectional": SEQUENCE,
    "TimeDistributed": SEQUENCE,
    "Permute": SEQUENCE,
    "Masking": SEQUENCE,
}
TYPES = {
    "Embedding": "int32",
    "ReversibleEmbedding": "int32",
    "CategoryEncoding": "int32",
    "IntegerLookup": "int64",
    "HashedCrossing": "string",
    "StringLookup": "string",
    "TextVectorization": "string",
    "Hashing": "string",
}
MERGING = {"Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract"}


def stock_layers():
    """Return every layer class of ``keras.layers`` once, under its own name."""
    names = {
        cls: name
        for name, cls in sorted(vars(L).items(), reverse=True)
        if isinstance(cls, type) and issubclass(cls, L.Layer)
    }
    return sorted((name, cls) for cls, name in names.items())


def shape_of(name):
    if name in SHAPES:
        return SHAPES[name]
    if name in MERGING:
        return TWO
    if "3D" in name:
        return VIDEO
    if "1D" in name:
        return SEQUENCE
    image = (
        "2D",
        "Random",
        "Aug",
        "Mix",
        "Equalization",
        "Solarization",
        "Contrast",
        "Crop",
        "Resiz",
    )
    return IMAGE if any(word in name for word in image) else ROWS


def made(name: str) -> keras.layers.Layer:
    cls = getattr(L, name)
    if name == "TextVectorization":
        return cls(vocabulary=["one", "two"])
    given = ARGUMENTS.get(name)
    if callable(given):
        return cls(*given())
    if given is not None:
        return cls(*given)
    if "Transpose" in name or name.startswith(("Conv", "Separable")):
        return cls(4, 3)
    if name.startswith("Depthwise"):
        return cls(3)
    if name.startswith(("Adaptive", "AveragePooling")):
        return cls(2)
    return cls()


NAMES = [
    name
    for name, _ in stock_layers()
    if name not in UNBUILDABLE and name not in CELLS and name not in BOXES
]


class Make:
    def __init__(self, name):
        self.name = name

    def __call__(self):
        return made(self.name)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_found_in_a_layer_of_keras(name):
    report = check(Make(name), shape_of(name), dtype=TYPES.get(name, "float32"))
    assert [(f.code, f.where, f.evidence) for f in report.findings] == []
    assert not [outcome for outcome in report.outcomes if outcome.skipped]


@pytest.mark.parametrize("name", sorted(CELLS - {"StackedRNNCells"}))
def test_nothing_is_found_in_a_cell_that_is_run(name):
    report = check(lambda: L.RNN(getattr(L, name)(3)), SEQUENCE)
    assert report.findings == ()
    report = check(
        lambda: L.RNN(L.StackedRNNCells([getattr(L, name)(3) for _ in range(2)])), SEQUENCE
    )
    assert report.findings == ()


def functional():
    inputs = keras.Input((8, 8, 1))
    x = L.Conv2D(4, 3, activation="relu")(inputs)
    x = L.BatchNormalization()(x)
    x = L.Flatten()(L.MaxPooling2D()(x))
    return keras.Model(inputs, L.Dense(3, activation="softmax")(L.Dropout(0.5)(x)))


def sequential():
    return keras.Sequential([keras.Input((10,)), L.Dense(4, "relu"), L.Dense(1)])


@pytest.mark.parametrize(
    ("make", "shape"),
    [(functional, (4, 8, 8, 1)), (sequential, (4, 10))],
    ids=["functional", "sequential"],
)
def test_nothing_is_found_in_a_model_of_stock_layers(make, shape):
    assert check(make, shape).findings == ()


def test_those_left_out_are_named_with_a_reason():
    names = {name for name, _ in stock_layers()}
    assert names == set(NAMES) | set(UNBUILDABLE) | CELLS | set(BOXES)
    assert len(NAMES) > 100
