"""The rows that each step is taken on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.inputs.fields import BadInputError
from layers.inputs.sources import format_shape
from layers.recording.given import Given, given
from layers.traces.failure import words_of
from layers.training.settings import Settings


@dataclass(frozen=True, eq=False)
class Batch:
    """What one step is taken on.

    Attributes:
        passed: the layer's arguments.
        targets: one tensor for each output that has targets, float32.
    """

    passed: Given
    targets: tuple[Any, ...]


@dataclass(eq=False)
class Data:
    """A layer's arguments and targets, all rows of them.

    Attributes:
        layer: that they are for.
        arguments: by position: arrays, or lists and dicts of them.
        keywords: by name.
        targets: one float32 array an output.
        settings: with the seed and the size of a batch.
    """

    layer: Any
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    targets: tuple[np.ndarray, ...]
    settings: Settings

    @classmethod
    def of(
        cls, layer: Any, inputs: Any, targets: Any, settings: Settings, keywords: Mapping[str, Any]
    ) -> Data:
        """Read what a caller passes.

        Args:
            layer: any Keras layer.
            inputs: an array, or a list or dict of arrays, for one argument; a tuple for several.
            targets: an array for the first output, or a list of one for each of the first.
            settings: checked.
            keywords: further arguments of the layer's call.

        Raises:
            BadInputError: targets that are no numbers, or of other rows than the inputs where
                rows are drawn.
        """
        arguments = inputs if isinstance(inputs, tuple) else (inputs,)
        arguments = keras.tree.map_structure(_array, arguments)
        several = isinstance(targets, list | tuple) and any(hasattr(t, "shape") for t in targets)
        try:
            arrays = tuple(
                np.asarray(each).astype("float32") for each in (targets if several else [targets])
            )
        except (TypeError, ValueError) as error:
            raise BadInputError(
                "The targets cannot be read: expected an array of numbers. Received one that gives "
                f"{words_of(error)}. Bring one number for each output."
            ) from error
        data = cls(layer, arguments, dict(keywords), arrays, settings)
        wrong = [each.shape for each in arrays if each.shape[:1] != (data.rows,)]
        if data.size and wrong:
            raise BadInputError(
                f"Rows cannot be drawn: expected targets for {data.rows} rows of inputs. Received "
                f"{format_shape(wrong[0])}. Take all rows in every step, or bring a target for "
                "every row."
            )
        return data

    @cached_property
    def rows(self) -> int:
        """How many rows the first array has."""
        arrays = [leaf for leaf in keras.tree.flatten(self.arguments) if hasattr(leaf, "shape")]
        return len(arrays[0]) if arrays and arrays[0].shape else 0

    @property
    def size(self) -> int:
        """How many rows a step takes; 0 for all of them."""
        size = self.settings.batch_size
        return size if size < self.rows else 0

    def drawn(self, step: int) -> np.ndarray | None:
        """Return the rows of a step: each once an epoch, in an order of its own; None for all."""
        if not self.size:
            return None
        epoch, at = divmod(step, -(-self.rows // self.size))
        order = np.random.default_rng([self.settings.seed, epoch]).permutation(self.rows)
        return order[at * self.size : (at + 1) * self.size]

    def batch(self, step: int) -> Batch:
        """Return what a step is taken on."""
        rows = self.drawn(step)
        return self._whole if rows is None else self._batch(rows)

    @cached_property
    def _whole(self) -> Batch:
        return self._batch(None)

    def _batch(self, rows: np.ndarray | None) -> Batch:
        def cut(leaf: Any) -> Any:
            own = isinstance(leaf, np.ndarray) and leaf.shape[:1] == (self.rows,)
            return leaf[rows] if own and rows is not None else leaf

        arguments, keywords = keras.tree.map_structure(cut, (self.arguments, dict(self.keywords)))
        targets = tuple(tf.constant(cut(each)) for each in self.targets)
        return Batch(given(self.layer, arguments, keywords), targets)


def _array(leaf: Any) -> Any:
    return np.asarray(leaf) if isinstance(leaf, tf.Tensor | np.generic) else leaf
