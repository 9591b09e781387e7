"""The layers of the issue threads behind the rules, written from their descriptions."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from layers.checkup.engine import check

THREADS: list[tuple[str, str, Any, Any]] = []
"""(thread, code, make, input shape)"""
ROWS = (8, 10)


def thread(name, code, shape=ROWS, *arguments, **named):
    def enter(made):
        THREADS.append((name, code, lambda: made(*arguments, **named), shape))
        return made

    return enter


@thread("tensorflow/docs PR#2401", "untracked-variable")
class GuideLinear(keras.layers.Layer):
    """The guide's first layer: variables made by TensorFlow, in the constructor."""

    def __init__(self, units=32, input_dim=10):
        super().__init__()
        self.w = tf.Variable(tf.random.normal((input_dim, units)), trainable=True)
        self.b = tf.Variable(tf.zeros((units,)), trainable=True)

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b


@thread("keras#16797", "untracked-variable")
class VariablesInAList(keras.layers.Layer):
    """Variables that stand in a list, and are not among the weights."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.factors = []
        for _ in range(3):
            self.factors.append(tf.Variable(tf.ones(())))

    def call(self, inputs):
        return inputs * self.factors[0] * self.factors[1] * self.factors[2]


@thread("tensorflow#46325", "untracked-state")
class QueueOfKeys(keras.layers.Layer):
    """A store of what was seen last, in a variable that is not to be trained."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.keys = tf.Variable(tf.zeros((8, 10)), trainable=False)

    def call(self, inputs):
        self.keys.assign(tf.concat([self.keys[1:], inputs[:1]], axis=0))
        return inputs + tf.reduce_mean(self.keys, axis=0)


@thread("tensorflow#39583", "python-state")
class RatioThatShrinks(keras.layers.Layer):
    """Keeps the largest k of its inputs; the share shrinks with every call, in Python."""

    def __init__(self, ratio=0.9, **kwargs):
        super().__init__(**kwargs)
        self.ratio = ratio

    def call(self, inputs):
        self.ratio = max(0.1, self.ratio * 0.9)
        kept = int(self.ratio * inputs.shape[-1])
        lowest = tf.math.top_k(inputs, k=kept).values[:, -1:]
        return tf.where(inputs >= lowest, inputs, tf.zeros_like(inputs))


@thread("keras#4401", "frozen-copy")
class TiedTranspose(keras.layers.Layer):
    """Weights tied by a transpose that is taken once."""

    def build(self, input_shape):
        self.kernel = self.add_weight(name="kernel", shape=(3, input_shape[-1]))
        self.tied = keras.ops.transpose(self.kernel)

    def call(self, inputs):
        return tf.matmul(inputs, self.tied)


@thread("tensorflow#48878", "variable-in-call")
class VariableOfTheInput(keras.layers.Layer):
    """A variable as large as the input, made when the input is there."""

    def call(self, inputs):
        buffer = tf.Variable(tf.zeros(inputs.shape[1:]))
        buffer.assign_add(tf.reduce_mean(inputs, axis=0))
        return inputs - buffer


@thread("keras#18823", "children-unbuilt")
class BlockWithOwnBuild(keras.layers.Layer):
    """A block that says it is built, and whose parts are not."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = keras.layers.Dense(6, activation="relu")
        self.second = keras.layers.Dense(3)

    def build(self, input_shape):
        super().build(input_shape)

    def call(self, inputs):
        return self.second(self.first(inputs))


@thread("keras#20004", "children-unbuilt", (4, 8, 8, 3))
class ResidualConvolutions(keras.layers.Layer):
    """Convolutions inside, of which ``build`` makes none, though it makes a weight."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.convolution = keras.layers.Conv2D(3, 3, padding="same")
        self.normalise = keras.layers.BatchNormalization()

    def build(self, input_shape):
        self.scale = self.add_weight(name="scale", shape=(input_shape[-1],))

    def call(self, inputs):
        return inputs + self.scale * self.normalise(self.convolution(inputs))


@thread("keras#1927", "config-missing", ROWS, np.eye(10, dtype="float32"))
class WithAMatrix(keras.layers.Layer):
    """A layer made with a matrix, which no file can hold by itself."""

    def __init__(self, matrix, **kwargs):
        super().__init__(**kwargs)
        self.matrix = matrix

    def call(self, inputs):
        return tf.matmul(inputs, self.matrix)


@thread("keras#20167", "config-missing", ROWS, lambda x: x**2)
class WithAFunction(keras.layers.Layer):
    """A layer made with a function of the user's."""

    def __init__(self, function, **kwargs):
        super().__init__(**kwargs)
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


@thread("keras#6642", "config-incomplete")
class NormaliseWithMomentum(keras.layers.Layer):
    """A normalisation whose epsilon and axis do not come back."""

    def __init__(self, axis=-1, epsilon=1e-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.epsilon = epsilon

    def build(self, input_shape):
        self.gamma = self.add_weight(name="gamma", shape=input_shape[-1:], initializer="ones")

    def call(self, inputs):
        mean, variance = tf.nn.moments(inputs, [0], keepdims=True)
        return self.gamma * (inputs - mean) / tf.sqrt(variance + self.epsilon)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}


@thread("keras#17383", "config-incomplete")
class DropoutByOtherName(keras.layers.Layer):
    """An argument kept under another name, and left out of the configuration."""

    def __init__(self, scale=1.5, **kwargs):
        super().__init__(**kwargs)
        self._factor = scale

    def call(self, inputs):
        return inputs * self._factor

    def get_config(self):
        return super().get_config()


