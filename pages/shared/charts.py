"""The mount of the one component that draws the blocks of ``views/``.

Its script is in ``browser/``; ``assets.py`` serves it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import streamlit as st
from cachetools import LRUCache
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shared import assets
from pages.shared.assets import base
from pages.shared.downloads import PATH, keep
from pages.shared.session import session, widget_key
from pages.shared.visible import TOOLS, visible
from views.blocks import Block, as_text, described, packed

_sent: LRUCache[str, tuple[str, ...]] = LRUCache(4096)
"""The blocks that each visitor's browser was sent ahead of its page."""
_drawn: LRUCache[str, tuple[str, tuple[str, ...]]] = LRUCache(4096)
"""Of each page that follows controls: its visitor, and what had been sent when it ran last."""
_lock = threading.Lock()  # pages and routes run in threads, and an LRUCache is not safe in threads


@dataclass(frozen=True, kw_only=True)
class Live:
    """How a picture follows controls while they turn, ahead of the page's own update.

    Attributes:
        path: the route that answers a link with blocks; empty where no link carries all.
        visitor: a random name, under which the route remembers what it answered last.
        link: the parameters of the picture as it is.
        turned: the controls to follow, and their values in it.
    """

    path: str
    visitor: str
    link: dict[str, str]
    turned: dict[str, str]


def charts(
    blocks: Sequence[Block],
    *,
    key: str,
    text: str = "",
    timings: dict[str, float] | None = None,
    live: Live | None = None,
    on_changes: Callable[[dict[str, str]], None] | None = None,
) -> None:
    """Draw blocks, one below the other; the first is drawn and shown before the others.

    Args:
        blocks: from ``views``.
        key: the mount's name; the same name is redrawn in place, and only what changed.
        text: the blocks by ``as_text``, where somebody has written it already.
        timings: milliseconds by stage of this update, for the benchmarks.
        live: how the picture follows a control while it turns.
        on_changes: takes the parameters that the visitor changes in the picture, by their names.
    """
    picture, key = key, widget_key(key)

    def set_changes() -> None:
        changes = st.session_state[key].get("changes")
        if on_changes and isinstance(changes, dict):
            on_changes({str(name): str(text) for name, text in changes.items()})

    text = text or as_text(blocks)
    data = described(blocks, text, timings=timings)
    if hidden := [name for name in TOOLS if not visible(name)]:
        data["hidden"] = hidden
    if blocks:
        visitor = session().visitor
        keep(visitor, picture, data["id"], text)
        data["files"] = {"path": base() + PATH, "visitor": visitor, "picture": picture}
    if live:
        data["live"] = asdict(live) | {"path": live.path and base() + live.path}
        with _lock:
            sent = _sent.get(live.visitor, ())
            if (context := get_script_run_ctx()) is not None:
                _drawn[context.session_id] = (live.visitor, sent)
        if data["id"] in sent:
            del data["blocks"]  # the browser has them, or asks again
    _component()(key=key, data=packed(data), on_changes_change=set_changes)


def record_sent(visitor: str, data: dict[str, Any]) -> None:
    """Remember which blocks a visitor's browser was sent ahead of the page, to send them once.

    Of two answers: the browser holds the picture that it shows, and one that it has prefetched.
    """
    with _lock:
        _sent[visitor[:32]] = (*_sent.get(visitor[:32], ())[-1:], data["id"])


def is_ahead(session_id: str) -> bool:
    """Return whether a browser was sent a picture since the page of this session ran."""
    with _lock:
        if session_id not in _drawn:
            return False
        visitor, sent = _drawn[session_id]
        return _sent.get(visitor, ()) != sent


@cache
def _component():  # noqa: ANN202 (Streamlit's renderer has no public type)
    return st.components.v2.component(
        "layerscope", js=assets.component("charts.js"), isolate_styles=False
    )
