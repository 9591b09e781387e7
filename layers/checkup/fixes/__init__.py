"""Fixes for the author's own lines: one function for each kind of change.

Each returns None if the source is not available, or if it is written in a way that the rule does
not cover. The finding then shows an example.
"""

from __future__ import annotations

import ast

from layers.checkup.fixes.building import (
    build_children,
    name_add_weight_arguments,
    remove_method,
    rename_attribute,
    rename_build_arguments,
    return_last,
)
from layers.checkup.fixes.config import add_kwargs, register_class, write_get_config
from layers.checkup.fixes.copies import derive_in_call
from layers.checkup.fixes.lines import add_weights
from layers.checkup.fixes.sizes import center_range, use_input_batch, use_input_lengths
from layers.checkup.fixes.values import (
    pass_gradient_through,
    use_float32,
    use_keras_ops,
    use_sigmoid,
)
from layers.checkup.fixes.variables import (
    attach_layer,
    create_in_build,
    remove_attribute,
    state_as_weight,
    track_variables,
)
from layers.checkup.report import Fix
from layers.checkup.source import ClassSource, attribute_of

__all__ = [
    "add_kwargs",
    "add_weights",
    "attach_layer",
    "build_children",
    "center_range",
    "create_in_build",
    "derive_in_call",
    "fix_for_error",
    "name_add_weight_arguments",
    "pass_gradient_through",
    "register_class",
    "remove_attribute",
    "remove_method",
    "rename_attribute",
    "rename_build_arguments",
    "return_last",
    "state_as_weight",
    "track_variables",
    "use_float32",
    "use_input_batch",
    "use_input_lengths",
    "use_keras_ops",
    "use_sigmoid",
    "write_get_config",
]


def fix_for_error(code: str, source: ClassSource | None, line: int | None) -> Fix | None:
    """Return a fix for a mistake that was found through an error.

    Args:
        code: the rule ID.
        source: the source of the class in which the error was raised.
        line: the line that raised it.
    """
    if source is None:
        return None
    if code == "reserved-name":
        return rename_attribute(source, _assigned_on(source, line))
    fix = {
        "variable-in-call": create_in_build,
        "positional-add-weight": name_add_weight_arguments,
        "numpy-in-call": use_keras_ops,
        "build-signature": rename_build_arguments,
        "float64-constant": use_float32,
    }.get(code)
    return fix(source) if fix else None


def _assigned_on(source: ClassSource, line: int | None) -> str:
    """Return the attribute that a line assigns; empty if it assigns none."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assign) and node.lineno == line:
            for target in node.targets:
                if name := attribute_of(target):
                    return name
    return ""
