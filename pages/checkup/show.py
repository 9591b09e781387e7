"""The report of a check-up, and the layer in training."""

from __future__ import annotations

import streamlit as st

from layers.api import checkup as checkup_api
from layers.checkup.evidence import Evidence
from layers.checkup.examples import title
from layers.checkup.pairs import POSTED, Pair
from layers.checkup.report import Finding, Fix, Report
from layers.checkup.text import summary
from pages.checkup.choose import CheckupChoice
from pages.shared.charts import charts
from pages.shared.compute import compute
from pages.shared.frame import literal
from views.checkup import shared_limits, training_blocks

_COLOURS = {"broken": "red", "risky": "orange", "note": "blue"}
_ICONS = {
    "broken": ":material/error:",
    "risky": ":material/warning:",
    "note": ":material/info:",
}


def show_report(report: Report) -> None:
    """Show the findings, the worst first; each opens its explanation."""
    kind, colour = "sound", "green"
    if report.findings:
        kind = report.findings[0].severity
        colour = _COLOURS[kind]
    st.markdown(f":{colour}-badge[**{kind}**] {literal(summary(report))}")
    for place, finding in enumerate(report.findings):
        _show_finding(finding, opened=place == 0)


def _show_finding(finding: Finding, *, opened: bool) -> None:
    head = f"**{finding.severity}** · {title(finding.code)} · `{finding.where}`"
    with st.expander(head, icon=_ICONS[finding.severity], expanded=opened):
        st.markdown(f"{literal(finding.wrong)} {literal(finding.happens)}")
        st.caption(f"Measured: {literal(finding.evidence)}")
        if not finding.fix:
            return
        st.caption("Write instead" if finding.fix.own else "An example")
        st.code(finding.fix.diff, language="diff")
        _show_whole(finding.fix)
        st.caption(f"Rule ID: `{finding.code}`.")


def _show_whole(fix: Fix) -> None:
    """Show all lines, after the change and before it, folded."""
    last = fix.first + fix.before.rstrip().count("\n")
    where = f"`{fix.file}`, lines {fix.first} to {last}" if fix.own else "the whole example"
    with st.expander(f"After and before: {where}"):
        for tab, lines in zip(st.tabs(["After", "Before"]), (fix.after, fix.before), strict=True):
            # Streamlit counts from 1; elsewhere the difference has the file's numbers.
            tab.code(lines, language="python", line_numbers=fix.first == 1)


def show_both(pair: Pair) -> None:
    """Show both forms of a layer in training, side by side."""
    st.subheader("Training and saving, as posted and repaired", anchor=False)
    st.caption(
        "Ten steps of SGD towards a random target, the same on both sides, then saved and loaded. "
        "Both sides share their colour scales."
    )
    posted, _ = compute(checkup_api.watch, checkup_api.PostLayer(pair.name + POSTED), pair.shape)
    repaired, _ = compute(checkup_api.watch, checkup_api.PostLayer(pair.name), pair.shape)
    limits = shared_limits((posted, repaired))
    left, right = st.columns(2, gap="large")
    for column, kind, evidence in ((left, "posted", posted), (right, "repaired", repaired)):
        with column:
            _show_training(kind, evidence, limits)


def show_one(chosen: CheckupChoice) -> None:
    """Show an author's own layer in training."""
    st.subheader("Training and saving", anchor=False)
    st.caption("Ten steps of SGD towards a random target, then saved and loaded.")
    evidence, _ = compute(
        checkup_api.watch, chosen.make, chosen.shape, author_code=chosen.is_authors
    )
    _show_training("own", evidence, shared_limits((evidence,)))


def _show_training(kind: str, evidence: Evidence, limits: dict[str, float]) -> None:
    heading = {"posted": "As posted: ", "repaired": "Repaired: "}.get(kind, "")
    st.markdown(f"#### {heading}`{evidence.layer}`")
    charts(training_blocks(kind, evidence, limits), key=f"work_{kind}")
