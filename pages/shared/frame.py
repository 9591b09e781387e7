"""The frame around every page: navigation, and how a problem is shown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import streamlit as st

from layers.spec import Description, MismatchError


def show() -> None:
    """Set the browser's tab up and run the page that the address names."""
    st.set_page_config(page_title="Layerscope", page_icon=":material/grid_on:", layout="wide")
    page = st.navigation(
        [st.Page("pages/explore/page.py", title="Explore", url_path="", default=True)],
        position="hidden",
    )
    st.sidebar.markdown("## Layerscope")
    page.run()


def apologise(error: Exception) -> bool:
    """Show an error that nobody foresaw as a sentence, and its traceback in the server's log."""
    logging.getLogger("layerscope").error("A page failed.", exc_info=error)
    st.error(
        "The page cannot be shown: expected no error here. Received one that was not foreseen; it "
        "is in the server's log. Reload the page, or start afresh at the address without its "
        "parameters.",
        icon=":material/error:",
    )
    return True


def problem(
    error: ValueError, layer: Description | None, fit: Callable[[Description, dict[str, Any]], None]
) -> None:
    """Show what cannot be done as a sentence, with a way out where one is known."""
    st.error(str(error), icon=":material/error:")
    if layer and isinstance(error, MismatchError) and error.values:
        st.button(
            "Size the layer to the data",
            key="fit",
            type="primary",
            on_click=fit,
            args=(layer, error.values),
        )
