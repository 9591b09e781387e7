"""The shortest Python that does a run again: self-contained, and prints the same numbers."""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import FunctionType
from typing import Any

import keras
import numpy as np

from layers.catalog.spec import LayerSpec
from layers.inputs.cells import Edit
from layers.inputs.description import Values
from layers.inputs.sources import code_of
from layers.runs.prepare import source_of
from layers.runs.weights import named_weights

_LEFT_OUT = {"compute_output_shape", "get_config"}
_LITERAL = 400
"""Elements up to which the visitor's own array is written out; larger ones are in the download."""
IMPORTS = ("import keras", "import numpy as np")
SETTING = """\
import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # sums in the plain order: the same last digits

"""
"""As in ``layers/__init__.py``: without it a softmax or a single unit prints other last digits."""


def code(
    spec: LayerSpec,
    values: Values,
    *,
    layer: Any,
    inputs: np.ndarray,
    seed: int,
    source: str | np.ndarray,
    constant: float,
    edits: Sequence[Edit] = (),
) -> str:
    """Return the Python for a run: classes, input, layer, call, print.

    ``layer`` and ``inputs`` are the run's own; the constructor's arguments are read off the layer.
    ``edits`` are by the stored cells that they change.
    """
    checked = spec.check(values)
    calls = checked.get("calls", 1)
    classes = "\n\n\n".join(lean_source(cls) for cls in spec.classes)
    modules = "\n".join(
        f"import {module}{alias}"
        for module, alias, used in (
            ("keras", "", "keras."),
            ("numpy", " as np", "np."),
            ("tensorflow", " as tf", "tf."),
        )
        if used in classes or used == "np."
    )
    made = f"layer = {_constructor(layer)}"
    edited = _input_edits(edits, source)
    if calls == 1:
        array = _input(spec, inputs, seed, source, constant) + edited
        edited = weight_edits(layer, edits, "layer.build(inputs.shape)")
        body = f"inputs = {array}\n{made}{edited}\nprint(layer(inputs).numpy())"
    else:
        array = _input(spec, inputs, f"{seed} + call", source, constant) + edited
        body = (
            f"{made}\nfor call in range({calls}):\n"
            f"{textwrap.indent(f'inputs = {array}', '    ')}\n"
            "    outputs = layer(inputs)\nprint(outputs.numpy())"
        )
    return f"{SETTING}{modules}\n\n\n{_helpers(spec.classes)}{classes}\n\n\n{body}\n"


def _input_edits(edits: Sequence[Edit], source: str | np.ndarray) -> str:
    """Return the lines that put a visitor's numbers into the input; their own array has them."""
    if isinstance(source, np.ndarray):
        return ""
    inputs = (edit for edit in edits if edit.cell.tensor == "inputs")
    return "".join(f"\ninputs[{_index(edit)}] = {_spelled(edit.value)}" for edit in inputs)


def weight_edits(layer: Any, edits: Sequence[Edit], build: str) -> str:
    """Return the lines that put a visitor's numbers into the weights; nothing where there are none.

    Args:
        layer: the run's own.
        edits: by the stored cells that they change; those of inputs are passed over.
        build: the Python that builds the layer.
    """
    if not edits:
        return ""
    position = {name: at for at, name in enumerate(named_weights(layer))}
    lines = [
        f"weights[{position[edit.cell.tensor]}][{_index(edit)}] = {_spelled(edit.value)}"
        if edit.cell.index
        else f'weights[{position[edit.cell.tensor]}] = np.array({_spelled(edit.value)}, "float32")'
        for edit in edits
        if edit.cell.tensor in position
    ]
    if not lines:
        return ""
    before = ["", build, "weights = layer.get_weights()"]
    return "\n".join([*before, *lines, "layer.set_weights(weights)"])


def _index(edit: Edit) -> str:
    return ", ".join(map(str, edit.cell.index))


