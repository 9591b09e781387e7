"""Cells followed through a block's steps: what they are made of, and what they help to make."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pictures.spans import Cells, made_of, making

_MOST = 16
"""Parts of one tensor that are followed one by one; more are followed as one that holds them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DependencyCells:
    """Cells of a tensor; ``far`` where another tensor that is shown stands between."""

    name: str
    cells: Cells
    far: bool


def dependencies(
    links: Mapping[str, Any], shown: Collection[str], name: str, cells: Cells
) -> list[DependencyCells]:
    """Return the cells, of the tensors shown, of which these cells are made."""
    parts = _Parts(name, cells)
    for step in reversed(links["steps"]):
        result = step["result"]
        for part in parts.of(result):
            far = part.far or (result in shown and result != name)
            for operand, spans in step["from"]:
                parts.add(operand, _operand(links, operand, spans, part.cells), far)
    return parts.listed(shown)


def dependents(
    links: Mapping[str, Any], shown: Collection[str], name: str, cells: Cells
) -> list[DependencyCells]:
    """Return the cells, of the tensors shown, that these cells help to make."""
    parts = _Parts(name, cells)
    for step in links["steps"]:
        shape = links["tensors"][step["result"]]["shape"]
        for operand, spans in step["from"]:
            for part in parts.of(operand):
                far = part.far or (operand in shown and operand != name)
                parts.add(step["result"], making(spans, part.cells, shape), far)
    return parts.listed(shown)


def tied(links: Mapping[str, Any], name: str, cells: Cells) -> Cells | None:
    """Return the cells that hold one number with these, copies of a stored cell; None if none."""
    for step in links["steps"]:
        if step["result"] == name and step.get("copies"):
            ((operand, spans),) = step["from"]
            stored = _operand(links, operand, spans, cells)
            return making(spans, stored, links["tensors"][name]["shape"])
    return None


def _operand(links: Mapping[str, Any], operand: str, spans: Sequence[Any], cells: Cells) -> Cells:
    shape = links["tensors"][operand]["shape"]
    return tuple(made_of(span, cells, length) for span, length in zip(spans, shape, strict=True))


class _Parts:
    """The parts that were found so far, by tensor."""

    def __init__(self, start: str, cells: Cells) -> None:
        self.start = start
        self.found: dict[str, list[DependencyCells]] = {
            start: [DependencyCells(name=start, cells=cells, far=False)]
        }

    def of(self, name: str) -> list[DependencyCells]:
        return list(self.found.get(name, ()))

    def add(self, name: str, cells: Cells, far: bool) -> None:
        if not all(axis.size for axis in cells):
            return
        known = self.found.setdefault(name, [])
        same = [part for part in known if all(map(np.array_equal, part.cells, cells))]
        for part in same:
            known.remove(part)
            far = far and part.far
        known.append(DependencyCells(name=name, cells=cells, far=far))
        if len(known) > _MOST:
            axes = zip(*(part.cells for part in known), strict=True)
            merged = tuple(np.unique(np.concatenate(axis)) for axis in axes)
            far = all(part.far for part in known)
            self.found[name] = [DependencyCells(name=name, cells=merged, far=far)]

    def listed(self, shown: Collection[str]) -> list[DependencyCells]:
        return [
            part
            for name, parts in self.found.items()
            if name != self.start and name in shown
            for part in parts
        ]
