"""Layers with one mistake each, by rule ID; for each rule at least three, written differently.

Each is otherwise sound, registered and complete, so that only its rule may be found.
"""

from __future__ import annotations

import collections
import functools
import itertools
from typing import Any

import keras
import numpy as np
import tensorflow as tf

SPECIMENS: list[tuple[str, Any, Any]] = []
"""(code, make, input shape)"""

registered = keras.saving.register_keras_serializable(package="specimens")


def specimen(code, shape=(8, 10), *arguments, **named):
    """Enter a layer, or what returns one, with the arguments that make it."""

    def enter(made):
        if isinstance(made, type):
            made = registered(made)
        SPECIMENS.append((code, functools.partial(made, *arguments, **named), shape))
        return made

    return enter


class Sound(keras.layers.Layer):
    """What all have in common: Keras's own arguments."""


# --- untracked-variable -------------------------------------------------------------------------


@specimen("untracked-variable")
class UntrackedInInit(keras.layers.Layer):
    def __init__(self, features=10, **kwargs):
        super().__init__(**kwargs)
        self.features = features
        self.w = tf.Variable(tf.random.normal((features, 3)))

    def call(self, x):
        return tf.matmul(x, self.w)


@specimen("untracked-variable")
class UntrackedList(keras.layers.Layer):
    def build(self, input_shape):
        self.ws = [tf.Variable(tf.random.normal((input_shape[-1], 2))) for _ in range(2)]

    def call(self, x):
        return tf.concat([tf.matmul(x, w) for w in self.ws], -1)


@specimen("untracked-variable")
class UntrackedDict(keras.layers.Layer):
    def build(self, input_shape):
        self.parts = {"a": {"w": tf.Variable(tf.ones((input_shape[-1],)))}}

    def call(self, x):
        return x * self.parts["a"]["w"]


class Holder(tf.Module):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable(tf.ones((10,)))


