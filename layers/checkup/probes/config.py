"""Writing the layer down and reading it back: ``get_config``, ``from_config``, registration."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Collection, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import (
    Subject,
    attempt,
    difference,
    is_stock,
    own_classes,
    short,
)
from layers.checkup.examination.object_graph import held, is_plain
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


def config(subject: Subject) -> Iterator[Finding]:
    """Write the layer down, read it back, and compare: every argument, one by one."""
    layer = subject.new()
    if not own_classes(layer) and isinstance(layer, (keras.Model, keras.layers.Lambda)):
        return
    missing = _written(subject, layer)
    if missing:
        yield missing
        return
    copy, error = attempt(lambda: round_trip(layer))
    base: set[str] = set()
    if error:
        finding = _reading(subject, layer, error)
        yield finding
        if finding.code != "no-kwargs":
            return
        base = set(_BASE)
        copy, error = attempt(lambda: round_trip(layer, without=base))
        if error:
            return
    yield from _incomplete(subject, layer, copy, base)


def round_trip(layer: Any, without: Collection[str] = ()) -> Any:
    """Write a layer as JSON, and return the layer that is read from it."""
    names = {cls.__name__: cls for cls in own_classes(layer)}
    for inner in layer._flatten_layers(include_self=False):
        names |= {cls.__name__: cls for cls in own_classes(inner)}
    with keras.saving.custom_object_scope(names):
        written = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
        written["config"] = {k: v for k, v in written["config"].items() if k not in without}
        written.pop("build_config", None)
        return keras.saving.deserialize_keras_object(written, names, safe_mode=False)


def _overrides(layer: Any, method: str) -> bool:
    owner = next((cls for cls in type(layer).__mro__ if method in vars(cls)), None)
    return owner is not None and not is_stock(owner)


def _written(subject: Subject, layer: Any) -> Finding | None:
    """Return what keeps the layer from being written as JSON."""
    plain, error = attempt(layer.get_config)
    if error is None:
        text, error = attempt(lambda: json.dumps(keras.saving.serialize_keras_object(plain)))
        if error is None and '"__lambda__"' in text:
            error = ValueError("a lambda would be saved as bytecode, which is refused when loaded")
    if error is None:
        return None
    arguments, _ = attempt(lambda: subject.arguments)
    open_ended = _overrides(layer, "get_config")
    bad = [
        name
        for name, value in (arguments or {}).items()
        # Keras writes an array that a get_config returns, and none by itself.
        if not (_is_writable(value) and (open_ended or not isinstance(value, np.ndarray)))
    ]
    names = ", ".join(f"`{name}`" for name in bad)
    line = next((found for name in bad if (found := line_of(subject, layer, name))), None)
    first = bad[0] if bad else "get_config"
    return Finding(
        code="config-missing",
        severity="broken",
        where=f"{first}, line {line}" if line else first,
        wrong=f"{names or 'The configuration'} cannot be written as JSON"
        + ("." if _overrides(layer, "get_config") else ", and there is no `get_config`."),
        happens="A model with this layer cannot be saved.",
        evidence=f"`get_config` and JSON: {short(error)}",
        fix=_listed(subject, layer, {name: (arguments or {})[name] for name in bad}),
    )


def _listed(subject: Subject, layer: Any, bad: dict[str, Any]) -> Fix | None:
    """Write arrays as lists, where nothing else keeps the layer from being written."""
    arrays = {name: str(v.dtype) for name, v in bad.items() if isinstance(v, np.ndarray)}
    plain = [v for v in bad.values() if isinstance(v, np.ndarray) and v.dtype.kind in "biuf"]
    if not bad or len(plain) < len(bad) or _overrides(layer, "get_config"):
        return None
    return fixes.config(subject.source(layer), _arguments(layer), arrays)


def _is_writable(value: Any) -> bool:
    def write() -> None:
        written = json.dumps(keras.saving.serialize_keras_object(value))
        if "__lambda__" in written:
            raise ValueError

    return attempt(write)[1] is None and not isinstance(value, keras.layers.Layer)


def _reading(subject: Subject, layer: Any, error: BaseException) -> Finding:
    """Return what keeps the layer from being read back."""
    text = str(error)
    unexpected = re.search(
        r"(?:got an unexpected keyword argument |Unrecognized keyword arguments passed to \w+: \{)"
        r"'(\w+)'",
        text,
    )
    lacking = re.search(r"missing \d+ required (?:positional|keyword-only) arguments?: (.+)", text)
    source = subject.source(layer)
    init = source.method("__init__") if source else None
    line = f", line {init.lineno}" if init else ""
    takes = inspect.signature(type(layer).__init__).parameters.values()
    open_ended = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in takes)
    if unexpected and unexpected[1] in _BASE and not open_ended:
        return Finding(
            code="no-kwargs",
            severity="broken",
            where=f"__init__{line}",
            wrong="The constructor does not take Keras's own arguments: there is no `**kwargs`.",
            happens="A saved model with this layer cannot be loaded.",
            evidence=f"`from_config(get_config())`: unexpected argument `{unexpected[1]}`.",
            fix=fixes.kwargs(source),
        )
    if lacking:
        names = re.findall(r"'(\w+)'", lacking[1])
        config = source.method("get_config") if source else None
        return Finding(
            code="config-incomplete",
            severity="broken",
            where=f"get_config, line {config.lineno}" if config else "get_config",
            wrong=f"`get_config` leaves out {', '.join(f'`{name}`' for name in names)}.",
            happens="A saved model with this layer cannot be loaded.",
            evidence=f"`from_config(get_config())`: {lacking[0][:120]}",
            fix=fixes.config(source, _arguments(layer)),
        )
    return Finding(
        code="config-incomplete" if unexpected else "config-missing",
        severity="broken",
        where=f"__init__{line}",
        wrong="The layer cannot be made from its own configuration.",
        happens="A saved model with this layer cannot be loaded.",
        evidence=f"`from_config(get_config())`: {short(error)}",
        fix=fixes.config(source, _arguments(layer)) if unexpected else None,
    )


def _arguments(layer: Any) -> list[str]:
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = list(inspect.signature(type(layer).__init__).parameters.values())[1:]
    return [p.name for p in parameters if p.kind in plain and p.name not in _BASE]


def _incomplete(subject: Subject, layer: Any, copy: Any, without: set[str]) -> Iterator[Finding]:
    """Set every argument off its default, one at a time, and see whether it comes back."""
    arguments, error = attempt(lambda: subject.arguments)
    if error or not own_classes(layer):
        return
    lost: dict[str, str] = {}
    steady = _differing(subject, subject.new(), subject.new())
    if steady is None:
        return
    as_made = _differing(subject, subject.new(), copy)
    if as_made and (more := {k: v for k, v in as_made.items() if k not in steady}):
        lost["as it was made"] = next(iter(more.values()))
    for name, other in _variants(layer, arguments):
        made, error = attempt(lambda n=name, o=other: type(layer)(**{**arguments, n: o}))
        if error or attempt(lambda m=made: subject.call(m))[1]:
            continue
        made = type(layer)(**{**arguments, name: other})
        back, error = attempt(lambda m=made: round_trip(m, without))
        if error:
            continue
        apart = _differing(subject, made, back) or {}
        apart = {path: told for path, told in apart.items() if path not in steady}
        if apart:
            lost[name] = f"with `{name}={other!r}`, {next(iter(apart.values()))}"
    named = [name for name in lost if name in arguments]
    if not lost:
        return
    if not named:  # nothing could be told apart by setting one argument: as it was made, it differs
        config = layer.get_config()
        named = [name for name in _arguments(layer) if name not in config]
    source = subject.source(layer)
    method = source.method("get_config") if source else None
    yield Finding(
        code="config-incomplete",
        severity="broken",
        where=f"get_config, line {method.lineno}" if method else "get_config",
        wrong=f"{', '.join(f'`{name}`' for name in named) or 'Something'} does not come back from "
        "`get_config`.",
        happens="A loaded model has the default instead, gives other results, and says nothing.",
        evidence="After `from_config(get_config())`: " + "; ".join(lost.values()) + ".",
        fix=fixes.config(source, _arguments(layer)),
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


def _differing(subject: Subject, one: Any, other: Any) -> dict[str, str] | None:
    """Return what differs between two layers: plain attributes, weights' shapes, outputs.

    Random weights are made equal first. None where the layers cannot be called.
    """
    differs = {}
    left, right = _plain(one), _plain(other)
    for path in left:
        if path in right and not _equal(left[path], right[path]):
            differs[path] = f"`{path}` is {right[path]!r:.40}, not {left[path]!r:.40}"
    if one.trainable != other.trainable:
        differs["trainable"] = f"`trainable` is {other.trainable}, not {one.trainable}"
    calls = [attempt(lambda each=each: subject.call(each)) for each in (one, other)]
    if calls[0][1]:
        return None
    if calls[1][1]:
        differs["outputs"] = f"it cannot be called: {short(calls[1][1])}"
        return differs
    shapes = [[tuple(v.shape) for v in each.variables] for each in (one, other)]
    if shapes[0] != shapes[1]:
        differs["weights"] = f"the weights' shapes are {shapes[1]}, not {shapes[0]}"
        return differs
    for mine, theirs in zip(one.variables, other.variables, strict=True):
        theirs.assign(mine)
    _copy_untracked(one, other)
    apart = difference(subject.call(one, seed=3), subject.call(other, seed=3))
    if apart > 1e-5:
        differs["outputs"] = f"outputs differ by up to {apart:.3g}"
    return differs


def _copy_untracked(one: Any, other: Any) -> None:
    """Make variables that Keras does not know equal, too: they are another finding's matter."""
    theirs = {i.path: i.value for i in held(other) if isinstance(i.value, tf.Variable)}
    for item in held(one):
        same = theirs.get(item.path)
        both = isinstance(item.value, tf.Variable) and same is not None
        if both and same.shape == item.value.shape:
            same.assign(item.value)


