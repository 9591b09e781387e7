"""What may be computed on another machine: what a link says, and nothing that a visitor owns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from types import FunctionType
from typing import Any

from layers.api.checkup import PostLayer
from layers.inputs.cells import Cell, Edit
from layers.training.history import History
from layers.training.progress import FileProgress
from layers.training.subject import Subject

_PLAIN = (str, int, float, type(None))
_FROM_A_LINK = (Cell, Edit, PostLayer, Subject)
_MADE_BY_US = (FileProgress, History)
"""A history holds what a training computed; whose it was, its subject says."""
_ROOM = "layers.api."


def may_leave(*values: Any, **named: Any) -> bool:
    """Return whether a call may be computed on another machine.

    An author's module, a model file, an uploaded file and its array stay: whatever is not among
    the kinds that are known to come from a link does.

    Args:
        values: a function and its arguments; functions of ``layers.api`` may leave.
        named: its named arguments.
    """
    return all(map(_is_known, (*values, *named.values())))


def _is_known(value: Any) -> bool:
    kind = type(value)
    if kind is FunctionType:
        return _may_run(value)
    if kind in {tuple, list}:
        return all(map(_is_known, value))
    if isinstance(value, Mapping):
        return all(map(_is_known, (*value, *value.values())))
    if kind in _FROM_A_LINK:
        return all(_is_known(getattr(value, each.name)) for each in fields(value))
    return kind in {*_PLAIN, bool, *_MADE_BY_US}


def _may_run(function: Callable[..., Any]) -> bool:
    return (function.__module__ or "").startswith(_ROOM)
