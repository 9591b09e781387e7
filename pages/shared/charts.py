"""The one component that draws: blocks of figures, facts, tables and sentences, as plain data.

Its script is in ``browser/``; ``assets.py`` serves it.
"""

from __future__ import annotations

import hashlib
import json
import threading
import zlib
from collections.abc import Callable, Container, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import streamlit as st
from cachetools import LRUCache

from figures.figure import Figure
from figures.words import number
from layers.equation import Sign
from pages.shared.assets import base, url

Block = dict[str, Any]
_WORTH_AN_ID = 64
"""Characters of an array from which it is worth being named."""
_answered: LRUCache[str, tuple[str, ...]] = LRUCache(4096)
_lock = threading.Lock()  # pages and routes run in threads, and an LRUCache bears only one


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
    timings: dict[str, float] | None = None,
    live: Live | None = None,
    asked: Callable[[dict[str, str]], None] | None = None,
) -> None:
    """Draw blocks, one below the other; the first is on the screen before the others are begun.

    Args:
        blocks: from ``row``, ``facts``, ``table`` and ``text``.
        key: the mount's name; the same name is redrawn in place, and only what changed.
        timings: milliseconds by stage of this update, for the benchmarks.
        live: how the picture follows a control while it turns.
        asked: takes the parameters that the visitor changes in the picture itself, by their names.
    """

    def answer() -> None:
        changes = st.session_state[key].get("asked")
        if asked and isinstance(changes, dict):
            asked({str(name): str(text) for name, text in changes.items()})

    data = described(blocks, timings=timings)
    if live:
        data["live"] = asdict(live) | {"path": live.path and base() + live.path}
        with _lock:
            known = data["id"] in _answered.get(live.visitor, ())
        if known:
            del data["blocks"]  # the browser has them, or asks again
    _component()(key=key, data=packed(data), on_asked_change=answer)


def described(
    blocks: Sequence[Block], *, timings: dict[str, float] | None = None
) -> dict[str, Any]:
    """Return blocks as the component takes them, with an ``id`` that equal blocks share."""
    data: dict[str, Any] = {"blocks": list(blocks)}
    data["id"] = hashlib.sha256(json.dumps(data["blocks"]).encode()).hexdigest()[:16]
    if timings:
        data["timings"] = {stage: round(spent, 2) for stage, spent in timings.items()}
    return data


def packed(data: dict[str, Any]) -> bytes:
    """Return data as deflated JSON: a picture is mostly words that it repeats."""
    return zlib.compress(json.dumps(data, ensure_ascii=False).encode(), level=9)


def answered(visitor: str, data: dict[str, Any]) -> None:
    """Remember which blocks a visitor's browser was sent ahead of the page, to send them once.

    Of two answers: the browser holds what it shows, and what it foresees.
    """
    with _lock:
        _answered[visitor[:32]] = (*_answered.get(visitor[:32], ())[-1:], data["id"])


def row(
    items: Sequence[Figure | Sign],
    ranges: Sequence[dict[str, str]] = (),
    *,
    links: dict[str, Any] | None = None,
    pin: dict[str, Any] | None = None,
) -> Block:
    """Return a row of figures that wraps, with signs between them, in cells of one size.

    Args:
        items: figures and signs, in order.
        ranges: the colour ranges beneath, as ``{"palette", "label", "low", "high"}``.
        links: which cells made which; with them the cells answer to pointer and keys.
        pin: the arithmetic of one cell, as ``{"cell", "where", "sentence", "figure"}``.
    """
    named = [{"figure" if isinstance(item, Figure) else "sign": sendable(item)} for item in items]
    extra = {"links": links, "pin": pin}
    return {"items": named, "ranges": list(ranges)} | {k: v for k, v in extra.items() if v}


def color_range(label: str, limit: float, centre: float = 0.0) -> dict[str, str]:
    """Return what stands beneath a row whose colours span ``centre`` − ``limit`` to + ``limit``."""
    low, high = number(centre - limit), number(centre + limit)
    return {"palette": "signed", "label": label, "low": low, "high": high}


def facts(counts: Sequence[tuple[str, str]], promises: Sequence[dict[str, str]] = ()) -> Block:
    """Return figures with their labels, and marked sentences ``{mark, says, sentence, figure}``."""
    return {"kind": "facts", "counts": list(counts), "promises": list(promises)}


def table(label: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    """Return a table; the first column names the row."""
    return {"kind": "table", "label": label, "head": list(head), "rows": list(rows)}


def text(sentence: str) -> Block:
    """Return a sentence."""
    return {"kind": "text", "sentence": sentence}


def sendable(item: Figure | Sign) -> dict[str, Any]:
    """Return what is worth sending: an empty field is the browser's default.

    Large arrays get an ``id``, by which the browser can say that it has them.
    """
    sent = {name: value for name, value in asdict(item).items() if value not in ("", None, False)}
    for trace in sent.get("spec", {}).get("data", ()):
        data = trace.get("z", {}).get("bdata", "")
        if len(data) >= _WORTH_AN_ID:
            trace["z"]["id"] = hashlib.sha256(data.encode()).hexdigest()[:8]
    return sent


def without_known(data: dict[str, Any], known: Container[str]) -> dict[str, Any]:
    """Return described data with the arrays left out that the browser says it has."""

    def lean(thing: Any) -> Any:
        if isinstance(thing, list):
            return [lean(each) for each in thing]
        if not isinstance(thing, dict):
            return thing
        if "bdata" in thing and thing.get("id") in known:
            return {"id": thing["id"]}
        return {name: lean(value) for name, value in thing.items()}

    return lean(data)


@cache
def _component():  # noqa: ANN202 (Streamlit's renderer has no public type)
    # Streamlit sends a component's script with every update, so this one only fetches the real one.
    there = f"new URL({url('charts.js')!r},location.origin)"
    script = f"const m=await import({there});\nexport default m.default;"
    return st.components.v2.component("layerscope", js=script, isolate_styles=False)
