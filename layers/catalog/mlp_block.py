"""MLP block: three Linears with relu between, each with weights of its own."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from layers.catalog.linear import EQUAL_ROWS, FEATURES, Linear
from layers.catalog.posts import CUSTOM_MODELLING
from layers.catalog.spec import Invariant, LayerSpec
from layers.inputs.description import BATCH, Example
from layers.inputs.fields import IntField
from layers.inputs.sources import ONES
from layers.traces.trace import Trace


@keras.saving.register_keras_serializable(package="layerscope")
class MLPBlock(keras.layers.Layer):
    """Layers inside a layer: Keras finds the nested weights by itself.

    ``h = relu(relu(X W1 + b1) W2 + b2) W3 + b3``

    Args:
        widths: the units of the three Linears.
        seed: the first kernel's seed, counted up for the next; None draws anew each time.

    Input shape:
        (batch, features)

    Output shape:
        (batch, widths[2])

    Weights:
        linear_1/kernel: (features, widths[0]); linear_1/bias: (widths[0],)
        linear_2/kernel: (widths[0], widths[1]); linear_2/bias: (widths[1],)
        linear_3/kernel: (widths[1], widths[2]); linear_3/bias: (widths[2],)

    Raises:
        ValueError: an input that is not (batch, features).

    Example:
        >>> layer = MLPBlock()
        >>> layer(np.ones((3, 64), "float32")).shape, len(layer.weights)
        (TensorShape([3, 1]), 6)

    Source: *Custom modelling with Keras (1)*, 2019 (MLPBlock).
    """

    def __init__(self, widths=(32, 32, 1), seed=None, **kwargs):
        super().__init__(**kwargs)
        self.widths = tuple(widths)
        self.seed = seed
        self.linear_1, self.linear_2, self.linear_3 = (
            Linear(
                width,
                kernel_initializer=keras.initializers.RandomNormal(
                    seed=None if seed is None else seed + position
                ),
                name=f"linear_{position + 1}",
            )
            for position, width in enumerate(self.widths)
        )

    def build(self, input_shape):
        """Build the three, each for what the one before gives."""
        for linear in (self.linear_1, self.linear_2, self.linear_3):
            linear.build(input_shape)
            input_shape = (*input_shape[:-1], linear.units)

    def call(self, inputs):
        """Pass through the three, with relu between."""
        x = tf.nn.relu(self.linear_1(inputs))
        x = tf.nn.relu(self.linear_2(x))
        return self.linear_3(x)

    def compute_output_shape(self, input_shape):
        """Return (batch, widths[2])."""
        return (*input_shape[:-1], self.widths[-1])

    def get_config(self):
        """Return every argument of the constructor."""
        return {**super().get_config(), "widths": list(self.widths), "seed": self.seed}


def _width(position: int, default: int) -> IntField:
    return IntField(
        name=f"width_{position}",
        default=default,
        minimum=1,
        maximum=256,
        label=f"Width {position}",
        help=f"Units of the Linear number {position}.",
    )


def _below_zero(trace: Trace) -> float:
    lowest = (np.fmin.reduce(trace[name], axis=None) for name in ("relu", "relu_2"))
    return float(np.fmax.reduce([0.0, *(-low for low in lowest)]))  # NaN are passed over


SPEC = LayerSpec(
    name="mlp_block",
    title="MLP block",
    family="From the posts",
    summary="Three Linears with relu between.",
    formula=r"H = \mathrm{relu}(\mathrm{relu}(X \, W_1 + b_1) \, W_2 + b_2) \, W_3 + b_3",
    source=f"From {CUSTOM_MODELLING}: MLPBlock",
    fields=(
        replace(FEATURES, default=6),
        _width(1, 4),
        _width(2, 4),
        _width(3, 1),
    ),
    input_fields=("features",),
    axes={
        "linear_1/kernel": ("features", "width 1"),
        "linear_2/kernel": ("width 1", "width 2"),
        "linear_3/kernel": ("width 2", "width 3"),
    },
    symbols={
        f"linear_{number}/{name}": f"{symbol}_{{{number}}}"
        for number in (1, 2, 3)
        for name, symbol in (("kernel", "W"), ("bias", "b"), ("outputs", "Z"))
    }
    | {"relu": "H_{1}", "relu_2": "H_{2}"},
    axis_fields={f"width {number}": f"width_{number}" for number in (1, 2, 3)},
    batch=replace(BATCH, default=3),
    classes=(Linear, MLPBlock),
    make=lambda values, seed: MLPBlock(
        widths=(values["width_1"], values["width_2"], values["width_3"]), seed=seed
    ),
    invariants=(
        Invariant(
            sentence="No hidden number is below zero.",
            measure=_below_zero,
            figure="furthest below zero",
        ),
        EQUAL_ROWS,
    ),
    examples=(
        Example(
            title="Ones (3, 64) through 32, 32, 1",
            values={"features": 64, "width_1": 32, "width_2": 32},
            batch=3,
        ),
    ),
    example_input=ONES,
)
