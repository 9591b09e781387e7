"""For an author's own tests."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from layers.checkup.engine import TIME_LIMIT, check
from layers.checkup.text import format_report


def assert_healthy(
    make_layer: Callable[[], Any],
    input_shape: Any,
    *,
    dtype: str = "float32",
    allow: Collection[str] = (),
    time_limit: float = TIME_LIMIT,
) -> None:
    """Fail with the whole report if the check-up finds a layer broken or risky.

    Args:
        make_layer: as in ``check``.
        input_shape: as in ``check``.
        dtype: as in ``check``.
        allow: rule IDs that are known and accepted.
        time_limit: as in ``check``.

    Raises:
        AssertionError: something was found that is not allowed; its text is the report.
        BadInputError: as in ``check``.
    """
    report = check(make_layer, input_shape, dtype=dtype, time_limit=time_limit)
    found = [f for f in report.findings if f.severity != "note" and f.code not in allow]
    if found:
        raise AssertionError(format_report(report))
