"""Normalisation, in both modes, from the mean and the variance of hand-set numbers."""

import keras
import numpy as np
import pytest

from layers.operations.explain import explain
from layers.recording import record
from tests.layers.textbook.by_hand import assert_is, counted

X = np.array([[1, 10], [2, 20], [3, 60]], "float32")
GAMMA, BETA = np.array([2, 3], "float32"), np.array([0.5, -1], "float32")
MEAN, VARIANCE = np.array([2, 30]), np.array([2 / 3, 1400 / 3])


def normalization(kind, *stored, **settings):
    layer = kind(epsilon=0.25, **settings)
    layer.build(X.shape)
    layer.set_weights([GAMMA, BETA, *stored])
    return layer


STORED = np.array([1, 5], "float32"), np.array([3.75, 0.75], "float32")


def test_batch_normalization_in_inference():
    trace = record(normalization(keras.layers.BatchNormalization, *STORED), X)
    root = np.array([2, 1])  # √(3.75 + 0.25), √(0.75 + 0.25)
    assert_is(trace, "outputs", (X - STORED[0]) / root * GAMMA + BETA)
    assert explain(trace, "outputs", (2, 0)).text == "(3 − 1) × 2 ÷ √(3.75 + 0.25) + 0.5 = 2.5"


def test_batch_normalization_in_training():
    layer = normalization(keras.layers.BatchNormalization, *STORED, momentum=0.9)
    trace = record(layer, X, training=True)
    assert_is(trace, "mean", MEAN)
    assert_is(trace, "variance", VARIANCE)
    assert_is(trace, "outputs", (X - MEAN) / np.sqrt(VARIANCE + 0.25) * GAMMA + BETA)
    assert_is(trace, "moving_mean", STORED[0] * 0.9 + MEAN * 0.1)
    assert_is(trace, "moving_variance", STORED[1] * 0.9 + VARIANCE * 0.1)
    np.testing.assert_allclose(layer.moving_mean.numpy(), [1.1, 7.5], rtol=1e-6)
    signs = [step.op.sign for step in trace.steps if step.shown]
    assert signs == ["mean", "variance", "+", "+", "normalize"]


def test_layer_normalization():
    trace = record(normalization(keras.layers.LayerNormalization), X)
    mean, variance = X.mean(axis=1, keepdims=True), X.var(axis=1, keepdims=True)
    assert_is(trace, "mean", mean)
    assert_is(trace, "variance", variance)
    assert_is(trace, "outputs", (X - mean) / np.sqrt(variance + 0.25) * GAMMA + BETA)


def test_root_mean_square_normalization():
    layer = keras.layers.RMSNormalization(epsilon=0.25)
    layer.build(X.shape)
    layer.set_weights([GAMMA])
    trace = record(layer, X)
    assert_is(trace, "outputs", X / np.sqrt((X**2).mean(axis=1, keepdims=True) + 0.25) * GAMMA)
    told = explain(trace, "outputs", (0, 0))
    assert told.text == "1 ÷ √((1 + 100) ÷ 2 + 0.25) × 2 = 0.280745"


def test_unit_normalization():
    x = np.array([[3, 4], [-6, 8]], "float32")
    trace = record(keras.layers.UnitNormalization(), x)
    assert_is(trace, "norm", np.array([[5], [10]]))
    assert_is(trace, "outputs", np.array([[0.6, 0.8], [-0.6, 0.8]]))


@pytest.mark.parametrize("groups", [1, 2])
def test_group_normalization(groups):
    x = counted(2, 3, 4)
    layer = keras.layers.GroupNormalization(groups, epsilon=0.25)
    trace = record(layer, x)
    split = x.reshape(2, 3, groups, 4 // groups)
    mean = split.mean(axis=(1, 3), keepdims=True)
    spread = np.sqrt(split.var(axis=(1, 3), keepdims=True) + 0.25)
    assert_is(trace, "outputs", ((split - mean) / spread).reshape(x.shape))
