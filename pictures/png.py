"""A scene as PNG, by resvg with the project's own fonts and no other: the same bytes everywhere."""

from __future__ import annotations

from typing import Literal

import resvg_py

from pictures.letters import FILES, FONTS
from pictures.scene import Scene
from pictures.svg import svg

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
    return resvg_py.svg_to_bytes(
        svg_string=svg(scene, theme, alone=False),
        zoom=scale,
        skip_system_fonts=True,
        font_files=[str(FONTS / f"{name}.ttf") for name in FILES.values()],
        font_family="Layerscope Sans",
        sans_serif_family="Layerscope Sans",
        monospace_family="Layerscope Code",
    )
