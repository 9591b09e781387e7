"""Linear: every output is a weighted sum of the inputs, plus a bias."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from layers.catalog.initializers import BIAS_INITIALIZER, KERNEL_INITIALIZER, initializer
from layers.catalog.posts import CUSTOM_LAYERS, CUSTOM_MODELLING, CUSTOMISING
from layers.catalog.spec import Invariant, LayerSpec
from layers.inputs.description import Example, Values
from layers.inputs.fields import BoolField, ChoiceField, IntField
from layers.inputs.sources import ONES
from layers.traces.trace import Trace, largest_difference

ACTIVATIONS = ("linear", "relu", "elu", "sigmoid", "tanh", "softplus", "softmax")
"""The activations that the posts' layers offer."""
FEATURES = IntField(
    name="features", default=10, minimum=1, maximum=256, help="The length of one input row."
)
UNITS = IntField(
    name="units", default=5, minimum=1, maximum=256, help="How many outputs each row gets."
)
USE_BIAS = BoolField(name="use_bias", default=True, label="Bias", help="One bias per unit.")
ACTIVATION = ChoiceField(
    name="activation",
    default="linear",
    choices=tuple(ACTIVATIONS),
    help="The function each output passes through; linear leaves it as it is.",
)


@keras.saving.register_keras_serializable(package="layerscope")
class Linear(keras.layers.Layer):
    """A densely connected layer whose weights are made when it first sees an input.

    ``h = activation(X W + b)``

    Args:
        units: the number of outputs.
        use_bias: whether ``b`` is added.
        activation: a Keras activation, by name or as a function.
        kernel_initializer: how ``W`` starts.
        bias_initializer: how ``b`` starts.

    Input shape:
        (batch, features)

    Output shape:
        (batch, units)

    Weights:
        kernel: (features, units)
        bias: (units,), unless ``use_bias=False``

    Raises:
        ValueError: an input that is not (batch, features).

    Example:
        >>> layer = Linear(2, kernel_initializer="ones", bias_initializer="ones")
        >>> layer(np.array([[1.0, 2.0, 3.0]], "float32")).numpy()
        array([[7., 7.]], dtype=float32)

    Source: *Creating custom TensorFlow layers and checking their weights* (SimpleDense);
    *Customising Keras layers*, 2020, and *Custom modelling with Keras (1)*, 2019 (Linear).
    """

    def __init__(
        self,
        units=32,
        use_bias=True,
        activation=None,
        kernel_initializer="random_normal",
        bias_initializer="zeros",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = units
        self.use_bias = use_bias
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape):
        """Make the weights for the input's last axis."""
        self.input_spec = keras.layers.InputSpec(ndim=2, axes={-1: input_shape[-1]})
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], self.units),
            initializer=self.kernel_initializer,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.units,), initializer=self.bias_initializer
            )

    def call(self, inputs):
        """Return ``activation(X W + b)``."""
        outputs = tf.matmul(inputs, self.kernel)
        if self.use_bias:
            outputs = outputs + self.bias
        return self.activation(outputs)

    def compute_output_shape(self, input_shape):
        """Return (batch, units)."""
        return (*input_shape[:-1], self.units)

    def get_config(self):
        """Return every argument of the constructor."""
        return {
            **super().get_config(),
            "units": self.units,
            "use_bias": self.use_bias,
            "activation": keras.activations.serialize(self.activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }


def dense_arguments(values: Values, seed: int) -> dict:
    """Return the constructor's arguments that dense layers share, from their fields."""
    return {
        "units": values["units"],
        "use_bias": values["use_bias"],
        "activation": values["activation"],
        "kernel_initializer": initializer(values["kernel_initializer"], seed),
        "bias_initializer": initializer(values["bias_initializer"], seed + 1),
    }


def equal_rows_difference(trace: Trace) -> float | None:
    """Return how far the outputs of equal rows lie apart; None where no two rows are equal."""
    rows = trace["inputs"].reshape(-1, trace["inputs"].shape[-1])
    results = trace["outputs"].reshape(-1, trace["outputs"].shape[-1])
    _, first, group = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    if len(first) == len(rows):
        return None
    return largest_difference(results, results[first[group.ravel()]])


def softmax_of_one(values: Values) -> tuple[str, ...]:
    """Point out the classic slip: a softmax with nothing to compare with."""
    if values["activation"] == "softmax" and values["units"] == 1:
        return ("A softmax over one unit is always 1: use a sigmoid, or more units.",)
    return ()


EQUAL_ROWS = Invariant(
    sentence="Equal rows in give equal rows out.",
    measure=equal_rows_difference,
    tolerance=1e-5,  # a vectorised product may sum the last rows of a block in another order
)

SPEC = LayerSpec(
    name="linear",
    title="Linear",
    family="From the posts",
    summary="Weighted sums of a row, plus a bias.",
    formula=r"H = \sigma(X \, W + b)",
    source=f"From {CUSTOM_LAYERS}: SimpleDense; {CUSTOMISING}, and {CUSTOM_MODELLING}: Linear",
    fields=(FEATURES, UNITS, USE_BIAS, ACTIVATION, KERNEL_INITIALIZER, BIAS_INITIALIZER),
    input_fields=("features",),
    axis_fields={"units": "units"},
    classes=(Linear,),
    make=lambda values, seed: Linear(**dense_arguments(values, seed)),
    invariants=(EQUAL_ROWS,),
    examples=(
        Example(title="Ones (3, 3) to 4 units", values={"features": 3, "units": 4}, batch=3),
        Example(title="Ones (3, 3) to 5 units", values={"features": 3, "units": 5}, batch=3),
        Example(
            title="Ones (3, 3) to 12 units, normal bias",
            values={"features": 3, "units": 12, "bias_initializer": "random_normal"},
            batch=3,
        ),
        Example(title="Ones (2, 2) to 4 units", values={"features": 2, "units": 4}, batch=2),
    ),
    example_input=ONES,
    default_input="normal",
    notes=softmax_of_one,
)
