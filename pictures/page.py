"""A page that opens from a disk without a network, and whose cells answer."""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from typing import Any

from pictures.bundle import bundled, style
from pictures.letters import clean
from pictures.svg import Theme

_UNUSED = ("choose.js", "download.js")
_MARKUP = {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}


def page(
    data: dict[str, Any],
    picture: str,
    *,
    title: str,
    summary: str = "",
    caption: str = "",
    missing: str = "",
    alt: str = "",
    theme: Theme = "auto",
) -> str:
    """Return a page as HTML: a static picture, and the data and scripts that make it answer.

    Texts are escaped, and the data is JSON without any letter of markup; a policy in the page
    allows this script, this style and nothing from outside.

    Args:
        data: ``Page`` of ``browser/wire.d.ts``.
        picture: the SVG that stands there until the scripts have drawn, or where they may not run.
        title: of the page.
        summary: a sentence beneath the title.
        caption: a sentence beneath the picture.
        missing: a sentence on what is not in the page.
        alt: what the picture shows, in words.
        theme: ``light``, ``dark``, or ``auto``: as the reader's system is.
    """
    script = bundled("offline.js", _UNUSED)
    sheet = style("layerscope.css", "offline.css")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(sheet)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    image = base64.b64encode(picture.encode()).decode()
    says = "".join(
        f'<p class="{name}">{_text(sentence)}</p>\n'
        for name, sentence in (("ls-caption", caption), ("ls-missing", missing))
        if sentence
    )
    return (
        f'<!doctype html>\n<html lang="en" data-theme="{theme}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="{_SCHEMES[theme]}">\n'
        f"<title>{_text(title)}</title>\n<style>{sheet}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{_text(title)}</h1>\n"
        + (f'<p class="ls-summary">{_text(summary)}</p>\n' if summary else "")
        + f'<div id="picture"><img alt="{_text(alt)}" src="data:image/svg+xml;base64,{image}">'
        f"</div>\n{says}</main>\n"
        f'<script type="application/json" id="layerscope-page">{_json(data)}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


_SCHEMES: dict[Theme, str] = {"light": "light", "dark": "dark", "auto": "light dark"}


def _text(sentence: str) -> str:
    return escape(clean(sentence), quote=True)


def _json(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode().translate(_MARKUP)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
