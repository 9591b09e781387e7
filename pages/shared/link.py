"""The link and the controls, kept in step: the link is the page's state.

On a first visit, and when the browser goes back, each control takes its own parameter out of the
link and checks it; what no control asked for is refused by name. After every run ``write_link``
puts back what differs from the defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from starlette.datastructures import URL
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime.scriptrunner import get_script_run_ctx

from layers.inputs.fields import Field
from pages.shared.session import session
from pages.shared.visible import HIDE, PRESENT, hidden_by

_LAYER = "layer"
MOST = 1000
"""Parameters beyond which Streamlit drops a link and tells nobody."""
TOO_MANY = "parameters"
"""In place of such a link: how many it had."""
_QUOTED = 60
"""Characters of a parameter that a sentence quotes."""
_NAMED = 5
"""Unknown parameters that get a sentence each."""


class LinkLimit:
    """Middleware that answers a link with too many parameters with one that says how many."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, or send the browser to the shorter link."""
        count = scope.get("query_string", b"").count(b"&") + 1
        if scope["type"] != "http" or scope["method"] != "GET" or count <= MOST:
            await self._app(scope, receive, send)
            return
        answer = RedirectResponse(f"{URL(scope=scope).path}?{TOO_MANY}={count}", status_code=303)
        await answer(scope, receive, send)


def read_link(page: str) -> None:
    """Take over the link where it was opened anew or gone back to; call first in every page.

    Args:
        page: its path; a layer that was chosen is remembered for each page by itself, because
            pages call different things by one name.
    """
    state = session()
    if state.page not in ("", page):
        state.layers[state.page] = state.chosen.pop(_LAYER, None)
        st.session_state.pop(_LAYER, None)
        if (before := state.layers.get(page)) is not None:
            state.chosen[_LAYER] = before
    state.page = page
    context = get_script_run_ctx()
    state.shown = {}
    state.controls = {}
    state.shown_outside = None
    if state.has_read_link and not (context and context.is_history_navigation):
        return
    state.has_read_link = True
    link = {name: str(value) for name, value in st.query_params.items()}
    state.hidden, state.hidden_anew = hidden_by(link.pop(HIDE, "")), True
    state.presents = link.get(PRESENT) == "1"
    if state.presents:
        del link[PRESENT]
    open_link(link)


def open_link(link: Mapping[str, str]) -> None:
    """Set every control as if the page had been opened by a link; only in a callback."""
    state = session()
    for name in state.defaults:
        st.session_state.pop(name, None)
    state.chosen = {}
    state.defaults = {}
    state.link_problems = []
    state.unread = dict(link)


def begin_run() -> None:
    """Forget what was shown and typed wrongly before; call first in what an interaction reruns."""
    state = session()
    state.problems = []
    if state.shown_outside is None:
        state.shown_outside = dict(state.shown)
    state.shown = dict(state.shown_outside)


def write_link() -> None:
    """Write the link: every control that was shown and is not at its default; call last."""
    state = session()
    count = state.unread.pop(TOO_MANY, "")
    if count.isdecimal():
        state.link_problems.append(
            f"The link was left out: expected at most {MOST:,} parameters. Received "
            f"{count[:_QUOTED]}. Open one with fewer."
        )
    elif count:
        state.unread[TOO_MANY] = count
    unknown = list(state.unread.items())
    for name, text in unknown[:_NAMED]:
        state.link_problems.append(
            f"`{name[:_QUOTED]}` in the link was left out: expected one of "
            f"{', '.join(state.shown)}. Received {text[:_QUOTED]!r}. Nothing else changed."
        )
    if further := unknown[_NAMED:]:
        state.link_problems.append(
            "More of the link was left out: expected parameters of this page. Received "
            f"{len(further):,} other names. Nothing else changed."
        )
    opened = bool(state.unread) or state.last_link is None
    state.unread = {}
    parameters = link_parameters()
    if not opened and parameters != state.last_link:
        state.link_problems = []
    state.last_link = parameters
    written = parameters | ({HIDE: ",".join(state.hidden)} if state.hidden else {})
    written |= {PRESENT: "1"} if state.presents else {}
    if st.query_params.to_dict() != written:
        st.query_params.from_dict(written)


def link_parameters() -> dict[str, str]:
    """Return the parameters of the link to what has been shown so far."""
    return {name: text for name, text in session().shown.items() if text is not None}


def always_in_link(field: Field, value: Any) -> None:
    """Put a value in the link even where it is the default."""
    session().shown[field.name] = field.text(value)


def leave_out_of_link(field: Field) -> None:
    """Keep a value that was shown, and leave it out of the link."""
    session().shown[field.name] = None


def add_problem(sentence: str) -> None:
    """Add a sentence to those of this run."""
    session().problems.append(sentence)


def problem_sentences() -> list[str]:
    """Return what was typed or linked and cannot be, one sentence each.

    What a link asked for and did not get stays until something changes.
    """
    return [*session().problems, *session().link_problems]
