"""Helpers that the fixes share: reading an author's syntax tree and writing source text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

import keras

from layers.checkup.source import ClassSource, attribute_of


def quoted(text: str) -> str:
    """Return a text as a Python string literal."""
    return f'"{text}"'


def attributes_of(function: ast.FunctionDef) -> Iterable[tuple[ast.AST, ast.expr, str]]:
    """Yield (target, value, name) of every ``self.name = value``."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and (name := attribute_of(target)):
                    yield target, node.value, name


def keywords(source: ClassSource, call: ast.Call) -> list[str]:
    """Return the source of a call's keyword arguments."""
    return [f"{k.arg}={source.segment(k.value)}" for k in call.keywords if k.arg]


def add_weights(source: ClassSource) -> list[ast.Call]:
    """Return the calls of ``self.add_weight``."""
    return [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"add_weight", "add_variable"}
    ]


def names_in(node: ast.AST) -> set[str]:
    """Return the names that an expression reads."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def by_keras(node: ast.AST) -> str | None:
    """Return an expression with ``keras.ops`` in place of NumPy; None if a function is missing."""
    text = ast.unparse(node).replace(".numpy()", "")
    for module, name_in_keras, functions in (
        (r"np\.linalg", "keras.ops.linalg", keras.ops.linalg),
        ("np", "keras.ops", keras.ops),
    ):
        called = set(re.findall(rf"(?<![\w.]){module}\.(\w+)", text)) - {"linalg"}
        if not all(hasattr(functions, name) for name in called):
            return None
        text = re.sub(rf"(?<![\w.]){module}\.", f"{name_in_keras}.", text)
    return text
