"""Operations that no stock layer runs, but that authors write."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from layers.operations import dependencies, explain
from layers.operations.resizing import WINDOWS
from layers.recording import record
from layers.recording.tables.contractions import spelled
from tests.layers.recording.stock import normal

X = normal(4, 5)
IMAGE = normal(1, 6, 6, 2)
ONES = np.ones(2, "float32")


class Calls(keras.layers.Layer):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, x):
        return self.function(x)


EXPLAINED = {
    "slices": (lambda x: x[1:-1, ::-2], X),
    "a new axis": (lambda x: x[:, tf.newaxis], X),
    "a new axis of a part": (lambda x: x[1:3, tf.newaxis, 0], X),
    "dots": (lambda x: x[..., 1], IMAGE),
    "a slice with ends": (lambda x: tf.slice(x, [1, 2], [2, -1]), X),
    "unequal split": (lambda x: tf.split(x, [2, 3], axis=1)[1], X),
    "unstack": (lambda x: tf.unstack(x, axis=1)[2], X),
    "cumulative": (lambda x: tf.cumsum(x, axis=1, exclusive=True, reverse=True), X),
    "cumulative product": (lambda x: tf.math.cumprod(x, axis=0), X),
    "arg": (lambda x: tf.argmax(x, axis=1), X),
    "arg min": (lambda x: tf.argmin(x, axis=-1, output_type=tf.int32), X),
    "power": (lambda x: tf.pow(tf.abs(x), 1.5), X),
    "logarithm": (lambda x: tf.math.log(tf.exp(x) + 1), X),
    "log sum exp": (lambda x: tf.reduce_logsumexp(x, axis=1), X),
    "tensordot": (lambda x: tf.tensordot(x, tf.transpose(x), [[1], [0]]), X),
    "matmul turned": (lambda x: tf.matmul(x, x, transpose_a=True), X),
    "batches": (lambda x: tf.matmul(x, x, transpose_b=True), IMAGE),
    "batches that broadcast": (lambda x: tf.matmul(x, x[0, 0]), IMAGE[..., :2, :]),
    "einsum": (lambda x: tf.einsum("...hc,...wc->...hw", x, x), IMAGE),
    "einsum without result": (lambda x: tf.einsum("ij,jk", x, tf.transpose(x)), X),
    "gather": (lambda x: tf.gather(x, [2, 0], axis=1), X),
    "gather rows": (lambda x: tf.gather(x, [[1], [0], [4], [2]], batch_dims=1, axis=1), X),
    "roll": (lambda x: tf.roll(x, [1, -2], [0, 1]), X),
    "reverse": (lambda x: tf.reverse(x, [1]), X),
    "band": (lambda x: tf.linalg.band_part(x, 1, 0), X),
    "pad": (lambda x: tf.pad(x, [[1, 0], [0, 2]], constant_values=7), X),
    "mirror": (lambda x: tf.pad(x, [[1, 0], [0, 2]], mode="REFLECT"), X),
    "broadcast": (lambda x: tf.broadcast_to(x, (2, 4, 5)), X),
    "patches": (
        lambda x: tf.image.extract_patches(x, [1, 3, 2, 1], [1, 2, 1, 1], [1, 1, 2, 1], "SAME"),
        IMAGE,
    ),
    "bicubic": (lambda x: tf.image.resize(x, (4, 9), method="bicubic"), IMAGE),
    "nearest": (lambda x: tf.image.resize(x, (4, 9), method="nearest"), IMAGE),
    "explicit padding": (
        lambda x: tf.nn.conv2d(x, tf.ones((2, 2, 2, 3)), 1, [[0, 0], [1, 0], [0, 2], [0, 0]]),
        IMAGE,
    ),
    "fused": (
        lambda x: tf.compat.v1.nn.fused_batch_norm(
            x, ONES, 2 * ONES, mean=ONES, variance=3 * ONES, is_training=False
        )[0],
        IMAGE,
    ),
    "clip": (lambda x: tf.clip_by_value(x, -0.5, 0.5), X),
    "moments": (lambda x: tf.nn.moments(x, axes=[0])[1], X),
    "normalise": (lambda x: tf.math.l2_normalize(x, axis=1), X),
    "one hot": (lambda x: tf.one_hot(tf.argmax(x, axis=1), 5, on_value=2.0, axis=0), X),
    "where": (lambda x: tf.where(x > 0, x, tf.zeros_like(x)), X),
    "all": (lambda x: tf.reduce_all(x > -5, axis=1), X),
    "whole numbers": (lambda x: tf.cast(x * 5, tf.int32) // 2 % 3, X),
    "identity of several": (lambda x: tf.identity_n([x, x + 1])[1], X),
    "norm": (lambda x: tf.math.reduce_euclidean_norm(x, axis=0), X),
    "depth to space": (lambda x: tf.nn.depth_to_space(x, 2), normal(1, 2, 3, 8)),
    "space to depth": (lambda x: tf.nn.space_to_depth(x, 3), IMAGE),
    "top": (lambda x: tf.math.top_k(x, 2)[0], X),
    "places of the top": (lambda x: tf.math.top_k(x, 3)[1], X),
    "top of ties": (lambda x: tf.math.top_k(tf.round(x), 3)[1], X),
    "cells": (lambda x: tf.gather_nd(x, [[[0, 1], [2, 4]]]), X),
    "rows by place": (lambda x: tf.gather_nd(x, [[1], [3]]), X),
    "shifts": (
        lambda x: tf.bitwise.left_shift(
            tf.bitwise.right_shift(tf.cast(abs(9 * x), tf.int32), 1), 1
        ),
        X,
    ),
    "places": (lambda x: tf.where(x > 0), X),
    "a count": (lambda x: tf.range(x[0, 0], x[0, 0] + 3, tf.abs(x[0, 1])), X),
    "a system of equations": (lambda x: tf.linalg.solve(x[:, :4], x), X),
    "a transposed system": (lambda x: tf.linalg.solve(x[:, :4], x, adjoint=True), X),
    "bits": (lambda x: tf.bitcast(x, tf.int32), X),
    "smallest": (lambda x: keras.ops.argmin(x, axis=1), X),
    "channels first": (lambda x: tf.nn.bias_add(x, [1.0, 2, 3, 4, 5, 6], "NCHW"), IMAGE),
    **{
        f"{window}, {'all cells' if antialias else 'few cells'}": (
            lambda x, window=window, antialias=antialias: tf.raw_ops.ScaleAndTranslate(
                images=x,
                size=(4, 9),
                scale=(0.6, 1.5),
                translation=(0.0, 0.25),
                kernel_type=window,
                antialias=antialias,
            ),
            IMAGE,
        )
        for window in WINDOWS
        for antialias in (True, False)
    },
    "hue": (lambda x: tf.image.rgb_to_hsv(tf.abs(x)), normal(2, 3, 4, 3)),
    "back from hue": (lambda x: tf.image.hsv_to_rgb(tf.sigmoid(x)), normal(2, 3, 4, 3)),
    "Fourier": (lambda x: tf.math.real(tf.signal.fft(tf.cast(x, tf.complex64))), X),
    "Fourier in two": (lambda x: tf.abs(tf.signal.fft2d(tf.cast(x, tf.complex64))), X),
    "Fourier and back": (lambda x: tf.signal.irfft(tf.signal.rfft(x, [6]), [5]), X),
    "Fourier in two and back": (lambda x: tf.signal.irfft2d(tf.signal.rfft2d(x)), IMAGE[..., 0]),
    "rotary": (
        lambda x: tf.math.imag(tf.complex(x, x + 1) * tf.exp(tf.complex(0.0, tf.range(5.0)))),
        X,
    ),
    "complex product": (
        lambda x: tf.math.real(tf.matmul(tf.complex(x, -x), tf.complex(x[0, :, None], 2.0))),
        X,
    ),
    "a complex result": (lambda x: tf.math.conj(tf.signal.fft(tf.cast(x, tf.complex64))), X),
    "own gradient": (tf.custom_gradient(lambda x: (tf.nn.relu(x), lambda dy: dy)), X),
}


@pytest.mark.parametrize("name", EXPLAINED)
def test_it_is_explained_and_agrees_with_numpy(name):
    function, inputs = EXPLAINED[name]
    for simplified in (True, False):
        trace = record(Calls(function), inputs, simplified=simplified)
        assert trace.unexplained == ()
        np.testing.assert_array_equal(trace["outputs"], function(tf.constant(inputs)))
        # TensorFlow looks bicubic weights up in a table of 1,024 places.
        assert trace.disagreement() < (2e-3 if name == "bicubic" else 1e-4)
        assert set(trace.input_names) == {"inputs"}
        assert "inputs" in {name for step in trace.steps for name in step.operands}


def slope_of(function):
    """Return a call that computes its own gradient, as a saliency map does."""

    def call(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(function(x) ** 2)
        return tape.gradient(loss, x)

    return call


KERNEL = tf.constant(normal(2, 2, 2, 3))
SLOPES = {
    **{
        name: (getattr(tf.nn, name), X)
        for name in ("relu", "relu6", "elu", "selu", "leaky_relu", "softplus", "softsign", "tanh")
    },
    "sigmoid": (tf.nn.sigmoid, X),
    "softmax": (tf.nn.softmax, X),
    "roots": (lambda x: tf.sqrt(tf.abs(x)) + tf.math.rsqrt(tf.abs(x)), X),
    "product": (lambda x: tf.matmul(x, x, transpose_b=True), X),
    "slices": (lambda x: x[1:-1, ::-2] * x[0, 1], X),
    "convolution": (lambda x: tf.nn.conv2d(x, KERNEL, 2, "SAME"), IMAGE),
    "kernel": (lambda x: tf.nn.conv2d(tf.ones((1, 7, 7, 6)), x, 1, "VALID"), normal(2, 2, 6, 2)),
    "depthwise": (lambda x: tf.nn.depthwise_conv2d(x, KERNEL, [1, 2, 2, 1], "SAME"), IMAGE),
    "largest": (lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID"), IMAGE),
    "average": (lambda x: tf.nn.avg_pool2d(x, 3, 2, "SAME"), IMAGE),
    "resized": (lambda x: tf.image.resize(x, (4, 9)), IMAGE),
    "bias": (lambda x: tf.nn.bias_add(tf.ones((3, 4)), x[0, :4]), X),
}


@pytest.mark.parametrize("name", SLOPES)
def test_a_gradient_that_a_layer_asks_for_is_explained(name):
    function, inputs = SLOPES[name]
    trace = record(Calls(slope_of(function)), inputs)
    assert trace.unexplained == ()
    np.testing.assert_array_equal(trace["outputs"], slope_of(function)(tf.constant(inputs)))
    assert trace.disagreement() < 1e-3 * max(1, np.abs(trace["outputs"]).max())
    assert "inputs" in {name for step in trace.steps for name in step.operands}


@pytest.mark.parametrize("method", ["bilinear", "nearest"])
@pytest.mark.parametrize("fill", ["constant", "nearest", "reflect", "wrap"])
def test_an_image_that_is_moved_is_read_where_tensorflow_reads_it(method, fill):
    images = normal(2, 5, 4, 3)
    numbers = np.array(
        [[1.1, 0.3, -1.3, -0.2, 0.8, 0.6, 0.02, -0.01], [0.7, -0.6, 3.1, 0.9, 1.2, -6.3, 0, 0]],
        "float32",
    )

    def moved(x):
        return tf.raw_ops.ImageProjectiveTransformV3(
            images=x,
            transforms=numbers,
            output_shape=[6, 5],
            fill_value=0.5,
            interpolation=method.upper(),
            fill_mode=fill.upper(),
        )

    trace = record(Calls(moved), images)
    assert trace.unexplained == ()
    assert trace.disagreement() < 1e-4
    for index in np.ndindex(2, 6, 5, 3):
        found = explain(trace, "outputs", index)
        np.testing.assert_allclose(found.value, trace["outputs"][index], atol=1e-4)
        # What changes the cell, in TensorFlow, is what it is said to be made of.
        read = np.zeros(images.shape, bool)
        for cell in dependencies(trace, "outputs", index).get("inputs", []):
            read[cell] = True
        other = moved(np.where(read, images, 99.0).astype("float32")).numpy()
        np.testing.assert_allclose(other[index], trace["outputs"][index], atol=1e-4)


def test_a_complex_cell_is_written_with_both_parts():
    signal = np.array([[1.0, 2.0, 4.0, 8.0]], "float32")
    trace = record(Calls(lambda x: tf.signal.fft(tf.cast(x, tf.complex64))), signal)
    found = explain(trace, "outputs", (0, 1))
    np.testing.assert_allclose(found.value, (1 - 4) + (8 - 2) * 1j, atol=1e-6)
    assert found.text == "1 × 1 + 2 × (−1i) + 4 × (−1) + 8 × 1i = −3 + 6i"
    assert trace["outputs"].dtype == np.complex64


UNEXPLAINED = {
    "AsString": tf.strings.as_string,
    "MatrixInverse": lambda x: tf.linalg.inv(x[:, :4]),
    "RandomShuffle": tf.random.shuffle,
}


@pytest.mark.parametrize("name", UNEXPLAINED)
def test_what_is_not_in_the_table_stays_by_its_name(name):
    for simplified in (True, False):
        trace = record(Calls(UNEXPLAINED[name]), X, simplified=simplified)
        assert name in trace.unexplained
        assert trace.disagreement() < 1e-4


def test_what_depends_on_shapes_alone_is_constant():
    def positions(x):
        return x + tf.cast(tf.range(tf.shape(x)[1]), tf.float32) / float(x.shape[0])

    trace = record(Calls(positions), X)
    (step,) = trace.steps
    (constant,) = (name for name in step.operands if name != "inputs")
    assert trace.tensors[constant].role == "constant"
    np.testing.assert_allclose(trace[constant], np.arange(5) / 4)


@pytest.mark.parametrize(
    ("equation", "shapes", "letters"),
    [
        ("ij,jk->ik", [(2, 3), (3, 4)], "ab,bc->ac"),
        ("BTNH,BSNH->BNTS", [(1, 2, 3, 4), (1, 5, 3, 4)], "abcd,aecd->acbe"),
        ("...i,ij->...j", [(2, 3, 4), (4, 5)], "abc,cd->abd"),
        ("ba", [(2, 3)], "ab->ba"),
        ("ii->i", [(2, 2)], None),
    ],
)
def test_equations_are_written_out(equation, shapes, letters):
    assert spelled(equation, shapes) == letters
