"""The arithmetic of a run's cells as plain data, for a page that works it out by itself.

Cells of one tensor mostly differ in their numbers alone: they share one form, a tree whose leaves
are cells that move with the cell that is explained. ``browser/arithmetic.js`` reads it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from layers.operations import explain
from layers.operations.arithmetic import (
    Comparison,
    Difference,
    Expression,
    Function,
    LogOfPowers,
    Negative,
    Number,
    OperandCell,
    Power,
    Product,
    Quotient,
    Share,
    Sum,
    TakenBranch,
)
from layers.traces.trace import Trace

MOST_LEAVES = 100_000
"""Numbers in all arithmetic together: these take some seconds."""
_EACH = 10
"""Numbers for which there would be time instead of one more cell."""
_PAIRS = {Difference: "−", Quotient: "÷", Power: "^"}


@dataclass(kw_only=True)
class Arithmetic:
    """What a page knows of how cells are made.

    Attributes:
        forms: tensor → the forms of its cells.
        says: tensor → what is said of its cells in place of arithmetic.
        reads: the tensors that the forms read.
        left_out: tensors without forms, for they would be too many.
    """

    forms: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    reads: set[str] = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)


def arithmetic(trace: Trace, names: Iterable[str]) -> Arithmetic:
    """Return the arithmetic of every cell of some tensors.

    Args:
        trace: the run.
        names: of the tensors, the most wanted first: the last may find no more room.
    """
    found = Arithmetic()
    left = MOST_LEAVES
    for name in names:
        step = trace.made_by.get(name)
        if step is None:
            continue
        if not step.op.explained:
            found.says[name] = step.op.says
            continue
        if trace[name].size == 0:
            continue
        groups = _groups(trace, name, left)
        if groups is None:
            found.left_out.append(name)
            continue
        left -= sum(len(cells) * (_EACH + len(leaves[0])) for _, cells, leaves in groups)
        found.forms[name] = [_form(trace, name, *group) for group in groups]
        found.reads |= {leaf for form in found.forms[name] for leaf in form["leaves"]}
    return found


def _expression(trace: Trace, name: str, index: tuple[int, ...]) -> Expression:
    worked = explain(trace, name, index)
    return Number(worked.value) if worked.expression is None else worked.expression


Group = tuple[Any, list[int], list[list[OperandCell]]]
"""A tree, the cells that have it, and for each of these its leaves."""


def _groups(trace: Trace, name: str, room: int) -> list[Group] | None:
    """Return the trees of a tensor's cells; None where they take more than the room there is."""
    groups: dict[str, Group] = {}
    if trace[name].size * (_EACH + 1) > room:
        return None
    for flat, index in enumerate(np.ndindex(trace[name].shape)):
        tree, leaves = _shape_of(_expression(trace, name, index))
        room -= _EACH + len(leaves)
        if room < 0:
            return None
        key = repr((tree, [leaf.tensor for leaf in leaves]))
        _, cells, found = groups.setdefault(key, (tree, [], []))
        cells.append(flat)
        found.append(leaves)
    return list(groups.values())


def _form(
    trace: Trace, name: str, tree: Any, cells: list[int], leaves: list[list[OperandCell]]
) -> dict[str, Any]:
    """Return a tree with the tensors of its leaves, and where these are for each of its cells."""
    shape = trace[name].shape
    index = np.array(np.unravel_index(cells, shape) if shape else []).reshape(-1, len(cells))
    form = {"tree": tree, "leaves": [leaf.tensor for leaf in leaves[0]]}
    form |= {} if len(cells) == trace[name].size else {"cells": cells}
    return form | _places(trace, index, leaves)


def _places(trace: Trace, cells: np.ndarray, leaves: list[list[OperandCell]]) -> dict[str, Any]:
    """Return where the leaves are for each cell: by how they move where that is all there is to it.

    Args:
        trace: the run.
        cells: (axes of the result, cells).
        leaves: for each cell, its leaves.
    """
    indices = [
        np.array([own[at].index for own in leaves], int).reshape(len(leaves), -1).T
        for at in range(len(leaves[0]))
    ]
    moves = [[_move(cells, axis) for axis in index] for index in indices]
    if all(axis is not None for leaf in moves for axis in leaf):
        return {"moves": moves}
    shapes = [trace[leaf.tensor].shape for leaf in leaves[0]]
    flat = [
        np.ravel_multi_index(tuple(index), shape) if shape else np.zeros(len(leaves), int)
        for index, shape in zip(indices, shapes, strict=True)
    ]
    return {"at": np.array(flat).T.tolist()}


def _move(cells: np.ndarray, axis: np.ndarray) -> list[int] | None:
    """Return where an index starts and what it moves by with each axis; None where it does not."""
    known = np.vstack([np.ones(cells.shape[1]), cells]).T
    found = np.rint(np.linalg.lstsq(known, axis.astype(float), rcond=None)[0])
    if not np.array_equal(known @ found, axis):
        return None
    return found.astype(int).tolist()


def _shape_of(expression: Expression) -> tuple[Any, list[OperandCell]]:
    """Return a tree without its numbers, as ``Tree`` of ``browser/wire.d.ts``, and its leaves."""
    leaves: list[OperandCell] = []

    def shape(node: Expression) -> Any:
        if isinstance(node, OperandCell):
            leaves.append(node)
            return len(leaves) - 1
        if isinstance(node, Number):
            value = node.value
            return ["n", value if math.isfinite(value) else _NAMES[str(value)]]
        if isinstance(node, Negative):
            return ["neg", shape(node.of)]
        if isinstance(node, (Difference, Quotient, Power)):
            sign = next(sign for kind, sign in _PAIRS.items() if isinstance(node, kind))
            return [sign, shape(node.left), shape(node.right)]
        return _many(node, [shape(part) for part in node.parts])

    return shape(expression), leaves


_NAMES = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def _many(node: Expression, terms: list[Any]) -> list[Any]:
    if isinstance(node, Sum):
        return ["+", terms, node.padding]
    if isinstance(node, Product):
        return ["×", terms]
    if isinstance(node, LogOfPowers):
        return ["log", terms]
    if isinstance(node, Share):
        return ["share", terms, node.own]
    if isinstance(node, TakenBranch):
        return ["pick", terms, node.taken, node.name]
    if isinstance(node, Comparison):
        return ["?", terms, node.name, node.sign]
    if isinstance(node, Function):
        return ["f", terms, node.name, [_plain(each) for each in node.parameters], node.shown]
    raise TypeError(f"expected a node of an expression. Received {type(node).__name__}.")


def _plain(parameter: Any) -> Any:
    """Return a function's parameter as JSON takes it."""
    if isinstance(parameter, str):
        return parameter
    value = float(parameter)
    return value if math.isfinite(value) else _NAMES[str(value)]
