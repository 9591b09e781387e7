import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.catalog.linear import ACTIVATIONS, SPEC, Linear
from layers.runs.run import run

X = np.array([[1, 2, 3], [-1, 0, 1]], "float32")
KERNEL = np.array([[1, -1], [10, 0], [100, 2]])
BIAS = np.array([0.5, -7])


def test_hand_set_weights_give_the_numbers_worked_out_on_paper():
    layer = Linear(2)
    layer.build(X.shape)
    layer.set_weights([KERNEL, BIAS])
    # 1·1 + 2·10 + 3·100 + 0.5; 1·−1 + 2·0 + 3·2 − 7; and so on
    np.testing.assert_array_equal(layer(X).numpy(), [[321.5, -2], [99.5, -4]])


def test_without_a_bias_there_is_none_to_add_or_to_count():
    layer = Linear(2, use_bias=False)
    layer.build(X.shape)
    layer.set_weights([KERNEL])
    np.testing.assert_array_equal(layer(X).numpy(), [[321, 5], [99, 3]])
    assert len(layer.weights) == 1


@pytest.mark.parametrize("activation", [None, *ACTIVATIONS])
@pytest.mark.parametrize("use_bias", [True, False])
def test_it_computes_what_keras_own_dense_computes(activation, use_bias):
    ours = Linear(2, activation=activation, use_bias=use_bias)
    stock = keras.layers.Dense(2, activation=activation, use_bias=use_bias)
    weights = [KERNEL / 50, BIAS][: 1 + use_bias]
    for layer in (ours, stock):
        layer.build(X.shape)
        layer.set_weights(weights)
    # Two kernels of TensorFlow's may round the last digit of float32 differently.
    np.testing.assert_allclose(ours(X).numpy(), stock(X).numpy(), rtol=1e-6, atol=1e-7)


@settings(max_examples=20, deadline=None)
@given(
    features=st.integers(1, 256),
    units=st.integers(1, 256),
    batch=st.integers(1, 64),
    bias=st.sampled_from(["zeros", "ones", "random_normal"]),
)
def test_any_size_is_the_matrix_product_that_numpy_computes(features, units, batch, bias):
    left = run(
        SPEC,
        {"features": features, "units": units, "bias_initializer": bias},
        batch=batch,
        source="normal",
    )
    expected = left["inputs"].astype("float64") @ left["kernel"] + left["bias"]
    # Sums of up to 256 products of about 0.05: float32 keeps six decimals of them.
    np.testing.assert_allclose(left["outputs"], expected, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ones", [[1, 1], [1, 1], [1, 1]]),
        ("zeros", [[0, 0], [0, 0], [0, 0]]),
        ("identity", [[1, 0], [0, 1], [0, 0]]),
    ],
)
def test_fixed_initialisers_are_what_their_names_say(name, expected):
    left = run(SPEC, {"features": 3, "units": 2, "kernel_initializer": name}, batch=1)
    np.testing.assert_array_equal(left["kernel"], expected)


def test_drawn_initialisers_have_the_spread_they_are_known_for():
    sizes = {"features": 256, "units": 256}
    normal = run(SPEC, {**sizes, "kernel_initializer": "random_normal"}, batch=1)["kernel"]
    glorot = run(SPEC, {**sizes, "kernel_initializer": "glorot_uniform"}, batch=1)["kernel"]
    # Of 65,536 draws the mean and deviation are known to about half a per cent.
    np.testing.assert_allclose(normal.mean(), 0, atol=0.001)
    np.testing.assert_allclose(normal.std(), 0.05, rtol=0.02)
    limit = np.sqrt(6 / (256 + 256))
    assert np.abs(glorot).max() <= limit
    np.testing.assert_allclose(glorot.std(), limit / np.sqrt(3), rtol=0.02)


def test_kernel_and_bias_are_not_drawn_from_one_stream():
    left = run(SPEC, {"features": 1, "units": 5, "bias_initializer": "random_normal"})
    assert not np.isin(left["bias"], left["kernel"]).any()


def test_weights_are_made_for_the_width_of_the_first_input():
    layer = Linear(4)
    assert layer.weights == []
    layer(np.ones((2, 7), "float32"))
    assert [tuple(weight.shape) for weight in layer.weights] == [(7, 4), (4,)]


@pytest.mark.parametrize("shape", [(7,), (2, 3, 7), (2, 6)])
def test_an_input_that_is_not_batch_by_features_is_refused(shape):
    layer = Linear(4)
    layer.build((2, 7))
    with pytest.raises(ValueError, match="incompatible with the layer"):
        layer(np.ones(shape, "float32"))


def test_what_a_setting_leaves_out_is_not_in_the_trace():
    plain = run(SPEC, {"use_bias": False})
    assert list(plain.tensors) == ["inputs", "kernel", "outputs"]
    full = run(SPEC, {"activation": "relu"})
    assert list(full.tensors) == [
        "inputs",
        "kernel",
        "bias",
        "product",
        "pre_activation",
        "outputs",
    ]


def test_a_softmax_over_one_unit_is_pointed_out():
    assert SPEC.notes(SPEC.check({"activation": "softmax", "units": 1}))
    assert not SPEC.notes(SPEC.check({"activation": "softmax", "units": 2}))
    assert not SPEC.notes(SPEC.check({"activation": "sigmoid", "units": 1}))
