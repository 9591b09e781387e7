"""What a picture is made of: rectangles, lines, text and images, in pixels of the screen.

Every colour is a pair, light and dark: which of them is shown is the writer's to choose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Paint: TypeAlias = tuple[str, str]
"""Hexadecimal colours, such as ``#1f2430``: in the light theme, and in the dark one."""
Face: TypeAlias = Literal["sans", "bold", "code"]


@dataclass(frozen=True, kw_only=True)
class Rect:
    """A rectangle; a ``line`` lies on its edge, half of it outside."""

    x: float
    y: float
    width: float
    height: float
    fill: Paint | None = None
    line: Paint | None = None
    line_width: float = 1.0
    dash: tuple[float, ...] = ()
    radius: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Polyline:
    """Straight lines from point to point, or the area between them."""

    points: tuple[tuple[float, float], ...]
    fill: Paint | None = None
    line: Paint | None = None
    line_width: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Text:
    """One line of text on its baseline.

    Attributes:
        x: its left end, or its middle where ``centred``.
        y: of the baseline.
        text: as it is read; never markup.
        width: of the text in its own font, which another font is squeezed to; 0 for no such hold.
    """

    x: float
    y: float
    text: str
    size: float
    fill: Paint
    face: Face = "sans"
    centred: bool = False
    width: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Image:
    """Cells as pixels: (light, dark) PNG files, one pixel a cell."""

    x: float
    y: float
    width: float
    height: float
    png: tuple[bytes, bytes]


@dataclass(frozen=True, kw_only=True)
class ColorBar:
    """A colour scale from left to right, as (place from 0 to 1, colour) stops."""

    x: float
    y: float
    width: float
    height: float
    stops: tuple[tuple[float, Paint], ...]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Elements moved together.

    Attributes:
        x: how far to the right.
        y: how far down.
        elements: in the order in which they are painted.
        tensor: the name of the one that they show.
        crisp: their edges lie side by side, and are not to be softened.
    """

    x: float
    y: float
    elements: tuple[Element, ...]
    tensor: str = ""
    crisp: bool = False


Element: TypeAlias = "Rect | Polyline | Text | Image | ColorBar | Group"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A whole picture.

    Attributes:
        width: in pixels of the screen.
        height: likewise.
        elements: in the order in which they are painted.
        title: in a few words.
        description: what is seen, in sentences.
    """

    width: float
    height: float
    elements: tuple[Element, ...]
    title: str
    description: str
