"""The author's own lines, mended: one function a way of going wrong.

Each returns None where the lines are not at hand, or not written in a way that can be mended by
rule; the finding then shows an example.
"""

from __future__ import annotations

import ast

from layers.checkup.fixes.building import (
    build_signature,
    built,
    positional_add_weight,
    renamed,
    without_method,
)
from layers.checkup.fixes.config import config, kwargs, registered
from layers.checkup.fixes.copies import derived_in_call
from layers.checkup.fixes.lines import add_weights
from layers.checkup.fixes.sizes import any_batch, centred, flattened
from layers.checkup.fixes.values import float64, numpy_in_call, sigmoid, straight_through
from layers.checkup.fixes.variables import (
    layer_in_object,
    made_in_build,
    removed,
    state,
    tracked,
)
from layers.checkup.report import Fix
from layers.checkup.source import Source, attribute_of

__all__ = [
    "add_weights",
    "any_batch",
    "build_signature",
    "built",
    "centred",
    "config",
    "derived_in_call",
    "flattened",
    "float64",
    "kwargs",
    "layer_in_object",
    "made_in_build",
    "numpy_in_call",
    "of_failure",
    "positional_add_weight",
    "registered",
    "removed",
    "renamed",
    "sigmoid",
    "state",
    "straight_through",
    "tracked",
    "without_method",
]


def of_failure(code: str, source: Source | None, line: int | None) -> Fix | None:
    """Mend what was found by an error."""
    if source is None:
        return None
    if code == "reserved-name":
        return renamed(source, _assigned_on(source, line))
    mend = {
        "variable-in-call": made_in_build,
        "positional-add-weight": positional_add_weight,
        "numpy-in-call": numpy_in_call,
        "build-signature": build_signature,
        "float64-constant": float64,
    }.get(code)
    return mend(source) if mend else None


def _assigned_on(source: Source, line: int | None) -> str:
    """Return the attribute that a line assigns; empty where it assigns none."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assign) and node.lineno == line:
            for target in node.targets:
                if name := attribute_of(target):
                    return name
    return ""
