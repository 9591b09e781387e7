"""What the pages with cells that answer share: the table of what makes what, and its arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from figures.words import number, plain
from layers.arithmetic import Arithmetic
from layers.spans import Shape, Span
from layers.trace import Step

_SHOWN = 6
"""Terms of a sum that are written out; of more, the first four and the last two."""


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


def written(worked: Arithmetic) -> str:
    """Write ``= relu(0.31 × −1.2 + … + 0.05) = 0.28``, or the number alone."""
    if worked.terms is None:
        return f"= {plain(worked.value)}"
    factors = [" × ".join(map(number, term)) for term in worked.terms.factors]
    function = worked.terms.function
    if worked.terms.own is not None:
        own = factors[worked.terms.own]
        said = f"exp({own}) ÷ ({' + '.join(_folded([f'exp({x})' for x in factors]))})"
    elif function == "max":
        said = f"max({', '.join(_folded(factors))})"
    else:
        said = " + ".join(_folded(factors))
        if function:
            total = plain(float(worked.terms.products.sum()), 4)
            said = f"{function}({said}) = {function}({total})"
    return f"= {said} {_compared(worked.terms.value, worked.value)}"


def _folded(parts: list[str]) -> list[str]:
    if len(parts) <= _SHOWN + 1:
        return parts
    return [*parts[:4], f"… {len(parts) - _SHOWN} more …", *parts[-2:]]


def _compared(hand: float, computed: float) -> str:
    """Write the sum with the digits in which the hand's and TensorFlow's agree."""
    for digits in (6, 5, 4, 3):
        if plain(hand, digits) == plain(computed, digits):
            return f"= {plain(computed, digits)}"
    return f"= {plain(hand, 3)} by hand, {plain(computed, 3)} by TensorFlow"


def _span(span: Span, length: int) -> int | list[int | None] | None:
    if span == Span(size=length):
        return None
    if span == Span(span.axis):
        return span.axis
    found = [span.axis, span.size, span.stride, span.offset]
    return [*found, span.every, span.wrap] if span.wrap else found