def _plain(layer: Any) -> dict[str, Any]:
    return {
        item.path: item.value
        for item in held(layer, closures=False)
        if is_plain(item.value) and not item.path.endswith((".name", "._name"))
    }


def _equal(one: Any, other: Any) -> bool:
    return one is other or bool(one == other) or (one != one and other != other)


def unregistered(subject: Subject) -> Iterator[Finding]:
    """Ask whether a file that names the class would find it."""
    layer = subject.new()
    inside = layer.layers if isinstance(layer, keras.Model) and not own_classes(layer) else [layer]
    for each in inside:
        classes = own_classes(each)
        if not classes:
            continue
        cls = classes[0]
        name = keras.saving.get_registered_name(cls)
        if cls is type(each) and keras.saving.get_registered_object(name) is cls:
            continue
        if cls is not type(each):
            continue
        source = subject.source(each)
        package = cls.__module__.rpartition(".")[2].strip("_") or "my_module"
        yield Finding(
            code="unregistered",
            severity="risky",
            where=f"class {cls.__name__}, line {source.tree.lineno}"
            if source
            else f"class {cls.__name__}",
            wrong=f"Keras does not know the class `{cls.__name__}` by a registered name.",
            happens="A saved model loads only where every reader passes `custom_objects`.",
            evidence=f"`keras.saving.get_registered_object({name!r})` is None" + _loading(each),
            fix=fixes.registered(source, package),
        )


def _loading(layer: Any) -> str:
    written, error = attempt(lambda: keras.saving.serialize_keras_object(layer))
    if error:
        return "."
    _, error = attempt(lambda: keras.saving.deserialize_keras_object(written))
    if error is None:
        return "; here it was found by its module alone."
    return f"; reading the layer back: {short(error).partition('. ')[0]}."
