"""Models: look into a whole network, the post's or a file of your own."""

from __future__ import annotations

import streamlit as st

from pages.models.choose import choose
from pages.models.show import show
from pages.shared.controls import read_link
from pages.shared.frame import problems

read_link()
st.title("Models", anchor=False)
with problems():
    with st.sidebar:
        choice = choose()
    show(choice)
