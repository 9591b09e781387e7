"""Which controls are shown: a link hides them by name, and an embedded page has no sidebar.

A control that is not shown keeps the value that the link gives it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.present import present
from pages.shared.session import session, widget_key

HIDE = "hide"
"""The link's parameter: names, separated by commas."""
PRESENT = "present"
"""The link's parameter for the look for a room; browser/ makes it so, and shows what is hidden."""
TOOLS = ("contrast", "downloads", "formula", "play", "product", "speed")
"""What browser/ shows around a picture; it leaves out what is hidden."""
_QUOTED = 60
"""Characters of a name that a sentence quotes."""


def is_embedded() -> bool:
    """Return whether the address says ``embed=true``: the page is part of another one."""
    return bool(st.context.is_embedded)


def visible(name: str) -> bool:
    """Return whether a control is shown; it can be hidden by this name from now on."""
    state = session()
    state.controls[name] = None
    return not state.conceals and name not in state.hidden


def hidden_by(text: str) -> tuple[str, ...]:
    """Return the names in the text of the parameter ``hide``."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def check_hidden() -> None:
    """Complain of names in a new link that hide nothing; call when all controls were shown.

    Later a name may be that of a control which another layer has.
    """
    state = session()
    if not state.hidden_anew:
        return
    state.hidden_anew = False
    unknown = [name for name in state.hidden if name not in state.controls]
    state.hidden = tuple(name for name in state.hidden if name in state.controls)
    for name in unknown:
        state.link_problems.append(
            f"`{name[:_QUOTED]}` in the link hides nothing: expected names of controls: "
            f"{', '.join(sorted(state.controls))}. Received `{HIDE}={name[:_QUOTED]}`. "
            "Nothing else changed."
        )


@contextmanager
def sidebar() -> Generator[None]:
    """Show controls in the sidebar; of an embedded page, which has none, they are all hidden."""
    if not is_embedded():
        with st.sidebar:
            yield
        return
    session().conceals = True
    try:
        yield
    finally:
        session().conceals = False


def heading(title: str, caption: str = "", *, shared: bool = True) -> bool:
    """Show a page's title and its buttons; return whether the one for sharing was pressed.

    An embedded page has none of it; ``shared`` says whether there is that button.
    """
    if is_embedded():
        return False

    def in_a_row(name: str) -> DeltaGenerator:
        return st.container(key=widget_key(name), horizontal=True, vertical_alignment="center")

    with in_a_row("heading"):
        with in_a_row("heading_words"):
            st.title(title, anchor=False, width="content")
            if caption:
                st.caption(caption)
        icon = ":material/podium:"
        if visible("present") and st.button("Present", key=widget_key("present"), icon=icon):
            present()
        return (
            shared
            and visible("share")
            and st.button("Share", key=widget_key("share"), icon=":material/share:")
        )
