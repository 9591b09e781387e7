"""Finds indices and sizes that an author's lines have as literal numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from layers.checkup.source import dotted

_SCATTERING = ("scatter_nd", "scatter_nd_update", "scatter_update")


@dataclass(frozen=True)
class LiteralRange:
    """A range of indices on one axis: ``weight[4:6, 4:6]`` has two, each from 4 to 6.

    Attributes:
        array: the array's source text.
        start: the first index, at least 1.
        end: one more than the last index.
        axis: the array's axis; negative after an ellipsis.
        line: the line's number.
    """

    array: str
    start: int
    end: int
    axis: int
    line: int


def literal_ranges(tree: ast.ClassDef, given: set[str]) -> list[LiteralRange]:
    """Return the ranges of indices that are written as numbers, in the order of their lines.

    Of an argument of ``call``, these are slices of at least two; of any other array, the indices
    that are assigned to. Indices into a shape do not count.

    Args:
        tree: the class.
        given: the names of ``call``'s arguments.
    """
    found: list[LiteralRange] = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            known = ranges_by_name(function)
            for node in ast.walk(function):
                if isinstance(node, ast.Subscript):
                    found += _of_subscript(node, given, known)
                elif isinstance(node, ast.Call):
                    found += _of_scatter(node)
    return sorted(found, key=lambda found_range: found_range.line)


def _of_subscript(
    node: ast.Subscript, given: set[str], known: dict[str, tuple[int, int]]
) -> Iterator[LiteralRange]:
    array = ast.unparse(node.value)
    if "shape" in array:
        return
    written = isinstance(node.ctx, ast.Store)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    after_ellipsis = False
    for place, part in enumerate(parts):
        after_ellipsis |= isinstance(part, ast.Constant) and part.value is ...
        bounds = bounds_of(part, known, single=written)
        if bounds is None or not 1 <= bounds[0] < bounds[1]:
            continue
        wide = bounds[1] - bounds[0] > 1
        if written or (array in given and wide and isinstance(part, ast.Slice)):
            axis = place - len(parts) if after_ellipsis else place
            yield LiteralRange(array, *bounds, axis, node.lineno)


def bounds_of(
    part: ast.expr, known: dict[str, tuple[int, int]], *, single: bool
) -> tuple[int, int] | None:
    """Return (start, end) of a slice or an index; None if they are not literal.

    Args:
        part: the slice or index.
        known: the ranges that names stand for, from ``ranges_by_name``.
        single: whether a single index counts.
    """
    if isinstance(part, ast.Slice) and part.step is None and part.lower and part.upper:
        ends = [_number(end, known) for end in (part.lower, part.upper)]
        return (ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else None
    if not single:
        return None
    if isinstance(part, ast.Name):
        bounds = known.get(part.id)
        return bounds if bounds and bounds[1] - bounds[0] > 1 else None  # a loop's variable
    if isinstance(part, ast.Constant) and type(part.value) is int and part.value > 1:
        return part.value, part.value + 1
    return None


def _number(node: ast.expr, known: dict[str, tuple[int, int]]) -> int | None:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name) and node.id in known:
        start, end = known[node.id]
        return start if end == start + 1 else None
    return None


def ranges_by_name(function: ast.FunctionDef) -> dict[str, tuple[int, int]]:
    """Return both ends of the range that each name stands for, as a number or a loop's variable."""
    found: dict[str, tuple[int, int]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts, strict=False))
                for name, value in pairs:
                    number = _number(value, {})
                    if isinstance(name, ast.Name) and number is not None:
                        found[name.id] = (number, number + 1)
        elif isinstance(node, ast.For):
            ends = _range(node.iter)
            if ends and isinstance(node.target, ast.Name):
                found[node.target.id] = ends
    return found


def _range(node: ast.expr) -> tuple[int, int] | None:
    """Return (4, 6) of ``range(4, 6)``; None for other expressions."""
    if not isinstance(node, ast.Call) or dotted(node.func) != "range" or len(node.args) != 2:
        return None
    start, end = (_number(argument, {}) for argument in node.args)
    return None if start is None or end is None else (start, end)


def _of_scatter(node: ast.Call) -> Iterator[LiteralRange]:
    """Yield the range that a scatter's literal indices span."""
    if not dotted(node.func).endswith(_SCATTERING):
        return
    for argument in node.args:
        if not isinstance(argument, (ast.List, ast.Tuple)) or not argument.elts:
            continue
        if not all(isinstance(e, (ast.List, ast.Tuple)) for e in argument.elts):
            continue
        indices = [_number(n, {}) for e in argument.elts for n in getattr(e, "elts", ())]
        if indices and all(index is not None and index >= 1 for index in indices):
            whole = [index for index in indices if index is not None]
            name = ast.unparse(node.args[0])
            yield LiteralRange(name, min(whole), max(whole) + 1, -1, node.lineno)


def reshapes_with_literals(tree: ast.ClassDef) -> Iterator[ast.Call]:
    """Yield the calls of ``reshape`` with a literal size."""
    for node in ast.walk(tree):
        called = dotted(node.func) if isinstance(node, ast.Call) else ""
        if (
            isinstance(node, ast.Call)
            and called.lower().endswith("reshape")
            and has_literal_size(node)
        ):
            yield node


def has_literal_size_on_line(tree: ast.ClassDef, line: int) -> bool:
    """Return whether a line has a list or tuple with a number of at least 2 in it."""
    return any(
        isinstance(node, (ast.List, ast.Tuple))
        and node.lineno <= line <= (node.end_lineno or 0)
        and has_literal_size(node)
        for node in ast.walk(tree)
    )


def has_literal_size(node: ast.AST) -> bool:
    """Return whether a node contains a literal whole number of at least 2."""
    return any(
        isinstance(n, ast.Constant) and type(n.value) is int and n.value > 1 for n in ast.walk(node)
    )
