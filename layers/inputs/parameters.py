"""The names of a link's parameters, and those of an author's arguments beside them."""

from __future__ import annotations

import re

_ARGUMENT = "arg."
_FIXED = frozenset(
    {
        *("layer", "shape", "batch", "seed", "input", "constant", "cell", "edits"),
        *("contrast", "reduction", "row_axis", "column_axis", "time", "training", "as_computed"),
        *("lesson", "lesson_step"),  # of the panel above a page
        *("play_order", "play_speed", "play_step"),
        *("visitor", "have", "prefetch"),  # of the live route
        *("embed", "embed_options", "hide"),  # of how the page looks
    }
)
"""What the pages put in a link themselves; every other name is a constructor argument's."""
_SLICE = re.compile(r"at_\w+")


def parameter_of(argument: str) -> str:
    """Return the link's parameter for a constructor argument of any name.

    >>> parameter_of("units"), parameter_of("batch"), parameter_of("at_head")
    ('units', 'arg.batch', 'arg.at_head')
    """
    is_fixed = argument in _FIXED or _SLICE.fullmatch(argument)
    return f"{_ARGUMENT}{argument}" if is_fixed else argument


def argument_of(parameter: str) -> str:
    """Return the constructor argument of a link's parameter.

    >>> argument_of("units"), argument_of("arg.batch")
    ('units', 'batch')
    """
    return parameter.removeprefix(_ARGUMENT)
