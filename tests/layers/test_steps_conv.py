"""The operations of a small CNN by hand, against Keras, and cell by cell against themselves."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from layers.steps_conv import Conv2D, Flatten, MaxPool2D

DRAW = np.random.default_rng(3)


def images(height=7, width=6, channels=3):
    return DRAW.normal(size=(2, height, width, channels)).astype("float32")


CONVS = [
    (kernel, strides, padding)
    for kernel in ((5, 5), (2, 2), (3, 1), (1, 4))
    for strides in ((1, 1), (2, 2), (3, 3))
    for padding in ("same", "valid")
]


@pytest.mark.parametrize(("kernel", "strides", "padding"), CONVS)
def test_a_convolution_is_keras_own_and_so_is_every_cell(kernel, strides, padding):
    values = images()
    layer = keras.layers.Conv2D(4, kernel, strides, padding, use_bias=False)
    expected = layer(values).numpy()
    (held,) = (w.numpy() for w in layer.weights)
    op = Conv2D(strides, padding)
    # float32 there, sums of up to 75 products.
    np.testing.assert_allclose(op.evaluate(values, held), expected, rtol=1e-4, atol=1e-5)
    for index in np.ndindex(*expected.shape):
        if sum(index) % 3:
            continue
        terms = op.terms(index, values, held)
        np.testing.assert_allclose(terms.value, expected[index], rtol=1e-4, atol=1e-5)
        assert len(terms.factors) == kernel[0] * kernel[1] * 3  # the padding's zeros too


@pytest.mark.parametrize("size", [(2, 2), (3, 2)])
@pytest.mark.parametrize("strides", [(2, 2), (1, 1), (3, 3)])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_a_pooling_is_keras_own_and_so_is_every_cell(size, strides, padding):
    values = -np.abs(images())  # so that a zero of the padding would be the largest
    expected = keras.layers.MaxPooling2D(size, strides, padding)(values).numpy()
    op = MaxPool2D(size, strides, padding)
    np.testing.assert_array_equal(op.evaluate(values), expected)
    for index in np.ndindex(*expected.shape):
        assert op.terms(index, values).value == expected[index]


def test_flattening_is_keras_own_and_so_is_every_cell():
    values = images()
    expected = keras.layers.Flatten()(values).numpy()
    np.testing.assert_array_equal(Flatten().evaluate(values), expected)
    for index in np.ndindex(*expected.shape):
        assert Flatten().terms(index, values).value == expected[index]
