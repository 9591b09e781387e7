"""Blocks: a page's pictures, facts, tables and sentences as plain data, and how they are sent."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Container, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from figures.figure import Figure
from figures.words import number
from layers.traces.layout import Sign

Block = dict[str, Any]
_WORTH_AN_ID = 64
"""Characters of an array from which it is worth being named."""


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


def beside(block: Block, caption: str, tallest: int) -> Block:
    """Return a row that stands beside others of its kind where the page is wide enough.

    Args:
        block: a row.
        caption: the sentence above it; empty for none.
        tallest: pixels that its figures are high at most.
    """
    return block | {"caption": caption, "tallest": tallest}


def downloadable(block: Block, title: str, file_name: str) -> Block:
    """Return a block of figures that can be taken away as one picture.

    Args:
        block: a row, or lines.
        title: of the picture, for those who hear it.
        file_name: of the picture, without the ending.
    """
    return block | {"title": title, "file_name": file_name}


def color_range(
    label: str,
    limit: float,
    centre: float = 0.0,
    *,
    least: float | None = None,
    most: float | None = None,
) -> dict[str, str]:
    """Return what stands beneath a row whose colours span ``centre`` − ``limit`` to + ``limit``.

    Args:
        label: what has these colours.
        limit: half of the range.
        centre: the middle of the range.
        least: the least number below the range, where there is one.
        most: the largest number above it.
    """
    low, high = number(centre - limit), number(centre + limit)
    low += "" if least is None else f" and less, to {number(least)}"
    high += "" if most is None else f" and more, to {number(most)}"
    return {"palette": "signed", "label": label, "low": low, "high": high}


def facts(counts: Sequence[tuple[str, str]], checks: Sequence[dict[str, str]] = ()) -> Block:
    """Return figures with their labels, and marked sentences ``{mark, says, sentence, figure}``."""
    return {"kind": "facts", "counts": list(counts), "checks": list(checks)}


def table(label: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    """Return a table; the first column names the row."""
    return {"kind": "table", "label": label, "head": list(head), "rows": list(rows)}


def text(sentence: str) -> Block:
    """Return a sentence."""
    return {"kind": "text", "sentence": sentence}


def as_text(blocks: Sequence[Block]) -> str:
    """Return blocks as JSON, from which they can be drawn again."""
    return json.dumps(list(blocks))


def described(
    blocks: Sequence[Block], text: str = "", *, timings: dict[str, float] | None = None
) -> dict[str, Any]:
    """Return blocks as the component takes them, with an ``id`` that equal blocks share.

    Args:
        blocks: what to draw.
        text: the same, where somebody has written it already.
        timings: milliseconds by stage of this update, for the benchmarks.
    """
    data: dict[str, Any] = {"blocks": list(blocks)}
    data["id"] = hashlib.sha256((text or as_text(blocks)).encode()).hexdigest()[:16]
    if timings:
        data["timings"] = {stage: round(spent, 2) for stage, spent in timings.items()}
    return data


def packed(data: dict[str, Any]) -> bytes:
    """Return data as deflated JSON: a picture is mostly words that it repeats."""
    return zlib.compress(json.dumps(data, ensure_ascii=False).encode(), level=9)


def sendable(item: Figure | Sign) -> dict[str, Any]:
    """Return what is worth sending: an empty field is the browser's default.

    Large arrays get an ``id``, by which the browser can say that it has them.
    """
    sent = {name: value for name, value in _plain(item).items() if value not in ("", None, False)}
    for trace in sent.get("spec", {}).get("data", ()):
        data = trace.get("z", {}).get("bdata", "")
        if len(data) >= _WORTH_AN_ID:
            trace["z"]["id"] = hashlib.sha256(data.encode()).hexdigest()[:8]
    return sent


_LEAVES = {str, int, float, bool, type(None)}


def _plain(thing: Any) -> Any:
    """Return what ``asdict`` does, without copying every number and text: half of its time."""
    if type(thing) in _LEAVES:  # most things are
        return thing
    if is_dataclass(thing):
        return {each.name: _plain(getattr(thing, each.name)) for each in fields(thing)}
    if isinstance(thing, Mapping):
        return {name: _plain(value) for name, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return type(thing)(map(_plain, thing))
    return thing


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
