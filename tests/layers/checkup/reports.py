"""One check of each specimen, shared by the tests of one process."""

from __future__ import annotations

from functools import cache

import pytest

from layers.checkup.engine import check
from layers.checkup.report import Report
from tests.layers.checkup.specimens import SPECIMENS


def name_of(make) -> str:
    """Return the name of a specimen's class or function."""
    return getattr(getattr(make, "func", make), "__name__", str(make))


def params(*, classes_only: bool = False) -> list:
    """Return the specimens' numbers in ``SPECIMENS`` as parameters.

    Each is an xdist group of its own: with ``--dist loadgroup`` all tests of a specimen run in one
    process, where they share its report.
    """
    return [
        pytest.param(
            number,
            id=f"{code}-{name_of(make)}",
            marks=pytest.mark.xdist_group(f"specimen-{number}"),
        )
        for number, (code, make, _) in enumerate(SPECIMENS)
        if not classes_only or isinstance(getattr(make, "func", None), type)
    ]


@cache
def report_on(number: int) -> Report:
    """Return the report on a specimen, by its number in ``SPECIMENS``."""
    _, make, shape = SPECIMENS[number]
    return check(make, shape)
