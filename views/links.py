"""How cells make cells: the table by which the browser follows a cell to those that made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from layers.spans import Shape, Span
from layers.trace import Step


def made_by(steps: Sequence[Step], shapes: Mapping[str, Shape]) -> list[dict[str, Any]]:
    """Return how cells make cells, as plain data: the one table of ``layers.spans``, sent once.

    A span is the axis that moves it; null for a whole axis; else [axis, size, stride, offset], and
    [axis, size, stride, offset, every, wrap] for a digit of the index.
    """
    found = []
    for step in steps:
        operands = [shapes[operand] for operand in step.operands]
        spans = [
            [_span(span, length) for span, length in zip(own, shape, strict=True)]
            for own, shape in zip(step.op.spans(*operands), operands, strict=True)
        ]
        kind = {"copies": True} if step.op.copies else {}
        kind |= {"product": True} if step.op.says == "matrix product" else {}
        sources = list(map(list, zip(step.operands, spans, strict=True)))
        found.append({"result": step.result, "from": sources, **kind})
    return found


def _span(span: Span, length: int) -> int | list[int | None] | None:
    if span == Span(size=length):
        return None
    if span == Span(span.axis):
        return span.axis
    found = [span.axis, span.size, span.stride, span.offset]
    return [*found, span.every, span.wrap] if span.wrap else found
