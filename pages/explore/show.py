"""A chosen layer, shown: its dimensions to play with, the picture, and what there is to say."""

from __future__ import annotations

import time

import streamlit as st

from layers import remote
from layers.spec import MismatchError
from pages.explore import report
from pages.explore.choose import Choice, dimensions, fit
from pages.explore.picture import choose_view, equation, histograms, history
from pages.shared.charts import charts, row, text
from pages.shared.compute import compute
from pages.shared.frame import linked


@st.fragment
def show(choice: Choice) -> None:
    """Show the dimensions and the run.

    A fragment: turning a dimension runs this alone, and sends none of the other controls again.
    """
    started = time.perf_counter()
    name = choice.layer.name
    with linked():
        sized = dimensions(choice)
        formula = st.empty()
        try:
            run, spent = compute(remote.explore, **sized.arguments())
        except MismatchError as mismatch:
            fit(choice.layer, mismatch)
            raise
        computed = time.perf_counter()
        blocks = [
            equation(name, run, choose_view(run)),
            text(report.agreement(run)),
            *history(name, run),
            report.figures_of(run),
            report.weights_table(run),
            row(histograms(name, run)),
        ]
        now = time.perf_counter()
        timings = {**spent, "figures": 1e3 * (now - computed), "server": 1e3 * (now - started)}
        charts(blocks, key="picture", timings=timings)
        formula.markdown(run.latex)  # sent after the picture, which is what one waits for
        for note in run.notes:
            st.info(note, icon=":material/info:")
        report.take_away(name, run)
