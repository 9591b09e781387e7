"""Keras's own layers that cannot be run here: their weights from each format, by their names."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from layers.model_files.kinds import NAMES, WEIGHTLESS, kind_of
from tests.layers.model_files.families import opened, randomised, saved, values
from tests.layers.networks.stock_cases import CASES, MERGING

L = keras.layers
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning", "ignore:.*build.*:UserWarning"
)


def steps(layer):
    inputs = keras.Input((4, 6))
    return keras.Model(inputs, layer(inputs))


def pair(layer):
    inputs = keras.Input((4, 6))
    return keras.Model(inputs, layer(*[inputs, inputs]))


def listed(layer):
    inputs = keras.Input((4, 6))
    return keras.Model(inputs, layer([inputs, inputs]))


def frames(layer, rank):
    inputs = keras.Input((3, *(6, 5, 7)[:rank], 2))
    return keras.Model(inputs, layer(inputs))


MODELS = {
    "EinsumDense": lambda: steps(L.EinsumDense("abc,cd->abd", (4, 3), bias_axes="d")),
    "EinsumDense without bias": lambda: steps(L.EinsumDense("abc,cd->abd", (4, 3))),
    "ConvLSTM1D": lambda: frames(L.ConvLSTM1D(2, 2), 1),
    "ConvLSTM1D without bias": lambda: frames(L.ConvLSTM1D(2, 2, use_bias=False), 1),
    "ConvLSTM2D": lambda: frames(L.ConvLSTM2D(2, 2, return_sequences=True), 2),
    "ConvLSTM3D": lambda: frames(L.ConvLSTM3D(2, 2), 3),
    "RMSNormalization": lambda: steps(L.RMSNormalization()),
    "Normalization": lambda: steps(L.Normalization()),
    "SpectralNormalization": lambda: steps(L.SpectralNormalization(L.Dense(3))),
    "Attention": lambda: listed(L.Attention(use_scale=True)),
    "Attention without scale": lambda: listed(L.Attention()),
    "AdditiveAttention": lambda: listed(L.AdditiveAttention()),
    "MultiHeadAttention": lambda: pair(L.MultiHeadAttention(2, 3)),
    "MultiHeadAttention without bias": lambda: pair(
        L.MultiHeadAttention(2, 3, value_dim=5, use_bias=False)
    ),
    "GroupQueryAttention": lambda: pair(L.GroupQueryAttention(3, 4, 2)),
    "Bidirectional": lambda: steps(L.Bidirectional(L.GRU(2, reset_after=False))),
    "TimeDistributed": lambda: steps(L.TimeDistributed(L.Dense(2, use_bias=False))),
    "RNN": lambda: steps(L.RNN(L.LSTMCell(2))),
    "RNN of two cells": lambda: steps(L.RNN([L.GRUCell(2), L.SimpleRNNCell(3)])),
    "Dot": lambda: listed(L.Dot(1)),
    "Masking": lambda: steps(L.Masking()),
    "Identity": lambda: steps(L.Identity()),
    "AlphaDropout": lambda: steps(L.AlphaDropout(0.5)),
    "GaussianDropout": lambda: steps(L.GaussianDropout(0.5)),
    "ActivityRegularization": lambda: steps(L.ActivityRegularization(0.1)),
}


@pytest.mark.parametrize("form", [".keras", ".h5", ".weights.h5"])
@pytest.mark.parametrize("name", MODELS)
def test_every_weight_is_read_under_keras_own_name(tmp_path, name, form):
    model = randomised(MODELS[name]())
    (layer,) = (la for la in model.layers if not isinstance(la, L.InputLayer))
    path = saved(model, tmp_path / f"model{form}")
    (row,) = (row for row in opened(path).layers if row.name == layer.name)
    found = values(path, row)
    assert len(found) == len(layer.weights)
    for variable in layer.weights:
        equal = [
            own
            for own, array in found.items()
            if array.shape == variable.shape and np.array_equal(array, variable)
        ]
        assert len(equal) == 1, variable.path
        last_part = equal[0].rpartition("/")[2]
        assert last_part.partition(" ")[0] == variable.name  # a second one of a name is numbered


def test_every_kind_that_the_reader_knows_is_among_the_cases():
    tried = {kind_of(name.partition(" ")[0]) for name in (*MODELS, *CASES, *MERGING)}
    assert set(NAMES) - tried == {"seed_generator"}
    layers = {kind_of(name) for name in dir(L) if name[0].isupper()}
    weightless = {kind for kind in layers if WEIGHTLESS.match(kind)}
    untried = weightless - tried
    # Augmentation of images, the youngest poolings, and what is no layer of its own.
    of_images = {kind for kind in untried if kind.startswith(("random_", "adaptive_"))}
    assert untried == {*of_images, "resizing", "input_layer", "lambda"}
