"""What every page has of presenting: the dialog of who presents, and the page of who follows."""

from __future__ import annotations

import streamlit as st

from pages.shared.component import mount

CODE = "follow"
"""The link's parameter that names the presenter's code."""


@st.dialog("Present", width="large")
def present() -> None:
    """Show what to read out; the browser holds the room, and opens one where it has none."""
    mount("present", {}, key="presenting")


def show_followed(code: str) -> None:
    """Show what the presenter of a code shows; the browser asks for it, and says why not."""
    mount("audience", {"code": plain(code)}, key="audience")


def plain(code: str) -> str:
    """Return a code as it is kept, from what somebody read or typed."""
    return code[:20].upper().translate(str.maketrans("OIL", "011", " -"))
