"""Where a thing is in the author's file."""

from __future__ import annotations

from typing import Any

from layers.checkup.examination.layer_under_test import Subject, own_classes
from layers.checkup.examination.object_graph import Held


def place(subject: Subject, layer: Any, item: Held) -> tuple[str, int | None]:
    """Return ``self.w, line 12`` and the line, where the source is at hand."""
    line = None
    if item.owner is not None and item.attribute:
        line = line_of(subject, item.owner, item.attribute)
    if line is None and item.attribute:
        line = line_of(subject, layer, item.attribute)
    return (f"{item.path}, line {line}" if line else item.path), line


def line_of(subject: Subject, owner: Any, attribute: str) -> int | None:
    """Return the line of a class's file that assigns ``self.<attribute>``."""
    source = subject.source(owner) if own_classes(owner) else None
    return source.line_of(attribute) if source else None


def path_of(variable: Any, paths: dict[int, Held]) -> Held:
    """Return the way to a variable; its own path in Keras where no attribute leads to it."""
    return paths.get(id(variable)) or Held(
        getattr(variable, "path", variable.name), variable, None, variable.name
    )
