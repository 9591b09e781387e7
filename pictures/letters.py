"""How wide a text is in the project's own fonts, and where it is broken into lines."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import ImageFont

from pictures.scene import Face, Paint, Text

FONTS = Path(__file__).parent / "fonts"
FILES: dict[Face, str] = {
    "sans": "LayerscopeSans-Regular",
    "bold": "LayerscopeSans-SemiBold",
    "code": "LayerscopeCode-SemiBold",
}
FAMILIES: dict[Face, str] = {
    "sans": "Layerscope Sans",
    "bold": "Layerscope Sans",
    "code": "Layerscope Code",
}
_UNITS = 1000
"""Of the fonts' squares: at this size widths are whole numbers, and no hint rounds them."""


@cache
def _font(face: Face) -> ImageFont.FreeTypeFont:
    path = FONTS / f"{FILES[face]}.ttf"
    return ImageFont.truetype(str(path), _UNITS, layout_engine=ImageFont.Layout.BASIC)


def width(text: str, size: float, face: Face = "sans") -> float:
    """Return how many pixels wide a text is: the sum of its letters' widths."""
    return _font(face).getlength(clean(text)) * size / _UNITS


def space(size: float) -> float:
    """Return how many pixels stand between two words."""
    return _font("sans").getlength(" ") * size / _UNITS


def wrapped(words: Sequence[str], size: float, room: float, gap: float) -> list[list[str]]:
    """Return words in lines no wider than ``room``; a wider word has a line of its own.

    Args:
        words: what is not to be broken.
        size: of the letters, in pixels.
        room: the width of a line.
        gap: between two words.
    """
    lines: list[list[str]] = []
    used = 0.0
    for word in words:
        wide = width(word, size)
        if lines and used + gap + wide <= room:
            lines[-1].append(word)
            used += gap + wide
        else:
            lines.append([word])
            used = wide
    return lines


def clean(text: str) -> str:
    r"""Return a text in one line, without what no XML may hold: control letters and half pairs.

    >>> clean("kernel\n<b>\x00")
    'kernel <b>\ufffd'
    """
    line = " ".join(text.split())
    return "".join("\ufffd" if _is_refused(letter) else letter for letter in line)


def _is_refused(letter: str) -> bool:
    code = ord(letter)
    return code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or code in {0xFFFE, 0xFFFF}


def line(
    text: str,
    *,
    x: float,
    y: float,
    size: float,
    fill: Paint,
    face: Face = "sans",
    centred: bool = False,
) -> Text:
    """Return a line of text that is as wide in every font as it is in its own."""
    cleaned = clean(text)
    return Text(
        x=x,
        y=y,
        text=cleaned,
        size=size,
        fill=fill,
        face=face,
        centred=centred,
        width=width(cleaned, size, face),
    )
