"""Explore: pick a layer, its dimensions and an input; see it compute."""

from __future__ import annotations

import time

import streamlit as st

from layers import remote
from pages.explore import report
from pages.explore.choose import choose, fit
from pages.explore.picture import choose_view, equation, histograms, history
from pages.shared.charts import charts
from pages.shared.compute import compute, descriptions
from pages.shared.controls import read_link, sentences, write_link
from pages.shared.frame import problem

started = time.perf_counter()
read_link()
said = st.container()
layer = None
try:
    layers = descriptions()
    with st.sidebar:
        choice = choose(layers)
    layer = choice.layer
    st.title(layer.title, anchor=False)
    st.caption(f"{layer.summary} {layer.source}.")
    run, spent = compute(remote.explore, **choice.arguments())
    drawn = time.perf_counter()
    view = choose_view(run)
    row, ranges = equation(layer.name, run, view)
    now = time.perf_counter()
    timings = {**spent, "figures": 1e3 * (now - drawn), "server": 1e3 * (now - started)}
    charts(row, key="equation", legend=ranges, timings=timings)
    if calls := history(layer.name, run):
        st.caption(f"The total after each of {len(run.trace.history)} calls of one layer object:")
        charts(calls, key="history")
    for note in run.notes:
        st.info(note, icon=":material/info:")
    st.caption(report.agreement(run))
    st.markdown(f"$$\n{run.latex}\n$$")
    st.html(report.facts(run))
    st.html(report.weights_table(run))
    charts(histograms(layer.name, run), key="histograms")
    report.code(layer.name, run)
    write_link()
    report.take_away(layer.name, run)
except ValueError as error:
    write_link()
    problem(error, layer, fit)
with said:
    for sentence in sentences():
        st.warning(sentence, icon=":material/link_off:")
