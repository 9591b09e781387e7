"""The posts' layers as they were published: the same attributes, order and mistakes.

They are here to be examined; the catalogue has them repaired. If a post's listing has lost its
indentation or its imports, the layer that it describes is here.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf


class CustomLayer(keras.layers.Layer):
    """From *A fully connected layer with repeated weights*, 2021: a column repeated in __init__."""

    def __init__(self, input_dim, output_dim, **kwargs):
        super().__init__(**kwargs)
        self.input_dim = input_dim
        self.output_dim = output_dim

        w_init = tf.random_normal_initializer()
        self.w = tf.Variable(
            initial_value=w_init(shape=(input_dim, 1), dtype="float32"), trainable=True
        )
        b_init = tf.zeros_initializer()
        self.b = tf.Variable(initial_value=b_init(shape=(), dtype="float32"), trainable=True)
        self.w_repeated = tf.repeat(self.w, self.output_dim, axis=-1)
        self.b_repeated = tf.repeat(self.b, self.output_dim)

    def call(self, x):
        h = tf.matmul(x, self.w_repeated) + self.b_repeated
        h = tf.nn.relu(h)
        return h


class SimpleDense(keras.layers.Layer):
    """From *Creating custom TensorFlow layers and checking their weights*.

    Plain variables, made in ``build``.
    """

    def __init__(self, units=32):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        w_init = tf.random_normal_initializer()
        self.w = tf.Variable(
            initial_value=w_init(shape=(input_shape[-1], self.units), dtype="float32"),
            trainable=True,
        )
        b_init = tf.zeros_initializer()
        self.b = tf.Variable(
            initial_value=b_init(shape=(self.units,), dtype="float32"), trainable=True
        )

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b


class LinearOfVariables(keras.layers.Layer):
    """From *Customising Keras layers*, 2020: plain variables, made in the constructor."""

    def __init__(self, units=32, input_dim=32):
        super().__init__()
        w_init = tf.random_normal_initializer()
        self.w = tf.Variable(
            initial_value=w_init(shape=(input_dim, units), dtype="float32"), trainable=True
        )
        b_init = tf.zeros_initializer()
        self.b = tf.Variable(initial_value=b_init(shape=(units,), dtype="float32"), trainable=True)

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b


class CenterZero(keras.layers.Layer):
    """From *Customising Keras layers*, 2020: a mask with its hole at [4:6, 4:6]."""

    def __init__(self, units, input_dim):
        super().__init__()
        weight = np.ones(shape=(input_dim, units), dtype="float32")
        weight[4:6, 4:6] = 0
        weight = tf.convert_to_tensor(weight)
        self.kernel = tf.Variable(initial_value=weight, trainable=False)

    def call(self, input):
        return input * self.kernel


class ComputeSum(keras.layers.Layer):
    """From *Custom modelling with Keras (1)*, 2019: a total in a plain variable."""

    def __init__(self, input_dim):
        super().__init__()
        self.total = tf.Variable(initial_value=tf.zeros((input_dim,)), trainable=False)

    def call(self, inputs):
        self.total.assign_add(tf.reduce_sum(inputs, axis=0))
        return self.total


class Linear(keras.layers.Layer):
    """From *Custom modelling with Keras (1)*, 2019: the part that ``MLPBlock`` consists of."""

    def __init__(self, units=32):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True
        )
        self.b = self.add_weight(shape=(self.units,), initializer="random_normal", trainable=True)

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b


class MLPBlock(keras.layers.Layer):
    """From *Custom modelling with Keras (1)*, 2019: three Linears with relu between them."""

    def __init__(self):
        super().__init__()
        self.linear_1 = Linear(32)
        self.linear_2 = Linear(32)
        self.linear_3 = Linear(1)

    def call(self, inputs):
        x = self.linear_1(inputs)
        x = tf.nn.relu(x)
        x = self.linear_2(x)
        x = tf.nn.relu(x)
        return self.linear_3(x)


class TensordotDense(keras.layers.Layer):
    """From *Dense on three dimensions*, 2020: dense on any rank by ``tensordot``.

    The post has no class: it makes two plain variables, of [4, 10] and [10], and contracts the last
    axis.
    """

    def __init__(self, input_dim=4, units=10):
        super().__init__()
        self.c = tf.Variable(tf.random.normal([input_dim, units]))
        self.d = tf.Variable(tf.random.normal([units]))

    def call(self, a):
        rank = len(a.get_shape())
        e = tf.tensordot(a, self.c, [[rank - 1], [0]])
        return tf.nn.bias_add(e, self.d)
