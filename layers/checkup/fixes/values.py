"""Fixes for how `call` computes: with NumPy, in the wrong dtype, or without a gradient."""

from __future__ import annotations

import ast

import keras

from layers.checkup.report import Fix
from layers.checkup.source import ClassSource, TextEdit, attribute_of, dotted, replace, unwrapped

_TYPED = {"tf.constant", "tf.convert_to_tensor", "tf.Variable"}
_TAKEN = {"np.asarray", "np.array"}
_REDUCTIONS = {"max", "min", "mean", "sum", "std", "var", "prod", "any", "all"}
_MADE = {
    "np.ones": 1,
    "np.zeros": 1,
    "np.identity": 1,
    "np.full": 2,
    "np.eye": 3,
    "np.linspace": 3,
}
"""NumPy's functions that make an array of a ``dtype``, and how many arguments come before it."""
_ROUNDING = {"round", "floor", "ceil", "sign", "rint"}


def use_keras_ops(source: ClassSource | None) -> Fix | None:
    """Replace ``np.`` by ``keras.ops.`` in ``call`` and in the methods that it calls.

    ``float(x.numpy().max())`` becomes ``keras.ops.max(x)``.
    """
    if source is None or (call := source.method("call")) is None:
        return None
    edits: list[TextEdit] = []
    done: set[ast.AST] = set()
    for node in (node for method in _methods_used(source, call) for node in ast.walk(method)):
        if not isinstance(node, ast.Call) or node in done:
            continue
        if reduced := _reduced(source, node):
            edits.append(replace(node, reduced))
            done |= set(ast.walk(node))
            continue
        if isinstance(node.func, ast.Name) and node.func.id in {"float", "int", "bool"}:
            return None
        inner = node.args[0] if len(node.args) == 1 and not node.keywords else None
        module, _, name = dotted(node.func).rpartition(".")
        takes = dotted(inner.func) if isinstance(inner, ast.Call) else ""
        taken = dotted(node.func) in _TAKEN and isinstance(inner, ast.Name)
        if inner and ((dotted(node.func) in _TYPED | _TAKEN and takes.startswith("np.")) or taken):
            edits += unwrapped(node, inner)
            continue
        own = {"np": keras.ops, "np.linalg": keras.ops.linalg}.get(module)
        if hasattr(own, name) and isinstance(node.func, ast.Attribute):
            edits.append(replace(node.func.value, module.replace("np", "keras.ops")))
        elif module.startswith("np") or (isinstance(node.func, ast.Attribute) and name == "numpy"):
            return None
    return source.edited(*edits) if edits else None


def _methods_used(source: ClassSource, call: ast.FunctionDef) -> list[ast.FunctionDef]:
    """Return ``call`` and the methods that it calls, directly or not."""
    found = [call]
    for method in found:
        for node in ast.walk(method):
            name = attribute_of(node.func) if isinstance(node, ast.Call) else None
            other = source.method(name) if name else None
            if other and other not in found:
                found.append(other)
    return found


def _reduced(source: ClassSource, node: ast.Call) -> str | None:
    """Return ``keras.ops.max(x)`` for ``x.numpy().max()``, with ``float`` around it or not."""
    if isinstance(node.func, ast.Name) and node.func.id == "float" and len(node.args) == 1:
        return _reduced(source, node.args[0]) if isinstance(node.args[0], ast.Call) else None
    if not isinstance(node.func, ast.Attribute) or node.args or node.keywords:
        return None
    value = node.func.value
    is_taken = isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)
    if node.func.attr not in _REDUCTIONS or not is_taken or value.func.attr != "numpy":
        return None
    return f"keras.ops.{node.func.attr}({source.segment(value.func.value)})"


def pass_gradient_through(source: ClassSource | None) -> Fix | None:
    """Round in the forward pass only: the gradient passes as if nothing were rounded."""
    if source is None:
        return None
    edits = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("stop_gradient"):
            return source.edited(replace(node, source.segment(node.args[0])))
        rounds = isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in _ROUNDING
        if rounds and node.args:
            value = source.segment(node.args[0])
            rounded = source.segment(node)
            edits.append(replace(node, f"({value} + tf.stop_gradient({rounded} - {value}))"))
    return source.edited(*edits) if edits else None


def use_sigmoid(source: ClassSource | None) -> Fix | None:
    """Replace softmax by sigmoid."""
    if source is None:
        return None
    edits = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and node.value == "softmax":
            edits.append(replace(node, '"sigmoid"'))
        if isinstance(node, ast.Attribute) and node.attr == "softmax":
            text = source.segment(node)
            edits.append(replace(node, text.removesuffix("softmax") + "sigmoid"))
    return source.edited(*edits) if edits else None


def use_float32(source: ClassSource | None) -> Fix | None:
    """Replace float64 by float32, and give arrays without a dtype this one."""
    if source is None:
        return None
    edits = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and node.value == "float64":
            edits.append(replace(node, '"float32"'))
        if isinstance(node, ast.Attribute) and node.attr in {"float64", "double"}:
            edits.append(replace(node, source.segment(node.value) + ".float32"))
    if edits:
        return source.edited(*edits)
    calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
    typeless = [node for node in calls if not any(k.arg == "dtype" for k in node.keywords)]
    taking = [n for n in typeless if dotted(n.func) in _TYPED and len(n.args) == 1]
    making = [n for n in typeless if len(n.args) <= _MADE.get(dotted(n.func), -1)]
    edits = [_of_float32(node) for node in taking or making]
    return source.edited(*edits) if edits else None


def _of_float32(node: ast.Call) -> TextEdit:
    end = (node.end_lineno or 0, (node.end_col_offset or 1) - 1)
    return TextEdit(end, end, ', dtype="float32"')
