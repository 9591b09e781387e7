"""Positions and sizes that an author's lines have as plain numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from layers.checkup.source import dotted

_SCATTERING = ("scatter_nd", "scatter_nd_update", "scatter_update")


@dataclass(frozen=True)
class Position:
    """A stretch of an axis: ``weight[4:6, 4:6]`` has one from 4 to 6.

    Attributes:
        array: the array's text.
        start: where it begins, at least 1.
        end: where it ends, not included.
        axis: which axis of the array; counted from the end after an ellipsis.
        line: the line.
    """

    array: str
    start: int
    end: int
    axis: int
    line: int


def positions(tree: ast.ClassDef, given: set[str]) -> list[Position]:
    """Return the positions that are written as numbers, first lines first.

    Of what ``call`` is given (``given``), a stretch of at least two that is cut out; of any other
    array, what is written to. A shape's own positions are none.
    """
    found: list[Position] = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            known = numbers(function)
            for node in ast.walk(function):
                if isinstance(node, ast.Subscript):
                    found += _of_subscript(node, given, known)
                elif isinstance(node, ast.Call):
                    found += _of_scatter(node)
    return sorted(found, key=lambda position: position.line)


def _of_subscript(
    node: ast.Subscript, given: set[str], known: dict[str, tuple[int, int]]
) -> Iterator[Position]:
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
            yield Position(array, *bounds, axis, node.lineno)


def bounds_of(
    part: ast.expr, known: dict[str, tuple[int, int]], *, single: bool
) -> tuple[int, int] | None:
    """Return (start, end) of a slice or an index, where numbers or names of numbers say it."""
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


def numbers(function: ast.FunctionDef) -> dict[str, tuple[int, int]]:
    """Return names that stand for a written number, or run through a written range."""
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
    """Return the ends of ``range(4, 6)``."""
    if not isinstance(node, ast.Call) or dotted(node.func) != "range" or len(node.args) != 2:
        return None
    start, end = (_number(argument, {}) for argument in node.args)
    return None if start is None or end is None else (start, end)


def _of_scatter(node: ast.Call) -> Iterator[Position]:
    """Yield the stretch that a scatter's written indices span."""
    if not dotted(node.func).endswith(_SCATTERING):
        return
    for argument in node.args:
        if not isinstance(argument, (ast.List, ast.Tuple)) or not argument.elts:
            continue
        if not all(isinstance(e, (ast.List, ast.Tuple)) for e in argument.elts):
            continue
        numbers = [_number(n, {}) for e in argument.elts for n in getattr(e, "elts", ())]
        if numbers and all(number is not None and number >= 1 for number in numbers):
            whole = [number for number in numbers if number is not None]
            name = ast.unparse(node.args[0])
            yield Position(name, min(whole), max(whole) + 1, -1, node.lineno)


def reshapes(tree: ast.ClassDef) -> Iterator[ast.Call]:
    """Yield the calls that reshape to a size with a number in it."""
    for node in ast.walk(tree):
        called = dotted(node.func) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and called.lower().endswith("reshape") and has_number(node):
            yield node


def has_sizes(tree: ast.ClassDef, line: int) -> bool:
    """Return whether a line has a call with a number of at least 2 in a list or tuple."""
    return any(
        isinstance(node, (ast.List, ast.Tuple))
        and node.lineno <= line <= (node.end_lineno or 0)
        and has_number(node)
        for node in ast.walk(tree)
    )


def has_number(node: ast.AST) -> bool:
    """Return whether a number of at least 2 is written in a node."""
    return any(
        isinstance(n, ast.Constant) and type(n.value) is int and n.value > 1 for n in ast.walk(node)
    )
