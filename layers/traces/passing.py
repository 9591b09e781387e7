"""Which results are only passed on: written inside the expression of the step that reads them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from layers.operations.contraction import Contract
from layers.operations.elementwise import Elementwise
from layers.operations.layout import Reshape, Slice
from layers.operations.normalize import Normalize
from layers.operations.op import Op
from layers.operations.window import Conv, ConvTranspose, DepthwiseConv
from layers.traces.loops import RepeatedBlock
from layers.traces.trace import Step, Trace

MOST = 6
"""Tensors of one expression; with more it is read better in two rows."""
_PRODUCTS = (Contract, Conv, ConvTranspose, DepthwiseConv)
_ARITHMETIC = {"add", "subtract", "multiply", "divide"}


def with_passed_on(trace: Trace, plain: Collection[str], found: Sequence[RepeatedBlock]) -> Trace:
    """Mark the results that are written inside the expression of the one step that reads them.

    These are products, sums, differences, quotients, functions of a cell, and parts of a tensor,
    that have no name of their own, are read once, in the same sublayer and the same time step.
    A part of a weight is written in place wherever it is read; so is a weight that only has axes
    of one more.

    Args:
        trace: a recorded run.
        plain: the results that are called no more than ``sum`` or ``part``.
        found: its loops.

    Returns:
        the trace, with ``shown=False`` on those steps.
    """
    time = _times(found)
    leaves: dict[str, frozenset[str]] = {}
    for step in trace.steps:
        fitting = {
            name: _leaves(trace, trace.made_by[name], leaves)
            for name in dict.fromkeys(step.operands)
            if name in plain and name in trace.made_by
            if _written_inside(trace, trace.made_by[name], step)
            if time.get(name) == time.get(step.result)
            or _part_of_weight(trace, trace.made_by[name])
            or is_spread_weight(trace, trace.made_by[name])
        }
        inside: dict[str, frozenset[str]] = {}
        for name, own in fitting.items():
            others = (inside[n] if n in inside else _leaf(trace, n) for n in step.operands)
            if len(own.union(*(other - {name} for other in others))) <= MOST:
                inside[name] = own
        leaves |= inside
    hidden = {
        name
        for name in leaves
        if all(_written_inside(trace, trace.made_by[name], each) for each in trace.used_by[name])
    }
    steps = tuple(
        replace(step, shown=False) if step.result in hidden else step for step in trace.steps
    )
    return replace(trace, steps=steps)


def _times(found: Sequence[RepeatedBlock]) -> dict[str, tuple[int, int]]:
    """Return, for each result of a loop, which loop and which time step made it."""
    return {
        step.result: (number, turn)
        for number, loop in enumerate(found)
        for turn, iteration in enumerate(loop.iterations)
        for step in iteration.steps
    }


def _leaf(trace: Trace, name: str) -> frozenset[str]:
    tensor = trace.tensors[name]
    number = tensor.role == "constant" and tensor.values.size == 1
    return frozenset() if number else frozenset({name})


def _leaves(trace: Trace, step: Step, known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the tensors that an expression is written with."""
    return frozenset().union(*(known[n] if n in known else _leaf(trace, n) for n in step.operands))


def _written_inside(trace: Trace, inner: Step, reader: Step) -> bool:
    """Say whether a result can stand inside the expression of a step that reads it."""
    if inner.result in trace.output_names or trace.tensors[inner.result].role != "intermediate":
        return False
    if isinstance(inner.op, Slice) and _part_of_weight(trace, inner):
        return isinstance(reader.op, _PRODUCTS) or _takes(reader.op)
    if is_spread_weight(trace, inner):
        return isinstance(reader.op, Normalize) or _arithmetic(reader.op)
    alone = len(trace.used_by[inner.result]) == 1 and reader.operands.count(inner.result) == 1
    if not alone or not _takes(reader.op):
        return False
    if isinstance(inner.op, Slice):
        return True
    if inner.scope != reader.scope:
        return False
    if isinstance(inner.op, _PRODUCTS):
        return _arithmetic(reader.op)  # a product alone is worth seeing before its activation
    if _arithmetic(inner.op):
        return True
    return _is_function(inner.op) and _arithmetic(reader.op)


def _part_of_weight(trace: Trace, step: Step) -> bool:
    return isinstance(step.op, Slice) and trace.tensors[step.operands[0]].role == "weight"


def is_spread_weight(trace: Trace, step: Step) -> bool:
    """Say whether a step only gives a weight axes of one, so that it fits another tensor."""
    if not isinstance(step.op, Reshape):
        return False
    before, after = (
        [n for n in trace[name].shape if n != 1] for name in (step.operands[0], step.result)
    )
    return before == after and trace.tensors[step.operands[0]].role in ("weight", "state")


def _takes(op: Op) -> bool:
    """Say whether an operation is written around its operands: ``a + b``, ``tanh(a)``."""
    return _arithmetic(op) or _is_function(op)


def _arithmetic(op: Op) -> bool:
    return isinstance(op, Elementwise) and op.name in _ARITHMETIC


def _is_function(op: Op) -> bool:
    one = isinstance(op, Elementwise) and not op.infix and op.name not in _MANY
    return one and not op.parameters


_MANY = {
    "where",
    "cast",
    "clip",
    "add_n",
    "maximum",
    "minimum",
    "squared_difference",
    "prelu",
    "multiply_no_nan",
    "divide_no_nan",
    "identity",
    "stop_gradient",
}
