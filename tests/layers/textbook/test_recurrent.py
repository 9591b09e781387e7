"""LSTM and GRU against the textbook's formulas, gate by gate and cell by cell."""

import keras
import numpy as np
import pytest

from layers.operations.explain import explain
from layers.recording import record
from tests.layers.textbook.by_hand import assert_is, counted, sigmoid

X = counted(2, 3, 2)
UNITS = 2


def with_weights(layer, *weights):
    layer.build(X.shape)
    layer.set_weights(weights)
    return layer


def test_an_lstm():
    kernel, recurrent = counted(2, 8), counted(2, 8, start=3, scale=0.05)
    bias = counted(8, start=2)
    trace = record(with_weights(keras.layers.LSTM(UNITS), kernel, recurrent, bias), X)
    w_i, w_f, w_g, w_o = (kernel[:, at : at + 2] for at in (0, 2, 4, 6))
    u_i, u_f, u_g, u_o = (recurrent[:, at : at + 2] for at in (0, 2, 4, 6))
    b_i, b_f, b_g, b_o = (bias[at : at + 2] for at in (0, 2, 4, 6))
    h = c = np.zeros((2, UNITS))
    assert_is(trace, "lstm_cell/h_0", h)
    assert_is(trace, "lstm_cell/c_0", c)
    for t in (1, 2, 3):
        x = X[:, t - 1].astype(float)
        i = sigmoid(x @ w_i + h @ u_i + b_i)
        f = sigmoid(x @ w_f + h @ u_f + b_f)
        g = np.tanh(x @ w_g + h @ u_g + b_g)
        o = sigmoid(x @ w_o + h @ u_o + b_o)
        c = f * c + i * g
        h = o * np.tanh(c)
        assert_is(trace, f"x_{t}", x)
        for name, values in {"i": i, "f": f, "g": g, "o": o, "c": c}.items():
            assert_is(trace, f"lstm_cell/{name}_{t}", values)
        assert_is(trace, f"lstm_cell/h_{t}" if t < 3 else "outputs", h)


def test_a_state_is_worked_out_from_the_state_before_it():
    layer = keras.layers.LSTM(UNITS)
    trace = record(layer, X)
    for name, sources in {
        "c_2": {"f_2", "c_1", "i_2", "g_2"},
        "h_2": {"o_2", "c_2"},
    }.items():
        told = explain(trace, f"lstm_cell/{name}", (0, 0))
        assert set(told.sources) == {f"lstm_cell/{source}" for source in sources}


def gru(trace, x_parts, h_parts, before):
    """Compare a GRU: ``x_parts`` and ``h_parts`` return what z, r and g are made of."""
    h = np.zeros((2, UNITS))
    for t in (1, 2, 3):
        x_z, x_r, x_g = x_parts(X[:, t - 1].astype(float))
        h_z, h_r, h_g = h_parts(h)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        g = np.tanh(x_g + before(r, h, h_g))
        h = z * h + (1 - z) * g
        for name, values in {"z": z, "r": r, "g": g}.items():
            assert_is(trace, f"gru_cell/{name}_{t}", values)
        assert_is(trace, f"gru_cell/h_{t}" if t < 3 else "outputs", h)


def parts(values):
    return [values[..., at : at + UNITS] for at in (0, UNITS, 2 * UNITS)]


def test_a_gru_that_resets_after_the_product():
    kernel, recurrent = counted(2, 6), counted(2, 6, start=3, scale=0.05)
    bias = counted(2, 6, start=2)
    trace = record(with_weights(keras.layers.GRU(UNITS), kernel, recurrent, bias), X)
    gru(
        trace,
        lambda x: parts(x @ kernel + bias[0]),
        lambda h: parts(h @ recurrent + bias[1]),
        lambda r, _, h_g: r * h_g,
    )


def test_a_gru_that_resets_before_the_product():
    kernel, recurrent = counted(2, 6), counted(2, 6, start=3, scale=0.05)
    bias = counted(6, start=2)
    layer = with_weights(keras.layers.GRU(UNITS, reset_after=False), kernel, recurrent, bias)
    gru(
        record(layer, X),
        lambda x: parts(x @ kernel + bias),
        lambda h: parts(h @ recurrent),
        lambda r, h, _: (r * h) @ recurrent[:, 4:],
    )


@pytest.mark.parametrize("backward", [False, True])
def test_a_simple_rnn_in_both_directions(backward):
    kernel, recurrent, bias = counted(2, 2), counted(2, 2, start=3), counted(2, start=2)
    layer = keras.layers.SimpleRNN(UNITS, go_backwards=backward)
    trace = record(with_weights(layer, kernel, recurrent, bias), X)
    h = np.zeros((2, UNITS))
    for t in (1, 2, 3):
        x = X[:, -t if backward else t - 1].astype(float)
        h = np.tanh(x @ kernel + bias + h @ recurrent)
        assert_is(trace, f"simple_rnn_cell/h_{t}" if t < 3 else "outputs", h)
