from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.catalog.repeated_dense import SPEC, RepeatedDense
from layers.runs.run import run
from layers.traces.summary import measure


def test_hand_set_weights_give_the_numbers_worked_out_on_paper():
    layer = RepeatedDense(3)
    layer.build((2, 2))
    layer.set_weights([np.array([[2], [-1]]), np.array(0.5)])
    outputs = layer(np.array([[3, 1], [1, 4]], "float32")).numpy()
    # 3·2 − 1·1 + 0.5 = 5.5; 1·2 − 4·1 + 0.5 = −1.5, which relu makes 0
    np.testing.assert_array_equal(outputs, [[5.5, 5.5, 5.5], [0, 0, 0]])


@settings(max_examples=20, deadline=None)
@given(
    features=st.integers(1, 256),
    units=st.integers(1, 256),
    batch=st.integers(1, 64),
    activation=st.sampled_from(["relu", "linear", "tanh", "sigmoid", "elu", "softplus"]),
)
def test_any_size_is_keras_own_dense_with_one_column_repeated(features, units, batch, activation):
    values = {"features": features, "units": units, "activation": activation}
    left = run(SPEC, {**values, "bias_initializer": "random_normal"}, batch=batch)
    stock = keras.layers.Dense(units, activation=activation)
    stock.build((batch, features))
    stock.set_weights(
        [np.tile(left["kernel"], (1, units)), np.full(units, left["bias"], "float32")]
    )
    # The same float32 products, which another kernel may add up in another order.
    np.testing.assert_allclose(left["outputs"], stock(left["inputs"]).numpy(), rtol=1e-5, atol=2e-6)
    assert left["kernel"].size + left["bias"].size == features + 1


def test_gradients_reach_the_stored_column_and_scalar_through_every_copy():
    inputs = np.arange(6, dtype="float32").reshape(2, 3)
    layer = RepeatedDense(4, activation="linear")
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(inputs))
    kernel, bias = tape.gradient(total, layer.trainable_variables)
    # Each number of a column of X counts once a unit; the scalar once a cell of the output.
    np.testing.assert_array_equal(kernel.numpy(), 4 * inputs.sum(axis=0)[:, None])
    assert float(bias) == 4 * 2


def test_after_training_every_column_is_still_equal():
    layer = RepeatedDense(5, activation="linear", kernel_initializer="ones")
    inputs = np.random.default_rng(0).normal(size=(8, 10)).astype("float32")
    targets = np.random.default_rng(1).normal(size=(8, 5)).astype("float32")
    sgd = keras.optimizers.SGD(0.02)
    losses = []
    for _ in range(20):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(layer(inputs) - targets))
        sgd.apply(tape.gradient(loss, layer.trainable_variables), layer.trainable_variables)
        losses.append(float(loss))
    assert losses == sorted(losses, reverse=True), "it learns"
    outputs = layer(inputs).numpy()
    # Equal sums of about 1, which a processor may add up in another order in the last column.
    np.testing.assert_allclose(outputs, outputs[:, [0] * 5], rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("kernel_repeated", "Every column of the repeated kernel is equal."),
        ("outputs", "Every output column is equal."),
    ],
)
def test_a_column_that_differs_breaks_its_promise_by_as_much(name, sentence):
    left = run(SPEC, {})
    bent = left[name].copy()
    bent[0, 3] += 0.25
    tensors = {**left.tensors, name: replace(left.tensors[name], values=bent)}
    invariant = next(invariant for invariant in SPEC.invariants if invariant.sentence == sentence)
    result = measure(invariant, replace(left, tensors=tensors))
    assert result.holds is False
    assert result.measured == pytest.approx(0.25, abs=1e-6)  # 0.25 is added in float32


def test_equal_rows_that_come_out_unequal_break_the_promise():
    left = run(SPEC, {"activation": "linear"}, source="ones")
    bent = left["outputs"].copy()
    bent[3] += 0.5
    tensors = {**left.tensors, "outputs": replace(left.tensors["outputs"], values=bent)}
    invariant = SPEC.invariants[-1]
    assert invariant.sentence == "Equal rows in give equal rows out."
    assert invariant.measure(left) == 0
    measured = invariant.measure(replace(left, tensors=tensors))
    assert measured == pytest.approx(0.5, abs=1e-6)  # 0.5 is added in float32


def test_the_copies_are_shown_as_what_is_stored_but_are_no_weights():
    left = run(SPEC, {"units": 7})
    assert left["kernel"].shape == (10, 1)
    assert left["kernel_repeated"].shape == (10, 7)
    assert left.tensors["kernel_repeated"].role == left.tensors["kernel"].role == "weight"
    layer = SPEC.build({"units": 7}, 0)
    layer.build((8, 10))
    assert layer.count_params() == 11
