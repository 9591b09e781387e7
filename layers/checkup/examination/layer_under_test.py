"""The layer under examination: made afresh, fed and called as often as probes like."""

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
from layers.checkup.source import Source, source_of

BATCH = 8
_LIBRARIES = tuple(str(Path(module.__file__).parent) for module in (keras, tf))


def is_library(file: str) -> bool:
    """Return whether a file is Keras's or TensorFlow's own."""
    return file.startswith(_LIBRARIES)


def is_stock(cls: type) -> bool:
    """Return whether a class comes with Keras or TensorFlow."""
    return cls.__module__.partition(".")[0] in {"keras", "tensorflow", "builtins"}


def own_classes(layer: object) -> list[type]:
    """Return the classes that the author wrote, the layer's own first."""
    return [cls for cls in type(layer).__mro__ if not is_stock(cls)]


def attempt(work: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """Return what ``work`` returns, and None; or None, and what it raised."""
    try:
        return work(), None
    except (Exception, SystemExit) as error:  # noqa: BLE001 (an author's code may raise anything)
        return None, error


@dataclass(frozen=True)
class Subject:
    """A layer to check.

    Attributes:
        make: returns a fresh layer.
        shape: of its input, batch first; a list of shapes for a layer of one list, a dict for one
            of several arguments.
        dtype: of the input: a float type, an integer type, or ``string``.
        registered: serialisable classes that only the sender's process knows, by registered name.
    """

    make: Callable[[], Any]
    shape: Shapes
    dtype: str = "float32"
    registered: Mapping[str, type] = field(default_factory=dict)

    def new(self) -> Any:
        """Return a fresh layer."""
        return self.make()

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """What the constructor was given, by name; what was left out is its default."""
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

        with replaced(cls, "__init__", recorder):
            self.new()
        return seen[0] if seen else {}

    def inputs(self, seed: int = 0, batch: int | None = None, shape: Shapes | None = None) -> Any:
        """Return arrays of the input's shape; another ``batch`` where it is given."""
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
        """Return symbolic inputs; of any batch, unless ``concrete``."""

        def spec(shape: Shape) -> Any:
            batch = (shape[0] or BATCH) if concrete else None
            return keras.Input(batch_shape=(batch, *shape[1:]), dtype=self.dtype)

        return map_shapes(spec, self.shape)

    @staticmethod
    def feed(layer: Any, fed: Any, **named: Any) -> Any:
        """Call a layer on what ``inputs`` or ``specs`` returned."""
        if isinstance(fed, dict):
            return layer(**fed, **named)
        return layer(fed, **named)

    def call(self, layer: Any, seed: int = 0, batch: int | None = None) -> list[Any]:
        """Call a layer on fresh numbers, and return its outputs as a flat list of tensors."""
        return flat(self.feed(layer, self.inputs(seed, batch)))

    def build(self, layer: Any) -> None:
        """Build a layer by its own ``build`` alone, as a loaded model does."""
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
        """Return a fresh layer that has been called once."""
        layer = self.new()
        self.call(layer)
        return layer

    def source(self, layer: Any) -> Source | None:
        """Return the source of the layer's class, where it is at hand."""
        classes = own_classes(layer)
        return source_of(classes[0]) if classes else None


def flat(outputs: Any) -> list[Any]:
    """Return the tensors in nested outputs."""
    return [tensor for tensor in keras.tree.flatten(outputs) if tensor is not None]


def as_array(value: Any) -> np.ndarray:
    """Return a tensor as an array; a ragged or sparse one as its values."""
    if isinstance(value, tf.RaggedTensor):
        value = value.flat_values
    if isinstance(value, tf.SparseTensor):
        value = value.values
    return np.array(keras.ops.convert_to_numpy(value)) if tf.is_tensor(value) else np.array(value)


def tensor_of(variable: Any) -> Any:
    """Return TensorFlow's variable behind a Keras one."""
    return variable.value if isinstance(variable, keras.Variable) else variable


def known_to(layer: Any) -> set[int]:
    """Return the identities of all variables that Keras tracks behind a layer."""
    ids: set[int] = set()
    for variable in layer.variables:
        ids |= {id(variable), id(tensor_of(variable))}
    return ids


def is_floating(value: Any) -> bool:
    """Return whether a tensor or array holds floating numbers."""
    dtype = getattr(value, "dtype", None)
    return dtype is not None and tf.as_dtype(dtype).is_floating


def difference(left: list[Any], right: list[Any]) -> float:
    """Return the largest difference between two lists of tensors; inf where shapes differ."""
    if len(left) != len(right):
        return float("inf")
    largest = 0.0
    for one, other in zip(map(as_array, left), map(as_array, right), strict=True):
        if one.shape != other.shape:
            return float("inf")
        if one.dtype.kind in "OSU":
            apart = float((one != other).any())
        else:
            with np.errstate(all="ignore"):
                apart = np.abs(one.astype("float64") - other.astype("float64"))
            apart = float(np.nan_to_num(apart, nan=0.0).max(initial=0.0))
        largest = max(largest, apart)
    return largest


@contextmanager
def replaced(owner: Any, name: str, value: Any):  # noqa: ANN201 (a context manager of nothing)
    """Put ``value`` in the place of an attribute for a while."""
    own = name in vars(owner)
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if own:
            setattr(owner, name, before)
        else:
            delattr(owner, name)


def short(error: BaseException) -> str:
    """Return an error as one line: its kind, and the sentence that says why."""
    text = " ".join(str(error).replace("\x1b[1m", "").replace("\x1b[0m", "").split())
    for introduction in ("Error encountered: ", "Exception encountered: "):
        text = text.rpartition(introduction)[2]
    if text.startswith("Exception encountered when calling"):
        text = text.partition("(). ")[2] or text
    text = text.partition(" Arguments received by")[0]
    text = re.sub(r"\{\{function_node [^}]*\}\} ?| ?\[Op:\w*\]( name: ?)?", "", text)
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__
