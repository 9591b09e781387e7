"""The objects that a layer reaches: in attributes, lists, dicts, modules, closures and globals."""

from __future__ import annotations

import collections
import functools
import itertools
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.checkup.examination.layer_under_test import author_classes, is_stock
from layers.checkup.source import functions_of

DEPTH = 8
_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_KERAS_ATTRIBUTES = frozenset(vars(keras.layers.Layer()))
_MODEL_ATTRIBUTES = frozenset(
    {"optimizer", "loss", "history", "_optimizer", "_loss", "_functional", "_nodes"}
)
_OPAQUE = (
    keras.optimizers.Optimizer,
    keras.losses.Loss,
    keras.metrics.Metric,
    keras.DTypePolicy,
    keras.KerasTensor,
    types.ModuleType,
    type,
)


@dataclass(frozen=True)
class Reachable:
    """One object that a layer reaches.

    Attributes:
        path: an expression for it: ``self.parts["a"]``.
        value: the object.
        owner: the layer or object whose attribute it is, or is in.
        attribute: the attribute's name.
    """

    path: str
    value: Any
    owner: Any
    attribute: str


def iter_reachable(root: Any, *, closures: bool = True) -> Iterator[Reachable]:
    """Yield every variable, tensor, array, plain value and container that a layer reaches.

    The attributes that every Keras layer has are left out. Sublayers are included. For a Lambda's
    function there is ``iter_reachable_from_function``.

    Args:
        root: the layer.
        closures: whether to include what the layer's methods close over, and the globals they use.
    """
    seen: set[int] = set()
    yield from _walk(Reachable("self", root, root, ""), seen, 0, closures=closures)


def iter_reachable_from_function(function: Any) -> Iterator[Reachable]:
    """Yield what a function reaches through its closure, its defaults and the globals it names.

    For a method or another callable object, include what the object reaches.
    """
    yield from _walk(Reachable("its function", function, function, ""), set(), 0)


def sublayer_path(layer: Any, child: Any) -> str:
    """Return the author's expression for a sublayer: ``self.query``, ``self.parts["a"].dense``.

    The shortest one; the sublayer's name if no attribute leads to it.
    """
    level: list[tuple[str, Any]] = [("self", layer)]
    seen = {id(layer)}
    for _ in range(DEPTH):
        following: list[tuple[str, Any]] = []
        for path, value in level:
            if isinstance(value, (dict, list, tuple)):
                inside = [(f"{path}{step}", inner) for step, inner in _entries(value)]
            else:
                hidden = _KERAS_ATTRIBUTES if isinstance(value, keras.layers.Layer) else frozenset()
                item = Reachable(path, value, None, "")
                inside = [(i.path, i.value) for i in _attributes(item, hidden)]
            for step, inner in inside:
                if inner is child:
                    return step
                container = isinstance(inner, (dict, list, tuple, keras.layers.Layer, tf.Module))
                author = hasattr(inner, "__dict__") and not is_stock(type(inner))
                closed = isinstance(inner, _OPAQUE)
                if (container or author) and not closed and id(inner) not in seen:
                    seen.add(id(inner))
                    following.append((step, inner))
        level = following
    return child.name


def is_variable(value: Any) -> bool:
    """Return whether a value is a TensorFlow or Keras variable."""
    return isinstance(value, (tf.Variable, keras.Variable))


def is_plain(value: Any) -> bool:
    """Return whether a value is a number, a text, or None."""
    return isinstance(value, (*_PLAIN, np.generic))


def _walk(
    item: Reachable, seen: set[int], depth: int, *, closures: bool = True
) -> Iterator[Reachable]:
    value = item.value
    if is_plain(value):
        yield item
        return
    if isinstance(value, itertools.count):
        yield Reachable(item.path, repr(value), item.owner, item.attribute)
        return
    yield from _walk_deeper(item, seen, depth, closures=closures)


