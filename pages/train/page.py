"""Train: pick a layer and what it is to learn; see every step, number by number."""

from __future__ import annotations

import streamlit as st

from pages.shared.compute import registered
from pages.shared.frame import errors_as_sentences
from pages.shared.link import read_link
from pages.shared.module_watcher import author_module, rerun_on_change
from pages.shared.session import session
from pages.train.choose import choose, choose_settings, choose_targets
from pages.train.show import show
from views.train.networks import MORE

read_link("train")
session().is_live = False
layers = None
with errors_as_sentences():
    layers = (*registered(), *MORE, *author_module().layers)
rerun_on_change()
if layers:
    with st.sidebar:
        choice = choose(layers)
        targets = choose_targets()
        how = choose_settings()
    st.title(f"Train {choice.layer.title}", anchor=False)
    show(choice, targets, how | {"seed": choice.seed})
