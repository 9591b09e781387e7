"""The frame around every page: navigation, and how a problem is shown."""

from __future__ import annotations

import logging
import re
from collections.abc import Generator
from contextlib import contextmanager

import streamlit as st

from pages.shared.charts import charts
from pages.shared.link import begin_run, problem_sentences, write_link
from pages.shared.present import CODE, show_followed
from pages.shared.visible import check_hidden, is_embedded, sidebar

_CODE_OR_MARK = re.compile(r"(?<!`)`[^`]+`(?!`)|[!-/:-@\[-`{-~]")
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)
"""Where an invisible word joiner keeps Streamlit from making a link of a bare address."""

_ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<path fill="#1b5fae" d="M1 1h4v4h-4zM6 6h4v4h-4zM11 11h4v4h-4z"/>
<path fill="#9dbfe4" d="M6 1h4v4h-4zM1 6h4v4h-4zM11 6h4v4h-4z"/>
<path fill="#d9662b" d="M11 1h4v4h-4zM1 11h4v4h-4zM6 11h4v4h-4z"/>
</svg>"""
"""A small heatmap for the browser's tab. Streamlit fetches its own icons from another host."""


def show() -> None:
    """Set the browser's tab up and run the page that the address names, or show a presenter's."""
    st.set_page_config(page_title="Layerscope", page_icon=_ICON, layout="wide")
    page = st.navigation(
        [
            st.Page("pages/explore/page.py", title="Explore", url_path="", default=True),
            st.Page("pages/models/page.py", title="Models", url_path="models"),
            st.Page("pages/train/page.py", title="Train", url_path="train"),
            st.Page("pages/checkup/page.py", title="Check-up", url_path="checkup"),
            st.Page("pages/lessons/page.py", title="Lessons", url_path="lessons"),
        ],
        position="hidden" if is_embedded() or CODE in st.query_params else "top",
    )
    if CODE in st.query_params:
        show_followed(st.query_params[CODE])
        return
    with sidebar():
        if not is_embedded():
            st.markdown("## Layerscope")
            st.caption(
                "What a Keras layer really does with numbers: TensorFlow's own, cell by cell."
            )
        charts([], key="ready")  # the browser fetches the scripts while the page still computes
    page.run()


def show_unexpected_error(error: Exception) -> bool:
    """Show an unexpected error as a sentence, and write its traceback to the server's log.

    Args:
        error: what a page raised.

    Returns:
        True, by which Streamlit knows that the error was shown.
    """
    logging.getLogger("layerscope").error("A page failed.", exc_info=error)
    st.error(
        "The page cannot be shown: expected no error. Received an unexpected one, which is in the "
        "server's log. Reload the page, or open the address without its parameters.",
        icon=":material/error:",
    )
    return True


@contextmanager
def errors_as_sentences() -> Generator[None]:
    """Show a ``ValueError`` as a sentence; what was shown before it stays."""
    try:
        yield
    except ValueError as error:
        st.error(literal(str(error)), icon=":material/error:")


@contextmanager
def link_in_step() -> Generator[None]:
    """Keep the link in step with the controls inside, and say what it asked for and did not get.

    Every page has one, around its last controls; a ``ValueError`` inside is shown as a sentence.
    """
    begin_run()
    place = st.container()
    with errors_as_sentences():
        yield
        check_hidden()
    write_link()
    with place:
        for sentence in problem_sentences():
            st.warning(literal(sentence), icon=":material/link_off:")


def literal(sentence: str) -> str:
    """Escape all Markdown but `code`: text from a link or a file is never markup."""
    line = _ADDRESS.sub("\u2060", " ".join(sentence.split()))
    return _CODE_OR_MARK.sub(lambda found: found[0] if len(found[0]) > 1 else f"\\{found[0]}", line)
