"""Attention: scores, scaled, masked, weights that sum to one, and the weighted sum."""

import keras
import numpy as np
import pytest

from layers.recording import record
from tests.layers.textbook.by_hand import assert_is, counted, softmax

X, Y = counted(1, 3, 2), counted(1, 4, 2, start=5)
AXES = ("batch", "time", "features")


@pytest.mark.parametrize("causal", [False, True])
def test_multi_head_attention(causal):
    layer = keras.layers.MultiHeadAttention(num_heads=2, key_dim=2)
    other = X if causal else Y
    layer(X, other)
    weights = [counted(*values.shape, start=at) for at, values in enumerate(layer.get_weights())]
    layer.set_weights(weights)
    trace = record(
        layer, X, other, use_causal_mask=causal, input_axes={"query": AXES, "value": AXES}
    )
    (w_q, b_q), (w_k, b_k), (w_v, b_v), (w_o, b_o) = zip(weights[::2], weights[1::2], strict=True)
    expected = np.zeros((1, 3, 2)) + b_o
    scores, attention, heads = (np.zeros((1, 2, 3, n)) for n in (*[other.shape[1]] * 2, 2))
    for head in (0, 1):
        q, k = X[0] @ w_q[:, head] + b_q[head], other[0] @ w_k[:, head] + b_k[head]
        v = other[0] @ w_v[:, head] + b_v[head]
        scores[0, head] = q @ k.T
        scaled = scores[0, head] / np.sqrt(2)
        if causal:
            scaled = np.where(np.tri(3, dtype=bool), scaled, -np.inf)
        attention[0, head] = softmax(scaled)
        heads[0, head] = attention[0, head] @ v
        expected[0] += heads[0, head] @ w_o[head]
    assert_is(trace, "scores", scores)
    assert_is(trace, "scaled_scores", scores / np.sqrt(2))
    assert_is(trace, "softmax", attention)
    assert_is(trace, "weighted_sum", heads.transpose(0, 2, 1, 3))
    assert_is(trace, "outputs", expected)
    np.testing.assert_allclose(trace["softmax"].sum(axis=-1), 1, rtol=1e-6)
    if causal:
        np.testing.assert_array_equal(trace["softmax"][0, :, 0, 1:], 0)
    assert trace.tensors["scores"].axes == ("batch", "heads", "query time", "key time")
    assert trace.tensors["weighted_sum"].axes == ("batch", "time", "heads", "units")


def test_dot_product_attention():
    trace = record(keras.layers.Attention(), [X, Y])
    scores = X @ Y.transpose(0, 2, 1)
    assert_is(trace, "scores", scores)
    assert_is(trace, "softmax", softmax(scores))
    assert_is(trace, "outputs", softmax(scores) @ Y)
