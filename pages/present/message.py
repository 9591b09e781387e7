"""What a presenter's browser tells: read as hostile input, and passed on as what it is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from layers.inputs.fields import BadInputError

KINDS = ("title", "heading", "text", "quiet", "alert", "code", "tree", "drawing")
_MOST_ITEMS = 80
_MOST_CHARACTERS = 4_200
"""Of a text: a drawing of 64 × 64 cells has 4,099."""
_MOST_ACTS = 2**15
"""Characters of all that is done in the pictures."""
_DRAWING = re.compile(r"[1-9]\d? [0-9a-f]+")
"""Its columns, and a digit a cell, as browser/draw.js writes it."""
_LINK = re.compile(r"/(?![/\\])[^\s<>\"'\\]{0,6000}")


@dataclass(frozen=True, kw_only=True)
class Message:
    """A presenter's page, or what is done on it.

    Attributes:
        visitor: the name under which the page's pictures are kept.
        page: as followers take it: ``{"link", "items"}``; None where it did not change.
        pictures: of the page, each by its place and its id.
        acts: by place, what is pointed at, played and folded; None where it did not change.
    """

    visitor: str = ""
    page: dict[str, Any] | None = None
    pictures: tuple[tuple[str, str], ...] = ()
    acts: dict[str, Any] | None = None


def read(data: bytes) -> Message:
    """Read a message.

    Raises:
        BadInputError: it is none; a sentence.
    """
    if not data:
        return Message()
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        _refuse("JSON")
    if not isinstance(told, dict):
        _refuse("an object")
    acts = told.get("acts")
    if acts is not None and not (isinstance(acts, dict) and len(json.dumps(acts)) <= _MOST_ACTS):
        _refuse(f"acts by place, of at most {_MOST_ACTS:,} characters")
    page = told.get("page")
    if page is None:
        return Message(acts=acts)
    if not isinstance(page, dict) or not isinstance(page.get("items"), list):
        _refuse("a page with its items")
    link = page.get("link")
    if not isinstance(link, str) or not _LINK.fullmatch(link):
        _refuse("a link to a page of this server")
    items = [_item(item) for item in page["items"][:_MOST_ITEMS]]
    pictures = tuple((item["place"], item["id"]) for item in items if "place" in item)
    if len(dict(pictures)) < len(pictures):
        _refuse("each place once")
    visitor = str(told.get("visitor", ""))[:32]
    return Message(
        visitor=visitor, page={"link": link, "items": items}, pictures=pictures, acts=acts
    )


def _item(item: Any) -> dict[str, str]:
    """Return an item of a page with what is known of it and nothing else."""
    if not isinstance(item, dict) or not all(isinstance(value, str) for value in item.values()):
        _refuse("items that are texts and pictures")
    if re.fullmatch(r"[\w.-]{1,60}", item.get("place", "")):
        return {"place": item["place"], "id": item.get("id", "")[:40]}
    if item.get("kind") not in KINDS:
        _refuse(f"items that are pictures or {', '.join(KINDS)}")
    text = item.get("text", "")[:_MOST_CHARACTERS]
    if item["kind"] == "drawing" and not _DRAWING.fullmatch(text):
        _refuse("a drawing as its columns and a digit for each cell")
    return {"kind": item["kind"], "text": text}


def _refuse(expected: str) -> NoReturn:
    raise BadInputError(
        f"Nothing was shown: expected {expected}. Received something else. Reload the page."
    )
