"""Models: look into a whole network, the post's or a file of your own."""

from __future__ import annotations

import streamlit as st

from pages.lessons.panel import panel
from pages.models.choose import choose
from pages.models.show import show
from pages.shared.frame import errors_as_sentences
from pages.shared.link import read_link

read_link("models")
panel()
st.title("Models", anchor=False)
with errors_as_sentences():
    with st.sidebar:
        choice = choose()
    show(choice)
