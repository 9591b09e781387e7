"""Layers as tutorials write them: nobody here knows of recording."""

import keras
import numpy as np
import tensorflow as tf


class AttentionByHand(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, shape):
        for name in ("query", "key", "value"):
            kernel = self.add_weight(shape=(shape[-1], self.units), name=name)
            setattr(self, f"{name}_kernel", kernel)

    def call(self, x):
        q = tf.einsum("btf,fu->btu", x, self.query_kernel)
        k = tf.einsum("btf,fu->btu", x, self.key_kernel)
        v = tf.einsum("btf,fu->btu", x, self.value_kernel)
        scores = tf.einsum("btu,bsu->bts", q, k) / tf.sqrt(float(self.units))
        weights = tf.nn.softmax(scores, axis=-1)
        return tf.einsum("...ts,...su->...tu", weights, v)


class Residual(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.norm = keras.layers.LayerNormalization()
        self.blocks = [keras.layers.Dense(units, activation="gelu"), keras.layers.Dense(units)]

    def call(self, x):
        y = self.norm(x)
        for block in self.blocks:
            y = block(y)
        return x + y


class LoopOverTime(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.dense = keras.layers.Dense(units, activation="tanh")

    def call(self, x):
        state = tf.zeros((x.shape[0], self.dense.units))
        for step in range(x.shape[1]):
            state = self.dense(tf.concat([x[:, step], state], axis=-1))
        return state


class VectorQuantizer(keras.layers.Layer):
    def __init__(self, count, size):
        super().__init__()
        self.size = size
        self.codes = self.add_weight(
            shape=(size, count), name="codes", initializer=keras.initializers.RandomNormal(seed=1)
        )

    def call(self, x):
        flat = tf.reshape(x, [-1, self.size])
        distances = (
            tf.reduce_sum(flat**2, axis=1, keepdims=True)
            + tf.reduce_sum(self.codes**2, axis=0)
            - 2 * tf.matmul(flat, self.codes)
        )
        one_hot = tf.one_hot(tf.argmin(distances, axis=1), self.codes.shape[1])
        quantized = tf.reshape(tf.matmul(one_hot, self.codes, transpose_b=True), tf.shape(x))
        return x + tf.stop_gradient(quantized - x)


class Statistics(keras.layers.Layer):
    def call(self, x):
        return {"Mean": tf.reduce_mean(x, axis=-1), "largest": tf.reduce_max(x), "inputs": x}


class Untracked(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable(tf.random.stateless_normal((3, 2), seed=(1, 2)))
        self.biases = [tf.Variable(tf.ones(2)), tf.Variable(2.0)]
        self.calls = tf.Variable(0, trainable=False)

    def call(self, x):
        self.calls.assign_add(1)
        return (tf.matmul(x, self.w) + self.biases[0]) * self.biases[1] * 2.0


class FunctionInside(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(2)

    @tf.function
    def bend(self, x):
        return tf.where(x > 0, x, 0.1 * x)

    def call(self, x):
        return self.bend(self.dense(x))


class ThroughPython(keras.layers.Layer):
    def call(self, x):
        return tf.py_function(np.sort, [x], tf.float32) + 1.0


class FailsMidway(keras.layers.Layer):
    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 4), name="kernel")

    def call(self, x):
        y = tf.nn.relu(tf.matmul(x, self.kernel))
        return tf.matmul(y, tf.ones((3, 2)))


class Gathers(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.table = tf.Variable(tf.reshape(tf.range(12.0), (4, 3)))

    def call(self, ids):
        return tf.nn.embedding_lookup(self.table, ids)


class SetTwice(keras.layers.Layer):
    def build(self, shape):
        self.total = self.add_weight(
            shape=shape[1:], name="total", initializer="zeros", trainable=False
        )

    def call(self, x):
        self.total.assign(self.total + tf.reduce_sum(x, axis=0))
        first = self.total * 1.5
        self.total.assign(x[0])
        return first, self.total


class Shared(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3, name="shared")

    def call(self, left, right, *, gain=None):
        result = self.dense(left) - self.dense(right)
        return result if gain is None else result * gain


class Regions(keras.layers.Layer):
    """Spatial pyramid pooling: the largest of each region, every region for itself."""

    def call(self, x):
        regions = [x[:, i : i + 2, j : j + 2] for i in (0, 2) for j in (0, 2)]
        return tf.concat([tf.reduce_max(region, axis=(1, 2)) for region in regions], axis=-1)


class TensorArrayScan(keras.layers.Layer):
    """A decaying sum over time, written into a list of TensorFlow's; computed twice."""

    def call(self, x):
        n = tf.shape(x)[1]
        _, _, sums = tf.while_loop(
            lambda t, *_: t < n,
            lambda t, s, sums: (
                t + 1,
                0.9 * s + x[:, t],
                sums.write(t, 0.9 * s + x[:, t]),
            ),
            [0, tf.zeros_like(x[:, 0]), tf.TensorArray(tf.float32, size=n)],
        )
        return tf.transpose(sums.stack(), [1, 0, 2])


class AddsLosses(keras.layers.Layer):
    """Losses of its own, a regularised kernel, and a sublayer with a loss on what it makes."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(
            2, kernel_regularizer="l2", activity_regularizer=keras.regularizers.L1(0.5)
        )

    def call(self, x):
        y = self.dense(x)
        self.add_loss(0.25 * tf.reduce_mean(tf.square(x)))
        self.add_loss(tf.constant(3.0))
        return y


class CalledWithoutMode(keras.layers.Dense):
    """Its call cannot be told whether it trains."""

    def __call__(self, inputs):
        return super().__call__(inputs)


class PassesModeByPosition(keras.layers.Dense):
    """Keras takes no truth value by position, and takes None."""

    def __call__(self, inputs, training=None):
        return super().__call__(inputs, training)

    def call(self, inputs, training=None):  # noqa: ARG002
        return super().call(inputs)


class AddsNothing(keras.layers.Layer):
    """Keras writes colours and all arguments around what it raises."""

    def call(self, inputs):
        tf.nn.relu(inputs)
        raise TypeError("no mask has no length.")


class TrainsUnlessTold(keras.layers.Layer):
    """Its author's default is to train."""

    def call(self, inputs, training=True):
        return inputs * 2 if training else inputs + 0
