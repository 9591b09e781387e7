"""How a layer is built: its weights' arguments, its children, its names."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from layers.checkup.fixes.lines import add_weights, keywords, quoted
from layers.checkup.report import Fix
from layers.checkup.source import Edit, Source, attribute_of, insert_after, insert_before, replace


def positional_add_weight(source: Source | None) -> Fix | None:
    """Name what Keras 2 took by position: name, shape, dtype, initializer."""
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


def built(source: Source | None, lines: Iterable[str]) -> Fix | None:
    """Build the children at the end of ``build``."""
    if source is None or (build := source.method("build")) is None:
        return None
    return source.edited(insert_after(build.body[-1], "\n".join(lines)))


def build_signature(source: Source | None) -> Fix | None:
    """Name the arguments of ``build`` after those of ``call``."""
    if source is None:
        return None
    build, call = source.method("build"), source.method("call")
    if build is None or call is None:
        return None
    theirs, ours = call.args.args[1:], build.args.args[1:]
    if len(ours) > len(theirs):
        return None
    edits, names = [], {}
    for old, new in zip(ours, theirs, strict=False):
        names[old.arg] = f"{new.arg}_shape"
        edits.append(
            Edit(
                (old.lineno, old.col_offset),
                (old.end_lineno or 0, old.end_col_offset or 0),
                names[old.arg],
            )
        )
    if len(ours) == 1:  # one list of all shapes: each by its own name
        (old,) = ours
        edits = []
        shapes = [f"{argument.arg}_shape" for argument in theirs if argument.arg != "training"]
        place = Edit(
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


def renamed(source: Source | None, attribute: str) -> Fix | None:
    """Give an attribute a name that Keras has no use for."""
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


def without_method(source: Source | None, name: str) -> Fix | None:
    """Leave a method out: Keras works the output's shape out by itself."""
    if source is None or (method := source.method(name)) is None or len(source.tree.body) == 1:
        return None
    line = min([method.lineno, *(d.lineno for d in method.decorator_list)])
    end = (method.end_lineno or 0, method.end_col_offset or 0)
    return source.edited(Edit((line, 0), end, "", whole=True))