@lru_cache(maxsize=64)
def lean_source(thing: type | FunctionType) -> str:
    """Return a class or function as in its file, less decorators, docstrings and serialisation."""
    lines = textwrap.dedent(inspect.getsource(thing)).splitlines()
    tree = ast.parse("\n".join(lines)).body[0]
    drop = set(range(tree.lineno - 1))
    for node in (tree, *getattr(tree, "body", ())):
        if isinstance(node, ast.FunctionDef) and node.name in _LEFT_OUT:
            drop |= _lines_of(node)
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            drop |= _lines_of(node.body[0])
    rest = [line for number, line in enumerate(lines) if number not in drop]
    tidy = [
        line
        for number, line in enumerate(rest)
        if line.strip() or (rest[number - 1].strip() and not rest[number - 1].startswith("class"))
    ]
    return "\n".join(tidy).strip()


def _lines_of(node: ast.stmt) -> set[int]:
    return set(range(node.lineno - 1, node.end_lineno or node.lineno))


@lru_cache(maxsize=64)
def _helpers(classes: tuple[type, ...]) -> str:
    """Return the functions of its own file that a class calls, such as the mask's ``hole``."""
    found = {}
    for cls in classes:
        module = inspect.getmodule(cls)
        names = {n.id for n in ast.walk(ast.parse(lean_source(cls))) if isinstance(n, ast.Name)}
        for name in sorted(names):
            function = getattr(module, name, None)
            if inspect.isfunction(function) and function.__module__ == cls.__module__:
                found[name] = lean_source(function)
    return "".join(f"{source}\n\n\n" for source in found.values())


def _constructor(layer: keras.layers.Layer) -> str:
    config = layer.get_config()
    arguments = []
    keras_own = _parameters(keras.layers.Layer)
    for name, parameter in _parameters(type(layer)).items():
        # A name counts up with every layer of the process; it and the dtype are Keras's own affair.
        if name in config and name not in keras_own and config[name] != parameter.default:
            value = getattr(layer, name)
            if parameter.default in ("random_normal", "zeros") and _is_default(value, parameter):
                continue
            if name == "activation" and config[name] == (parameter.default or "linear"):
                continue
            arguments.append(f"{name}={_literal(value, config[name])}")
    return f"{type(layer).__name__}({', '.join(arguments)})"


@lru_cache(maxsize=64)
def _parameters(cls: type) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(cls.__init__).parameters


def _is_default(value: Any, parameter: inspect.Parameter) -> bool:
    """Return whether an initialiser is the default one and draws no numbers."""
    return not hasattr(value, "seed") and isinstance(
        value, type(keras.initializers.get(parameter.default))
    )


def _literal(value: Any, config: Any) -> str:
    if isinstance(value, keras.initializers.Initializer):
        seed = f"seed={value.seed}" if hasattr(value, "seed") else ""
        return f"keras.initializers.{type(value).__name__}({seed})"
    return repr(config if callable(value) else value)


def _input(
    spec: LayerSpec, inputs: np.ndarray, seed: int | str, source: str | np.ndarray, constant: float
) -> str:
    if isinstance(source, str):
        return code_of(source_of(spec, source), inputs.shape, seed, constant)
    return array_literal(inputs, f'np.load("{spec.name}.npz")["inputs"]')


def array_literal(array: np.ndarray, loaded: str) -> str:
    """Write an array; one that is too large by how it is loaded from the run's download."""
    if array.size > _LITERAL:
        return f"{loaded}  # the download of all tensors of this run"
    nested = np.array2string(
        array, separator=", ", threshold=array.size, max_line_width=96, floatmode="unique"
    )
    nested = nested.replace("nan", "np.nan").replace("inf", "np.inf")
    return f'np.array(\n{textwrap.indent(nested, "    ")},\n    "{array.dtype}",\n)'


def _spelled(value: float) -> str:
    return repr(value) if math.isfinite(value) else f'float("{value}")'
