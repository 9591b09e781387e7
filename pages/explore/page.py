"""Explore: pick a layer, its dimensions and an input; see it compute."""

from __future__ import annotations

import streamlit as st

from pages.explore.choose import choose
from pages.explore.show import show
from pages.shared.compute import registered
from pages.shared.controls import read_link
from pages.shared.frame import problems
from pages.shared.module_watcher import follow, followed

read_link()
st.session_state.followed = False
layers = None
with problems():
    layers = (*registered(), *followed.own().layers)
follow()
if layers:
    with st.sidebar:
        choice = choose(layers)
    st.title(choice.layer.title, anchor=False)
    st.caption(f"{choice.layer.summary} {choice.layer.source}.")
    show(choice)
