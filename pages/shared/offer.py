"""Buttons that offer files."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.shared.session import widget_key

BYTES = "application/octet-stream"


def offer_file(
    label: str,
    data: str | Callable[[], str | bytes],
    file_name: str,
    *,
    key: str,
    mime: str = BYTES,
    disabled: bool = False,
    help: str | None = None,  # noqa: A002 (Streamlit's name)
) -> None:
    """Show a button that downloads a file; a press does not run the page again.

    Args:
        label: of the button.
        data: the file's content, or what makes it when it is asked for.
        file_name: under which the browser saves it.
        key: the widget's name.
        mime: the file's media type.
        disabled: whether it can be had.
        help: shown where the pointer rests.
    """
    st.download_button(
        label,
        data,
        file_name=file_name,
        mime=mime,
        key=widget_key(key),
        icon=":material/download:",
        on_click="ignore",
        disabled=disabled,
        help=help,
    )
