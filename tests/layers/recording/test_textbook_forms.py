"""What TensorFlow computes in several operations, recorded: the textbook's form of it."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf

from layers.operations.window import DepthwiseConv
from layers.recording import record

RNG = np.random.default_rng(3)
ROWS = RNG.normal(size=(2, 6, 4)).astype("float32")
IMAGES = RNG.normal(size=(2, 6, 6, 4)).astype("float32")
KERNEL = RNG.normal(size=(6, 4, 3)).astype("float32")
L = keras.layers


class Computes(keras.layers.Layer):
    """A layer as an author writes one: a function of TensorFlow's."""

    def __init__(self, function: Callable):
        super().__init__()
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


FORMS = {
    "celu": (L.Activation("celu"), "celu"),
    "celu with a number": (Computes(lambda x: keras.ops.celu(x, 2.0)), "celu"),
    "elu with a number": (L.ELU(alpha=0.5), "elu"),
    "hard_sigmoid": (L.Activation("hard_sigmoid"), "hard_sigmoid"),
    "a sixth": (Computes(lambda x: tf.nn.relu6(x + 3.0) * (1 / 6)), "hard_sigmoid"),
    "prelu": (L.PReLU(), "prelu"),
    "two relus": (Computes(lambda x: tf.nn.relu(x) - 0.1 * tf.nn.relu(-x)), "leaky_relu"),
    "hard_tanh": (L.Activation("hard_tanh"), "clip"),
    "high, then low": (Computes(lambda x: tf.maximum(tf.minimum(x, 2.0), -1.0)), "clip"),
    "low, then high": (Computes(lambda x: tf.minimum(tf.maximum(x, -1.0), 2.0)), "clip"),
    "groups": (L.GroupNormalization(2), "reshape mean variance normalize"),
    "depthwise": (L.DepthwiseConv1D(3, padding="same", use_bias=False), "DepthwiseConv"),
    "causal": (L.Conv1D(2, 3, padding="causal", use_bias=False), "Conv"),
    "transposed": (L.Conv1DTranspose(3, 3, use_bias=False), "ConvTranspose"),
    "average": (L.AveragePooling1D(2), "AveragePool"),
    "separable": (L.SeparableConv1D(3, 2, use_bias=False), "DepthwiseConv Conv"),
    "tile once": (Computes(lambda x: tf.nn.relu(tf.tile(x, [1, 1, 1]))), "relu"),
    "the same shape": (Computes(lambda x: tf.nn.relu(tf.broadcast_to(x, x.shape))), "relu"),
    "nothing around": (Computes(lambda x: tf.nn.relu(L.ZeroPadding1D(0)(x))), "relu"),
    "nothing cut": (Computes(lambda x: tf.nn.relu(L.Cropping1D(0)(x))), "relu"),
    "divided by one": (Computes(lambda x: tf.nn.relu(x / 1.0)), "relu"),
    "minus zero": (Computes(lambda x: tf.nn.relu(x - 0.0)), "relu"),
    "sum over no axis": (Computes(lambda x: tf.nn.relu(tf.reduce_sum(x, []))), "relu"),
    "leading ones": (
        Computes(lambda x: x + tf.reshape(tf.reduce_sum(x, (0, 1)), (1, 1, 4))),
        "Σ +",
    ),
    "unfolded": (
        Computes(lambda x: tf.reshape(x, (2, 24)) @ tf.reshape(tf.Variable(KERNEL), (24, 3))),
        "Contract",
    ),
    "zeros below zero": (Computes(lambda x: keras.ops.argmin(x, axis=-1)), "argmin"),
}


@pytest.mark.parametrize("name", FORMS)
def test_several_operations_are_the_textbooks_one(name):
    layer, expected = FORMS[name]
    raw, simple = record(layer, ROWS, simplified=False), record(layer, ROWS)
    assert len(raw.steps) > len(expected.split())
    found = [step.op.sign for step in simple.steps]
    kinds = [type(step.op).__name__ for step in simple.steps]
    assert expected.split() in (found, kinds)
    assert simple.disagreement() < 1e-5


def gelu(x, cubic=0.044715, scale=(2 / np.pi) ** 0.5):
    return 0.5 * x * (1 + tf.tanh(scale * (x + cubic * x**3)))


def test_an_approximation_of_gelu_is_gelu():
    (step,) = record(Computes(gelu), ROWS).steps
    assert step.op.sign.startswith("gelu")


@pytest.mark.parametrize(
    "almost",
    [
        lambda x: gelu(x, cubic=0.0447),
        lambda x: gelu(x, scale=0.798),
        lambda x: tf.nn.relu6(x + 3.0) * 0.1667,
        lambda x: tf.nn.relu6(x + 3.01) / 6.0,
    ],
)
def test_other_numbers_than_the_textbooks_stay_what_they_are(almost):
    simple = record(Computes(almost), ROWS)
    assert len(simple.steps) > 1
    assert simple.disagreement() < 1e-5


def test_a_dilated_convolution_of_each_channel_is_one():
    layer = L.DepthwiseConv2D(2, dilation_rate=2, use_bias=False)
    assert [type(step.op).__name__ for step in record(layer, IMAGES).steps] == ["DepthwiseConv"]


def test_padding_goes_into_a_convolution_of_each_channel():
    class Padded(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.own = self.add_weight(shape=(2, 2, 4, 1), name="own")

        def call(self, inputs):
            padded = tf.pad(inputs, [[0, 0], [1, 0], [1, 0], [0, 0]])
            return tf.nn.depthwise_conv2d(padded, self.own, (1, 1, 1, 1), "VALID")

    (step,) = record(Padded(), IMAGES).steps
    assert isinstance(step.op, DepthwiseConv)
    assert step.op.padding == ((1, 0), (1, 0))
