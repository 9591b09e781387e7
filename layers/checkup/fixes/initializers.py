"""Finds the Keras initializer that draws from the same distribution as an author's expression."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from layers.checkup.source import ClassSource, dotted

_NORMAL = (("shape", None), ("mean", "0.0"), ("stddev", "1.0"))
_UNIFORM = (("shape", None), ("minval", "0.0"), ("maxval", "1.0"))
_SHAPE = (("shape", None),)
_TF = (("dtype", None), ("seed", None), ("name", None))
_KERAS = (("dtype", None), ("seed", None))
_DTYPE = (("dtype", None),)
_SIGNATURES = {
    "tf.random.normal": ("RandomNormal", (*_NORMAL, *_TF)),
    "tf.random.truncated_normal": ("TruncatedNormal", (*_NORMAL, *_TF)),
    "tf.random.uniform": ("RandomUniform", (*_UNIFORM, *_TF)),
    "keras.random.normal": ("RandomNormal", (*_NORMAL, *_KERAS)),
    "keras.random.truncated_normal": ("TruncatedNormal", (*_NORMAL, *_KERAS)),
    "keras.random.uniform": ("RandomUniform", (*_UNIFORM, *_KERAS)),
    "tf.zeros": ("zeros", (*_SHAPE, *_DTYPE, ("name", None))),
    "tf.ones": ("ones", (*_SHAPE, *_DTYPE, ("name", None))),
    "keras.ops.zeros": ("zeros", (*_SHAPE, *_DTYPE)),
    "keras.ops.ones": ("ones", (*_SHAPE, *_DTYPE)),
    "np.zeros": ("zeros", (*_SHAPE, *_DTYPE)),
    "np.ones": ("ones", (*_SHAPE, *_DTYPE)),
    "tf.fill": ("Constant", (("dims", None), ("value", None), ("name", None))),
    "tf.constant": ("Constant", (("value", None), *_DTYPE, *_SHAPE, ("name", None))),
    "np.full": ("Constant", (*_SHAPE, ("fill_value", None), *_DTYPE)),
    "keras.ops.full": ("Constant", (*_SHAPE, ("fill_value", None), *_DTYPE)),
}
"""For each function: Keras's initializer, and (argument, default) in the order of the arguments."""
_INITIALIZER_CLASS = re.compile(r"(\w+\.)*(initializers\.\w+|\w+_initializer)")


@dataclass(frozen=True, kw_only=True)
class Initial:
    """Initial values as ``add_weight`` takes them: source texts.

    Attributes:
        shape: the shape.
        initializer: the initializer.
        dtype: the dtype; empty for the default.
    """

    shape: str
    initializer: str
    dtype: str = ""


def initial_of(source: ClassSource, value: ast.expr | None) -> Initial | None:
    """Return the initializer that draws what an expression draws, with the shape.

    None if there is none: the expression itself is then the only exact initial value.
    """
    if not isinstance(value, ast.Call):
        return None
    called = dotted(value.func)
    if called in _SIGNATURES:
        return _of_function(source, value, *_SIGNATURES[called])
    given = {keyword.arg: keyword.value for keyword in value.keywords}
    shape = given.get("shape", value.args[0] if value.args else None)
    is_class = isinstance(value.func, ast.Call) and _INITIALIZER_CLASS.fullmatch(
        dotted(value.func.func)
    )
    if shape is None or not (is_class or _is_initializer_variable(source, called)):
        return None
    dtype = given.get("dtype", value.args[1] if len(value.args) > 1 else None)
    text = _shape_text(source, shape)
    if text is None:
        return None
    initializer = source.segment(value.func)
    return Initial(shape=text, initializer=initializer, dtype=_dtype_text(source, dtype))


def _is_initializer_variable(source: ClassSource, name: str) -> bool:
    """Return whether the class assigns an initializer to a local variable of that name."""
    return any(
        isinstance(node, ast.Assign)
        and [ast.unparse(target) for target in node.targets] == [name]
        and isinstance(node.value, ast.Call)
        and _INITIALIZER_CLASS.fullmatch(dotted(node.value.func)) is not None
        for node in ast.walk(source.tree)
    )


def _of_function(
    source: ClassSource,
    call: ast.Call,
    initializer: str,
    signature: tuple[tuple[str, str | None], ...],
) -> Initial | None:
    names = [name for name, _ in signature]
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if len(call.args) > len(names) or not set(given) <= set(names):
        return None
    given |= dict(zip(names, call.args, strict=False))
    constant = given.get("fill_value", given.get("value"))
    shape = given.get("shape", given.get("dims"))
    if initializer == "Constant" and (constant is None or not _is_number(constant)):
        return None
    text = "()" if shape is None and initializer == "Constant" else _shape_text(source, shape)
    if text is None:
        return None
    if initializer in {"zeros", "ones"}:
        written = f'"{initializer}"'
    elif constant is not None:
        written = f"keras.initializers.Constant({source.segment(constant)})"
    else:
        values = {name: default for name, default in signature if default is not None}
        values |= {
            name: source.segment(node)
            for name, node in given.items()
            if name in values or name == "seed"
        }
        if values.get("mean") == "0.0":
            del values["mean"]  # Keras has the same default
        if "None" in values.values():
            return None
        inside = ", ".join(f"{name}={text}" for name, text in values.items())
        written = f"keras.initializers.{initializer}({inside})"
    dtype = _dtype_text(source, given.get("dtype"))
    return Initial(shape=text, initializer=written, dtype=dtype)


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _shape_text(source: ClassSource, node: ast.expr | None) -> str | None:
    """Return a shape as ``add_weight`` takes it; None if it may be a tensor or a length."""
    if node is None:
        return None
    text = source.segment(node)
    if isinstance(node, ast.Constant):
        return f"({text},)" if type(node.value) is int else None
    if isinstance(node, (ast.Tuple, ast.List)):
        return text
    is_shape = re.fullmatch(r"(\w+\.)*\w*shape(\[[^\]]*:[^\]]*\])?", text)
    return text if is_shape else None


def _dtype_text(source: ClassSource, node: ast.expr | None) -> str:
    text = source.segment(node) if node is not None else ""
    return "" if text.strip("\"'").rpartition(".")[2] == "float32" else text
