"""Layers that are there to be trained and looked at: as posted, with tied weights, with frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from layers.checkup.examination.posted import CustomLayer
from layers.runs.code import lean_source

FEATURES, UNITS = 4, 3


class RepeatedAsPosted(CustomLayer):
    """The post's layer as it was published, with a seed: its own draws have none.

    Args:
        seed: of the column.

    Input shape:
        (batch, FEATURES)

    Output shape:
        (batch, UNITS)
    """

    def __init__(self, seed: int) -> None:
        super().__init__(FEATURES, UNITS)
        self.w.assign(0.5 * tf.random.stateless_normal(self.w.shape, (seed, 0)))
        self.w_repeated = tf.repeat(self.w, self.output_dim, axis=-1)


class TiedDense(keras.layers.Layer):
    """Code the features in fewer numbers, and decode them by the same kernel, transposed.

    ``h = (x × W) × Wᵀ``: the gradients of both uses of the kernel are added.

    Args:
        units: how many numbers the code has.
        seed: of the kernel.

    Input shape:
        (batch, features)

    Output shape:
        (batch, features)

    Weights:
        kernel: (features, units)
    """

    def __init__(self, units: int, seed: int, **named: Any) -> None:
        super().__init__(**named)
        self.units = units
        self.seed = seed

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the one kernel."""
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], self.units),
            initializer=keras.initializers.GlorotUniform(seed=self.seed),
        )

    def call(self, inputs: Any) -> Any:
        """Code, and decode."""
        return keras.ops.matmul(
            keras.ops.matmul(inputs, self.kernel), keras.ops.transpose(self.kernel)
        )


class FrozenDense(keras.layers.Layer):
    """Two dense layers, of which the first is not trained.

    Args:
        units: of both.
        seed: of the kernels.

    Input shape:
        (batch, features)

    Output shape:
        (batch, units)

    Weights:
        frozen/kernel: (features, units)
        frozen/bias: (units,)
        trained/kernel: (units, units)
        trained/bias: (units,)
    """

    def __init__(self, units: int, seed: int, **named: Any) -> None:
        super().__init__(**named)
        first, second = (keras.initializers.GlorotUniform(seed=seed + k) for k in (0, 1))
        self.frozen = keras.layers.Dense(units, kernel_initializer=first, trainable=False)
        self.trained = keras.layers.Dense(units, kernel_initializer=second)

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Build both."""
        self.frozen.build(input_shape)
        self.trained.build((*input_shape[:-1], self.frozen.units))

    def call(self, inputs: Any) -> Any:
        """Call one after the other."""
        return self.trained(self.frozen(inputs))


@dataclass(frozen=True, kw_only=True)
class Demonstration:
    """One of these layers.

    Attributes:
        make: takes a seed; the layer takes (batch, FEATURES).
        written: the same as Python, with ``{seed}``.
        classes: that it needs.
    """

    make: Callable[[int], Any]
    written: str
    classes: tuple[type, ...]

    def helpers(self) -> str:
        """Return the Python of the classes."""
        sources = "\n\n\n".join(map(lean_source, self.classes))
        numbers = f"FEATURES, UNITS = {FEATURES}, {UNITS}"
        imports = "from typing import Any\n\nimport tensorflow as tf"
        return f"{imports}\n\n{numbers}\n\n\n{sources}\n\n"


DEMONSTRATIONS: Mapping[str, Demonstration] = {
    "repeated_dense_as_posted": Demonstration(
        make=RepeatedAsPosted,
        written="RepeatedAsPosted({seed})",
        classes=(CustomLayer, RepeatedAsPosted),
    ),
    "tied_dense": Demonstration(
        make=lambda seed: TiedDense(UNITS, seed),
        written="TiedDense(UNITS, {seed})",
        classes=(TiedDense,),
    ),
    "frozen_dense": Demonstration(
        make=lambda seed: FrozenDense(UNITS, seed),
        written="FrozenDense(UNITS, {seed})",
        classes=(FrozenDense,),
    ),
}
"""By the name in the link."""
