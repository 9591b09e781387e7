"""Finds the line of an object in the author's file."""

from __future__ import annotations

from typing import Any

from layers.checkup.examination.layer_under_test import LayerUnderTest, author_classes
from layers.checkup.examination.object_graph import Reachable


def locate(tested: LayerUnderTest, layer: Any, item: Reachable) -> tuple[str, int | None]:
    """Return ``self.w, line 12`` and the line; without the line if the source is not available."""
    line = None
    if item.owner is not None and item.attribute:
        line = line_of(tested, item.owner, item.attribute)
    if line is None and item.attribute:
        line = line_of(tested, layer, item.attribute)
    return (f"{item.path}, line {line}" if line else item.path), line


def line_of(tested: LayerUnderTest, owner: Any, attribute: str) -> int | None:
    """Return the line that assigns ``self.<attribute>``; None if there is none."""
    source = tested.source(owner) if author_classes(owner) else None
    return source.line_of(attribute) if source else None


def reachable_variable(variable: Any, paths: dict[int, Reachable]) -> Reachable:
    """Return a variable with its path; with Keras's path for it if no attribute leads to it."""
    return paths.get(id(variable)) or Reachable(
        getattr(variable, "path", variable.name), variable, None, variable.name
    )
