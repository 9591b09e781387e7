"""How the layer is built: its children, its arguments, its names."""

from __future__ import annotations

import ast
import inspect
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import (
    Subject,
    attempt,
    difference,
    is_stock,
    own_classes,
    replaced,
)
from layers.checkup.probes.failures import is_ours
from layers.checkup.report import Finding
from layers.checkup.shapes import all_shapes
from layers.checkup.source import source_of

_ALLOWED = {
    *("activity_regularizer", "autocast", "build", "built", "call", "compute_mask"),
    *("compute_output_shape", "compute_output_spec", "dtype_policy", "input_spec", "name"),
    *("quantize", "supports_jit", "supports_masking", "trainable", "_supports_masking"),
    *("optimizer", "loss", "compiled", "stop_training"),
}
_RESERVED = (set(vars(keras.layers.Layer())) | set(dir(keras.layers.Layer))) - _ALLOWED


def children_unbuilt(subject: Subject) -> Iterator[Finding]:
    """Build by ``build`` alone, and compare with what a call leaves."""
    layer = subject.new()
    overridden = next((c for c in type(layer).__mro__ if "build" in vars(c)), None)
    if overridden is None or is_stock(overridden):
        return
    _, error = attempt(lambda: subject.build(layer))
    if error:
        return
    unbuilt = [c for c in layer._flatten_layers(include_self=False) if not c.built]
    after_build = len(layer.weights)
    shapes = _shapes_fed(subject, layer)
    after_call = len(layer.weights)
    if after_call <= after_build:
        return
    children = [child for child in unbuilt if child.weights]
    names = ", ".join(f"`{_name(layer, child)}`" for child in children)
    line = _line_of(overridden, "build")
    lines = []
    for child in children:
        where = _name(layer, child)
        if where.startswith("self.") and id(child) in shapes:
            lines.append(f"{where}.build({_written(shapes[id(child)], subject)})")
    lines = lines if len(lines) == len(children) else []
    yield Finding(
        code="children-unbuilt",
        severity="broken",
        where=f"build, line {line}" if line else "build",
        wrong=f"`build` leaves {names or 'layers inside'} unbuilt.",
        happens="The layer says it is built with weights missing: `summary()` counts too few, and "
        "weights loaded before the first call are lost or refused.",
        evidence=f"After `build`: {after_build} weights, `built` is {layer.built}; after a call: "
        f"{after_call} weights.",
        fix=fixes.built(source_of(overridden), lines) if lines else None,
    )


def _shapes_fed(subject: Subject, layer: Any) -> dict[int, tuple]:
    """Call the layer, and return the input's shape of every layer inside."""
    shapes: dict[int, tuple] = {}
    original = keras.layers.Layer.__call__

    def recorder(inner: Any, *arguments: Any, **named: Any) -> Any:
        shape = getattr(arguments[0], "shape", None) if arguments else None
        if shape is not None:
            shapes.setdefault(id(inner), tuple(shape))
        return original(inner, *arguments, **named)

    with replaced(keras.layers.Layer, "__call__", recorder):
        subject.call(layer)
    return shapes


def _written(shape: tuple, subject: Subject) -> str:
    given = all_shapes(subject.shape)[0]
    if shape == given:
        return "input_shape"
    if len(shape) == len(given) and shape[:-1] == given[:-1]:
        return f"(*input_shape[:-1], {shape[-1]})"
    return f"(input_shape[0], {', '.join(map(str, shape[1:]))})"


def _name(layer: Any, child: Any) -> str:
    for name, value in vars(layer).items():
        if value is child:
            return f"self.{name}"
        if isinstance(value, (list, tuple)) and any(v is child for v in value):
            return f"self.{name}[{next(i for i, v in enumerate(value) if v is child)}]"
        if isinstance(value, dict) and any(v is child for v in value.values()):
            return f"self.{name}[{next(k for k, v in value.items() if v is child)!r}]"
    return child.name


def _line_of(cls: type, method: str) -> int | None:
    source = source_of(cls)
    node = source.method(method) if source else None
    return node.lineno if node else None


