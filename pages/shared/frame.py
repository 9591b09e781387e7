"""The frame around every page: navigation, and how a problem is shown."""

from __future__ import annotations

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
