"""Words for axes: the author's on inputs, and what becomes of them in attention and groups."""

import keras
import numpy as np
import pytest

from layers.catalog.registry import get
from layers.operations.normalize import Normalize
from layers.recording import record
from layers.runs.run import run
from tests.layers.recording import custom
from tests.layers.recording.stock import normal


@pytest.mark.parametrize("name", ["attention", "additive_attention"])
def test_attention_has_queries_and_keys_over_time(name):
    trace = run(get(name), {"shape": (1, 3, 4), "value_shape": (1, 5, 4)})
    words = {tensor: trace.tensors[tensor].axes for tensor in trace.tensors}
    assert words["inputs"] == words["inputs_2"] == words["outputs"]
    assert words["inputs"] == ("batch", "time", "features")
    assert words["softmax"] == ("batch", "query time", "key time")
    assert trace["softmax"].shape == (1, 3, 5)


@pytest.mark.parametrize("name", ["multi_head_attention", "group_query_attention"])
def test_heads_have_queries_and_keys_over_time(name):
    trace = run(get(name), {})
    for tensor in ("scores", "softmax"):
        assert trace.tensors[tensor].axes == ("batch", "heads", "query time", "key time")
    assert trace.tensors["weighted_sum"].axes == ("batch", "time", "heads", "units")


@pytest.mark.parametrize(("multiplier", "word"), [(1, "channels"), (2, "filters")])
def test_a_depthwise_result_has_channels_where_each_makes_one(multiplier, word):
    trace = run(get("depthwise_conv2d"), {"depth_multiplier": multiplier})
    assert trace.tensors["outputs"].axes[-1] == word


class Powers(keras.layers.Layer):
    """A kernel of three axes without heads, as layers of splines have it."""

    def build(self, shape):
        self.kernel = self.add_weight(name="coefficients", shape=(shape[-1], 3, 4))

    def call(self, x):
        powers = keras.ops.stack([x, x**2, x**3], axis=-1)
        return keras.ops.einsum("bfk,fku->bu", powers, self.kernel)


def test_a_kernel_of_three_axes_has_heads_in_attention_only():
    trace = record(Powers(), normal(2, 5), input_axes={"inputs": ("batch", "features")})
    assert trace.tensors["coefficients"].axes == ("features", "axis 1", "units")
    assert trace.tensors["outputs"].axes == ("batch", "units")
    kernel = run(get("multi_head_attention"), {}).tensors["query/kernel"]
    assert kernel.axes == ("features", "heads", "units")


def test_attention_on_axes_without_words_has_queries_and_keys():
    trace = record(custom.AttentionByHand(3), normal(2, 5, 4))
    assert trace.tensors["softmax"].axes == ("batch", "queries", "keys")
    assert trace.tensors["outputs"].axes == ("batch", "queries", "units")


def test_states_of_a_cell_have_units():
    trace = run(get("lstm_cell"), {})
    assert trace.tensors["inputs"].axes == ("batch", "features")
    assert trace.tensors["states"].axes == trace.tensors["states_2"].axes == ("batch", "units")


def test_groups_of_channels_are_normalised_in_one_step():
    x = normal(2, 3, 3, 6)
    layer = keras.layers.GroupNormalization(groups=3, epsilon=1e-3)
    layer.build(x.shape)
    gamma, beta = normal(2, 6)
    layer.set_weights([gamma, beta])
    trace = record(layer, x, input_axes={"inputs": ("batch", "rows", "columns", "channels")})
    last = trace.steps[-1]
    assert isinstance(last.op, Normalize)
    assert last.op.groups == 3
    assert last.operands == ("inputs", "mean", "variance", "gamma", "beta")
    assert trace.tensors["outputs"].axes == ("batch", "rows", "columns", "channels")
    assert trace.tensors["gamma"].axes == ("channels",)
    for group in range(3):
        own = x[..., 2 * group : 2 * group + 2].astype("float64")
        mean = own.mean(axis=(1, 2, 3), keepdims=True)
        variance = own.var(axis=(1, 2, 3), keepdims=True)
        np.testing.assert_allclose(trace["mean"][:, 0, 0, group, 0], mean.ravel(), atol=1e-6)
        expected = (own - mean) / np.sqrt(variance + 1e-3)
        at = slice(2 * group, 2 * group + 2)
        expected = expected * gamma[at] + beta[at]
        np.testing.assert_allclose(trace["outputs"][..., at], expected, atol=1e-5)
    assert trace.disagreement() < 1e-5


def test_one_group_and_groups_without_weights_read_as_well():
    x = normal(2, 4, 6)
    plain = record(keras.layers.GroupNormalization(groups=2, scale=False, center=False), x)
    assert plain.steps[-1].op.sign == "normalize"
    assert plain.disagreement() < 1e-5
    instance = record(keras.layers.GroupNormalization(groups=-1), x)
    assert instance.disagreement() < 1e-5
