"""A link as text: the address of a page, or what stands behind its question mark."""

from __future__ import annotations

import difflib
import re
from urllib.parse import parse_qsl, urlsplit

from layers.inputs.description import Description
from layerscope.refusal import WRONG_REQUEST, Refusal

_SHARED = (
    *("layer", "seed", "batch", "input", "constant", "edits", "cell", "contrast", "reduction"),
    *("row_axis", "column_axis"),
)
_PAGES_OWN = ("embed", "embed_options", "hide")
"""Parameters that say how the page around the picture looks."""


def parameters(link: str) -> dict[str, str]:
    """Return a link's parameters by name.

    Args:
        link: ``http://localhost:8501/?layer=linear``, ``/?layer=linear`` or ``layer=linear``.

    Raises:
        Refusal: it is no link to the Explore page.
    """
    text = link.strip()
    query = text
    if "?" in text or text.startswith(("/", "http:", "https:")):
        try:
            address = urlsplit(text)
        except ValueError:
            raise _refused(link) from None
        if address.path.rsplit("/", 1)[-1]:
            raise _refused(link)
        query = address.query
    found = parse_qsl(query, keep_blank_values=True)
    if not found or not all(re.fullmatch(r"[a-z]\w{0,60}", name) for name, _ in found):
        raise _refused(link)
    return dict(found)


def check(link: dict[str, str], layer: Description) -> None:
    """Check that a layer has every parameter of a link: a misspelled one would draw another run.

    Raises:
        Refusal: it has not; the sentence names the nearest that it has.
    """
    own = [field.name for field in layer.fields]
    known = {*own, *_SHARED, *_PAGES_OWN}
    for name in link:
        if name in known or re.fullmatch(r"at_\d", name):
            continue
        near = difflib.get_close_matches(name, sorted(known), 1)
        mend = f"Try `{near[0]}`, or leave it out." if near else "Leave it out."
        raise Refusal(
            f"The link cannot be drawn: expected parameters of `{layer.name}`: "
            f"{', '.join([*own, *_SHARED])}. Received `{name}`. {mend}",
            WRONG_REQUEST,
        )


def _refused(link: str) -> Refusal:
    received = link if len(link) <= 80 else link[:77] + "..."
    return Refusal(
        "The link cannot be drawn: expected one to the Explore page, such as `/?layer=linear`. "
        f"Received {received!r}. Copy the link under *Code, tensors, link* on that page.",
        WRONG_REQUEST,
    )
