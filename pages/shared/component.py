"""Small components: each a script in ``browser/``, which reports back."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Literal

import streamlit as st

from pages.shared import assets
from pages.shared.session import widget_key
from views.blocks import packed


def mount(
    script: str,
    data: dict[str, Any],
    *,
    key: str,
    width: int | Literal["stretch"] = "stretch",
    on_chosen: Callable[[Any], None] | None = None,
) -> None:
    """Show a component, and hand what is chosen in it to a function before the next run.

    Args:
        script: the file's name, without its ending.
        data: for the script, as plain data.
        key: the mount's name.
        width: in pixels; all that there is where it is not said.
        on_chosen: takes what the script sent under ``chosen``; anything, from a hostile browser.
    """
    key = widget_key(key)

    def changed() -> None:
        chosen = (st.session_state.get(key) or {}).get("chosen")
        if on_chosen and chosen is not None:
            on_chosen(chosen)

    _component(script)(key=key, data=packed(data), width=width, on_chosen_change=changed)


@cache
def _component(script: str):  # noqa: ANN202 (Streamlit's renderer has no public type)
    code = assets.component(f"{script}.js")
    return st.components.v2.component(f"layerscope_{script}", js=code, isolate_styles=False)
