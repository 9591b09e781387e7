"""Formats a report as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from layers.checkup.report import Finding, Report

_COLOURS = {"broken": "31", "risky": "33", "note": "36", "-": "31", "+": "32", "@": "36"}
WIDTH = 96


def format_report(report: Report, *, colour: bool = False, fixes: bool = True) -> str:
    """Return a report as text: one block for each finding, then a summary line.

    Args:
        report: the report.
        colour: whether to use a terminal's colour codes.
        fixes: whether to show the fixes.
    """

    def paint(text: str, kind: str) -> str:
        return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if colour and kind in _COLOURS else text

    lines = [f"{report.layer} on {report.shape}", ""]
    for finding in report.findings:
        lines += _block(finding, paint, fixes=fixes)
        lines.append("")
    skipped = [outcome for outcome in report.outcomes if outcome.skipped]
    if skipped:
        reasons = dict.fromkeys(outcome.skipped for outcome in skipped)
        names = ", ".join(outcome.probe for outcome in skipped)
        lines += [*_wrap(f"Not examined, because {'; '.join(reasons)}: {names}."), ""]
    lines.append(summary(report))
    return "\n".join(lines)


def summary(report: Report) -> str:
    """Return one line: how many findings of each severity."""
    ran = sum(1 for outcome in report.outcomes if not outcome.skipped)
    if not report.findings:
        return f"Nothing found by {ran} examinations."
    counts = [
        f"{number} {severity}{'s' if severity == 'note' and number > 1 else ''}"
        for severity in ("broken", "risky", "note")
        if (number := sum(1 for finding in report.findings if finding.severity == severity))
    ]
    return f"{', '.join(counts)}; {ran} examinations."


def _block(finding: Finding, paint, *, fixes: bool) -> Iterator[str]:  # noqa: ANN001 (a function)
    yield f"{paint(finding.severity, finding.severity)}  {finding.code}  {finding.where}"
    for text in (finding.wrong, finding.happens):
        yield from _wrap(text)
    yield from _wrap(f"Measured: {finding.evidence}")
    if fixes and finding.fix:
        heading = "Write instead" if finding.fix.own else "Example"
        yield f"  {heading}:"
        for line in finding.fix.diff.splitlines():
            yield "    " + (paint(line, line[:1]) if line else line)


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")