@thread("keras#8956", "no-kwargs", (4, 6, 5))
class AttentionWithoutKwargs(keras.layers.Layer):
    """An attention that takes its own arguments only."""

    def __init__(self, steps=6):
        super().__init__()
        self.steps = steps

    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 1))

    def call(self, inputs):
        shares = tf.nn.softmax(tf.matmul(inputs, self.w), axis=1)
        return tf.reduce_sum(inputs * shares, axis=1)


@thread("keras#19899", "no-kwargs")
class BlockOfUnits(keras.layers.Layer):
    """A block with a name of its own choosing, and no room for Keras's arguments."""

    def __init__(self, units=4):
        super().__init__(name="block")
        self.dense = keras.layers.Dense(units)

    def call(self, inputs):
        return self.dense(inputs)


@thread("keras#7585", "unregistered")
class ScaleOfNobody(keras.layers.Layer):
    """Sound, and known to nobody who loads it."""

    def call(self, inputs):
        return inputs * 0.5


@thread("keras#22253", "positional-add-weight")
class NameFirst(keras.layers.Layer):
    """The name in the first place, as it was for years."""

    def build(self, input_shape):
        self.kernel = self.add_weight("kernel", shape=[int(input_shape[-1]), 4])

    def call(self, inputs):
        return tf.matmul(inputs, self.kernel)


@thread("tensorflow#36757", "numpy-in-call")
class ThroughNumPy(keras.layers.Layer):
    """Sorts by NumPy what is a tensor."""

    def call(self, inputs):
        return tf.convert_to_tensor(np.sort(inputs.numpy(), axis=-1))


@thread("keras#12521", "no-gradient")
class TwoMatricesOneUsed(keras.layers.Layer):
    """Makes two matrices and multiplies by one."""

    def build(self, input_shape):
        self.a = self.add_weight(name="a", shape=(input_shape[-1], input_shape[-1]))
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 3))

    def call(self, inputs):
        return tf.matmul(inputs, self.w)


@thread("keras#13976", "no-gradient")
class Thresholded(keras.layers.Layer):
    """Ones and zeros on either side of what is to be learnt."""

    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 3))

    def call(self, inputs):
        return tf.sign(tf.matmul(inputs, self.w))


@thread("keras#12338", "fixed-batch")
class ZerosOfTheBatch(keras.layers.Layer):
    """Pads by zeros of as many rows as it was built for."""

    def build(self, input_shape):
        self.rows = input_shape[0]

    def call(self, inputs):
        return tf.concat([inputs, tf.zeros((self.rows or 8, 2))], axis=-1)


@thread("keras#11753", "wrong-output-shape", (8, 6, 5))
class ForgetsTheTime(keras.layers.Layer):
    """Sums over time, and says that it keeps it."""

    def call(self, inputs):
        return tf.reduce_sum(inputs, axis=1)

    def compute_output_shape(self, input_shape):
        return input_shape


@thread("keras#20746", "wrong-output-shape")
class DoublesUnderCover(keras.layers.Layer):
    """Twice as many features as it says."""

    def call(self, inputs):
        return tf.concat([inputs, -inputs], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 2)


@thread("tensorflow#53406", "float64-constant")
class PositionsByNumPy(keras.layers.Layer):
    """Adds what NumPy computed, in the type that NumPy computes in."""

    def build(self, input_shape):
        self.positions = tf.constant(np.sin(np.arange(input_shape[-1]) / 10.0))

    def call(self, inputs):
        return inputs + self.positions


@thread("keras#18284", "opaque-lambda")
def lambda_over_an_embedding():
    table = keras.Variable(np.ones((10, 4), "float32"))
    inputs = keras.Input((10,))
    return keras.Model(inputs, keras.layers.Lambda(lambda x: keras.ops.matmul(x, table))(inputs))


@thread("keras#20260", "reserved-name")
class ListOfLayers(keras.layers.Layer):
    """Keeps its parts under a name that Keras keeps its own under."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._layers = []
        for units in (4, 4):
            self._layers.append(keras.layers.Dense(units))

    def call(self, inputs):
        for layer in self._layers:
            inputs = layer(inputs)
        return inputs


@thread("keras-core#324", "build-signature", {"a": (8, 10), "b": (8, 4)})
class TwoInputsBuilt(keras.layers.Layer):
    """Two inputs, and a build that takes two shapes by names of its own."""

    def build(self, shape_of_a, shape_of_b):
        self.w = self.add_weight(name="w", shape=(shape_of_a[-1], shape_of_b[-1]))

    def call(self, a, b):
        return tf.matmul(a, self.w) + b


@thread("the model of Creating custom TensorFlow layers", "softmax-of-one", (4, 12, 12, 1))
def one_unit_by_softmax():
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(4, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(1, activation="softmax"),
        ]
    )


@thread("the layer of Customising Keras layers", "hard-coded-size", (4, 10, 10), 10, 10)
class HoleAtFour(keras.layers.Layer):
    """A hole at four to six, wherever the middle is."""

    def __init__(self, units, input_dim, **kwargs):
        super().__init__(**kwargs)
        mask = np.ones((input_dim, units), dtype="float32")
        mask[4:6, 4:6] = 0
        self.mask = tf.convert_to_tensor(mask)

    def call(self, inputs):
        return inputs * self.mask


@pytest.mark.parametrize(
    ("code", "make", "shape"),
    [pytest.param(code, make, shape, id=name) for name, code, make, shape in THREADS],
)
def test_what_a_thread_is_about_is_found(code, make, shape):
    report = check(make, shape)
    assert code in report.codes, [(f.code, f.where, f.evidence) for f in report.findings]
    assert set(report.codes) <= {code, "unregistered", "no-kwargs"}
