"""Every row of the table is found however it is written, and nothing else is said of it."""

from __future__ import annotations

from collections import Counter

import pytest

from layers.checkup.engine import check
from layers.checkup.examples import EXAMPLES
from tests.layers.checkup.specimens import SPECIMENS


def name_of(make):
    return getattr(getattr(make, "func", make), "__name__", str(make))


@pytest.mark.parametrize(
    ("code", "make", "shape"),
    [pytest.param(*row, id=f"{row[0]}-{name_of(row[1])}") for row in SPECIMENS],
)
def test_what_is_wrong_is_found_and_nothing_else(code, make, shape):
    report = check(make, shape)
    assert report.codes == (code,), [(f.code, f.where, f.evidence) for f in report.findings]
    for finding in report.findings:
        assert finding.fix
        assert finding.fix.diff
        assert finding.evidence
        assert finding.where


def test_each_row_of_the_table_has_three_specimens():
    counted = Counter(code for code, _, _ in SPECIMENS)
    assert set(counted) == set(EXAMPLES)
    assert min(counted.values()) >= 3
