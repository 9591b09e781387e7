"""What a layer holds, however deep: in attributes, lists, dicts, modules, closures and globals."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.checkup.source import functions_of
from layers.checkup.subject import is_stock, own_classes

DEPTH = 8
_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_BASE = frozenset(vars(keras.layers.Layer()))
_MODELS = frozenset({"optimizer", "loss", "history", "_optimizer", "_loss", "_functional", "_nodes"})
_CLOSED = (
    keras.optimizers.Optimizer,
    keras.losses.Loss,
    keras.metrics.Metric,
    keras.DTypePolicy,
    keras.KerasTensor,
    types.ModuleType,
    type,
)


@dataclass(frozen=True)
class Held:
    """One thing that a layer holds.

    Attributes:
        path: the way to it, as one would write it: ``self.parts["a"]``.
        value: the thing.
        owner: the layer or module among whose attributes it is.
        attribute: under which name.
    """

    path: str
    value: Any
    owner: Any
    attribute: str


def held(root: Any, *, closures: bool = True) -> Iterator[Held]:
    """Yield every variable, tensor, array, plain value and container that a layer holds.

    Keras's own book-keeping is left out; nested layers are looked into. A Lambda's function is
    left to ``held_by``.
    """
    seen: set[int] = set()
    yield from _walk(Held("self", root, root, ""), seen, 0, closures=closures)


def held_by(function: Any) -> Iterator[Held]:
    """Yield what a function holds by its closure, its defaults and the globals it names."""
    yield from _function(Held("", function, function, ""), set(), 0)


def is_variable(value: Any) -> bool:
    """Return whether a value is a variable of TensorFlow or Keras."""
    return isinstance(value, (tf.Variable, keras.Variable))


def is_plain(value: Any) -> bool:
    """Return whether a value is a number, a word, or nothing."""
    return isinstance(value, (*_PLAIN, np.generic))


def _walk(item: Held, seen: set[int], depth: int, *, closures: bool = True) -> Iterator[Held]:
    value = item.value
    if is_plain(value):
        yield item
        return
    if id(value) in seen or depth > DEPTH or isinstance(value, _CLOSED):
        return
    seen.add(id(value))
    if is_variable(value) or tf.is_tensor(value) or isinstance(value, np.ndarray):
        yield item
    elif isinstance(value, dict):
        yield item
        for key, inner in list(value.items()):
            yield from _walk(_inside(item, f"[{key!r}]", inner), seen, depth + 1)
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield item
        for place, inner in enumerate(list(value)):
            yield from _walk(_inside(item, f"[{place}]", inner), seen, depth + 1)
    elif isinstance(value, (types.FunctionType, functools.partial)):
        yield from _function(item, seen, depth)
    elif isinstance(value, keras.layers.Layer):
        yield from _layer(item, seen, depth, closures=closures)
    elif hasattr(value, "__dict__") and (isinstance(value, tf.Module) or not is_stock(type(value))):
        for name, inner in list(vars(value).items()):
            if name.startswith("_self_"):
                continue
            where = Held(f"{item.path}.{name}", inner, value, name)
            yield from _walk(where, seen, depth + 1)


def _inside(item: Held, step: str, value: Any) -> Held:
    return Held(item.path + step, value, item.owner, item.attribute)


def _layer(item: Held, seen: set[int], depth: int, *, closures: bool) -> Iterator[Held]:
    layer = item.value
    if isinstance(layer, (keras.Sequential, keras.models.Model)):
        for child in getattr(layer, "layers", ()):
            where = Held(f"{item.path}.{child.name}", child, layer, child.name)
            yield from _walk(where, seen, depth + 1)
    hidden = _BASE | (_MODELS if isinstance(layer, keras.Model) else frozenset())
    for name, inner in list(vars(layer).items()):
        if name in hidden or name.startswith("_self_"):  # TensorFlow's own book-keeping
            continue
        if not (isinstance(layer, keras.layers.Lambda) and callable(inner)):
            where = Held(f"{item.path}.{name}", inner, layer, name)
            yield from _walk(where, seen, depth + 1)
    for cls in own_classes(layer):
        for name, inner in list(vars(cls).items()):
            if not name.startswith("__") and not callable(inner) and not hasattr(inner, "__get__"):
                yield from _walk(Held(f"{item.path}.{name}", inner, layer, name), seen, depth + 1)
        if closures:
            for function in functions_of(cls):
                yield from _function(Held("", function, layer, ""), seen, depth + 1)


def _function(item: Held, seen: set[int], depth: int) -> Iterator[Held]:
    function = item.value
    if isinstance(function, functools.partial):
        for value in (*function.args, *function.keywords.values(), function.func):
            yield from _walk(Held(item.path, value, item.owner, ""), seen, depth + 1)
        return
    code = function.__code__
    named: list[tuple[str, Any]] = []
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        try:
            named.append((name, cell.cell_contents))
        except ValueError:  # not filled yet
            continue
    arguments = code.co_varnames[: code.co_argcount]
    defaults = function.__defaults__ or ()
    named += zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True)
    named += [
        (name, function.__globals__[name])
        for name in _names(code)
        if name in function.__globals__
    ]
    for name, value in named:
        # Functions are followed into closures only: through globals lies the rest of the world.
        if name == "__class__" or isinstance(value, types.ModuleType):
            continue
        if isinstance(value, types.FunctionType) and name not in code.co_freevars:
            continue
        if isinstance(value, keras.layers.Layer) and isinstance(item.owner, keras.layers.Layer):
            if value is item.owner:
                continue
        yield from _walk(Held(name, value, function, name), seen, depth + 1)


def _names(code: types.CodeType) -> list[str]:
    """Return the names a function may look up among its globals, nested functions' too."""
    names = list(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names += _names(constant)
    return names
