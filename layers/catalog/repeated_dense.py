"""Repeated dense: one stored column serves every unit, so all outputs of a row are equal."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from layers.catalog.initializers import BIAS_INITIALIZER, KERNEL_INITIALIZER, initializer
from layers.catalog.linear import ACTIVATION, EQUAL_ROWS, FEATURES, UNITS
from layers.catalog.posts import REPEATED_WEIGHTS
from layers.catalog.spec import Invariant, LayerSpec
from layers.inputs.description import BATCH, Example
from layers.traces.trace import Trace, largest_difference


@keras.saving.register_keras_serializable(package="layerscope")
class RepeatedDense(keras.layers.Layer):
    """A dense layer that stores one column and one scalar, and repeats them inside the call.

    ``h = activation(X repeat(w) + repeat(b))``. Repeating inside ``call`` is what lets it train: a
    matrix repeated once, in the constructor, is a copy that no gradient reaches.

    Args:
        units: how often the column is repeated.
        activation: a Keras activation, by name or as a function.
        kernel_initializer: how ``w`` starts.
        bias_initializer: how ``b`` starts.

    Input shape:
        (batch, features)

    Output shape:
        (batch, units), all columns equal

    Weights:
        kernel: (features, 1)
        bias: one number, ()

    Raises:
        ValueError: an input that is not (batch, features).

    Example:
        >>> layer = RepeatedDense(3, kernel_initializer="ones")
        >>> layer(np.array([[1.0, 2.0], [-1.0, -2.0]], "float32")).numpy()
        array([[3., 3., 3.],
               [0., 0., 0.]], dtype=float32)

    Source: *A fully connected layer with repeated weights*, 2021 (CustomLayer), where the
    weights are repeated in the constructor.
    """

    def __init__(
        self,
        units,
        activation="relu",
        kernel_initializer="random_normal",
        bias_initializer="zeros",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape):
        """Make the one column and the one scalar."""
        self.input_spec = keras.layers.InputSpec(ndim=2, axes={-1: input_shape[-1]})
        self.kernel = self.add_weight(
            name="kernel", shape=(input_shape[-1], 1), initializer=self.kernel_initializer
        )
        self.bias = self.add_weight(name="bias", shape=(), initializer=self.bias_initializer)

    def call(self, inputs):
        """Repeat, then work as a dense layer does."""
        kernel = tf.repeat(self.kernel, self.units, axis=-1)
        bias = tf.repeat(self.bias, self.units)
        return self.activation(tf.matmul(inputs, kernel) + bias)

    def compute_output_shape(self, input_shape):
        """Return (batch, units)."""
        return (*input_shape[:-1], self.units)

    def get_config(self):
        """Return every argument of the constructor."""
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }


def _make(values, seed):
    return RepeatedDense(
        units=values["units"],
        activation=values["activation"],
        kernel_initializer=initializer(values["kernel_initializer"], seed),
        bias_initializer=initializer(values["bias_initializer"], seed + 1),
    )


def _column_difference(name: str):
    def measure(trace: Trace) -> float | None:
        if name not in trace.tensors:  # as TensorFlow computed it, a repeat is several operations
            return None
        columns = trace[name]
        return largest_difference(columns, np.repeat(columns[:, :1], columns.shape[1], axis=1))

    return measure


SPEC = LayerSpec(
    name="repeated_dense",
    title="Repeated dense",
    family="From the posts",
    summary="One column, repeated for all units.",
    formula=r"H = \sigma(X \, [w, w, \dots, w] + b)",
    source=f"From {REPEATED_WEIGHTS}: CustomLayer",
    fields=(
        FEATURES,
        UNITS,
        replace(ACTIVATION, default="relu"),
        KERNEL_INITIALIZER,
        BIAS_INITIALIZER,
    ),
    input_fields=("features",),
    batch=replace(BATCH, default=4),
    axis_fields={"units": "units"},
    axes={
        "kernel": ("features", "column"),
        "kernel_repeated": ("features", "units"),
        "bias_repeated": ("units",),
    },
    symbols={"kernel": "w", "kernel_repeated": "W", "bias_repeated": r"\bar{b}"},
    classes=(RepeatedDense,),
    make=_make,
    invariants=(
        Invariant(
            sentence="Every column of the repeated kernel is equal.",
            measure=_column_difference("kernel_repeated"),
        ),
        Invariant(
            sentence="Every output column is equal.",
            measure=_column_difference("outputs"),
            tolerance=1e-5,  # a vectorised product may sum the last columns in another order
        ),
        EQUAL_ROWS,
    ),
    examples=(Example(title="Normal (8, 10) to 5 units", batch=8),),
)
