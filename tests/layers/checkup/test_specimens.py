"""Every rule finds its specimens, however they are written, and no other rule does."""

from __future__ import annotations

from collections import Counter

import pytest

from layers.checkup.examples import EXAMPLES
from tests.layers.checkup.reports import params, report_on
from tests.layers.checkup.specimens import SPECIMENS


@pytest.mark.parametrize("number", params())
def test_what_is_wrong_is_found_and_nothing_else(number):
    report = report_on(number)
    code, _, _ = SPECIMENS[number]
    assert report.codes == (code,), [(f.code, f.where, f.evidence) for f in report.findings]
    for finding in report.findings:
        assert finding.fix
        assert finding.fix.diff
        assert finding.evidence
        assert finding.where


def test_each_rule_has_three_specimens():
    counted = Counter(code for code, _, _ in SPECIMENS)
    assert set(counted) == set(EXAMPLES)
    assert min(counted.values()) >= 3
