"""A title and an example for every rule: a few lines before and after the fix."""

from __future__ import annotations

from dataclasses import dataclass

from layers.checkup.report import Fix


@dataclass(frozen=True)
class RuleExample:
    """One rule: its title, lines that break it, and lines that do not."""

    title: str
    before: str
    after: str

    @property
    def fix(self) -> Fix:
        """The change, as a fix of example lines."""
        return Fix(before=self.before.strip("\n"), after=self.after.strip("\n"))


EXAMPLES = {
    "untracked-variable": RuleExample(
        "Variable not tracked by Keras",
        """
def build(self, input_shape):
    self.w = tf.Variable(tf.random.normal((input_shape[-1], self.units)))
""",
        """
def build(self, input_shape):
    self.w = self.add_weight(
        name="w",
        shape=(input_shape[-1], self.units),
        initializer=keras.initializers.RandomNormal(stddev=1.0),
    )
""",
    ),
    "untracked-state": RuleExample(
        "State not tracked by Keras",
        """
def build(self, input_shape):
    self.total = tf.Variable(tf.zeros(input_shape[-1:]), trainable=False)
""",
        """
def build(self, input_shape):
    self.total = self.add_weight(
        name="total", shape=input_shape[-1:], initializer="zeros", trainable=False
    )
""",
    ),
    "frozen-copy": RuleExample(
        "Copy of a weight, made only once",
        """
def build(self, input_shape):
    self.w = self.add_weight(name="w", shape=(input_shape[-1], 1))
    self.repeated = tf.repeat(self.w, self.units, axis=-1)

def call(self, inputs):
    return tf.matmul(inputs, self.repeated)
""",
        """
def build(self, input_shape):
    self.w = self.add_weight(name="w", shape=(input_shape[-1], 1))

def call(self, inputs):
    repeated = tf.repeat(self.w, self.units, axis=-1)
    return tf.matmul(inputs, repeated)
""",
    ),
    "variable-in-call": RuleExample(
        "Variable created in call()",
        """
def call(self, inputs):
    w = self.add_weight(name="w", shape=(inputs.shape[-1], self.units))
    return tf.matmul(inputs, w)
""",
        """
def build(self, input_shape):
    self.w = self.add_weight(name="w", shape=(input_shape[-1], self.units))

def call(self, inputs):
    return tf.matmul(inputs, self.w)
""",
    ),
    "children-unbuilt": RuleExample(
        "Sublayers left unbuilt by build()",
        """
def build(self, input_shape):
    self.scale = self.add_weight(name="scale", shape=())
""",
        """
def build(self, input_shape):
    self.scale = self.add_weight(name="scale", shape=())
    self.dense.build(input_shape)
""",
    ),
    "config-missing": RuleExample(
        "Constructor argument not serializable",
        """
def __init__(self, function, **kwargs):
    super().__init__(**kwargs)
    self.function = function
""",
        """
def __init__(self, function, **kwargs):
    super().__init__(**kwargs)
    self.function = keras.activations.get(function)

def get_config(self):
    function = keras.activations.serialize(self.function)
    return {**super().get_config(), "function": function}
""",
    ),
    "config-incomplete": RuleExample(
        "Constructor argument missing from get_config()",
        """
def get_config(self):
    return {**super().get_config(), "units": self.units}
""",
        """
def get_config(self):
    return {**super().get_config(), "units": self.units, "rate": self.rate}
""",
    ),
    "no-kwargs": RuleExample(
        "Constructor without **kwargs",
        """
def __init__(self, units=32):
    super().__init__()
    self.units = units
""",
        """
def __init__(self, units=32, **kwargs):
    super().__init__(**kwargs)
    self.units = units
""",
    ),
    "unregistered": RuleExample(
        "Class not registered",
        """
class MyLayer(keras.layers.Layer):
""",
        """
@keras.saving.register_keras_serializable(package="my_module")
class MyLayer(keras.layers.Layer):
""",
    ),
    "positional-add-weight": RuleExample(
        "add_weight() called as in Keras 2",
        """
self.w = self.add_weight("w", (input_shape[-1], self.units))
""",
        """
self.w = self.add_weight(name="w", shape=(input_shape[-1], self.units))
""",
    ),
    "numpy-in-call": RuleExample(
        "NumPy used in call()",
        """
def call(self, inputs):
    return np.maximum(inputs, 0)
""",
        """
def call(self, inputs):
    return keras.ops.maximum(inputs, 0)
""",
    ),
    "python-state": RuleExample(
        "Python state changed in call()",
        """
def __init__(self, **kwargs):
    super().__init__(**kwargs)
    self.steps = 0

def call(self, inputs):
    self.steps += 1
    return inputs / self.steps
""",
        """
def __init__(self, **kwargs):
    super().__init__(**kwargs)
    self.steps = self.add_weight(
        name="steps", shape=(), initializer="zeros", trainable=False
    )

def call(self, inputs):
    self.steps.assign_add(1.0)
    return inputs / self.steps
""",
    ),
    "no-gradient": RuleExample(
        "Weight without a gradient",
        """
return tf.round(tf.matmul(inputs, self.w))
""",
        """
exact = tf.matmul(inputs, self.w)
return exact + tf.stop_gradient(tf.round(exact) - exact)
""",
    ),
    "fixed-batch": RuleExample(
        "Batch size hard-coded",
        """
return tf.reshape(inputs, (8, -1))
""",
        """
return tf.reshape(inputs, (tf.shape(inputs)[0], -1))
""",
    ),
    "wrong-output-shape": RuleExample(
        "compute_output_shape() disagrees with call()",
        """
def compute_output_shape(self, input_shape):
    return input_shape
""",
        """
def compute_output_shape(self, input_shape):
    return (*input_shape[:-1], self.units)
""",
    ),
    "float64-constant": RuleExample(
        "float64 constant",
        """
self.mask = tf.constant(np.ones((10, 10)))
""",
        """
self.mask = tf.constant(np.ones((10, 10)), dtype=self.compute_dtype)
""",
    ),
    "opaque-lambda": RuleExample(
        "Lambda that uses untracked variables",
        """
w = tf.Variable(tf.ones((10, 5)))
layer = keras.layers.Lambda(lambda x: tf.matmul(x, w))
""",
        """
class Product(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 5))

    def call(self, inputs):
        return tf.matmul(inputs, self.w)

layer = Product()
""",
    ),
    "reserved-name": RuleExample(
        "Attribute name reserved by Keras",
        """
self._layers = [keras.layers.Dense(5)]
""",
        """
self.own_layers = [keras.layers.Dense(5)]
""",
    ),
    "build-signature": RuleExample(
        "build() arguments do not match call()",
        """
def build(self, first, second):
    self.w = self.add_weight(name="w", shape=(first[-1], second[-1]))

def call(self, query, value):
    return tf.matmul(query, self.w) * value
""",
        """
def build(self, query_shape, value_shape):
    self.w = self.add_weight(name="w", shape=(query_shape[-1], value_shape[-1]))

def call(self, query, value):
    return tf.matmul(query, self.w) * value
""",
    ),
    "softmax-of-one": RuleExample(
        "Softmax over an axis of length 1",
        """
self.out = keras.layers.Dense(1, activation="softmax")
""",
        """
self.out = keras.layers.Dense(1, activation="sigmoid")
""",
    ),
    "hard-coded-size": RuleExample(
        "Index or size hard-coded",
        """
mask = np.ones((rows, columns), "float32")
mask[4:6, 4:6] = 0
""",
        """
mask = np.ones((rows, columns), "float32")
top, left = rows // 2 - 1, columns // 2 - 1
mask[top : top + 2, left : left + 2] = 0
""",
    ),
}
"""The rules of a check-up, by rule ID."""

OTHERS = {
    "cannot-make": "Constructor raises an error",
    "cannot-call": "Call raises an error",
    "cannot-trace": "Graph tracing raises an error",
    "no-output": "Call returns nothing",
    "untied-copy": "Copy of a weight that is not tied to it",
    "raises": "Error in an examination",
    "exits": "Layer exits the program",
    "hangs": "Layer does not return",
    "kills": "Layer kills its process",
    "prints": "Layer prints",
}
"""Titles of other findings: how a layer behaves while it is examined."""


def title(code: str) -> str:
    """Return the title of a rule ID."""
    return EXAMPLES[code].title if code in EXAMPLES else OTHERS.get(code, code)
