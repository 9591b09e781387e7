"""Hand calculations that users could not bring to agree with their layer."""

import keras
import numpy as np

from layers.operations.explain import explain
from layers.recording import record
from tests.layers.textbook.by_hand import counted, sigmoid

X = counted(1, 1, 2)
H = np.array([[0.3, -0.6]], "float32")


def gru():
    layer = keras.layers.GRU(2)
    layer.build(X.shape)
    layer.set_weights([counted(2, 6), counted(2, 6, start=2), counted(2, 6, start=4)])
    return layer


def test_a_gru_simulated_step_by_step_from_a_previous_output():
    """Asked of Keras as "Problem with GRU simulation": one step, from a state that is passed in."""
    layer = gru()
    kernel, recurrent, bias = layer.get_weights()
    trace = record(layer, X, initial_state=[H])
    x_z, x_r, x_h = np.split(X[:, 0] @ kernel + bias[0], 3, axis=1)
    h_z, h_r, h_h = np.split(H @ recurrent + bias[1], 3, axis=1)
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    expected = z * H + (1 - z) * np.tanh(x_h + r * h_h)
    np.testing.assert_allclose(trace["outputs"], expected, rtol=1e-5)
    for index in ((0, 0), (0, 1)):
        np.testing.assert_allclose(
            explain(trace, "outputs", index).value, expected[index], rtol=1e-5
        )


def test_the_second_row_of_a_grus_bias_is_added_to_the_product_with_the_state():
    """Asked of TensorFlow.js as a bug in loading a GRU's bias: what is the second vector for?

    It is the bias of the recurrent kernel's product; the reset gate multiplies it too.
    """
    layer = gru()
    trace = record(layer, X, initial_state=[H])
    spread = set()
    reached = {"gru_cell/bias": {(1, 4)}}
    for step in trace.steps:
        for index in np.ndindex(trace[step.result].shape):
            operands = [trace[name] for name in step.operands]
            own = step.op.sources(index, *operands)
            for name, axes in zip(step.operands, own, strict=True):
                if any(
                    all(a in places for a, places in zip(cell, axes, strict=True))
                    for cell in reached.get(name, ())
                ):
                    reached.setdefault(step.result, set()).add(index)
                    spread.add(step.op.sign)
    assert reached["outputs"] == {(0, 0)}  # column 4 is the candidate's, of the first unit
    assert {"×", "tanh"} <= spread
    assert "sigmoid" not in spread
    moved = layer.get_weights()
    moved[2][1, 4] += 1
    layer.set_weights(moved)
    after = record(layer, X, initial_state=[H])
    assert (after["outputs"] != trace["outputs"]).tolist() == [[True, False]]


def test_batch_normalization_divides_by_the_root_of_the_variance():
    """Asked of TensorFlow as "BatchNormalization inference equation in doc is incorrect"."""
    layer = keras.layers.BatchNormalization(epsilon=0.25)
    layer.build((1, 1))
    layer.set_weights([np.array([value], "float32") for value in (3, 1, 2, 15.75)])
    trace = record(layer, np.array([[10]], "float32"))
    told = explain(trace, "outputs", (0, 0))
    assert told.text == "(10 − 2) × 3 ÷ √(15.75 + 0.25) + 1 = 7"
    assert trace["outputs"].item() == 7  # and not 8 × 3 ÷ 16 + 1 = 2.5


def test_a_convolutional_lstm_pads_what_it_convolves_of_its_state():
    """Asked of TensorFlow as "ConvLSTM2D layer wrong computation": zeros stand after the state."""
    layer = keras.layers.ConvLSTM1D(
        1, 2, activation="linear", recurrent_activation="linear", return_sequences=True
    )
    x = np.array([1, 0, 2, 0, 1, 1], "float32").reshape(1, 2, 3, 1)
    layer.build(x.shape)
    layer.set_weights([np.ones((2, 1, 4)), np.ones((2, 1, 4)), np.zeros(4)])
    trace = record(layer, x)
    h = c = np.zeros(2)
    for t in (0, 1):
        values = x[0, t, :, 0]
        gate = values[:2] + values[1:] + h + np.array([h[1], 0])  # all four gates are the same
        c = gate * c + gate * gate
        h = gate * c
        np.testing.assert_allclose(trace["outputs"][0, t, :, 0], h)
        for at in (0, 1):
            np.testing.assert_allclose(explain(trace, "outputs", (0, t, at, 0)).value, h[at])


def test_two_numbers_that_are_normalised_are_not_one_and_minus_one():
    """Asked of TensorFlow as "Incorrect output of LayerNormalization": ε is not small there."""
    trace = record(
        keras.layers.LayerNormalization(), np.array([[0.09484422, 0.16441762]], "float32")
    )
    told = explain(trace, "outputs", (0, 1))
    np.testing.assert_allclose(told.value, 0.73995596, rtol=1e-4)
    assert "√(0.00121 + 0.001)" in told.text
