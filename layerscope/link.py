"""A link as text: the address of a page, or what stands behind its question mark."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from layers.inputs.fields import Field
from layerscope.refusal import WRONG_REQUEST, Refusal

_SOMETIMES = re.compile(r"at_\w+|time|row_axis|column_axis|rows|columns|reduction|batch")
"""Parameters that only some runs of a layer ask for, such as an axis of tensors with many."""
PAGES = ("", "train")
"""The last part of the addresses of pages that are drawn; Explore has none."""
_NOT_DRAWN = ("models", "checkup", "lessons")
_PAGES_OWN = ("embed", "embed_options", "hide", "lesson", "lesson_step")
"""Parameters that say how the page around the picture looks, or which lesson it is in."""


class LinkParameters(Mapping[str, str]):
    """A link's parameters by name, which remember the names that were read.

    Attributes:
        link: as it was given.
        page: which page it is to; empty for Explore.
        used: the names that were read.
    """

    def __init__(self, found: Mapping[str, str], *, link: str = "", page: str = "") -> None:
        self._found = dict(found)
        self.link = link
        self.page = page
        self.used: list[str] = []

    def __getitem__(self, name: str) -> str:
        """Return a parameter."""
        self.used.append(name)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        """Return the names of the link's parameters."""
        return iter(self._found)

    def __len__(self) -> int:
        """Return how many parameters the link has."""
        return len(self._found)

    def read(self, field: Field) -> Any:
        """Return a field's value.

        Raises:
            BadInputError: the field refuses it.
        """
        return field.parse(self.get(field.name, field.default))

    def check(self) -> None:
        """Check that whatever the link has was read: a misspelled name would be passed over.

        Raises:
            Refusal: it has what nothing reads; the sentence names the nearest that it may have.
        """
        known = list(dict.fromkeys(self.used))
        for name in self:
            if name in known or name in _PAGES_OWN or _SOMETIMES.fullmatch(name):
                continue
            near = difflib.get_close_matches(name, known, 1)
            hint = f"Try `{near[0]}`, or leave it out." if near else "Leave it out."
            raise Refusal(
                f"The link cannot be drawn: expected parameters of its layer: {', '.join(known)}. "
                f"Received `{name}`. {hint}",
                WRONG_REQUEST,
            )


def parameters(link: str) -> LinkParameters:
    """Return a link's parameters by name.

    Args:
        link: ``http://localhost:8501/?layer=linear``, ``/?layer=linear``, ``layer=linear``, or
            ``/train?layer=linear``.

    Raises:
        Refusal: it is no link to a page that is drawn.
    """
    text = link.strip()
    query, page = text, ""
    if "?" in text or text.startswith(("/", "http:", "https:")):
        try:
            address = urlsplit(text)
        except ValueError:
            raise _refused(link) from None
        last = address.path.rstrip("/").rsplit("/", 1)[-1]
        page = last if last in PAGES else ""
        is_folder = not address.path.rsplit("/", 1)[-1]
        if not page and (
            not is_folder or last in _NOT_DRAWN
        ):  # "/folder/" is Explore behind a proxy
            raise _refused(link)
        query = address.query
    found = parse_qsl(query, keep_blank_values=True)
    if not found or not all(re.fullmatch(r"[a-z]\w{0,60}", name) for name, _ in found):
        raise _refused(link)
    return LinkParameters(dict(found), link=link, page=page)


def _refused(link: str) -> Refusal:
    received = link if len(link) <= 80 else link[:77] + "..."
    return Refusal(
        "The link cannot be drawn: expected one to Explore or Train, such as `/?layer=linear` or "
        f"`/train?layer=dense`. Received {received!r}. Copy the link under *Share* there.",
        WRONG_REQUEST,
    )
