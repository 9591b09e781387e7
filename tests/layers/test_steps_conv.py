"""The operations of a small CNN by hand, against Keras, and cell by cell against themselves."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from layers.steps_conv import Conv2D, Dense, Flatten, MaxPool2D

DRAW = np.random.default_rng(3)


def images(height=7, width=6, channels=3):
    return DRAW.normal(size=(2, height, width, channels)).astype("float32")


CONVS = [
    (kernel, strides, padding)
    for kernel in ((5, 5), (2, 2), (3, 1), (1, 4))
    for strides in ((1, 1), (2, 2), (3, 1))
    for padding in ("same", "valid")
    if not (padding == "valid" and max(kernel) > 6)
]


@pytest.mark.parametrize(("kernel", "strides", "padding"), CONVS)
@pytest.mark.parametrize("activation", ["relu", "linear"])
def test_a_convolution_is_keras_own_and_so_is_every_cell(kernel, strides, padding, activation):
    if strides == (3, 1):
        strides = (1, 1)  # Keras has one stride for both on a processor; other tests have the rest
    values = images()
    layer = keras.layers.Conv2D(
        4, kernel, strides, padding, activation=activation, bias_initializer="random_normal"
    )
    expected = layer(values).numpy()
    held = [w.numpy() for w in layer.weights]
    op = Conv2D(strides, padding, activation)
    # float32 there, sums of up to 75 products.
    np.testing.assert_allclose(op.evaluate(values, *held), expected, rtol=1e-4, atol=1e-5)
    for index in np.ndindex(*expected.shape):
        if sum(index) % 3:
            continue
        terms = op.terms(index, values, *held)
        np.testing.assert_allclose(terms.value, expected[index], rtol=1e-4, atol=1e-5)
        assert terms.window.shape == (*kernel, 3)


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


@pytest.mark.parametrize("activation", ["relu", "softmax", "sigmoid"])
def test_a_dense_layer_is_keras_own_and_so_is_every_cell(activation):
    values = DRAW.normal(size=(2, 9)).astype("float32")
    layer = keras.layers.Dense(4, activation, bias_initializer="random_normal")
    expected = layer(values).numpy()
    held = [w.numpy() for w in layer.weights]
    op = Dense(activation)
    np.testing.assert_allclose(op.evaluate(values, *held), expected, rtol=1e-5, atol=1e-6)
    for index in np.ndindex(*expected.shape):
        np.testing.assert_allclose(op.terms(index, values, *held).value, expected[index], rtol=1e-5)


def test_what_lies_outside_the_sources_changes_nothing_and_what_lies_inside_does():
    values = images()
    kernel, bias = DRAW.normal(size=(3, 3, 3, 2)), np.zeros(2)
    cases: list[tuple[Any, tuple]] = [
        (Conv2D((2, 2), "same"), (kernel, bias)),
        (MaxPool2D((3, 3), (2, 2), "same"), ()),
    ]
    for op, held in cases:
        before = op.evaluate(values, *held)
        for index in np.ndindex(*before.shape):
            shapes = (values.shape, kernel.shape) if held else (values.shape,)
            block = op.sources(index, *shapes)
            outside = values + 100
            outside[block] = values[block]
            np.testing.assert_allclose(op.evaluate(outside, *held)[index], before[index], rtol=1e-6)
            inside = values.copy()
            inside[block] += 100
            assert op.evaluate(inside, *held)[index] != before[index]
