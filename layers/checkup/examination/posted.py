"""The layers of the posts as they are posted: the same attributes, the same order, the same faults.

Written by us, word-accurate in behaviour, one class a layer, named by post. They are here to be
examined; the catalogue has them repaired. Where a post's listing lost its indentation or its
imports, the layer it means is here.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf


class Post000CustomLayer(keras.layers.Layer):
    """Post 000, CustomLayer: one column, repeated once in the constructor."""

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


class Post001SimpleDense(keras.layers.Layer):
    """Post 001, SimpleDense: weights made in ``build``, as plain variables."""

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


class Post002Linear(keras.layers.Layer):
    """Posts 002 and 003, Linear: weights made in the constructor, as plain variables."""

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


class Post002CenterZero(keras.layers.Layer):
    """Post 002, centerZero: a mask with its hole at [4:6, 4:6]."""

    def __init__(self, units, input_dim):
        super().__init__()
        weight = np.ones(shape=(input_dim, units), dtype="float32")
        weight[4:6, 4:6] = 0
        weight = tf.convert_to_tensor(weight)
        self.kernel = tf.Variable(initial_value=weight, trainable=False)

    def call(self, input):
        return input * self.kernel


class Post003ComputeSum(keras.layers.Layer):
    """Post 003, Compute_Sum: a total in a plain variable."""

    def __init__(self, input_dim):
        super().__init__()
        self.total = tf.Variable(initial_value=tf.zeros((input_dim,)), trainable=False)

    def call(self, inputs):
        self.total.assign_add(tf.reduce_sum(inputs, axis=0))
        return self.total


class Post003Linear(keras.layers.Layer):
    """Post 003, Linear with ``add_weight`` in ``build``; ``MLPBlock`` is made of it."""

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


class Post003MLPBlock(keras.layers.Layer):
    """Post 003, MLPBlock: three Linears, relu between."""

    def __init__(self):
        super().__init__()
        self.linear_1 = Post003Linear(32)
        self.linear_2 = Post003Linear(32)
        self.linear_3 = Post003Linear(1)

    def call(self, inputs):
        x = self.linear_1(inputs)
        x = tf.nn.relu(x)
        x = self.linear_2(x)
        x = tf.nn.relu(x)
        return self.linear_3(x)


class Post004Dense(keras.layers.Layer):
    """Post 004: dense on any rank by ``tensordot``, its loose lines put into a layer.

    The post makes two plain variables, of [4, 10] and [10], and contracts the last axis.
    """

    def __init__(self, input_dim=4, units=10):
        super().__init__()
        self.c = tf.Variable(tf.random.normal([input_dim, units]))
        self.d = tf.Variable(tf.random.normal([units]))

    def call(self, a):
        rank = len(a.get_shape())
        e = tf.tensordot(a, self.c, [[rank - 1], [0]])
        return tf.nn.bias_add(e, self.d)
