"""Sound layers that look as if they had a mistake: nothing may be found in them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

HEALTHY: list[tuple[Any, Any]] = []
"""(make, input shape)"""

registered = keras.saving.register_keras_serializable(package="healthy")


def healthy(shape=(8, 10)):
    def enter(made):
        if isinstance(made, type):
            made = registered(made)
        HEALTHY.append((made, shape))
        return made

    return enter


@healthy()
class KerasVariables(keras.layers.Layer):
    """Variables of Keras's own, in attributes, a list and a dict, are tracked."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.scale = keras.Variable(np.ones(10, "float32"), name="scale")
        self.parts = [keras.Variable(np.zeros(10, "float32"), name="part")]
        self.more = {"b": keras.Variable(np.zeros(10, "float32"), name="b")}

    def call(self, x):
        return x * self.scale + self.parts[0] * x + self.more["b"]


@healthy()
class StartsAtZero(keras.layers.Layer):
    """Two factors, one of them zero at first: the other's gradient is zero, at first."""

    def build(self, input_shape):
        self.down = self.add_weight(name="down", shape=(input_shape[-1], 2))
        self.up = self.add_weight(name="up", shape=(2, input_shape[-1]), initializer="zeros")

    def call(self, x):
        return x + tf.matmul(tf.matmul(x, self.down), self.up)


@healthy((8, 6, 4))
class Boxes(keras.layers.Layer):
    """Corners out of centres: positions on an axis of four are names, not sizes."""

    def call(self, x):
        return tf.concat([x[..., :2] - x[..., 2:4] / 2, x[..., :2] + x[..., 2:4] / 2], -1)


@healthy()
class Sampling(keras.layers.Layer):
    """Random at every call, by a seed generator of Keras's."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.generator = keras.random.SeedGenerator(1)

    def call(self, x):
        return x + keras.random.normal(tf.shape(x), seed=self.generator)


@healthy()
class StraightThrough(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 3))

    def call(self, x):
        exact = tf.matmul(x, self.w)
        return exact + tf.stop_gradient(tf.round(exact) - exact)


@healthy()
class MovingAverage(keras.layers.Layer):
    def build(self, input_shape):
        self.mean = self.add_weight(
            name="mean", shape=input_shape[-1:], initializer="zeros", trainable=False
        )

    def call(self, x, training=False):
        if training:
            self.mean.assign(0.9 * self.mean + 0.1 * tf.reduce_mean(x, axis=0))
        return x - self.mean


@healthy()
class Nested(keras.layers.Layer):
    """Children without a build of their own parent's: Keras builds them."""

    def __init__(self, widths=(6, 3), rate=0.5, **kwargs):
        super().__init__(**kwargs)
        self.widths = tuple(widths)
        self.rate = rate
        self.stack = [keras.layers.Dense(width) for width in self.widths]
        self.drop = keras.layers.Dropout(rate)

    def call(self, x, training=None):
        for dense in self.stack:
            x = self.drop(tf.nn.relu(dense(x)), training=training)
        return x

    def get_config(self):
        return {**super().get_config(), "widths": list(self.widths), "rate": self.rate}


@healthy({"query": (8, 5, 4), "value": (8, 6, 4)})
class TwoInputs(keras.layers.Layer):
    def build(self, query_shape, value_shape):
        self.w = self.add_weight(name="w", shape=(query_shape[-1], value_shape[-1]))

    def call(self, query, value):
        scores = tf.matmul(tf.matmul(query, self.w), value, transpose_b=True)
        return tf.matmul(tf.nn.softmax(scores), value)


@healthy([(8, 5), (8, 3)])
class AList(keras.layers.Layer):
    def build(self, input_shape):
        first, second = input_shape
        self.w = self.add_weight(name="w", shape=(first[-1], second[-1]))

    def call(self, inputs):
        first, second = inputs
        return tf.matmul(first, self.w) * second


@registered
def doubled(x):
    return x * 2


@healthy()
class Configured(keras.layers.Layer):
    """Arguments of every kind, all of which come back."""

    def __init__(self, units=3, activation="relu", initializer="zeros", use=True, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)
        self.initializer = keras.initializers.get(initializer)
        self.use = use

    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], self.units))
        self.b = self.add_weight(name="b", shape=(self.units,), initializer=self.initializer)

    def call(self, x):
        x = self.activation(tf.matmul(x, self.w) + self.b)
        return x if self.use else -x

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "initializer": keras.initializers.serialize(self.initializer),
            "use": self.use,
        }


@healthy()
class NotSaved(keras.layers.Layer):
    """No get_config: Keras writes plain arguments down by itself."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return x * self.factor


@healthy()
class ConstantMask(keras.layers.Layer):
    def build(self, input_shape):
        mask = np.ones(input_shape[-1], "float32")
        mask[input_shape[-1] // 2] = 0
        self.mask = tf.constant(mask)

    def call(self, x):
        return x * self.mask


@healthy()
class RegularisedOnly(keras.layers.Layer):
    """A weight that only a loss depends on trains."""

    def build(self, input_shape):
        self.centre = self.add_weight(name="centre", shape=input_shape[-1:])

    def call(self, x):
        self.add_loss(tf.reduce_mean((tf.stop_gradient(x) - self.centre) ** 2))
        return x


@healthy()
class SubclassOfDense(keras.layers.Dense):
    def call(self, inputs, training=None):
        return super().call(inputs, training=training) * 2

    def __init__(self, units=4, **kwargs):
        super().__init__(units, **kwargs)


@healthy()
class Wrapping(keras.layers.Wrapper):
    def __init__(self, layer=None, **kwargs):
        super().__init__(layer or keras.layers.Dense(3), **kwargs)

    def call(self, x):
        return self.layer(x) + 1


@healthy()
class SumOfBatch(keras.layers.Layer):
    """The output has no batch; there are as many features as rows or not."""

    def call(self, x):
        return tf.reduce_sum(x, axis=0)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[1:])


@healthy((8, 8))
class SumOfSquareBatch(SumOfBatch):
    pass


@healthy()
class Frozen(keras.layers.Layer):
    """Frozen on purpose."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(4)
        self.dense.trainable = False

    def call(self, x):
        return self.dense(x)


@healthy()
def plain_lambda():
    return keras.Sequential([keras.Input((10,)), keras.layers.Lambda(lambda x: x * 2)])


@healthy()
class AModel(keras.Model):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = keras.layers.Dense(units)
        self.out = keras.layers.Dense(2, activation="softmax")

    def call(self, x):
        return self.out(self.dense(x))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@healthy()
class Uses64BitIndices(keras.layers.Layer):
    def call(self, x):
        order = tf.argsort(x, axis=-1)
        return tf.gather(x, order, batch_dims=1)


@healthy((4, 8, 8, 3))
class Patches(keras.layers.Layer):
    def __init__(self, size=2, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, images):
        batch = tf.shape(images)[0]
        patches = tf.image.extract_patches(
            images,
            sizes=[1, self.size, self.size, 1],
            strides=[1, self.size, self.size, 1],
            rates=[1, 1, 1, 1],
            padding="VALID",
        )
        return tf.reshape(patches, (batch, -1, patches.shape[-1]))
