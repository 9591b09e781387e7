"""Fixes for numbers that are right for one size or one batch only."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Mapping
from typing import Any

from layers.checkup.fixes.lines import add_weights, attributes_of, names_in
from layers.checkup.literal_indices import bounds_of, ranges_by_name
from layers.checkup.report import Fix
from layers.checkup.source import ClassSource, TextEdit, attribute_of, dotted, replace


def center_range(source: ClassSource | None, line: int, length: int) -> Fix | None:
    """Compute the indices of a centred range from the array's length.

    The literal range is a slice, with numbers or names for them, or a loop's.

    Args:
        source: the class.
        line: the line of the indices.
        length: the length for which the literal range is centred.
    """
    homes = source.tree.body if source else ()
    home = next((f for f in homes if f.lineno <= line <= (f.end_lineno or 0)), None)
    if source is None or not isinstance(home, ast.FunctionDef):
        return None
    known = ranges_by_name(home)
    loops = {
        node.target.id: node.iter
        for node in ast.walk(home)
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name)
    }
    edits: dict[tuple[int, int], TextEdit] = {}
    for node in ast.walk(home):
        if not isinstance(node, ast.Subscript) or node.lineno != line:
            continue
        array = source.segment(node.value)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for axis, part in enumerate(parts):
            loop = loops.get(part.id) if isinstance(part, ast.Name) else None
            bounds = bounds_of(part, known, single=loop is not None)
            if bounds is None:
                continue
            if sum(bounds) != length:
                return None
            low, high = _around(f"{array}.shape[{axis}] // 2", bounds[1] - bounds[0])
            edit = replace(loop, f"range({low}, {high})") if loop else _slice(part, low, high)
            edits[edit.start] = edit
    return source.edited(*edits.values(), *_unused(home, edits.values())) if edits else None


def _around(middle: str, length: int) -> tuple[str, str]:
    """Return the start and end of a range of a length around a middle, as expressions."""
    half, rest = length // 2, length - length // 2
    return middle + (f" - {half}" if half else ""), middle + (f" + {rest}" if rest else "")


def _slice(part: ast.expr, low: str, high: str) -> TextEdit:
    start = (part.lineno, part.col_offset)
    return TextEdit(start, (part.end_lineno or 0, part.end_col_offset or 0), f"{low} : {high}")


def _unused(home: ast.FunctionDef, edits: Iterable[TextEdit]) -> list[TextEdit]:
    """Remove ``low, high = 4, 6`` if the edits replace every use of both."""
    removals = []
    for node in ast.walk(home):
        if not isinstance(node, ast.Assign):
            continue
        names = {n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        uses = [
            (n.lineno, n.col_offset)
            for n in ast.walk(home)
            if isinstance(n, ast.Name) and n.id in names and isinstance(n.ctx, ast.Load)
        ]
        only_numbers = names <= set(ranges_by_name(home)) and not names_in(node.value)
        if only_numbers and uses and all(any(e.start <= u < e.end for e in edits) for u in uses):
            removals.append(replace(node, "", whole=True))
    return removals


def use_input_batch(
    source: ClassSource | None, batch: int, arguments: Mapping[str, Any]
) -> Fix | None:
    """Take the batch size from the input, and leave it out of the shapes of weights.

    Args:
        source: the class.
        batch: the batch size that is written as a number.
        arguments: the constructor's; an attribute may hold the batch size.
    """
    if source is None:
        return None
    edits = []
    whole = {name: value for name, value in arguments.items() if type(value) is int}
    holders = _attributes_of_arguments(
        source, {name for name, value in whole.items() if value == batch}
    )
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("reshape"):
            shape = next((a for a in node.args if isinstance(a, (ast.Tuple, ast.List))), None)
            first = shape.elts[0] if shape and shape.elts else None
            if isinstance(first, ast.Constant) and first.value == batch:
                edits.append(replace(first, f"tf.shape({source.segment(node.args[0])})[0]"))
    edits += [
        replace(shape.elts[0], f"tf.shape({_input(source)})[0]")
        for shape in _shapes_in_call(source)
        if attribute_of(shape.elts[0]) in holders
    ]
    for call in add_weights(source):
        edits += [
            replace(keyword.value, f"{keyword.value.id}[1:]")
            for keyword in call.keywords
            if keyword.arg == "shape" and isinstance(keyword.value, ast.Name)
        ]
    return source.edited(*edits) if edits else None


def use_input_lengths(source: ClassSource | None, shape: tuple[int | None, ...]) -> Fix | None:
    """Write the product of the input's lengths in place of its number in a shape."""
    lengths = [length for length in shape[1:] if length]
    if source is None or len(lengths) < 2 or len(lengths) < len(shape) - 1:
        return None
    product = " * ".join(f"{_input(source)}.shape[{axis}]" for axis in range(1, len(shape)))
    edits = [
        replace(part, product)
        for node in _shapes_in_call(source)
        for part in node.elts
        if isinstance(part, ast.Constant) and part.value == math.prod(lengths)
    ]
    return source.edited(*edits) if edits else None


def _shapes_in_call(source: ClassSource) -> list[ast.Tuple | ast.List]:
    """Return the tuples and lists that are arguments of functions in ``call``."""
    call = source.method("call")
    return [
        argument
        for node in (ast.walk(call) if call else ())
        if isinstance(node, ast.Call)
        for argument in node.args
        if isinstance(argument, (ast.Tuple, ast.List)) and argument.elts
    ]


def _input(source: ClassSource) -> str:
    call = source.method("call")
    return call.args.args[1].arg if call and len(call.args.args) > 1 else "inputs"


def _attributes_of_arguments(source: ClassSource, arguments: set[str]) -> set[str]:
    """Return the attributes that hold these arguments of the constructor."""
    init = source.method("__init__")
    values = attributes_of(init) if init else ()
    return {name for _, v, name in values if isinstance(v, ast.Name) and v.id in arguments}
