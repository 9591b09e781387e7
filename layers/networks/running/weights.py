"""A layer's weights from a file: their shapes are compared before anything is allocated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from layers.inputs.fields import BadInputError
from layers.inputs.sources import format_shape
from layers.model_files import reader
from layers.model_files.arrays import to_float
from layers.model_files.model import FileSource, LayerEntry, WeightEntry


def read_at_build(layer: keras.layers.Layer, row: LayerEntry, source: FileSource) -> None:
    """Let a layer read its weights from a file when it is built.

    A layer makes each weight by ``add_weight``. Here that compares the shape with the file's first,
    so that a configuration that claims more than its file holds costs no memory, and then reads the
    file in place of an initialiser.

    Args:
        layer: not built.
        row: its entry in the file.
        source: the file.

    Raises:
        BadInputError: at building, where a weight is not in the file or has another shape.
    """
    by_name = {weight.name.rpartition("/")[2]: weight for weight in row.weights}
    for part in filter(None, (layer, getattr(layer, "cell", None))):
        # Past Keras's own __setattr__, which would look for variables in it.
        object.__setattr__(part, "add_weight", _reading(part.add_weight, by_name, row.path, source))


def _reading(
    add_weight: Callable[..., keras.Variable],
    by_name: dict[str, WeightEntry],
    path: str,
    source: FileSource,
) -> Callable[..., keras.Variable]:
    def add(
        shape: Any = None, initializer: Any = None, *, name: str = "", **more: Any
    ) -> keras.Variable:
        del initializer  # the file's numbers take its place
        claimed = tuple(shape or ())
        weight = by_name.get(name)
        if weight is None or weight.shape != claimed:
            raise BadInputError(
                f"No input can be fed to the network: expected {name or 'a weight'} of "
                f"{format_shape(claimed)} in {path[:60]!r}, as its configuration says. Received "
                f"{format_shape(weight.shape) if weight else 'none'}. Its weights are shown."
            )

        def stored(*_: Any, **__: Any) -> np.ndarray:
            values = reader.apply([(source, weight.where)], reader.whole)
            return to_float(values).astype("float32")

        return add_weight(shape=claimed, initializer=stored, name=name, **more)

    return add
