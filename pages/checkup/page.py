"""Check-up: what is wrong with a layer, and the lines to write instead."""

from __future__ import annotations

import streamlit as st

from layers.checkup.pairs import POSTED, pair_of
from pages.checkup.choose import choose
from pages.checkup.examine import examined
from pages.checkup.show import show_report, show_work
from pages.shared.controls import read_link
from pages.shared.frame import linked

read_link()
with linked():
    with st.sidebar:
        name = choose()
    pair = pair_of(name)
    as_posted = name.endswith(POSTED)
    st.title(f"{pair.title}, {'as posted' if as_posted else 'repaired'}", anchor=False)
    st.caption(
        f"From {pair.post}; examined on an input of shape {pair.shape}. Every figure is measured."
    )
    report = examined(name)
    show_report(report)
    show_work(pair)
