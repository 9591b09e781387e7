"""A Keras layer's constructor arguments: those that differ from its defaults, made or written."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import keras

from layers.catalog import signatures
from layers.catalog.keras_layers.line import Fixed, Inner, Line
from layers.catalog.signatures import INITIALIZER_ALIASES
from layers.inputs.description import Values

_SIZES = {
    *("kernel_size", "strides", "dilation_rate", "pool_size", "size", "padding", "cropping"),
    "output_size",
}
"""Arguments for which one number stands for the same number on each axis."""


_parameters_of = cache(signatures.parameters_of)
"""Only Keras's own classes come here. To read a signature takes as long as a small layer's call."""


@dataclass(frozen=True)
class KerasObject:
    """An object of Keras's among the arguments: a layer or an initialiser."""

    path: str
    arguments: Mapping[str, Any]

    def __str__(self) -> str:
        """Write the Python that makes it."""
        return f"keras.{self.path}({written(self.arguments)})"

    def make(self) -> Any:
        """Make it."""
        room, _, name = self.path.partition(".")
        return getattr(getattr(keras, room), name)(**realised(self.arguments))


def realised(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments with the objects that they stand for."""
    return {name: _realised(value) for name, value in given.items()}


def _realised(value: Any) -> Any:
    if isinstance(value, list):
        return [_realised(each) for each in value]
    return value.make() if isinstance(value, KerasObject) else value


def written(given: Mapping[str, Any], *, room: int = 1000) -> str:
    """Write arguments as Python does: on one line if there is room, else on a line each."""
    texts = [f"{name}={_text(value)}" for name, value in given.items()]
    if len(line := ", ".join(texts)) <= room:
        return line
    return "\n" + "".join(f"    {text},\n" for text in texts)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return str(value) if isinstance(value, KerasObject) else repr(value)


def arguments(line: Line, cls: type, values: Values, seed: int) -> dict[str, Any]:
    """Return what the constructor is given, without what is Keras's default anyway.

    Args:
        line: the layer's line in the table.
        cls: its class.
        values: checked field values.
        seed: of initialisers and of random draws; each initialiser has one of its own.
    """
    given: dict[str, Any] = {}
    drawn = 0
    for name, parameter in _parameters_of(cls).items():
        wanted = line.arguments.get(name)
        if line.wraps and name == line.wraps.argument:
            inner = _inner(line.wraps.options[values["wrapped"]], values)
            given[name] = [inner] * line.wraps.times if line.wraps.times else inner
        elif isinstance(wanted, Fixed):
            given[name] = wanted.value
        elif name == "seed" and _draws(values):
            given[name] = seed
        elif name.endswith("_initializer") and name in values:
            value = _initializer(values[name], None if line.random_state else seed + drawn)
            drawn += 1
            if not _is_default(value, parameter):
                given[name] = value
        elif name in values:
            value = _one_for_all(name, values[name])
            # A pooling layer that is given no strides takes its window's size.
            tiled = name == "strides" and parameter.default is None
            default = values["pool_size"] if tiled else parameter.default
            if not _equal(name, value, default):
                given[name] = value
    return {**given, **(line.derive(values) if line.derive else {})}


def _inner(inner: Inner, values: Values) -> KerasObject:
    cls = getattr(keras.layers, inner.cls)
    own = _parameters_of(cls)
    chosen = {name: values[name] for name in inner.fields}
    differing = {n: v for n, v in chosen.items() if not _equal(n, v, own[n].default)}
    return KerasObject(f"layers.{inner.cls}", {**differing, **inner.fixed})


def _draws(values: Values) -> bool:
    """Return whether a seed matters: not where every dropout is 0."""
    drops = [values[name] for name in ("dropout", "recurrent_dropout") if name in values]
    return not drops or any(drops)


def _initializer(name: str, seed: int | None) -> KerasObject | str:
    if seed is None or "seed" not in _parameters_of(_class_of(name)):
        return name
    return KerasObject(f"initializers.{_class_of(name).__name__}", {"seed": seed})


def _class_of(name: str) -> type:
    """Return an initialiser's class. ``keras.initializers.get`` would make one, and so draw."""
    words = INITIALIZER_ALIASES.get(name.lower(), name).split("_")
    return getattr(keras.initializers, "".join(word.capitalize() for word in words))


def _is_default(value: KerasObject | str, parameter: inspect.Parameter) -> bool:
    """Return whether an initialiser by name, so one without a seed, is Keras's own choice."""
    if isinstance(value, KerasObject) or not isinstance(parameter.default, str):
        return False
    return _class_of(value) is _class_of(parameter.default)


def _one_for_all(name: str, value: Any) -> Any:
    """Return one number where all axes have the same."""
    if name in _SIZES and isinstance(value, tuple) and all(each == value[0] for each in value):
        return _one_for_all(name, value[0])
    return value


def _equal(name: str, value: Any, default: Any) -> bool:
    if name.endswith("activation") and value == "linear":
        return default in (None, "linear")
    return value == _one_for_all(name, default)
