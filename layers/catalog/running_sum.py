"""Running sum: a state that grows by the column sums at every call."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from layers.catalog.linear import FEATURES
from layers.catalog.posts import CUSTOM_MODELLING
from layers.catalog.spec import Invariant, LayerSpec
from layers.inputs.description import Example
from layers.inputs.fields import CountField
from layers.inputs.sources import ONES
from layers.traces.trace import Trace, largest_difference


@keras.saving.register_keras_serializable(package="layerscope")
class RunningSum(keras.layers.Layer):
    """Add the column sums of every input to a total, and return the total.

    ``total ← total + Σ_batch X``

    Input shape:
        (batch, features)

    Output shape:
        (features,)

    Weights:
        total: (features,), not trainable, zero at first, saved with the layer

    Raises:
        ValueError: an input that is not (batch, features).

    Example:
        >>> layer = RunningSum()
        >>> layer(tf.ones((2, 2))).numpy()
        array([2., 2.], dtype=float32)
        >>> layer(tf.ones((2, 2))).numpy()
        array([4., 4.], dtype=float32)

    Source: *Custom modelling with Keras (1)*, 2019 (Compute_Sum), where the state is a plain
    variable that Keras 3 does not track.
    """

    def build(self, input_shape):
        """Make the total."""
        self.input_spec = keras.layers.InputSpec(ndim=2, axes={-1: input_shape[-1]})
        self.total = self.add_weight(
            name="total", shape=(input_shape[-1],), initializer="zeros", trainable=False
        )

    def call(self, inputs):
        """Grow the total, and return it as it then is."""
        self.total.assign_add(tf.reduce_sum(inputs, axis=0))
        return tf.identity(self.total)

    def compute_output_shape(self, input_shape):
        """Return (features,)."""
        return (input_shape[-1],)


def _growth(trace: Trace) -> float:
    with np.errstate(invalid="ignore"):  # inf − inf is NaN, here as in the layer
        return largest_difference(trace["total"], trace["total_before"] + trace["column_sums"])


SPEC = LayerSpec(
    name="running_sum",
    title="Running sum",
    family="From the posts",
    summary="A total that grows at every call.",
    formula=r"t \leftarrow t + \sum_{i} X_{i}",
    source=f"From {CUSTOM_MODELLING}: Compute_Sum",
    fields=(
        FEATURES,
        CountField(
            name="calls",
            default=1,
            minimum=1,
            maximum=100,
            label="Calls",
            help="How often the same layer object has been called. Each call draws the next seed's "
            "numbers, where the input is random.",
            step_label="Call again",
            reset_label="Reset",
        ),
    ),
    input_fields=("features",),
    symbols={
        "total": "t",
        "total_before": r"t_{\mathrm{before}}",
        "column_sums": "s",
        "outputs": "h",
    },
    classes=(RunningSum,),
    make=lambda _values, _seed: RunningSum(),
    invariants=(
        Invariant(
            sentence="The total grows by exactly the column sums.",
            measure=_growth,
            tolerance=1e-3,  # a long column may be added up in another order
        ),
        Invariant(
            sentence="What is returned is the total.",
            measure=lambda trace: largest_difference(trace["outputs"], trace["total"]),
        ),
    ),
    examples=(
        Example(title="Ones (2, 2), first call", values={"features": 2}, batch=2),
        Example(title="Ones (2, 2), second call", values={"features": 2, "calls": 2}, batch=2),
    ),
    example_input=ONES,
)
