"""Probes of serialization: ``get_config``, ``from_config`` and registration."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Collection, Iterator
from typing import Any

import keras
import numpy as np

from layers.checkup import fixes
from layers.checkup.examination.compare_layers import layer_differences, without_random
from layers.checkup.examination.layer_under_test import (
    LayerUnderTest,
    attempt,
    author_classes,
    is_stock,
    summarize_error,
)
from layers.checkup.probes.places import line_of
from layers.checkup.report import Finding, Fix

_BASE = ("name", "trainable", "dtype")
_PARTNERS = {
    "relu": "tanh",
    "tanh": "relu",
    "linear": "tanh",
    "sigmoid": "tanh",
    "softmax": "sigmoid",
    "gelu": "tanh",
    "elu": "tanh",
    "selu": "tanh",
    "swish": "tanh",
    "softplus": "tanh",
    "zeros": "ones",
    "ones": "zeros",
    "glorot_uniform": "ones",
    "random_normal": "ones",
    "valid": "same",
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
}


def config(tested: LayerUnderTest) -> Iterator[Finding]:
    """Serialize the layer, read it back, and compare: with each argument changed in turn."""
    layer = tested.new()
    if not author_classes(layer) and isinstance(layer, (keras.Model, keras.layers.Lambda)):
        return
    unserializable = _not_serializable(tested, layer)
    if unserializable:
        yield unserializable
        return
    copy, error = attempt(lambda: round_trip(layer))
    base: set[str] = set()
    if error:
        finding = _not_loadable(tested, layer, error)
        yield finding
        if finding.code != "no-kwargs":
            return
        base = set(_BASE)
        copy, error = attempt(lambda: round_trip(layer, without=base))
        if error:
            return
    yield from _incomplete(tested, layer, copy, base)


def round_trip(layer: Any, without: Collection[str] = ()) -> Any:
    """Serialize a layer as JSON, and return the layer that is read from it.

    Args:
        layer: the layer.
        without: keys to leave out of its configuration.
    """
    names = {cls.__name__: cls for cls in author_classes(layer)}
    for inner in layer._flatten_layers(include_self=False):
        names |= {cls.__name__: cls for cls in author_classes(inner)}
    with keras.saving.custom_object_scope(names):
        written = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
        written["config"] = {k: v for k, v in written["config"].items() if k not in without}
        written.pop("build_config", None)
        return keras.saving.deserialize_keras_object(written, names, safe_mode=False)


def _overrides(layer: Any, method: str) -> bool:
    owner = next((cls for cls in type(layer).__mro__ if method in vars(cls)), None)
    return owner is not None and not is_stock(owner)


def _not_serializable(tested: LayerUnderTest, layer: Any) -> Finding | None:
    """Return a finding if the layer cannot be serialized as JSON."""
    plain, error = attempt(layer.get_config)
    if error is None:
        text, error = attempt(lambda: json.dumps(keras.saving.serialize_keras_object(plain)))
        if error is None and '"__lambda__"' in text:
            error = ValueError("a lambda is saved as bytecode, which Keras does not load")
    if error is None:
        return None
    arguments, _ = attempt(lambda: tested.arguments)
    open_ended = _overrides(layer, "get_config")
    bad = [
        name
        for name, value in (arguments or {}).items()
        # Keras serializes an array that a get_config returns, but not by itself.
        if not (_is_serializable(value) and (open_ended or not isinstance(value, np.ndarray)))
    ]
    names = ", ".join(f"`{name}`" for name in bad)
    line = next((found for name in bad if (found := line_of(tested, layer, name))), None)
    first = bad[0] if bad else "get_config"
    return Finding(
        code="config-missing",
        severity="broken",
        where=f"{first}, line {line}" if line else first,
        wrong=f"{names or 'The configuration'} cannot be serialized as JSON"
        + ("." if _overrides(layer, "get_config") else ", and there is no `get_config`."),
        happens="A model with this layer cannot be saved.",
        evidence=f"`get_config` and JSON: {summarize_error(error)}",
        fix=_arrays_as_lists(tested, layer, {name: (arguments or {})[name] for name in bad}),
    )


def _arrays_as_lists(tested: LayerUnderTest, layer: Any, bad: dict[str, Any]) -> Fix | None:
    """Return a fix that saves arrays as lists, if arrays are the only obstacle."""
    arrays = {name: str(v.dtype) for name, v in bad.items() if isinstance(v, np.ndarray)}
    plain = [v for v in bad.values() if isinstance(v, np.ndarray) and v.dtype.kind in "biuf"]
    if not bad or len(plain) < len(bad) or _overrides(layer, "get_config"):
        return None
    return fixes.write_get_config(tested.source(layer), _arguments(layer), arrays)


def _is_serializable(value: Any) -> bool:
    def write() -> None:
        written = json.dumps(keras.saving.serialize_keras_object(value))
        if "__lambda__" in written:
            raise ValueError

    return attempt(write)[1] is None and not isinstance(value, keras.layers.Layer)


def _not_loadable(tested: LayerUnderTest, layer: Any, error: BaseException) -> Finding:
    """Return a finding for an error of ``from_config``."""
    text = str(error)
    unexpected = re.search(
        r"(?:got an unexpected keyword argument |Unrecognized keyword arguments passed to \w+: \{)"
        r"'(\w+)'",
        text,
    )
    missing_names = re.search(
        r"missing \d+ required (?:positional|keyword-only) arguments?: (.+)", text
    )
    source = tested.source(layer)
    init = source.method("__init__") if source else None
    line = f", line {init.lineno}" if init else ""
    takes = inspect.signature(type(layer).__init__).parameters.values()
    open_ended = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in takes)
    if unexpected and unexpected[1] in _BASE and not open_ended:
        return Finding(
            code="no-kwargs",
            severity="broken",
            where=f"__init__{line}",
            wrong="The constructor does not accept Keras's own arguments: it has no `**kwargs`.",
            happens="A saved model with this layer cannot be loaded.",
            evidence=f"`from_config(get_config())`: unexpected argument `{unexpected[1]}`.",
            fix=fixes.add_kwargs(source),
        )
    if missing_names:
        names = re.findall(r"'(\w+)'", missing_names[1])
        config = source.method("get_config") if source else None
        return Finding(
            code="config-incomplete",
            severity="broken",
            where=f"get_config, line {config.lineno}" if config else "get_config",
            wrong=f"`get_config` leaves out {', '.join(f'`{name}`' for name in names)}.",
            happens="A saved model with this layer cannot be loaded.",
            evidence=f"`from_config(get_config())`: {missing_names[0][:120]}",
            fix=fixes.write_get_config(source, _arguments(layer)),
        )
    return Finding(
        code="config-incomplete" if unexpected else "config-missing",
        severity="broken",
        where=f"__init__{line}",
        wrong="The layer cannot be made from its own configuration.",
        happens="A saved model with this layer cannot be loaded.",
        evidence=f"`from_config(get_config())`: {summarize_error(error)}",
        fix=fixes.write_get_config(source, _arguments(layer)) if unexpected else None,
    )


def _arguments(layer: Any) -> list[str]:
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = list(inspect.signature(type(layer).__init__).parameters.values())[1:]
    return [p.name for p in parameters if p.kind in plain and p.name not in _BASE]


def _incomplete(
    tested: LayerUnderTest, layer: Any, copy: Any, without: set[str]
) -> Iterator[Finding]:
    """Change one argument at a time, and look whether it survives serialization."""
    arguments, error = attempt(lambda: tested.arguments)
    if error or not author_classes(layer):
        return
    lost: dict[str, str] = {}
    random_differences = layer_differences(tested, tested.new(), tested.new())
    if random_differences is None:
        return
    as_made = layer_differences(tested, tested.new(), copy)
    if as_made and (more := {k: v for k, v in as_made.items() if k not in random_differences}):
        lost["as made"] = next(iter(more.values()))
    for name, other in _variants(layer, arguments):
        made, error = attempt(lambda n=name, o=other: type(layer)(**{**arguments, n: o}))
        if error or attempt(lambda m=made: tested.call(m))[1]:
            continue
        made = type(layer)(**{**arguments, name: other})
        back, error = attempt(lambda m=made: round_trip(m, without))
        if error:
            continue
        distance = layer_differences(tested, made, back) or {}
        twin = type(layer)(**{**arguments, name: other})
        distance = without_random(tested, made, twin, distance)
        if distance:
            lost[name] = f"with `{name}={other!r}`, {next(iter(distance.values()))}"
    named = [name for name in lost if name in arguments]
    if not lost:
        return
    if not named:  # only the layer as it was made differs
        config = layer.get_config()
        named = [name for name in _arguments(layer) if name not in config]
    source = tested.source(layer)
    method = source.method("get_config") if source else None
    yield Finding(
        code="config-incomplete",
        severity="broken",
        where=f"get_config, line {method.lineno}" if method else "get_config",
        wrong=f"{', '.join(f'`{name}`' for name in named) or 'An argument'} is not restored by "
        "`get_config`.",
        happens="A loaded model has another value, and gives other results without an error.",
        evidence="After `from_config(get_config())`: " + "; ".join(lost.values()) + ".",
        fix=fixes.write_get_config(source, _arguments(layer)),
    )


def _variants(layer: Any, arguments: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in _arguments(layer):
        value = arguments.get(name)
        if isinstance(value, bool):
            yield name, not value
        elif isinstance(value, int):
            yield name, value + 1
        elif isinstance(value, float):
            yield name, value * 0.5 if value else 0.25
        elif isinstance(value, str) and value in _PARTNERS:
            yield name, _PARTNERS[value]
        elif value is None and "activation" in name:
            yield name, "tanh"
    if not hasattr(layer, "_functional"):
        yield "trainable", False


def unregistered(tested: LayerUnderTest) -> Iterator[Finding]:
    """Look up the class by its registered name, as a loaded file does."""
    layer = tested.new()
    inside = (
        layer.layers if isinstance(layer, keras.Model) and not author_classes(layer) else [layer]
    )
    for each in inside:
        classes = author_classes(each)
        if not classes:
            continue
        cls = classes[0]
        name = keras.saving.get_registered_name(cls)
        if cls is type(each) and keras.saving.get_registered_object(name) is cls:
            continue
        if cls is not type(each):
            continue
        source = tested.source(each)
        package = cls.__module__.rpartition(".")[2].strip("_") or "my_module"
        yield Finding(
            code="unregistered",
            severity="note",
            where=f"class {cls.__name__}, line {source.tree.lineno}"
            if source
            else f"class {cls.__name__}",
            wrong=f"The class `{cls.__name__}` is not registered with Keras.",
            happens="A saved model loads only if `custom_objects` is passed.",
            evidence=f"`keras.saving.get_registered_object({name!r})` is None" + _loading(each),
            fix=fixes.register_class(source, package),
        )


def _loading(layer: Any) -> str:
    written, error = attempt(lambda: keras.saving.serialize_keras_object(layer))
    if error:
        return "."
    _, error = attempt(lambda: keras.saving.deserialize_keras_object(written))
    if error is None:
        return "; in this process it is found by its module."
    return f"; reading the layer back: {summarize_error(error).partition('. ')[0]}."
