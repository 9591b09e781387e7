"""The one component that draws: blocks of figures, facts, tables and sentences, as plain data.

Its script is in ``static/``; plotly.js comes out of the installed plotly wheel.
"""

from __future__ import annotations

import hashlib
import json
import threading
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import plotly
import streamlit as st
from cachetools import LRUCache
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from figures.figure import Figure
from layers.equation import Sign

_STATIC = Path(__file__).parent / "static"
_PLOTLY = Path(plotly.__file__).parent / "package_data"
_VERSION = hashlib.sha256(
    plotly.__version__.encode() + b"".join(f.read_bytes() for f in sorted(_STATIC.iterdir()))
).hexdigest()[:12]
_PATH = f"/layerscope/{_VERSION}"  # changes with the files, so that no browser keeps an old one

ROUTES = [
    Mount(f"{_PATH}/plotly", StaticFiles(directory=_PLOTLY)),
    Mount(_PATH, StaticFiles(directory=_STATIC)),
]
"""What the server has to serve for the component: its script, and the wheel's own plotly.js."""

Block = dict[str, Any]
_answered: LRUCache[str, str] = LRUCache(4096)
_lock = threading.Lock()  # pages and routes run in threads, and an LRUCache bears only one


@dataclass(frozen=True, kw_only=True)
class Live:
    """How a picture follows controls while they turn, ahead of the page's own update.

    Attributes:
        path: the route that answers a link with blocks.
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
) -> None:
    """Draw blocks, one below the other; the first is on the screen before the others are begun.

    Args:
        blocks: from ``row``, ``facts``, ``table`` and ``text``.
        key: the mount's name; the same name is redrawn in place, and only what changed.
        timings: milliseconds by stage of this update, for the benchmarks.
        live: how the picture follows a control while it turns.
    """
    data = described(blocks, timings=timings)
    if live:
        data["live"] = asdict(live) | {"path": _base() + live.path}
        with _lock:
            known = _answered.get(live.visitor) == data["id"]
        if known:
            del data["blocks"]  # the browser has them, or asks again
    _component()(key=key, data=packed(data))


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
    """Remember which blocks a visitor's browser was sent ahead of the page, to send them once."""
    with _lock:
        _answered[visitor[:32]] = data["id"]


def row(items: Sequence[Figure | Sign], ranges: Sequence[dict[str, str]] = ()) -> Block:
    """Return a row of figures that wraps, with signs between them, in cells of one size.

    ``ranges`` are the colour ranges beneath it, as ``{"palette", "label", "low", "high"}``.
    """
    named = [{"figure" if isinstance(item, Figure) else "sign": _plain(item)} for item in items]
    return {"items": named, "ranges": list(ranges)}


def facts(counts: Sequence[tuple[str, str]], promises: Sequence[dict[str, str]] = ()) -> Block:
    """Return figures with their labels, and marked sentences ``{mark, says, sentence, figure}``."""
    return {"kind": "facts", "counts": list(counts), "promises": list(promises)}


def table(label: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    """Return a table; the first column names the row."""
    return {"kind": "table", "label": label, "head": list(head), "rows": list(rows)}


def text(sentence: str) -> Block:
    """Return a sentence."""
    return {"kind": "text", "sentence": sentence}


def _plain(item: Figure | Sign) -> dict[str, Any]:
    """Return what is worth sending: an empty field is the browser's default."""
    return {name: value for name, value in asdict(item).items() if value not in ("", None, False)}


def address(file: str) -> str:
    """Return where the browser finds a file of ``static/``."""
    return f"{_base()}{_PATH}/{file}"


def _base() -> str:
    """Return what stands before every path where the app is served below another."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}" if base else ""


@cache
def _component():  # noqa: ANN202 (Streamlit's renderer has no public type)
    # Streamlit sends a component's script with every update, so this one only fetches the real one.
    url = address("charts.js")
    script = f"const m=await import(new URL({url!r},location.origin));\nexport default m.default;"
    return st.components.v2.component("layerscope", js=script, isolate_styles=False)
