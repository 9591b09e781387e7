"""The layer under test: probes make it, build it and call it as often as they need."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.checkup.shapes import Shape, Shapes, all_shapes, map_shapes
from layers.checkup.source import ClassSource, source_of

BATCH = 8
_LIBRARIES = tuple(str(Path(module.__file__).parent) for module in (keras, tf))


def is_library(file: str) -> bool:
    """Return whether a file belongs to Keras or TensorFlow."""
    return file.startswith(_LIBRARIES)


def is_stock(cls: type) -> bool:
    """Return whether a class belongs to Keras, TensorFlow or Python."""
    return cls.__module__.partition(".")[0] in {"keras", "tensorflow", "builtins"}


def author_classes(layer: object) -> list[type]:
    """Return those of a layer's classes that the author wrote, the most derived first."""
    return [cls for cls in type(layer).__mro__ if not is_stock(cls)]


def attempt(work: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """Return ``work``'s result and None, or None and the error that it raised."""
    try:
        return work(), None
    except (Exception, SystemExit) as error:  # noqa: BLE001 (an author's code may raise anything)
        return None, error


@dataclass(frozen=True)
class LayerUnderTest:
    """A layer to examine.

    Attributes:
        make: returns a new layer.
        shape: the input's shape, batch first; a list of shapes for a layer that takes a list, a
            dict for one that takes several arguments.
        dtype: the input's: a float, an integer, ``bool`` or ``string``.
        registered: serializable classes that only the sender's process has, by registered name.
    """

    make: Callable[[], Any]
    shape: Shapes
    dtype: str = "float32"
    registered: Mapping[str, type] = field(default_factory=dict)

    def new(self) -> Any:
        """Return a new layer."""
        return self.make()

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments by name, defaults included."""
        seen: list[dict[str, Any]] = []
        cls = type(self.new())
        init = cls.__init__
        signature = inspect.signature(init)

        def recorder(layer: Any, *arguments: Any, **named: Any) -> None:
            if type(layer) is cls and not seen:
                bound = signature.bind(layer, *arguments, **named)
                bound.apply_defaults()
                kinds = signature.parameters
                given = list(bound.arguments.items())[1:]
                plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
                seen.append({name: value for name, value in given if kinds[name].kind in plain})
                for name, value in given:
                    if kinds[name].kind is inspect.Parameter.VAR_KEYWORD:
                        seen[0].update(value)
            init(layer, *arguments, **named)

        with temporarily_set(cls, "__init__", recorder):
            self.new()
        return seen[0] if seen else {}

    def inputs(self, seed: int = 0, batch: int | None = None, shape: Shapes | None = None) -> Any:
        """Return random arrays of the input's shapes and dtype.

        Args:
            seed: for the random numbers.
            batch: another batch size.
            shape: other shapes.
        """
        draw = np.random.default_rng(seed)

        def array(shape: Shape) -> Any:
            lengths = (batch or shape[0] or BATCH, *(length or BATCH for length in shape[1:]))
            if self.dtype == "string":
                return tf.constant(draw.choice(["one", "two", "three"], size=lengths))
            if self.dtype.startswith(("int", "uint")):
                return draw.integers(0, 3, size=lengths).astype(self.dtype)
            if self.dtype == "bool":
                return draw.integers(0, 2, size=lengths).astype("bool")
            return draw.normal(size=lengths).astype(self.dtype)

        return map_shapes(array, self.shape if shape is None else shape)

    def specs(self, *, concrete: bool = True) -> Any:
        """Return symbolic inputs; their batch is unknown unless ``concrete``."""

        def spec(shape: Shape) -> Any:
            batch = (shape[0] or BATCH) if concrete else None
            return keras.Input(batch_shape=(batch, *shape[1:]), dtype=self.dtype)

        return map_shapes(spec, self.shape)

    @staticmethod
    def call_on(layer: Any, inputs: Any, **named: Any) -> Any:
        """Call a layer on the result of ``inputs`` or ``specs``."""
        if isinstance(inputs, dict):
            return layer(**inputs, **named)
        return layer(inputs, **named)

    def call(self, layer: Any, seed: int = 0, batch: int | None = None) -> list[Any]:
        """Call a layer on random numbers, and return its outputs as a flat list of tensors."""
        return flatten_outputs(self.call_on(layer, self.inputs(seed, batch)))

    def build(self, layer: Any) -> None:
        """Build a layer with its ``build`` alone, as a loaded model does."""
        if isinstance(self.shape, dict):
            takes = inspect.signature(layer.build).parameters
            shapes = {f"{name}_shape": shape for name, shape in self.shape.items()}
            if set(shapes) & set(takes):
                layer.build(**{name: shape for name, shape in shapes.items() if name in takes})
            else:
                layer.build(all_shapes(self.shape)[0])
        else:
            layer.build(self.shape)

    def called(self) -> Any:
        """Return a new layer that has been called once."""
        layer = self.new()
        self.call(layer)
        return layer

    def source(self, layer: Any) -> ClassSource | None:
        """Return the source of the layer's class; None if it is not available."""
        classes = author_classes(layer)
        return source_of(classes[0]) if classes else None


def flatten_outputs(outputs: Any) -> list[Any]:
    """Return the tensors in nested outputs."""
    return [tensor for tensor in keras.tree.flatten(outputs) if tensor is not None]


def as_array(value: Any) -> np.ndarray:
    """Return a tensor as an array. Of a ragged or sparse tensor, return the values only."""
    if isinstance(value, tf.RaggedTensor):
        value = value.flat_values
    if isinstance(value, tf.SparseTensor):
        value = value.values
    return np.array(keras.ops.convert_to_numpy(value)) if tf.is_tensor(value) else np.array(value)


def raw_variable(variable: Any) -> Any:
    """Return the TensorFlow variable of a Keras variable."""
    return variable.value if isinstance(variable, keras.Variable) else variable


def tracked_ids(layer: Any) -> set[int]:
    """Return the ids of all variables of a layer that Keras tracks, and of TensorFlow's in them."""
    ids: set[int] = set()
    for variable in layer.variables:
        ids |= {id(variable), id(raw_variable(variable))}
    return ids


def is_floating(value: Any) -> bool:
    """Return whether a tensor or array has a floating dtype."""
    dtype = getattr(value, "dtype", None)
    return dtype is not None and tf.as_dtype(dtype).is_floating


def difference(left: list[Any], right: list[Any]) -> float:
    """Return the largest difference between two lists of tensors; inf if their shapes differ."""
    if len(left) != len(right):
        return float("inf")
    largest = 0.0
    for one, other in zip(map(as_array, left), map(as_array, right), strict=True):
        if one.shape != other.shape:
            return float("inf")
        if one.dtype.kind in "OSU":
            distance = float((one != other).any())
        else:
            with np.errstate(all="ignore"):
                distance = np.abs(one.astype("float64") - other.astype("float64"))
            distance = float(np.nan_to_num(distance, nan=0.0).max(initial=0.0))
        largest = max(largest, distance)
    return largest


@contextmanager
def temporarily_set(owner: Any, name: str, value: Any):  # noqa: ANN201 (a context manager of nothing)
    """Set an attribute for the block, and restore it afterwards."""
    defined_here = name in vars(owner)
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if defined_here:
            setattr(owner, name, before)
        else:
            delattr(owner, name)


def summarize_error(error: BaseException) -> str:
    """Return an error as one line: its class and its message, without Keras's additions."""
    text = " ".join(str(error).replace("\x1b[1m", "").replace("\x1b[0m", "").split())
    for introduction in ("Error encountered: ", "Exception encountered: "):
        text = text.rpartition(introduction)[2]
    if text.startswith("Exception encountered when calling"):
        text = text.partition("(). ")[2] or text
    text = text.partition(" Arguments received by")[0]
    text = re.sub(r"\{\{function_node [^}]*\}\} ?| ?\[Op:\w*\]( name: ?)?", "", text)
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__
