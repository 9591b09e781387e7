"""Share: what to copy so that a picture is shown elsewhere."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.shared.downloads import named_picture
from pages.shared.link import link_parameters
from pages.shared.module_watcher import author_module
from pages.shared.session import session, widget_key
from views.explore.link import PREFIX
from views.share import THEMES, Shared

_THEMES = {"auto": "As the reader's", "light": "Light", "dark": "Dark"}
NO_LINK = (
    "No link carries your own array: whoever opens this one is asked for a file. The buttons "
    "beneath the picture write it as it is."
)


@st.dialog("Share", width="large")
def share(title: str, *, picture: str = "", drawn_as: str = "", note: str = "") -> None:
    """Show the link, a frame's HTML, the Markdown of an image, and the command that writes it.

    Args:
        title: of the page.
        picture: the place of the page's picture; empty where it has no single one.
        drawn_as: the path under which the command draws links to this page; empty where it does
            not.
        note: what a link to this page does not carry.
    """
    if note:
        st.info(note, icon=":material/info:")
    state = session()
    hide = st.multiselect(
        "Hide controls",
        sorted({*state.controls, *state.hidden}),
        default=[name for name in state.hidden if name in state.controls],
        key=widget_key("share_hide"),
        placeholder="None",
        help="They keep the values that they have now.",
    )
    theme = st.segmented_control(
        "Theme of the frame and of the picture",
        THEMES,
        default="auto",
        format_func=lambda name: _THEMES[name],
        key=widget_key("share_theme"),
        required=True,
    )
    shared = Shared(
        address=address(),
        parameters=link_parameters(),
        title=f"{title} · Layerscope",
        hide=tuple(hide),
        theme=theme or "auto",
    )
    _copied("The link", shared.link)
    _copied("A frame in a page, with the picture and its tools", shared.frame, "html")
    found = named_picture(state.visitor, picture) if picture else None
    if found is None:
        return
    name, alternative = found
    file = f"{name}.svg"
    _copied("The picture in a Markdown file", shared.image(file, alternative), "markdown")
    if drawn_as:
        is_authors = link_parameters().get("layer", "").startswith(PREFIX)
        module = author_module().module if is_authors else None
        layers = Path(module.path).name if module else ""
        _copied(
            "The command that writes the picture", shared.command(file, drawn_as, layers), "bash"
        )


def address() -> str:
    """Return the page's address without its parameters."""
    return (st.context.url or "").split("?", 1)[0].rstrip("/") + "/"


def _copied(caption: str, text: str, language: str | None = None) -> None:
    st.caption(caption)
    st.code(text, language=language, wrap_lines=True)
