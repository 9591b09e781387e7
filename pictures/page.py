"""A page that opens from a disk without a network, and whose cells answer."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from html import escape
from typing import Any

import numpy as np

from pictures.bundle import bundled, style
from pictures.letters import FAMILIES, FILES, FONTS, clean
from pictures.png import png
from pictures.scene import Face, Scene
from pictures.svg import Theme, svg

_MARKUP = {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}


LARGEST_STATIC = 100_000
"""Characters of the static picture as text; of a longer one the pixels are shorter."""
_WEIGHTS: dict[Face, int] = {"sans": 400, "bold": 600, "code": 600}


def page(
    data: dict[str, Any],
    scene: Scene,
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
        scene: the picture that stands there until the scripts have drawn, or where they may not.
        title: of the page.
        summary: a sentence beneath the title.
        caption: a sentence beneath the picture.
        missing: a sentence on what is not in the page.
        alt: what the picture shows, in words.
        theme: ``light``, ``dark``, or ``auto``: as the reader's system is.
    """
    script = bundled("offline.js")
    sheet = _fonts() + style("layerscope.css", "offline.css")
    picture = _static(scene, theme, alt)
    sheets = " ".join(f"'{_hash(each)}'" for each in (sheet, *_STYLE.findall(picture)))
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src {sheets}; "
        "font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
    )
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
        + f'<div id="picture">{picture}</div>\n{says}</main>\n'
        f"<script {_DATA}>{_json(data)}</script>\n"
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


_DATA = 'type="application/json" id="layerscope-page"'
_STYLE = re.compile("<style>(.*?)</style>", re.DOTALL)
_SCHEMES: dict[Theme, str] = {"light": "light", "dark": "dark", "auto": "light dark"}


def numbers_in(text: str) -> dict[str, np.ndarray]:
    """Return the tensors whose numbers stand in a page, by name.

    Raises:
        ValueError: it is no such page.
    """
    found = re.search(rf"<script {_DATA}>(.*?)</script>", text, re.DOTALL)
    if found is None:
        raise ValueError("A page cannot be read: expected one of ours. Received none of its data.")
    return {
        name: np.frombuffer(base64.b64decode(each["data"]), f"<f{each['bits'] // 8}").reshape(
            each["shape"]
        )
        for name, each in json.loads(found[1])["numbers"].items()
    }


def _static(scene: Scene, theme: Theme, alt: str) -> str:
    """Return a picture as markup without scripts; of many cells as pixels."""
    text = svg(scene, theme, alone=False).replace(' style="image-rendering:pixelated"', "")
    if len(text) <= LARGEST_STATIC:
        return text
    pixels = base64.b64encode(png(scene, "dark" if theme == "dark" else "light", scale=1)).decode()
    return f'<img alt="{_text(alt)}" src="data:image/png;base64,{pixels}">'


@cache
def _fonts() -> str:
    """Return the project's letters as a style sheet."""
    found = ""
    for face, name in FILES.items():
        data = base64.b64encode((FONTS / f"{name}.woff2").read_bytes()).decode()
        found += (
            f'@font-face{{font-family:"{FAMILIES[face]}";font-weight:{_WEIGHTS[face]};'
            f"src:url(data:font/woff2;base64,{data})format('woff2')}}\n"
        )
    return found


def _text(sentence: str) -> str:
    return escape(clean(sentence), quote=True)


def _json(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode().translate(_MARKUP)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
