"""From TensorFlow's operations to ours: one table, a line or a small function an operation type."""

from __future__ import annotations

from collections.abc import Callable

from layers.operations.op import Unknown
from layers.recording.node import Made, Node
from layers.recording.tables.arithmetic import ARITHMETIC
from layers.recording.tables.backward import BACKWARD
from layers.recording.tables.contractions import CONTRACTIONS
from layers.recording.tables.fourier import FOURIER
from layers.recording.tables.images import IMAGES
from layers.recording.tables.layout import LAYOUT
from layers.recording.tables.reductions import REDUCTIONS
from layers.recording.tables.windows import WINDOWS

TABLE: dict[str, Callable[[Node], Made | None]] = {
    **ARITHMETIC,
    **BACKWARD,
    **CONTRACTIONS,
    **FOURIER,
    **IMAGES,
    **LAYOUT,
    **REDUCTIONS,
    **WINDOWS,
}
"""A translation returns None for a form of the operation that is not explained."""


def translate(node: Node) -> Made:
    """Return what an operation is called here; one that is not in the table stays, by its name."""
    try:
        found = TABLE.get(node.op_type, lambda _: None)(node)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        found = None  # a form of the operation that nobody here has seen: it stays, by its name
    return found or Made(Unknown(node.op_type), tuple(range(len(node.call.inputs))))
