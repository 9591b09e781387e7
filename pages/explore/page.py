"""Explore: pick a layer, its dimensions and an input; see it compute."""

from __future__ import annotations

import streamlit as st

from pages.explore.choose import choose
from pages.explore.show import show
from pages.lessons.panel import panel
from pages.shared.compute import registered
from pages.shared.frame import errors_as_sentences
from pages.shared.link import read_link
from pages.shared.module_watcher import author_module, rerun_on_change
from pages.shared.session import session, widget_key

read_link("explore")
session().is_live = False  # until the picture is drawn
layers = None
with errors_as_sentences():
    layers = (*registered(), *author_module().layers)
rerun_on_change()
panel()
if layers:
    with st.sidebar:
        choice = choose(layers)
    with st.container(key=widget_key("heading"), horizontal=True, vertical_alignment="center"):
        st.title(choice.layer.title, anchor=False, width="content")
        st.caption(f"{choice.layer.summary} {choice.layer.source}.")
    show(choice)
