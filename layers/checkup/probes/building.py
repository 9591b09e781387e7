"""Probes of how a layer is built: sublayers, the arguments of build, attribute names."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import (
    BATCH,
    LayerUnderTest,
    attempt,
    author_classes,
    difference,
    is_stock,
    temporarily_set,
)
from layers.checkup.examination.object_graph import sublayer_path
from layers.checkup.examination.sublayer_calls import larger_inputs, sublayer_calls
from layers.checkup.fixes.sublayer_shapes import Called, build_lines
from layers.checkup.probes.failures import is_library_code
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


def children_unbuilt(tested: LayerUnderTest) -> Iterator[Finding]:
    """Compare the weights after ``build`` with those after a call; else look for warnings."""
    found = list(_missing_after_build(tested))
    yield from found or _warned_about(tested)


def _warned_about(tested: LayerUnderTest) -> Iterator[Finding]:
    """Yield a finding if Keras warns that it marked a sublayer as built although it is not."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        layer = tested.new()
        if not any(author_classes(each) for each in layer._flatten_layers()):
            return  # Keras's own layers build their sublayers
        attempt(lambda: tested.call_on(layer, tested.specs()))
        attempt(lambda: tested.call(layer))
    for warning in caught:
        text = " ".join(str(warning.message).split())
        named = re.search(r"layer '([^']+)'.*unbuilt state", text, re.IGNORECASE)
        inside = layer._flatten_layers(include_self=False)
        child = next((each for each in inside if named and each.name == named[1]), None)
        if child is None:
            continue
        path = sublayer_path(layer, child)
        yield Finding(
            code="children-unbuilt",
            severity="risky",
            where=path,
            wrong=f"Keras marks `{path}` as built although its sublayers are not built.",
            happens="Its weights do not exist before the first call: loading weights before it "
            "fails or loses some.",
            evidence=f"Keras warns: {text[:200]}",
        )
        return


def _missing_after_build(tested: LayerUnderTest) -> Iterator[Finding]:
    layer = tested.new()
    overridden = next((c for c in type(layer).__mro__ if "build" in vars(c)), None)
    if overridden is None or is_stock(overridden):
        return
    _, error = attempt(lambda: tested.build(layer))
    if error:
        return
    unbuilt = [c for c in layer._flatten_layers(include_self=False) if not c.built]
    after_build = len(layer.weights)
    calls = sublayer_calls(tested, layer)
    after_call = len(layer.weights)
    if after_call <= after_build:
        return
    # A sublayer that is unbuilt builds its own sublayers when it is built.
    inner = {id(each) for child in unbuilt for each in child._flatten_layers(include_self=False)}
    children = [child for child in unbuilt if child.weights and id(child) not in inner]
    names = ", ".join(f"`{sublayer_path(layer, child)}`" for child in children)
    line = _line_of(overridden, "build")
    lines = _build_lines(tested, overridden, calls, [sublayer_path(layer, c) for c in children])
    yield Finding(
        code="children-unbuilt",
        severity="broken",
        where=f"build, line {line}" if line else "build",
        wrong=f"`build` leaves {names or 'sublayers'} unbuilt.",
        happens="`built` is true although weights are missing: `summary()` counts too few, and "
        "loading weights before the first call fails or loses some.",
        evidence=f"After `build`: {after_build} weights, `built` is {layer.built}; after a call: "
        f"{after_call} weights.",
        fix=fixes.build_children(source_of(overridden), lines) if lines else None,
    )


def _build_lines(
    tested: LayerUnderTest, cls: type, calls: dict[str, Called], children: list[str]
) -> list[str]:
    """Return lines that build sublayers, from the given call and one on larger inputs."""
    source = source_of(cls)
    method = source.method("build") if source else None
    if method is None or len(method.args.args) < 2:
        return []
    given = tuple(length or BATCH for length in all_shapes(tested.shape)[0])
    for larger in larger_inputs(tested):
        others, _ = attempt(lambda larger=larger: sublayer_calls(larger, larger.new()))
        if others:
            both = {path: (calls[path], others[path]) for path in calls if path in others}
            name = method.args.args[1].arg
            return build_lines(children, both, (given, all_shapes(larger.shape)[0]), name)
    return []


def _line_of(cls: type, method: str) -> int | None:
    source = source_of(cls)
    node = source.method(method) if source else None
    return node.lineno if node else None


