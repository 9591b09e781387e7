"""Which cells made which: the table of a block's links, followed as browser/reach.js follows it.

A box is one (start, end) an axis. A span says how far an axis of an operand reaches: the axis of
the result that moves it, None for the whole axis, [axis, size, stride, offset], or
[axis, size, stride, offset, every, wrap] for a digit of the index.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeAlias

Box: TypeAlias = "tuple[tuple[int, int], ...]"


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Cells of a tensor; ``far`` where another tensor that is shown stands between."""

    name: str
    box: Box
    far: bool


def sources(links: dict[str, Any], shown: Collection[str], name: str, box: Box) -> list[Reached]:
    """Return the cells, of the tensors shown, that made a box of cells."""
    made_by = {step["result"]: step for step in links["steps"]}
    found: list[Reached] = []

    def visit(result: str, cells: Box, far: bool) -> None:
        for operand, spans in made_by.get(result, {"from": ()})["from"]:
            part = _made(spans, cells, links["tensors"][operand]["shape"])
            visible = operand in shown
            if visible:
                found.append(Reached(name=operand, box=part, far=far))
            visit(operand, part, far or visible)

    visit(name, box, False)
    return found


def reached(links: dict[str, Any], shown: Collection[str], name: str, box: Box) -> list[Reached]:
    """Return the cells, of the tensors shown, that a box of cells helps to make."""
    found: list[Reached] = []

    def visit(operand: str, cells: Box, far: bool) -> None:
        for step in links["steps"]:
            for used, spans in step["from"]:
                if used != operand:
                    continue
                part = _through(spans, cells, links["tensors"][step["result"]]["shape"])
                visible = step["result"] in shown
                if visible:
                    found.append(Reached(name=step["result"], box=part, far=far))
                visit(step["result"], part, far or visible)

    visit(name, box, False)
    return found


def twins(links: dict[str, Any], name: str, box: Box) -> Box | None:
    """Return the cells that are one number with these, copies of one stored cell; None if none."""
    for step in links["steps"]:
        if step["result"] == name and step.get("copies"):
            ((operand, spans),) = step["from"]
            stored = _made(spans, box, links["tensors"][operand]["shape"])
            return _through(spans, stored, links["tensors"][name]["shape"])
    return None


def _made(spans: list[Any], box: Box, shape: list[int]) -> Box:
    moved = (_moved(span, box) for span in spans)
    return tuple(
        (max(0, start), length if end is None else min(length, end))
        for (start, end), length in zip(moved, shape, strict=True)
    )


def _moved(span: Any, box: Box) -> tuple[int, int | None]:
    if span is None:
        return 0, None
    if isinstance(span, int):
        return box[span]
    axis, size, stride, offset, *digit = span
    start, end = (0, 1) if axis is None else box[axis]
    if digit:
        every, wrap = digit
        low, high = start // every, (end - 1) // every
        if high - low >= wrap or low % wrap > high % wrap:
            return 0, wrap
        return low % wrap, high % wrap + 1
    return offset + stride * start, offset + stride * (end - 1) + size


def _through(spans: list[Any], box: Box, shape: list[int]) -> Box:
    part = [(0, length) for length in shape]
    last: dict[int, int] = {}
    for at, span in enumerate(spans):
        if span is None:
            continue
        axis, size, stride, offset, *digit = [span, 1, 1, 0] if isinstance(span, int) else span
        if axis is None:
            continue
        start, end = part[axis]
        if digit:
            part[axis] = (start + box[at][0] * digit[0], end)
            last[axis] = last.get(axis, 0) + (box[at][1] - 1) * digit[0]
            continue
        since = math.ceil((box[at][0] - offset - size + 1) / stride)
        until = (box[at][1] - 1 - offset) // stride + 1
        part[axis] = (max(start, since), min(end, until))
    for axis, at in last.items():
        part[axis] = (part[axis][0], at + 1)
    return tuple(part)