@specimen("untracked-variable")
class UntrackedModule(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.holder = Holder()

    def call(self, x):
        return x * self.holder.w


@specimen("untracked-variable")
def untracked_closure():
    w = tf.Variable(tf.ones((10,)))

    @registered
    class Closing(keras.layers.Layer):
        def call(self, x):
            return x * w

    return Closing()


@specimen("untracked-variable")
class UntrackedNested(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = UntrackedInInit()

    def call(self, x):
        return self.inner(x)


class Plain:
    """An object that is no layer, with a layer in it."""

    def __init__(self):
        self.dense = keras.layers.Dense(4)


@specimen("untracked-variable")
class UntrackedLayerInObject(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.plain = Plain()

    def call(self, x):
        return self.plain.dense(x)


GLOBAL = tf.Variable(tf.ones((10,)), name="global_scale")


@specimen("untracked-variable")
class UntrackedGlobal(keras.layers.Layer):
    def call(self, x):
        return x * GLOBAL


@specimen("untracked-variable")
def untracked_functional():
    inputs = keras.Input((10,))
    return keras.Model(inputs, UntrackedInInit()(inputs))


@specimen("untracked-variable")
class UntrackedModel(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.scale = tf.Variable(tf.ones((10,)))
        self.dense = keras.layers.Dense(3)

    def call(self, x):
        return self.dense(x * self.scale)


# --- untracked-state ----------------------------------------------------------------------------


@specimen("untracked-state")
class StateInInit(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.total = tf.Variable(tf.zeros((10,)), trainable=False)

    def call(self, x):
        self.total.assign_add(tf.reduce_sum(x, axis=0))
        return x + self.total


@specimen("untracked-state")
class StateInDict(keras.layers.Layer):
    def build(self, input_shape):
        self.state = {"count": tf.Variable(0.0, trainable=False)}

    def call(self, x):
        self.state["count"].assign_add(1.0)
        return x * self.state["count"]


@specimen("untracked-state")
class StateMask(keras.layers.Layer):
    def build(self, input_shape):
        self.mask = tf.Variable(np.eye(input_shape[-1], dtype="float32"), trainable=False)

    def call(self, x):
        return tf.matmul(x, self.mask)


class Counter(tf.Module):
    def __init__(self):
        super().__init__()
        self.seen = tf.Variable(0.0, trainable=False)


@specimen("untracked-state")
class StateInModule(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.counters = [Counter()]

    def call(self, x):
        return x + self.counters[0].seen.assign_add(1.0)


@specimen("untracked-state")
class StateInDeque(keras.layers.Layer):
    def build(self, input_shape):
        seen = tf.Variable(tf.zeros(input_shape[-1:]), trainable=False)
        self.seen = collections.deque([seen])

    def call(self, x):
        return x + self.seen[0].assign_add(tf.reduce_sum(x, axis=0))


# --- frozen-copy --------------------------------------------------------------------------------


@specimen("frozen-copy")
class FrozenInBuild(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 1))
        self.repeated = tf.repeat(self.w, 3, axis=-1)

    def call(self, x):
        return tf.matmul(x, self.repeated)


@specimen("frozen-copy")
class FrozenInInit(keras.layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.w = self.add_weight(name="w", shape=(10, units), initializer="random_normal")
        self.tables = {"softmax": tf.nn.softmax(self.w, axis=0)}

    def call(self, x):
        return tf.matmul(x, self.tables["softmax"])


@specimen("frozen-copy")
class FrozenByNumPy(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 3))
        self.values = self.w.numpy()

    def call(self, x):
        return tf.matmul(x, self.values)


@specimen("frozen-copy")
class FrozenList(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 4))
        self.halves = tf.split(self.w * 2.0, 2, axis=-1)

    def call(self, x):
        return tf.matmul(x, self.halves[0]) + tf.matmul(x, self.halves[1])


@specimen("frozen-copy")
class FrozenNested(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = FrozenInBuild()

    def call(self, x):
        return self.inner(x)


@specimen("frozen-copy")
class FrozenInItsPlace(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 4))
        self.w = self.w * 2.0

    def call(self, x):
        return tf.matmul(x, self.w)


@specimen("frozen-copy")
class FrozenByNorm(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 4))
        values = self.w.numpy()
        self.unit = values / np.linalg.norm(values)

    def call(self, x):
        return tf.matmul(x, self.unit)


@specimen("frozen-copy")
class FrozenInClosure(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 4))
        positive = tf.nn.relu(self.w)
        self.product = lambda x: tf.matmul(x, positive)

    def call(self, x):
        return self.product(x)


# --- variable-in-call ---------------------------------------------------------------------------


@specimen("variable-in-call")
class VariableInCall(keras.layers.Layer):
    def call(self, x):
        w = tf.Variable(tf.ones((10, 2)))
        return tf.matmul(x, w)


@specimen("variable-in-call")
class DenseInCall(keras.layers.Layer):
    def call(self, x):
        return keras.layers.Dense(3)(x)


@specimen("variable-in-call")
class WeightInCall(keras.layers.Layer):
    def call(self, x):
        w = self.add_weight(name="w", shape=(10, 2))
        return tf.matmul(x, w)


@specimen("variable-in-call")
class VariableByHelper(keras.layers.Layer):
    def _fresh(self, x):
        return [tf.Variable(tf.random.normal((x.shape[-1],))) for _ in range(2)]

    def call(self, x):
        first, second = self._fresh(x)
        return x * first + second


@specimen("variable-in-call")
class LayerInCallOfModel(keras.Model):
    def call(self, x):
        return keras.layers.Dense(2)(x)


@specimen("variable-in-call")
class VariableOnce(keras.layers.Layer):
    def call(self, x):
        if not hasattr(self, "scale"):
            self.scale = tf.Variable(tf.ones((10,)))
        return x * self.scale


@specimen("variable-in-call")
class KerasVariableInCall(keras.layers.Layer):
    def call(self, x):
        return x * keras.Variable(np.ones(10, "float32"))


# --- children-unbuilt ---------------------------------------------------------------------------


@specimen("children-unbuilt")
class ChildUnbuilt(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(4)

    def build(self, input_shape):
        self.scale = self.add_weight(name="scale", shape=(4,))

    def call(self, x):
        return self.dense(x) * self.scale


@specimen("children-unbuilt")
class ChildrenInList(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.stack = [keras.layers.Dense(6), keras.layers.Dense(3)]

    def build(self, input_shape):
        self.built = True

    def call(self, x):
        for dense in self.stack:
            x = dense(x)
        return x


@specimen("children-unbuilt")
class ChildMadeInBuild(keras.layers.Layer):
    def build(self, input_shape):
        self.parts = {"dense": keras.layers.Dense(input_shape[-1])}

    def call(self, x):
        return x + self.parts["dense"](x)


@specimen("children-unbuilt")
class ModelUnbuilt(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = keras.layers.Dense(4)
        self.second = keras.layers.Dense(2)

    def build(self, input_shape):
        self.first.build(input_shape)

    def call(self, x):
        return self.second(self.first(x))


# --- config-missing -----------------------------------------------------------------------------


@specimen("config-missing", (8, 10), lambda x: x * 2)
class ConfigFunction(keras.layers.Layer):
    def __init__(self, function, **kwargs):
        super().__init__(**kwargs)
        self.function = function

    def call(self, x):
        return self.function(x)


@specimen("config-missing", (8, 10), np.ones(10, "float32"))
class ConfigArray(keras.layers.Layer):
    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, x):
        return x * self.scale


class Settings:
    factor = 3.0


@specimen("config-missing", (8, 10), Settings())
class ConfigObject(keras.layers.Layer):
    def __init__(self, settings, **kwargs):
        super().__init__(**kwargs)
        self.settings = settings

    def call(self, x):
        return x * self.settings.factor


@specimen("config-missing", (8, 10), Settings())
class ConfigObjectInConfig(keras.layers.Layer):
    def __init__(self, settings, **kwargs):
        super().__init__(**kwargs)
        self.settings = settings

    def call(self, x):
        return x * self.settings.factor

    def get_config(self):
        return {**super().get_config(), "settings": self.settings}


# --- config-incomplete --------------------------------------------------------------------------


@specimen("config-incomplete")
class ConfigWithoutRate(keras.layers.Layer):
    def __init__(self, units=4, rate=0.5, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.rate = rate

    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], self.units))

    def call(self, x):
        return tf.matmul(x, self.w) * self.rate

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@specimen("config-incomplete", (8, 10), 3)
class ConfigWithoutUnits(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def call(self, x):
        return x[:, : self.units]

    def get_config(self):
        return super().get_config()


@specimen("config-incomplete", (8, 10), mode="sum")
class ConfigWrongValue(keras.layers.Layer):
    def __init__(self, mode="mean", **kwargs):
        super().__init__(**kwargs)
        self.mode = mode

    def call(self, x):
        return tf.reduce_sum(x, -1) if self.mode == "sum" else tf.reduce_mean(x, -1)

    def get_config(self):
        return {**super().get_config(), "mode": "mean"}


@specimen("config-incomplete")
class ConfigWithoutFlag(keras.layers.Layer):
    def __init__(self, centred=False, **kwargs):
        super().__init__(**kwargs)
        self._centred = centred

    def call(self, x):
        return x - tf.reduce_mean(x, -1, keepdims=True) if self._centred else x

    def get_config(self):
        config = super().get_config()
        config.update({})
        return config


@specimen("config-incomplete")
class ConfigModel(keras.Model):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = keras.layers.Dense(units)

    def call(self, x):
        return self.dense(x)

    def get_config(self):
        return {"name": self.name, "trainable": self.trainable}


@specimen("config-incomplete")
class ConfigOfAModelUnwritten(keras.Model):
    """Without a get_config, Keras writes a layer's arguments down, but of a model the defaults."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(units)

    def call(self, x):
        return self.dense(x)


@specimen("config-incomplete", (8, 10), 4)
class ConfigOfParent(keras.layers.Dense):
    def __init__(self, units, scale=2.0, **kwargs):
        super().__init__(units, **kwargs)
        self.scale = scale

    def call(self, inputs, training=None):
        return super().call(inputs, training=training) * self.scale


@specimen("config-incomplete")
class ConfigByOtherName(keras.layers.Layer):
    def __init__(self, power=2, **kwargs):
        super().__init__(**kwargs)
        self.p = power

    def call(self, x):
        return x**self.p

    def get_config(self):
        return {**super().get_config(), "p": self.p}


# --- no-kwargs ----------------------------------------------------------------------------------


@specimen("no-kwargs")
class NoKwargs(keras.layers.Layer):
    def __init__(self, units=4):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], self.units))

    def call(self, x):
        return tf.matmul(x, self.w)


@specimen("no-kwargs")
class NoArguments(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3)

    def call(self, x):
        return self.dense(x)


@specimen("no-kwargs")
class NameOnly(keras.layers.Layer):
    def __init__(self, *, factor=2.0, name=None):
        super().__init__(name=name)
        self.factor = factor

    def call(self, x):
        return x * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


# --- unregistered -------------------------------------------------------------------------------


def unregistered(make):
    SPECIMENS.append(("unregistered", make, (8, 10)))
    return make


@unregistered
class Unregistered(keras.layers.Layer):
    def call(self, x):
        return x * 2


@unregistered
class UnregisteredWithWeights(keras.layers.Layer):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = keras.layers.Dense(units)

    def call(self, x):
        return self.dense(x)


@unregistered
class UnregisteredChildOfRegistered(NoKwargs):
    def __init__(self, units=4, **kwargs):
        keras.layers.Layer.__init__(self, **kwargs)
        self.units = units


@unregistered
def unregistered_functional():
    inputs = keras.Input((10,))
    return keras.Model(inputs, Unregistered()(inputs))


@unregistered
def unregistered_local():
    class Local(keras.layers.Layer):
        def call(self, x):
            return x + 1

    return Local()


# --- positional-add-weight ----------------------------------------------------------------------


@specimen("positional-add-weight")
class PositionalBoth(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight("kernel", (input_shape[-1], 3))

    def call(self, x):
        return tf.matmul(x, self.w)


@specimen("positional-add-weight")
class PositionalNameOnly(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.w = self.add_weight("kernel", shape=(10, 3), initializer="ones")

    def call(self, x):
        return tf.matmul(x, self.w)


@specimen("positional-add-weight")
class PositionalInLoop(keras.layers.Layer):
    def build(self, input_shape):
        self.ws = [self.add_weight(f"w_{i}", shape=(input_shape[-1],)) for i in range(2)]

    def call(self, x):
        return x * self.ws[0] + self.ws[1]


@specimen("positional-add-weight")
class PositionalByName(keras.layers.Layer):
    def build(self, input_shape):
        name = "kernel"
        self.w = self.add_weight(name, input_shape[-1:])

    def call(self, x):
        return x * self.w


# --- numpy-in-call ------------------------------------------------------------------------------


@specimen("numpy-in-call")
class NumPyFunction(keras.layers.Layer):
    def call(self, x):
        return tf.constant(np.maximum(x, 0))


@specimen("numpy-in-call")
class NumPyMethod(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=input_shape[-1:])

    def call(self, x):
        return x * self.w / float(x.numpy().max())


@specimen("numpy-in-call")
class NumPyInHelper(keras.layers.Layer):
    def scale(self, x):
        return np.linalg.norm(np.asarray(x))

    def call(self, x):
        return x / self.scale(x)


@specimen("numpy-in-call")
class NumPyOfNested(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = NumPyFunction()

    def build(self, input_shape):
        self.inner.build(input_shape)

    def call(self, x):
        return self.inner(x) + 1


# --- python-state -------------------------------------------------------------------------------


@specimen("python-state")
class PythonCounter(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.steps = 0

    def call(self, x):
        self.steps += 1
        return x / self.steps


@specimen("python-state")
class PythonList(keras.layers.Layer):
    def build(self, input_shape):
        self.history = []

    def call(self, x):
        self.history.append(x.shape)
        return x * len(self.history)


@specimen("python-state")
class PythonDict(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seen = {"rows": 0}

    def call(self, x):
        self.seen["rows"] += x.shape[0] or 0
        return x + 0.001 * self.seen["rows"]


@specimen("python-state")
class PythonTotal(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.total = np.zeros(3, "float32")

    def call(self, x):
        self.total += 1
        return x + float(self.total[0])


@specimen("python-state")
class PythonNested(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = PythonCounter()

    def call(self, x):
        return self.inner(x)


@specimen("python-state")
class PythonIterator(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.numbers = itertools.count()

    def call(self, x):
        return x * float(next(self.numbers))


@specimen("python-state")
class PythonClassAttribute(keras.layers.Layer):
    calls = 0

    def call(self, x):
        type(self).calls += 1
        return x + float(type(self).calls)


# --- no-gradient --------------------------------------------------------------------------------


@specimen("no-gradient")
class Rounded(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 3))

    def call(self, x):
        return tf.round(tf.matmul(x, self.w))


@specimen("no-gradient")
class Unused(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 3))
        self.unused = self.add_weight(name="unused", shape=(5,))

    def call(self, x):
        return tf.matmul(x, self.w)


@specimen("no-gradient")
class Stopped(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(3)

    def call(self, x):
        return tf.stop_gradient(self.dense(x))


@specimen("no-gradient")
class Compared(keras.layers.Layer):
    def build(self, input_shape):
        self.threshold = self.add_weight(name="threshold", shape=input_shape[-1:])

    def call(self, x):
        return tf.cast(x > self.threshold, "float32")


@specimen("no-gradient")
class ArgMax(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(4)

    def call(self, x):
        return tf.argmax(self.dense(x), axis=-1)


@specimen("no-gradient")
def rounded_functional():
    inputs = keras.Input((10,))
    return keras.Model(inputs, Rounded()(inputs))


# --- fixed-batch --------------------------------------------------------------------------------


@specimen("fixed-batch", (8, 4, 5))
class BatchInReshape(keras.layers.Layer):
    def call(self, x):
        return tf.reshape(x, (8, -1))


@specimen("fixed-batch")
class BatchInBuild(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=input_shape)

    def call(self, x):
        return x + self.w


@specimen("fixed-batch", (8, 10), 8)
class BatchAsArgument(keras.layers.Layer):
    def __init__(self, batch_size, **kwargs):
        super().__init__(**kwargs)
        self.batch_size = batch_size

    def call(self, x):
        return tf.concat([x, tf.zeros((self.batch_size, 1))], -1)


@specimen("fixed-batch")
class BatchByLength(keras.layers.Layer):
    def call(self, x):
        rows = [x[i] * float(i + 1) for i in range(x.shape[0])]
        return tf.stack(rows)


# --- wrong-output-shape -------------------------------------------------------------------------


@specimen("wrong-output-shape")
class ShapeOfInput(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(4)

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)

    def compute_output_shape(self, input_shape):
        return input_shape


@specimen("wrong-output-shape", (8, 4, 5))
class ShapeOfWrongRank(keras.layers.Layer):
    def call(self, x):
        return tf.reduce_sum(x, axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 1, input_shape[2])


@specimen("wrong-output-shape")
class ShapeOfTwo(keras.layers.Layer):
    def call(self, x):
        return x, x[:, :3]

    def compute_output_shape(self, input_shape):
        return [tuple(input_shape), tuple(input_shape)]


@specimen("wrong-output-shape")
class ShapeInherited(ShapeOfInput):
    def call(self, x):
        return tf.concat([x, x], -1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)

    def build(self, input_shape):
        self.built = True


@specimen("wrong-output-shape")
class SpecOfInput(keras.layers.Layer):
    def call(self, x):
        return tf.concat([x, x], -1)

    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, dtype=x.dtype)


# --- float64-constant ---------------------------------------------------------------------------


@specimen("float64-constant")
class Float64Mask(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.mask = tf.constant(np.ones(10))

    def call(self, x):
        return x * self.mask


@specimen("float64-constant")
class Float64InCall(keras.layers.Layer):
    def call(self, x):
        return x * tf.convert_to_tensor(np.linspace(0, 1, 10))


@specimen("float64-constant")
class Float64Promoted(keras.layers.Layer):
    def build(self, input_shape):
        self.scale = np.ones(input_shape[-1])

    def call(self, x):
        return keras.ops.multiply(x, self.scale)


@specimen("float64-constant")
class Float64ThereAndBack(keras.layers.Layer):
    def call(self, x):
        wide = tf.cast(x, "float64") * tf.constant(0.5, "float64")
        return tf.cast(wide, x.dtype)


# --- opaque-lambda ------------------------------------------------------------------------------


@specimen("opaque-lambda")
def lambda_alone():
    w = tf.Variable(tf.ones((10, 3)))
    return keras.layers.Lambda(lambda x: tf.matmul(x, w))


@specimen("opaque-lambda")
def lambda_functional():
    scale = keras.Variable(np.ones(10, "float32"))
    inputs = keras.Input((10,))
    return keras.Model(inputs, keras.layers.Lambda(lambda x: x * scale)(inputs))


@specimen("opaque-lambda")
def lambda_over_a_layer():
    dense = keras.layers.Dense(3)
    dense.build((None, 10))
    return keras.Sequential([keras.Input((10,)), keras.layers.Lambda(lambda x: 2 * dense(x))])


@specimen("opaque-lambda")
class LambdaInLayer(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        parts = [tf.Variable(tf.ones((10,)))]
        self.inner = keras.layers.Lambda(lambda x: x * parts[0])

    def call(self, x):
        return self.inner(x)


class Scaling:
    """A callable that is no function."""

    def __init__(self):
        self.w = tf.Variable(tf.ones((10,)))

    def __call__(self, x):
        return x * self.w

    def scale(self, x):
        return x * self.w


@specimen("opaque-lambda")
def lambda_of_an_object():
    return keras.layers.Lambda(Scaling())


@specimen("opaque-lambda")
def lambda_of_a_method():
    return keras.Sequential([keras.Input((10,)), keras.layers.Lambda(Scaling().scale)])


@specimen("opaque-lambda")
def lambda_of_a_partial():
    w = tf.Variable(tf.ones((10,)))
    return keras.layers.Lambda(functools.partial(tf.multiply, w))


# --- reserved-name ------------------------------------------------------------------------------


@specimen("reserved-name")
class OwnLayers(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._layers = [keras.layers.Dense(4)]

    def call(self, x):
        return self._layers[0](x)


@specimen("reserved-name")
class OwnMetrics(keras.layers.Layer):
    def build(self, input_shape):
        self._metrics = []
        self.w = self.add_weight(name="w", shape=input_shape[-1:])

    def call(self, x):
        return x * self.w


@specimen("reserved-name")
class OwnLosses(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.losses = []  # ty: ignore[invalid-assignment]

    def call(self, x):
        return x


@specimen("reserved-name")
class OwnPathBySetattr(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        for name in ("_path", "folder"):
            setattr(self, name, "data")

    def call(self, x):
        return x * 1.0


@specimen("reserved-name")
class OwnLayersOfModel(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.layers = [keras.layers.Dense(3)]

    def call(self, x):
        return self.layers[0](x)


# --- build-signature ----------------------------------------------------------------------------

TWO = {"query": (8, 10), "value": (8, 3)}


@specimen("build-signature", TWO)
class BuildOfTwo(keras.layers.Layer):
    def build(self, first, second):
        self.w = self.add_weight(name="w", shape=(first[-1], second[-1]))

    def call(self, query, value):
        return tf.matmul(query, self.w) * value


@specimen("build-signature", TWO)
class BuildByNameOnly(keras.layers.Layer):
    def build(self, query, value):
        self.w = self.add_weight(name="w", shape=(query[-1], value[-1]))

    def call(self, query, value):
        return tf.matmul(query, self.w) * value


@specimen("build-signature", TWO)
class BuildOfAList(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[0][-1], input_shape[1][-1]))

    def call(self, query, value):
        return tf.matmul(query, self.w) * value


@specimen("build-signature", TWO)
class BuildOfOthers(keras.layers.Layer):
    def build(self, query_shape, key_shape):
        self.w = self.add_weight(name="w", shape=(query_shape[-1], key_shape[-1]))

    def call(self, query, value):
        return tf.matmul(query, self.w) * value


# --- softmax-of-one -----------------------------------------------------------------------------


@specimen("softmax-of-one")
class SoftmaxByActivation(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(1, activation="softmax")

    def call(self, x):
        return self.dense(x)


@specimen("softmax-of-one")
class SoftmaxByFunction(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 1))

    def call(self, x):
        return tf.nn.softmax(tf.matmul(x, self.w))


@specimen("softmax-of-one", (8, 6, 6, 1))
def softmax_of_a_model():
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            keras.layers.Conv2D(2, 3),
            keras.layers.Flatten(),
            keras.layers.Dense(1, activation="softmax"),
        ]
    )


@specimen("softmax-of-one")
class SoftmaxByHand(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 1))

    def call(self, x):
        powers = keras.ops.exp(tf.matmul(x, self.w))
        return powers / tf.reduce_sum(powers, axis=-1, keepdims=True)


# --- hard-coded-size ----------------------------------------------------------------------------


@specimen("hard-coded-size", (8, 10, 10), 10, 10)
class HoleInInit(keras.layers.Layer):
    def __init__(self, rows, columns, **kwargs):
        super().__init__(**kwargs)
        self.rows, self.columns = rows, columns
        mask = np.ones((rows, columns), "float32")
        mask[4:6, 4:6] = 0
        self.mask = mask

    def call(self, x):
        return x * self.mask


@specimen("hard-coded-size", (8, 10, 10))
class HoleInBuild(keras.layers.Layer):
    def build(self, input_shape):
        mask = np.ones(input_shape[1:], "float32")
        mask[3:7, 3:7] = 0
        self.mask = tf.constant(mask)

    def call(self, x):
        return x * self.mask


@specimen("hard-coded-size", (8, 12))
class MiddleInCall(keras.layers.Layer):
    def call(self, x):
        return tf.concat([x[:, :5], tf.zeros_like(x[:, 5:7]), x[:, 7:]], axis=-1)


@specimen("hard-coded-size", (8, 4, 5))
class ReshapeBySize(keras.layers.Layer):
    def call(self, x):
        return tf.reshape(x, (-1, 20)) * tf.ones((tf.shape(x)[0], 20))


@specimen("hard-coded-size", (8, 10, 10))
class HoleByLoops(keras.layers.Layer):
    def build(self, input_shape):
        mask = np.ones(input_shape[1:], "float32")
        for row in range(4, 6):
            for column in range(4, 6):
                mask[row, column] = 0
        self.mask = mask

    def call(self, x):
        return x * self.mask


@specimen("hard-coded-size", (8, 10, 10))
class HoleByNames(keras.layers.Layer):
    def build(self, input_shape):
        low, high = 4, 6
        mask = np.ones(input_shape[1:], "float32")
        mask[low:high, low:high] = 0
        self.mask = mask

    def call(self, x):
        return x * self.mask


@specimen("hard-coded-size", (8, 10, 10))
class HoleByScatter(keras.layers.Layer):
    def build(self, input_shape):
        ones = tf.ones(input_shape[1:])
        self.mask = tf.tensor_scatter_nd_update(ones, [[4, 4], [4, 5], [5, 4], [5, 5]], [0.0] * 4)

    def call(self, x):
        return x * self.mask


@specimen("hard-coded-size", (8, 6, 6))
class FlattenBySize(keras.layers.Layer):
    def call(self, x):
        return tf.reshape(x, (-1, 36))
