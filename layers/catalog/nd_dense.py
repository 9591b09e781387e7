"""N-D dense: the last axis of a tensor of any rank through one kernel."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from layers.catalog.initializers import BIAS_INITIALIZER, KERNEL_INITIALIZER
from layers.catalog.linear import (
    ACTIVATION,
    EQUAL_ROWS,
    UNITS,
    USE_BIAS,
    Linear,
    dense_arguments,
    softmax_of_one,
)
from layers.catalog.posts import THREE_DIMENSIONS
from layers.catalog.spec import Invariant, LayerSpec
from layers.inputs.description import Example
from layers.inputs.fields import ShapeField
from layers.inputs.sources import MAXIMUM_ELEMENTS, InputSource
from layers.traces.trace import Trace


@keras.saving.register_keras_serializable(package="layerscope")
class NDDense(Linear):
    """Dense on an input of any rank: ``tensordot`` of its last axis with the kernel.

    ``h[…, u] = activation(Σ_p X[…, p] W[p, u] + b[u])``

    Args:
        units: the length of the last axis of the output.
        use_bias: whether ``b`` is added.
        activation: a Keras activation, by name or as a function.
        kernel_initializer: how ``W`` starts.
        bias_initializer: how ``b`` starts.

    Input shape:
        (…, features), rank 2 or more

    Output shape:
        (…, units)

    Weights:
        kernel: (features, units)
        bias: (units,), unless ``use_bias=False``

    Raises:
        ValueError: an input of rank 1, or whose last axis is not the kernel's first.

    Example:
        >>> layer = NDDense(10, kernel_initializer="ones")
        >>> layer(np.ones((1, 3, 5, 6), "float32")).shape
        TensorShape([1, 3, 5, 10])

    Source: *Dense on three dimensions*, 2020 (tf.layers.dense, by tensordot).
    """

    def build(self, input_shape):
        """Make the weights for the input's last axis."""
        super().build(input_shape)
        self.input_spec = keras.layers.InputSpec(min_ndim=2, axes={-1: input_shape[-1]})

    def call(self, inputs):
        """Contract the last axis."""
        outputs = tf.tensordot(inputs, self.kernel, axes=[[-1], [0]])
        if self.use_bias:
            outputs = outputs + self.bias
        return self.activation(outputs)


def _axes_changed(trace: Trace) -> float:
    before, after = trace["inputs"].shape, trace["outputs"].shape
    return float(sum(a != b for a, b in zip(before[:-1], after[:-1], strict=True)))


def _ones_and_twos(shape: tuple[int, ...], _seed: int, _constant: float) -> np.ndarray:
    rows = np.indices(shape)[-2] if len(shape) > 1 else np.zeros(shape)
    return (1 + rows % 2).astype("float32")


SPEC = LayerSpec(
    name="nd_dense",
    title="N-D dense",
    family="From the posts",
    summary="Any rank, by its last axis.",
    formula=r"H_{\dots u} = \sigma\left(\sum_p X_{\dots p} \, W_{pu} + b_u\right)",
    source=f"From {THREE_DIMENSIONS}: a product by tensordot",
    fields=(
        ShapeField(
            name="shape",
            default=(2, 3, 4),
            minimum_rank=2,
            maximum_rank=5,
            maximum_axis=4096,
            maximum_elements=MAXIMUM_ELEMENTS,
            label="Input shape",
            help="2 to 5 axes, such as `2, 3, 4`; the last one meets the kernel.",
        ),
        replace(UNITS, default=10),
        USE_BIAS,
        ACTIVATION,
        KERNEL_INITIALIZER,
        BIAS_INITIALIZER,
    ),
    input_fields=("shape",),
    axis_fields={"units": "units"},
    batch=None,
    classes=(Linear, NDDense),
    make=lambda values, seed: NDDense(**dense_arguments(values, seed)),
    invariants=(
        Invariant(
            sentence="Equal slices in give equal slices out.",
            measure=EQUAL_ROWS.measure,
            tolerance=EQUAL_ROWS.tolerance,
        ),
        Invariant(
            sentence="Every axis but the last keeps its length.",
            measure=_axes_changed,
            figure="axes that changed",
        ),
    ),
    examples=(
        Example(title="Ones and twos (2, 3, 4) to 10"),
        Example(title="Ones (1, 3, 5, 6) to 10", values={"shape": (1, 3, 5, 6)}, input="ones"),
    ),
    example_input=InputSource(
        label="Ones and twos",
        make=_ones_and_twos,
        code='(1 + np.indices({shape})[-2] % 2).astype("float32")',
    ),
    notes=softmax_of_one,
)
