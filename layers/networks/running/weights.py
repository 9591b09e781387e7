"""A layer's weights from a file: their shapes are compared before anything is allocated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras
import numpy as np

from layers.inputs.fields import BadInputError
from layers.inputs.sources import format_shape
from layers.model_files import reader
from layers.model_files.arrays import to_float
from layers.model_files.model import FileSource, LayerEntry, WeightEntry

Shape = tuple[int | None, ...]
_HEADS = (keras.layers.MultiHeadAttention, keras.layers.GroupQueryAttention)
_OUTPUT = {"attention_output": "output"}
"""Keras's name of a part → the one that it has among a file's weights."""


class StoredWeights:
    """The weights of one layer in a file.

    Attributes:
        row: the layer's entry.
        source: the file.
    """

    def __init__(self, row: LayerEntry, source: FileSource) -> None:
        """Keep where the weights are."""
        self.row, self.source = row, source
        self._by_name = {weight.name: weight for weight in row.weights}
        self._by_end: dict[str, list[WeightEntry]] = {}
        for weight in row.weights:
            self._by_end.setdefault(weight.name.rpartition("/")[2], []).append(weight)

    def checked(self, name: str, shape: Shape) -> WeightEntry:
        """Return a weight's entry.

        Args:
            name: with that of the part that it belongs to, as in ``forward/kernel``.
            shape: as the configuration claims.

        Raises:
            BadInputError: it is not in the file, or has another shape.
        """
        ends = self._by_end.get(name.rpartition("/")[2], [])
        weight = self._by_name.get(name) or (ends[0] if len(ends) == 1 else None)
        if weight is None or weight.shape != shape:
            raise BadInputError(
                f"The network cannot be run: expected {name or 'a weight'} of "
                f"{format_shape(tuple(n or 0 for n in shape))} in {self.row.path[:60]!r}, as its "
                f"configuration says. Received {format_shape(weight.shape) if weight else 'none'}. "
                "Its weights are shown."
            )
        return weight

    def read(self, weight: WeightEntry) -> np.ndarray:
        """Return a weight's numbers as float32."""
        values = reader.apply([(self.source, weight.where)], reader.whole)
        return to_float(values).astype("float32")


def read_at_build(layer: keras.layers.Layer, stored: StoredWeights) -> None:
    """Let a layer, and those within it, read their weights from a file when they are built.

    A layer makes each weight by ``add_weight``. Here that compares the shape with the file's first,
    so that a configuration that claims more than its file holds costs no memory, and then reads the
    file in place of an initialiser.

    Args:
        layer: not built.
        stored: its weights.
    """
    for prefix, part in _parts(layer):
        # Past Keras's own __setattr__, which would look for variables in it.
        object.__setattr__(part, "add_weight", _reading(part.add_weight, prefix, stored))


def _parts(layer: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the layer and those within it, each with what stands before its weights' names."""
    yield prefix, layer
    if isinstance(layer, keras.layers.Bidirectional):
        yield from _parts(layer.forward_layer, f"{prefix}forward/")
        yield from _parts(layer.backward_layer, f"{prefix}backward/")
    elif isinstance(layer, keras.layers.Wrapper):
        yield from _parts(layer.layer, prefix)
    elif (cell := getattr(layer, "cell", None)) is not None:
        yield from _parts(cell, prefix)


def _reading(
    add_weight: Callable[..., keras.Variable], prefix: str, stored: StoredWeights
) -> Callable[..., keras.Variable]:
    def add(
        shape: Any = None, initializer: Any = None, *, name: str = "", **more: Any
    ) -> keras.Variable:
        del initializer  # the file's numbers take its place
        claimed = tuple(shape or ())
        weight = stored.checked(f"{prefix}{name}", claimed)

        def numbers(*_: Any, **__: Any) -> np.ndarray:
            return stored.read(weight)

        return add_weight(shape=claimed, initializer=numbers, name=name, **more)

    return add


def check_heads(layer: keras.layers.Layer, shapes: tuple[Any, ...], stored: StoredWeights) -> None:
    """Compare an attention's weights with a file's, before its parts are made at building.

    Args:
        layer: not built; nothing is checked of one that is no attention with heads.
        shapes: of the query, the value and, where it is passed, the key.
        stored: its weights.

    Raises:
        BadInputError: one that is not in the file, or has another shape.
    """
    if not isinstance(layer, _HEADS):
        return
    config = layer.get_config()
    for name, shape in _heads(config, shapes).items():
        stored.checked(f"{name}/kernel", shape)


def _heads(config: Mapping[str, Any], shapes: tuple[Any, ...]) -> dict[str, Shape]:
    """Return the shapes of an attention's kernels, by their part."""
    query, value, key = (shape[-1] for shape in (*shapes, shapes[-1])[:3])
    if "head_dim" in config:
        size, heads, fewer = (
            config[name] for name in ("head_dim", "num_query_heads", "num_key_value_heads")
        )
        return {
            "query": (query, heads, size),
            "key": (key, fewer, size),
            "value": (value, fewer, size),
            "output": (heads, size, query),
        }
    heads, size = config["num_heads"], config["key_dim"]
    wide = config["value_dim"] or size
    out = config["output_shape"] or (query,)
    return {
        "query": (query, heads, size),
        "key": (key, heads, size),
        "value": (value, heads, wide),
        "output": (heads, wide, *((out,) if isinstance(out, int) else out)),
    }


def fill_heads(layer: keras.layers.Layer, stored: StoredWeights) -> None:
    """Read an attention's weights, after building.

    Args:
        layer: built; nothing is done to one that is no attention with heads.
        stored: its weights.

    Raises:
        BadInputError: one that is not in the file, or has another shape.
    """
    if not isinstance(layer, _HEADS):
        return
    for variable in layer.weights:
        part, name = variable.path.split("/")[-2:]
        weight = stored.checked(f"{_OUTPUT.get(part, part)}/{name}", tuple(variable.shape))
        variable.assign(stored.read(weight))
