"""Backward operations against TensorFlow's own gradients, and of a maximum cell by cell."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from layers.operations.gradients import (
    AveragePoolGradient,
    ConvFilterGradient,
    DepthwiseInputGradient,
    MaxPoolGradient,
    ResizeGradient,
    SliceGradient,
)
from layers.operations.resizing import Resize
from layers.operations.window import ConvTranspose, same_padding


def floats(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype("float32")


def agree(hand, computed):
    assert hand.shape == tuple(computed.shape)
    # Float32 on both sides; the order of the sums differs.
    np.testing.assert_allclose(hand, computed.numpy(), rtol=2e-5, atol=5e-6)


def gradients(compute, *inputs):
    """Return a random gradient of the result, and by it those of the inputs."""
    inputs = [tf.constant(each) for each in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        result = compute(*inputs)
    above = floats(*result.shape, seed=9)
    return above, tape.gradient(result, inputs, output_gradients=tf.constant(above))


def padding(kind, lengths, size, strides, dilation):
    if kind == "VALID":
        return ((0, 0),) * len(lengths)
    return tuple(map(same_padding, lengths, size, strides, dilation))


@pytest.mark.parametrize("kind", ["SAME", "VALID"])
@pytest.mark.parametrize(
    ("lengths", "size", "strides"),
    [((7, 6), (3, 2), (2, 1)), ((5, 8), (2, 2), (3, 3)), ((4, 5, 3), (2, 3, 2), (1, 2, 1))],
)
def test_a_convolution(kind, lengths, size, strides):
    ones = (1,) * len(size)
    x, kernel = floats(2, *lengths, 3), floats(*size, 3, 4)
    order = "NHWC" if len(size) == 2 else "NDHWC"  # the 3-D gradient asks for it
    above, (of_x, of_kernel) = gradients(
        lambda x, w: tf.nn.convolution(x, w, strides, kind, order), x, kernel
    )
    around = padding(kind, lengths, size, strides, ones)
    agree(ConvFilterGradient(size, strides, around, ones).evaluate(x, above), of_kernel)
    agree(ConvTranspose(strides, around, lengths).evaluate(above, kernel), of_x)


@pytest.mark.parametrize("kind", ["SAME", "VALID"])
@pytest.mark.parametrize("strides", [(1, 1), (2, 2)])
def test_a_convolution_of_each_channel_alone(kind, strides):
    x, kernel = floats(2, 7, 6, 3), floats(3, 2, 3, 2)
    above, (of_x, of_kernel) = gradients(
        lambda x, w: tf.nn.depthwise_conv2d(x, w, (1, *strides, 1), kind), x, kernel
    )
    around = padding(kind, (7, 6), (3, 2), strides, (1, 1))
    hand = ConvFilterGradient((3, 2), strides, around, (1, 1), depthwise=True)
    agree(hand.evaluate(x, above), of_kernel)
    hand = DepthwiseInputGradient((7, 6), strides, around, (1, 1))
    agree(hand.evaluate(above, kernel), of_x)


@pytest.mark.parametrize("kind", ["SAME", "VALID"])
@pytest.mark.parametrize(
    ("size", "strides"), [((2, 2), (2, 2)), ((3, 2), (1, 2)), ((2, 3), (2, 3))]
)
def test_pools(kind, size, strides):
    x = floats(2, 6, 7, 3)
    around = padding(kind, (6, 7), size, strides, (1, 1))
    above, (of_x,) = gradients(lambda x: tf.nn.pool(x, size, "AVG", strides, kind), x)
    agree(AveragePoolGradient((6, 7), size, strides, around).evaluate(above), of_x)
    above, (of_x,) = gradients(lambda x: tf.nn.pool(x, size, "MAX", strides, kind), x)
    agree(MaxPoolGradient(size, strides, around).evaluate(x, above), of_x)


def test_of_equal_cells_the_first_gets_the_gradient():
    x, above = np.zeros((1, 4, 4, 1), "float32"), floats(1, 2, 2, 1)
    computed = tf.raw_ops.MaxPoolGrad(
        orig_input=x,
        orig_output=np.zeros((1, 2, 2, 1), "float32"),
        grad=above,
        ksize=(1, 2, 2, 1),
        strides=(1, 2, 2, 1),
        padding="VALID",
    )
    agree(MaxPoolGradient((2, 2), (2, 2), ((0, 0),) * 2).evaluate(x, above), computed)


@pytest.mark.parametrize("strides", [(2,), (1,)])
def test_the_cells_of_a_maximum(strides):
    x, op = floats(1, 6, 2).astype(float), MaxPoolGradient((3,), strides, ((1, 0),))
    above = floats(1, 6 + 1 - 3 + 1 if strides == (1,) else 3, 2).astype(float)
    result = op.evaluate(x, above)
    for index in np.ndindex(*result.shape):
        expression = op.expression(index, x, above)
        np.testing.assert_allclose(expression.value, result[index])
        _, axes = op.sources(index, x, above)
        read = {leaf.index for leaf in expression.leaves()}
        # Windows that took the same cell stand in a row on a line.
        assert read == set(itertools.product(*axes)) if read else not all(axes)
        for cell in np.ndindex(*above.shape):
            moved = above.copy()
            moved[cell] += 1
            assert (op.evaluate(x, moved)[index] != result[index]) == (cell in read)


@pytest.mark.parametrize("size", [(3, 4), (8, 9), (10, 12)])
@pytest.mark.parametrize(("corners", "half"), [(False, True), (False, False), (True, False)])
@pytest.mark.parametrize("method", ["nearest", "bilinear"])
def test_resizing(method, corners, half, size):
    resize = {
        "nearest": tf.raw_ops.ResizeNearestNeighbor,
        "bilinear": tf.raw_ops.ResizeBilinear,
    }[method]
    above, (of_x,) = gradients(
        lambda x: resize(images=x, size=size, align_corners=corners, half_pixel_centers=half),
        floats(2, 5, 6, 2),
    )
    agree(ResizeGradient(Resize(size, method, corners, half), (5, 6)).evaluate(above), of_x)


def test_slices():
    x = floats(4, 6, 5)
    above, (of_x,) = gradients(lambda x: x[1:3, ::-2, 2], x)
    hand = SliceGradient((4, 6, 5), (1, 5, 2), (1, -2, 1), (2,))
    agree(hand.evaluate(above), of_x)
