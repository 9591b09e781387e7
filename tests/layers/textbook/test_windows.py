"""Convolutions written as loops over the window."""

import keras
import numpy as np
import pytest

from layers.recording import record
from tests.layers.textbook.by_hand import assert_is, cells, counted


def with_weights(layer, x, start=1):
    layer.build(x.shape)
    layer.set_weights(
        [counted(*w.shape, start=start + at) for at, w in enumerate(layer.get_weights())]
    )
    return layer, *layer.get_weights()


@pytest.mark.parametrize(("length", "size", "stride"), [(3, 3, 2), (4, 3, 1), (3, 2, 2), (2, 5, 3)])
def test_a_transposed_convolution_with_same_padding(length, size, stride):
    """Each input cell adds its kernel, stride cells on; ``same`` cuts to ``n · stride`` cells."""
    x = counted(1, length, 2)
    layer = keras.layers.Conv1DTranspose(2, size, strides=stride, padding="same")
    layer, kernel, bias = with_weights(layer, x)
    full = np.zeros((stride * (length - 1) + max(size, stride), 2))
    for at in range(length):
        for k in range(size):
            full[at * stride + k] += kernel[k] @ x[0, at]  # the kernel is (size, out, in)
    before = max(size - stride, 0) // 2
    expected = full[None, before : before + length * stride] + bias
    assert_is(record(layer, x), "outputs", expected)


def test_a_depthwise_convolution_keeps_channels_to_themselves():
    x = counted(1, 3, 3, 2)
    layer, kernel, bias = with_weights(keras.layers.DepthwiseConv2D(2, depth_multiplier=2), x)
    expected = np.zeros((1, 2, 2, 4)) + bias
    for _, row, column, out in cells(expected):
        channel, number = divmod(out, 2)
        for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
            expected[0, row, column, out] += (
                x[0, row + i, column + j, channel] * kernel[i, j, channel, number]
            )
    assert_is(record(layer, x), "outputs", expected)


def test_a_separable_convolution_is_depthwise_and_then_pointwise():
    x = counted(1, 5, 2)
    layer, depthwise, pointwise, bias = with_weights(keras.layers.SeparableConv1D(3, 2), x)
    middle = np.zeros((1, 4, 2))
    for _, at, channel in cells(middle):
        middle[0, at, channel] = sum(
            x[0, at + k, channel] * depthwise[k, channel, 0] for k in (0, 1)
        )
    trace = record(layer, x)
    assert_is(trace, "convolved", middle)
    assert_is(trace, "outputs", middle @ pointwise[0] + bias)


@pytest.mark.parametrize("dilation", [1, 2])
def test_a_causal_convolution_sees_nothing_that_comes_later(dilation):
    x = counted(1, 5, 2)
    layer = keras.layers.Conv1D(2, 2, padding="causal", dilation_rate=dilation)
    layer, kernel, bias = with_weights(layer, x)
    expected = np.zeros((1, 5, 2)) + bias
    for at in range(5):
        expected[0, at] += x[0, at] @ kernel[1]
        if at >= dilation:
            expected[0, at] += x[0, at - dilation] @ kernel[0]
    assert_is(record(layer, x), "outputs", expected)