def build_signature(tested: LayerUnderTest) -> Iterator[Finding]:
    """Compare the arguments of ``build`` with those of ``call``."""
    layer = tested.new()
    classes = [cls for cls in author_classes(layer) if "build" in vars(cls)]
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
            happens="Keras cannot match the shapes to the inputs, and does not build the layer.",
            evidence=f"`call` takes {', '.join(f'`{name}`' for name in tensors)}: Keras looks for "
            f"{', '.join(f'`{name}_shape`' for name in tensors)}.",
            fix=fixes.rename_build_arguments(source),
        )
    elif len(takes) == 1 and isinstance(tested.shape, dict) and len(tested.shape) > 1:
        _, error = attempt(lambda: tested.call(layer))
        if error is None or not _raised_in(error, "build"):
            return
        yield Finding(
            code="build-signature",
            severity="broken",
            where=where,
            wrong=f"`build` takes one argument `{takes[0]}`, but `call` takes {len(tested.shape)} "
            "inputs as separate arguments.",
            happens="Keras passes only the first input's shape, and `build` fails.",
            evidence=f"{type(error).__name__}: {' '.join(str(error).split())[:160]}",
            fix=fixes.rename_build_arguments(source),
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


def positional_add_weight(tested: LayerUnderTest) -> Iterator[Finding]:
    """Look for ``add_weight`` with a name as the first positional argument."""
    layer = tested.new()
    for cls in author_classes(layer):
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
                    wrong="`add_weight` gets the name by position, as in Keras 2.",
                    happens="In Keras 3 the first positional argument is the shape. The layer "
                    "cannot be built.",
                    evidence=f"Line {call.lineno}: `{source.line(call.lineno)[:80]}`.",
                    fix=fixes.name_add_weight_arguments(source),
                )


def reserved_name(tested: LayerUnderTest) -> Iterator[Finding]:
    """Look for attributes that the author's lines set and that Keras uses itself."""
    seen: dict[str, int] = {}
    original = keras.layers.Layer.__setattr__

    def recorder(layer: Any, name: str, value: Any) -> None:
        frame = sys._getframe(1)
        switch = isinstance(value, bool) and isinstance(getattr(layer, name, None), bool)
        if name in _RESERVED and not switch and not is_library_code(frame.f_code.co_filename):
            seen.setdefault(name, frame.f_lineno)
        original(layer, name, value)

    with temporarily_set(keras.layers.Layer, "__setattr__", recorder):
        layer, _ = attempt(tested.new)
        if layer is not None:
            attempt(lambda: tested.call(layer))
    layer = layer or tested.new()
    for cls in author_classes(layer):
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
                if lines:  # else a decorator sets it, as Keras's own do
                    seen.setdefault(name, lines[0])
    for name, line in seen.items():
        lost = _change_by_reload(tested)
        reloading = (
            "the model could not be saved and loaded"
            if lost is None
            else "after saving and loading, the weights are the same"
            if lost == 0
            else f"after saving and loading, weights differ by up to {lost:.3g}"
        )
        yield Finding(
            code="reserved-name",
            severity="risky" if lost == 0 else "broken",
            where=f"self.{name}" + (f", line {line}" if line else ""),
            wrong=f"`{name}` is an attribute that Keras uses itself.",
            happens="Keras's value is overwritten. A loaded model may lose weights without an "
            "error.",
            evidence=f"The author's lines and `keras.layers.Layer` set `{name}`; {reloading}.",
            fix=fixes.rename_attribute(tested.source(layer), name),
        )


def _change_by_reload(tested: LayerUnderTest) -> float | None:
    """Return how far a model's weights change by saving and loading; None if either fails."""

    def reload() -> float:
        symbolic = tested.specs()
        layer = tested.new()
        model = keras.Model(keras.tree.flatten(symbolic), tested.call_on(layer, symbolic))
        for weight in model.weights:
            weight.assign(weight + 1)
        with tempfile.TemporaryDirectory() as folder:
            file = str(Path(folder) / "model.keras")
            model.save(file)
            names = {cls.__name__: cls for cls in author_classes(layer)}
            loaded = keras.models.load_model(file, custom_objects=names, safe_mode=False)
        return difference(model.get_weights(), loaded.get_weights())

    measured, _ = attempt(reload)
    return measured
