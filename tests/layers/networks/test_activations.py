"""One layer at work on one input: its cells by hand, and its maps, however large."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from layers.inputs.images import feed
from layers.networks.running.activations import MAXIMUM_CELLS, activate, maps, output
from layers.networks.running.run import run
from layers.networks.running.runnable import runnable_model
from layers.networks.small_cnn import CnnSource, checked
from tests.layers.model_files.families import saved, source

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
    outputs = {path: output(network, path, "normal", seed=1) for path in LAYERS}
    for path in LAYERS:
        shape = made[path].shape[1:]
        for index in list(np.ndindex(*shape))[:: max(1, np.prod(shape) // 5)]:
            found = activate(network, path, "normal", seed=1, cell=index)
            last = found.arithmetic[-1]
            assert (last.cell.tensor, found.cell) == ("outputs", index)
            assert last.cell.indices == tuple((at,) for at in (0, *index))
            assert found.computed == outputs[path][(0, *index)]
            by_hand = float(last.text.rpartition("= ")[2].replace("−", "-"))
            np.testing.assert_allclose(by_hand, found.computed, rtol=1e-4, atol=1e-5)
            assert found.difference < 1e-5
            assert found.unexplained == ()
            assert found.steps[-1].step.result == "outputs"


def test_the_products_add_up_to_the_cell():
    found = activate(cnn(strides_1=2), "conv2d", "normal", seed=1, cell=(0, 5, 2))
    layer = runnable_model(cnn(strides_1=2)).layers["conv2d"]
    np.testing.assert_array_equal(found.window["filter"], layer.kernel[..., 2])
    products = found.window["window"] * found.window["filter"]
    np.testing.assert_array_equal(found.window["products"], products)
    assert (found.window["window"][0] == 0).all()  # padding
    total = products.sum(dtype="f8") + float(layer.bias[2])
    np.testing.assert_allclose(max(0, total), found.computed, rtol=1e-5, atol=1e-6)


def test_a_softmax_is_worked_out_with_the_sum_that_it_weighs():
    found = activate(cnn(out_units=3), "dense_1", "normal", seed=1, cell=(2,))
    inner, outer = found.arithmetic
    assert (inner.cell.tensor, outer.cell.tensor) == ("pre_activation", "outputs")
    assert inner.cell.indices == ((0,), (2,))
    assert [(one.tensor, one.indices) for one in outer.sources] == [
        ("pre_activation", ((0,), (0, 1, 2)))
    ]
    assert found.window["window"].shape == (1, 6, 1)


L = keras.layers


def steps_of(layer):
    return keras.Sequential([keras.Input((5, 4)), layer])


@pytest.mark.parametrize(
    "model",
    [
        keras.Sequential([keras.Input((6, 6, 2)), L.Conv2D(2, 2, dilation_rate=2)]),
        keras.Sequential([keras.Input((6, 6, 2)), L.Conv2D(2, 2, groups=2)]),
        keras.Sequential([keras.Input((6, 6, 2)), L.Conv2D(2, 2, activation="gelu")]),
        keras.Sequential([keras.Input((6, 6, 2)), L.DepthwiseConv2D(2, depth_multiplier=2)]),
        keras.Sequential([keras.Input((6, 6, 2)), L.SeparableConv2D(3, 2)]),
        keras.Sequential([keras.Input((6, 6, 2)), L.Conv2DTranspose(3, 2)]),
        keras.Sequential([keras.Input((6, 6, 2)), L.AveragePooling2D(2, padding="same")]),
        steps_of(L.Conv1D(2, 2, padding="causal")),
        steps_of(L.Dense(3, "gelu")),
        steps_of(L.LSTM(3)),
        steps_of(L.GRU(3, return_sequences=True)),
        steps_of(L.LayerNormalization()),
        steps_of(L.BatchNormalization()),
        steps_of(L.GroupNormalization(2)),
        steps_of(L.PReLU()),
        steps_of(L.UpSampling1D(2)),
        steps_of(L.GlobalAveragePooling1D()),
        steps_of(L.Dropout(0.5)),
    ],
    ids=lambda model: model.layers[-1].name.rpartition("_")[0] or model.layers[-1].name,
)
def test_every_kind_of_layer_has_arithmetic(tmp_path, model):
    for weight in model.weights:  # variances must be positive
        weight.assign(np.random.default_rng(0).uniform(0.1, 0.9, weight.shape))
    file = source(saved(model, tmp_path / "model.keras"))
    path = model.layers[-1].name
    shape = model.layers[-1].output.shape[1:]
    cell = tuple(length // 2 for length in shape)
    found = activate(file, path, "normal", seed=0, cell=cell)
    assert found.unexplained == ()
    assert found.difference < 1e-5
    last = found.arithmetic[-1]
    by_hand = float(last.text.rpartition("= ")[2].replace("−", "-"))
    np.testing.assert_allclose(by_hand, found.computed, rtol=1e-4, atol=1e-5)
    expected = keras.models.load_model(tmp_path / "model.keras")(
        feed((None, *model.input_shape[1:]), "normal", 0, None)
    )
    np.testing.assert_allclose(found.computed, expected[(0, *cell)], rtol=1e-5, atol=1e-6)


def test_the_first_filter_of_each_kind_of_convolution_is_shown(tmp_path):
    draw = np.random.default_rng(2)
    for layer, own in (
        (L.Conv2D(2, 2, groups=2), lambda kernel: kernel[..., 1]),
        (L.DepthwiseConv2D(2, depth_multiplier=2), lambda kernel: kernel[..., 0, 1, None]),
    ):
        model = keras.Sequential([keras.Input((3, 3, 2)), layer])
        for weight in model.weights:
            weight.assign(draw.normal(size=weight.shape))
        file = source(saved(model, tmp_path / f"{layer.name}.keras"))
        found = activate(file, layer.name, "normal", seed=0, cell=(1, 0, 1))
        np.testing.assert_array_equal(found.window["filter"], own(layer.kernel.numpy()))
        image = feed((None, 3, 3, 2), "normal", 0, None)
        channels = slice(1, 2) if isinstance(layer, L.Conv2D) else slice(0, 1)
        np.testing.assert_array_equal(found.window["window"], image[0, 1:3, 0:2, channels])
        total = found.window["products"].sum(dtype="f8") + float(layer.bias[1])
        np.testing.assert_allclose(total, found.computed, rtol=1e-5)


def test_all_inputs_of_a_merging_layer_are_shown(tmp_path):
    first, second = keras.Input((2, 4)), keras.Input((2, 4))
    model = keras.Model([first, second], L.Add(name="add")([first, second]))
    file = source(saved(model, tmp_path / "model.keras"))
    found = activate(file, "add", "ramp", seed=0, cell=(1, 2))
    assert list(found.inputs) == ["inputs", "inputs_2"]
    left, right = (maps.values[0, 1, 2] for maps in found.inputs.values())
    assert found.computed == left + right
    assert left != right
    (only,) = found.arithmetic
    assert {one.tensor for one in only.sources} == {"inputs", "inputs_2"}


def test_too_long_a_sum_is_not_written_out(monkeypatch):
    monkeypatch.setattr("layers.networks.cell_arithmetic.MAXIMUM_TERMS", 5)
    found = activate(cnn(), "dense_1", "normal", seed=0, cell=(0,))
    (only,) = found.arithmetic
    assert (only.text, only.terms) == ("", 13)  # six products and the bias
    assert found.window == {}


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
