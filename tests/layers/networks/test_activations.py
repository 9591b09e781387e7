"""One layer at work on one input: its cells by hand, and its maps, however large."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from layers.networks.running.activations import MAXIMUM_CELLS, activate, maps
from layers.networks.running.runnable import run, runnable_model
from layers.networks.small_cnn import CnnSource, checked
from tests.layers.model_files.families import randomised, saved, source

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning", "ignore:You are using a softmax"
)
LAYERS = ("conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1", "flatten", "dense", "dense_1")


def cnn(**values):
    values = {"image": 12, "filters_1": 3, "filters_2": 4, "hidden_units": 6, **values}
    return CnnSource(tuple(checked(values).items()), 0)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"strides_1": 2, "padding": "valid", "kernel_1": 3, "image": 16},
        {"kernel_1": 4, "strides_2": 3, "kernel_2": 3, "out_units": 3},
        {"out_units": 3, "out_activation": "sigmoid"},
        {"out_activation": "linear"},
    ],
)
def test_every_cell_of_every_layer_is_tensorflows_and_was_made_of_its_window(values):
    network = cnn(**values)
    side = dict(network.values)["image"]
    made = run(runnable_model(network), (np.zeros((1, side, side, 1), "f4"),))
    for path in LAYERS:
        shape = made[path].shape[1:]
        for index in list(np.ndindex(*shape))[:: max(1, np.prod(shape) // 20)]:
            found = activate(network, path, "normal", seed=1, cell=index)
            assert found.field is not None
            last = found.field.worked[-1]
            assert (last.cell.tensor, last.cell.index, found.cell) == (
                "outputs",
                (0, *index),
                index,
            )
            assert last.terms is not None
            # float32 there.
            np.testing.assert_allclose(last.terms.value, last.value, rtol=1e-4, atol=1e-6)
            assert last.value == found.computed
            assert found.difference < 1e-5
            first = found.field.worked[0].terms
            assert first is not None
            assert len(first.factors) >= np.prod(found.field.shape)


def test_a_softmax_is_worked_out_with_the_sum_that_it_weighs():
    found = activate(cnn(out_units=3), "dense_1", "normal", seed=1, cell=(2,))
    assert found.field is not None
    inner, outer = found.field.worked
    assert (inner.cell.tensor, outer.cell.tensor) == ("sums", "outputs")
    assert outer.terms is not None
    assert outer.terms.factors[2] == (inner.value,)
    assert found.field.shape == (1, 6, 1)


def test_a_layer_that_is_not_known_by_hand_has_no_window(tmp_path):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(2, 2, dilation_rate=2),
            layers.Conv2D(2, 2, groups=2),
            layers.Conv2D(2, 2, activation="gelu"),
            layers.Conv2D(2, 2, use_bias=False),
        ]
    )
    file = source(saved(randomised(model), tmp_path / "model.keras"))
    known = [
        activate(file, layer.name, "normal", seed=0, cell=()).field is not None
        for layer in model.layers
    ]
    assert known == [False, False, False, True]


def test_too_long_a_sum_is_not_written_out(monkeypatch):
    monkeypatch.setattr("layers.networks.running.activations.MAXIMUM_TERMS", 5)
    found = activate(cnn(), "dense_1", "normal", seed=0, cell=(0,))
    assert found.field is not None
    assert found.field.worked == ()
    assert found.field.block[1] == slice(0, 6)


@pytest.mark.parametrize(
    ("shape", "size", "block"),
    [
        ((8, 6, 3), (3, 8, 6), (1, 1)),
        ((512, 300, 3), (3, 171, 100), (3, 3)),
        ((5, 513, 128), (128, 2, 171), (3, 3)),
        ((1, 1, 40), (1, 1, 40), (1, 1)),
        ((70_000,), (1, 1, 14_000), (1, 5)),
        ((600, 20), (1, 200, 20), (3, 1)),
        ((), (1, 1, 1), (1, 1)),
        ((2, 3, 4, 5), (1, 24, 5), (1, 1)),
        ((0, 4), (1, 0, 0), (1, 1)),
    ],
)
def test_large_maps_are_means_of_blocks(shape, size, block):
    tensor = np.random.default_rng(0).normal(size=(1, *shape)).astype("float32")
    found = maps(tensor)
    assert (found.values.shape, found.block, found.shape) == (size, block, shape)
    assert found.values.size <= MAXIMUM_CELLS
    if len(shape) == 3 and tensor.size > MAXIMUM_CELLS:
        corner = tensor[0, : block[0], : block[1], 0].mean(dtype="float64")
        np.testing.assert_allclose(found.values[0, 0, 0], corner, rtol=1e-5)
        edge = tensor[0, -(shape[0] % block[0] or block[0]) :, -(shape[1] % block[1] or block[1]) :]
        np.testing.assert_allclose(found.values[:, -1, -1], edge.mean((0, 1)), rtol=1e-4)


def test_a_block_of_nothing_but_nan_is_nan_and_others_pass_it_over():
    tensor = np.ones((1, 300, 300, 1), "float32")
    tensor[0, :2, :2], tensor[0, 2, 2] = np.nan, np.nan
    found = maps(tensor)
    assert found.block == (2, 2)
    assert np.isnan(found.values[0, 0, 0])
    assert found.values[0, 1, 1] == 1
