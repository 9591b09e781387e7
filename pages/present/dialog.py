"""Present: the code, the QR code and the links of whoever presents."""

from __future__ import annotations

import streamlit as st

from pages.shared.component import mount


@st.dialog("Present", width="large")
def present() -> None:
    """Show what to read out; the browser holds the room, and opens one where it has none."""
    mount("present", {}, key="presenting")
