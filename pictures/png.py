"""A scene as PNG, by resvg with the project's own fonts and no other: the same bytes everywhere."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Literal

import resvg_py
from PIL import Image

from pictures.letters import FILES, FONTS
from pictures.scene import Scene
from pictures.svg import svg

_HEADER = 33
"""Bytes of a PNG before what follows its first chunk."""
MAXIMUM_PIXELS = 2**26
"""Of one PNG: a quarter of a gigabyte while it is drawn."""


def png(scene: Scene, theme: Literal["light", "dark"] = "light", *, scale: float = 2.0) -> bytes:
    """Draw a scene as a PNG file, with ``scale`` pixels for each of the screen's.

    Raises:
        ValueError: it would have too many pixels.
    """
    wide, high = round(scene.width * scale), round(scene.height * scale)
    if wide * high > MAXIMUM_PIXELS:
        raise ValueError(
            f"The PNG cannot be written: expected at most {MAXIMUM_PIXELS:,} pixels. Received "
            f"{wide:,} × {high:,}. Choose a smaller scale or width, or a single tensor."
        )
    data = resvg_py.svg_to_bytes(
        svg_string=svg(scene, theme, alone=False),
        zoom=scale,
        skip_system_fonts=True,
        font_files=[str(FONTS / f"{name}.ttf") for name in FILES.values()],
        font_family="Layerscope Sans",
        sans_serif_family="Layerscope Sans",
        monospace_family="Layerscope Code",
    )
    return described(data, f"{scene.title}. {scene.description}")


def described(data: bytes, text: str) -> bytes:
    """Return a PNG file that carries a description, as a chunk ``iTXt`` behind its header."""
    body = b"iTXt" + b"Description\0\0\0en\0\0" + text.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:_HEADER] + chunk + data[_HEADER:]


def description_in(data: bytes) -> str:
    """Return the description that a PNG file carries.

    Raises:
        ValueError: it is no PNG file, or carries none.
    """
    with Image.open(io.BytesIO(data), formats=("PNG",)) as file:
        text = file.info.get("Description")
    if text is None:
        raise ValueError("There is no description: expected a PNG of ours. Received another.")
    return str(text)