def _walk_deeper(
    item: Reachable, seen: set[int], depth: int, *, closures: bool
) -> Iterator[Reachable]:
    value = item.value
    if id(value) in seen or depth > DEPTH or isinstance(value, _OPAQUE):
        return
    seen.add(id(value))
    if is_variable(value) or tf.is_tensor(value) or isinstance(value, np.ndarray):
        yield item
    elif isinstance(value, (dict, list, tuple, set, frozenset, collections.deque)):
        yield item
        for step, inner in _entries(value):
            yield from _walk(_inside(item, step, inner), seen, depth + 1)
    elif isinstance(value, (types.FunctionType, types.MethodType, functools.partial)):
        yield from _function(item, seen, depth)
    elif isinstance(value, keras.layers.Layer):
        yield from _layer(item, seen, depth, closures=closures)
    elif hasattr(value, "__dict__") and (isinstance(value, tf.Module) or not is_stock(type(value))):
        for inner in _attributes(item, frozenset()):
            yield from _walk(inner, seen, depth + 1)


def _entries(container: Any) -> list[tuple[str, Any]]:
    if isinstance(container, dict):
        return [(f"[{key!r}]", value) for key, value in container.items()]
    return [(f"[{place}]", value) for place, value in enumerate(container)]


def _attributes(item: Reachable, hidden: frozenset[str]) -> list[Reachable]:
    """Return an object's attributes, without the hidden names and TensorFlow's internal ones."""
    return [
        Reachable(f"{item.path}.{name}", value, item.value, name)
        for name, value in vars(item.value).items()
        if name not in hidden and not name.startswith("_self_")
    ]


def _inside(item: Reachable, step: str, value: Any) -> Reachable:
    return Reachable(item.path + step, value, item.owner, item.attribute)


def _layer(item: Reachable, seen: set[int], depth: int, *, closures: bool) -> Iterator[Reachable]:
    layer = item.value
    if isinstance(layer, keras.Model):
        for child in getattr(layer, "layers", ()):
            where = Reachable(f"{item.path}.{child.name}", child, layer, child.name)
            yield from _walk(where, seen, depth + 1)
    hidden = _KERAS_ATTRIBUTES | (
        _MODEL_ATTRIBUTES if isinstance(layer, keras.Model) else frozenset()
    )
    is_lambda = isinstance(layer, keras.layers.Lambda)
    for inner in _attributes(item, hidden):
        if not (is_lambda and callable(inner.value)):
            yield from _walk(inner, seen, depth + 1)
    for cls in author_classes(layer):
        for inner in _of_class(item, cls):
            yield from _walk(inner, seen, depth + 1)
        for function in functions_of(cls) if closures else ():
            yield from _function(Reachable("", function, layer, ""), seen, depth + 1)


def _of_class(item: Reachable, cls: type) -> list[Reachable]:
    """Return a class's own attributes that are not methods."""
    return [
        Reachable(f"{item.path}.{name}", value, item.value, name)
        for name, value in vars(cls).items()
        if not name.startswith("__") and not callable(value) and not hasattr(value, "__get__")
    ]


def _function(item: Reachable, seen: set[int], depth: int) -> Iterator[Reachable]:
    function = item.value
    if isinstance(function, functools.partial):
        for value in (*function.args, *function.keywords.values(), function.func):
            yield from _walk(Reachable(item.path, value, item.owner, ""), seen, depth + 1)
        return
    if isinstance(function, types.MethodType):
        yield from _walk(Reachable(item.path, function.__self__, item.owner, ""), seen, depth + 1)
        function = function.__func__
    for name, value in _names_and_values(function):
        if value is not item.owner:
            yield from _walk(Reachable(name, value, function, name), seen, depth + 1)


def _names_and_values(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield what a function reaches by name: its closure, its defaults, and globals.

    Functions and modules among the globals are left out: they would lead to unrelated objects.
    """
    code = function.__code__
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        if name != "__class__" and cell != types.CellType():  # an empty cell has no contents
            yield name, cell.cell_contents
    arguments = code.co_varnames[: code.co_argcount]
    defaults = function.__defaults__ or ()
    yield from zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True)
    for name in _names(code):
        value = function.__globals__.get(name)
        if not isinstance(value, (types.FunctionType, types.ModuleType)):
            yield name, value


def _names(code: types.CodeType) -> list[str]:
    """Return the names that a function, or one nested in it, may look up among its globals."""
    names = list(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names += _names(constant)
    return names
