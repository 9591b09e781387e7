"""Fixes for how a layer is built: its weights' arguments, its sublayers, its attribute names."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from layers.checkup.fixes.lines import add_weights, keywords, quoted
from layers.checkup.report import Fix
from layers.checkup.source import (
    ClassSource,
    TextEdit,
    attribute_of,
    insert_after,
    insert_before,
    replace,
)


def name_add_weight_arguments(source: ClassSource | None) -> Fix | None:
    """Pass by keyword what Keras 2 took by position: name, shape, dtype, initializer."""
    if source is None:
        return None
    order = ("name", "shape", "dtype", "initializer", "regularizer", "trainable")
    edits = []
    for node in add_weights(source):
        if node.args and not _is_shape(node.args[0]):
            named = [f"{order[i]}={source.segment(a)}" for i, a in enumerate(node.args[:6])]
            inside = ", ".join([*named, *keywords(source, node)])
            edits.append(replace(node, f"{source.segment(node.func)}({inside})"))
    return source.edited(*edits) if edits else None


def _is_shape(node: ast.expr) -> bool:
    return isinstance(node, (ast.Tuple, ast.List)) or "shape" in ast.unparse(node)


def build_children(source: ClassSource | None, lines: Iterable[str]) -> Fix | None:
    """Build the sublayers at the end of ``build``, with these lines."""
    if source is None or (build := source.method("build")) is None:
        return None
    return source.edited(insert_after(build.body[-1], "\n".join(lines)))


def rename_build_arguments(source: ClassSource | None) -> Fix | None:
    """Rename the arguments of ``build`` to match those of ``call``."""
    if source is None:
        return None
    build, call = source.method("build"), source.method("call")
    if build is None or call is None:
        return None
    call_arguments, build_arguments = call.args.args[1:], build.args.args[1:]
    if len(build_arguments) > len(call_arguments):
        return None
    edits, names = [], {}
    for old, new in zip(build_arguments, call_arguments, strict=False):
        names[old.arg] = f"{new.arg}_shape"
        edits.append(
            TextEdit(
                (old.lineno, old.col_offset),
                (old.end_lineno or 0, old.end_col_offset or 0),
                names[old.arg],
            )
        )
    if len(build_arguments) == 1:  # one list of all shapes becomes one argument for each
        (old,) = build_arguments
        edits = []
        shapes = [
            f"{argument.arg}_shape" for argument in call_arguments if argument.arg != "training"
        ]
        place = TextEdit(
            (old.lineno, old.col_offset),
            (old.end_lineno or 0, old.end_col_offset or 0),
            ", ".join(shapes),
        )
        edits.append(place)
        first = build.body[0]
        edits.append(insert_before(first, f"{old.arg} = ({', '.join(shapes)})"))
        return source.edited(*edits)
    for node in ast.walk(build):
        if isinstance(node, ast.Name) and node.id in names:
            edits.append(replace(node, names[node.id]))
    return source.edited(*edits)


def rename_attribute(source: ClassSource | None, attribute: str) -> Fix | None:
    """Rename an attribute to a name that Keras does not use."""
    if source is None or not attribute:
        return None
    new = f"own_{attribute.lstrip('_')}"
    edits = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and attribute_of(node) == attribute:
            edits.append(replace(node, f"self.{new}"))
        if isinstance(node, ast.Name) and node.id == attribute and isinstance(node.ctx, ast.Store):
            edits.append(replace(node, new))
        if isinstance(node, ast.Constant) and node.value == attribute:
            edits.append(replace(node, quoted(new)))
    return source.edited(*edits) if edits else None


def return_last(source: ClassSource | None) -> Fix | None:
    """Return what the last statement of ``call`` computes."""
    if source is None or (call := source.method("call")) is None:
        return None
    last = call.body[-1]
    if isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name):
        return source.edited(insert_after(last, f"return {last.targets[0].id}"))
    if isinstance(last, ast.Expr) and not isinstance(last.value, ast.Constant):
        return source.edited(replace(last, f"return {source.segment(last.value)}"))
    return None


def remove_method(source: ClassSource | None, name: str) -> Fix | None:
    """Remove a method: Keras then computes the output's shape itself."""
    if source is None or (method := source.method(name)) is None or len(source.tree.body) == 1:
        return None
    line = min([method.lineno, *(d.lineno for d in method.decorator_list)])
    end = (method.end_lineno or 0, method.end_col_offset or 0)
    return source.edited(TextEdit((line, 0), end, "", whole=True))