def build_signature(subject: Subject) -> Iterator[Finding]:
    """Compare the arguments of ``build`` with those of ``call``."""
    layer = subject.new()
    classes = [cls for cls in own_classes(layer) if "build" in vars(cls)]
    if not classes:
        return
    build = getattr(vars(classes[0])["build"], "__wrapped__", vars(classes[0])["build"])
    takes = _required(build)
    tensors = [name for name in inspect.signature(type(layer).call).parameters if name != "self"]
    line = _line_of(classes[0], "build")
    source = source_of(classes[0])
    where = f"build, line {line}" if line else "build"
    wanted = [name for name in takes if name.removesuffix("_shape") not in tensors]
    if len(takes) > 1 and (wanted or not all(name.endswith("_shape") for name in takes)):
        names = ", ".join(f"`{name}`" for name in takes)
        yield Finding(
            code="build-signature",
            severity="broken",
            where=where,
            wrong=f"`build` takes {names}, which are not named after the arguments of `call`.",
            happens="Keras cannot tell which shape is whose, and refuses to build the layer.",
            evidence=f"`call` takes {', '.join(f'`{name}`' for name in tensors)}: Keras looks for "
            f"{', '.join(f'`{name}_shape`' for name in tensors)}.",
            fix=fixes.build_signature(source),
        )
    elif len(takes) == 1 and isinstance(subject.shape, dict) and len(subject.shape) > 1:
        _, error = attempt(lambda: subject.call(layer))
        if error is None or not _raised_in(error, "build"):
            return
        yield Finding(
            code="build-signature",
            severity="broken",
            where=where,
            wrong=f"`build` takes one `{takes[0]}`, though `call` takes {len(subject.shape)} "
            "inputs, each an argument of its own.",
            happens="Keras hands it the first input's shape alone, and building fails.",
            evidence=f"{type(error).__name__}: {' '.join(str(error).split())[:160]}",
            fix=fixes.build_signature(source),
        )


def _required(function: Any) -> list[str]:
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return [p.name for p in parameters if p.kind in plain and p.default is inspect.Parameter.empty]


def _raised_in(error: BaseException, method: str) -> bool:
    trail, names = error.__traceback__, []
    while trail:
        names.append(trail.tb_frame.f_code.co_name)
        trail = trail.tb_next
    return method in names


def positional_add_weight(subject: Subject) -> Iterator[Finding]:
    """Look for ``add_weight`` with a name in the first position."""
    layer = subject.new()
    for cls in own_classes(layer):
        source = source_of(cls)
        if source is None:
            continue
        for call in fixes.add_weights(source):
            first = call.args[0] if call.args else None
            if isinstance(first, ast.JoinedStr) or (
                isinstance(first, ast.Constant) and isinstance(first.value, str)
            ):
                yield Finding(
                    code="positional-add-weight",
                    severity="broken",
                    where=f"line {call.lineno}",
                    wrong="The name is handed to `add_weight` by position, as in Keras 2.",
                    happens="Keras 3 takes the first position for the shape, and refuses: the "
                    "layer cannot be built.",
                    evidence=f"Line {call.lineno}: `{source.line(call.lineno)[:80]}`.",
                    fix=fixes.positional_add_weight(source),
                )


def reserved_name(subject: Subject) -> Iterator[Finding]:
    """Watch which attributes the author's lines set, and look for Keras's own among them."""
    seen: dict[str, int] = {}
    original = keras.layers.Layer.__setattr__

    def recorder(layer: Any, name: str, value: Any) -> None:
        frame = sys._getframe(1)
        if name in _RESERVED and not is_ours(frame.f_code.co_filename):
            seen.setdefault(name, frame.f_lineno)
        original(layer, name, value)

    with replaced(keras.layers.Layer, "__setattr__", recorder):
        layer, _ = attempt(subject.new)
        if layer is not None:
            attempt(lambda: subject.call(layer))
    layer = layer or subject.new()
    for cls in own_classes(layer):
        for name, value in vars(cls).items():
            plain = not callable(value) and not hasattr(value, "__get__")
            if name in _RESERVED and plain and not name.startswith("__"):
                source = source_of(cls)
                lines = [
                    node.lineno
                    for node in (source.tree.body if source else ())
                    if isinstance(node, (ast.Assign, ast.AnnAssign))
                    and name in ast.unparse(node).split("=")[0]
                ]
                seen.setdefault(name, lines[0] if lines else 0)
    for name, line in seen.items():
        lost = _lost_by_reload(subject)
        says = (
            "the model could not be saved and loaded"
            if lost is None
            else f"after saving and loading, weights differ by up to {lost:.3g}"
        )
        yield Finding(
            code="reserved-name",
            severity="risky" if lost == 0 else "broken",
            where=f"self.{name}" + (f", line {line}" if line else ""),
            wrong=f"`{name}` is the name of an attribute of Keras's own.",
            happens="What Keras keeps there is overwritten: it may lose weights when the model is "
            "loaded, and says nothing.",
            evidence=f"`{name}` is set by the author's lines and by `keras.layers.Layer`; {says}.",
            fix=fixes.renamed(subject.source(layer), name),
        )


def _lost_by_reload(subject: Subject) -> float | None:
    """Save a model of the layer, load it, and return how far its weights have changed."""

    def reload() -> float:
        fed = subject.specs()
        layer = subject.new()
        inputs = keras.tree.flatten(fed)
        model = keras.Model(inputs, subject.feed(layer, fed))
        for weight in model.weights:
            weight.assign(weight + 1)
        with tempfile.TemporaryDirectory() as folder:
            file = str(Path(folder) / "model.keras")
            model.save(file)
            names = {cls.__name__: cls for cls in own_classes(layer)}
            loaded = keras.models.load_model(file, custom_objects=names, safe_mode=False)
        return difference(model.get_weights(), loaded.get_weights())

    measured, _ = attempt(reload)
    return measured
