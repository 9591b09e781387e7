"""A block as a file: SVG, PNG or PDF, the same bytes wherever it is drawn."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pictures.describe import figures_of
from pictures.picture import WIDTH, only, picture, title_of
from pictures.scene import Scene
from pictures.svg import THEMES, svg

LARGEST_VECTOR = 2 * 2**20
"""Bytes of a vector picture, SVG or PDF: larger ones are slow to show, and nobody zooms in."""
WIDTHS = (200, 4000)
SCALES = (0.5, 8.0)


class OptionError(ValueError):
    """A picture is asked for that there is not; a sentence."""


@dataclass(frozen=True, kw_only=True)
class DrawingOptions:
    """How a block is drawn.

    Attributes:
        theme: ``light``, ``dark``, or ``auto`` (the page's, for SVG); empty for the kind's usual.
        scale: pixels of a PNG for each of the screen's.
        width: pixels of the screen that the picture is at most wide.
        only: the tensor to draw alone; empty for the whole equation.
        caption: a sentence beneath the picture.
    """

    theme: str = ""
    scale: float = 2.0
    width: int = WIDTH
    only: str = ""
    caption: str = ""

    def __post_init__(self) -> None:
        """Check every option.

        Raises:
            OptionError: a value that is none of its option's.
        """
        self._between("width", self.width, WIDTHS)
        self._between("scale", self.scale, SCALES)
        if self.theme not in ("", *THEMES):
            raise OptionError(
                f"`theme` cannot be used: expected {', '.join(THEMES)}. Received "
                f"{self.theme[:60]!r}. Leave it out for the usual one."
            )

    def _between(self, name: str, value: float, ends: tuple[float, float]) -> None:
        if not ends[0] <= value <= ends[1]:
            nearest = ends[value > ends[1]]
            raise OptionError(
                f"`{name}` cannot be used: expected a number from {ends[0]:g} to {ends[1]:g}. "
                f"Received {value:g}. The nearest that works is {nearest:g}."
            )


def drawn(block: dict[str, Any], ending: str, options: DrawingOptions) -> bytes:
    """Return a block as the bytes of a file.

    Args:
        block: a row or lines, as views/ makes them.
        ending: one of ``ENDINGS``.
        options: how.

    Raises:
        OptionError: there is no such kind or tensor, or the kind has no such theme.
        ValueError: the picture is too large for its kind.
    """
    if ending not in ENDINGS:
        raise OptionError(
            f"The picture cannot be drawn: expected one of {', '.join(ENDINGS)}. Received "
            f"{ending[:20]!r}. Choose one of these."
        )
    return ENDINGS[ending](_scene(block, options), options)


def named_file(text: str, at: int, ending: str, options: DrawingOptions) -> tuple[str, bytes]:
    """Return the name and the bytes of one of the blocks that a browser shows.

    Args:
        text: the blocks as JSON.
        at: which of them.
        ending: one of ``ENDINGS``.
        options: how.

    Raises:
        ValueError: as ``drawn``, or the block holds no figures.
    """
    blocks: list[dict[str, Any]] = json.loads(text)
    block = blocks[at] if 0 <= at < len(blocks) else {}
    if "items" not in block and "groups" not in block:
        raise OptionError(
            f"The picture cannot be drawn: expected one that the page shows. Received number {at}. "
            "Reload the page, and try again."
        )
    data = drawn(block, ending, options)
    shown = figures_of(chosen(block, options.only))
    return _safe(
        shown[0]["file_name"] if options.only else block.get("file_name", "")
    ) + ending, data


def names_of_first(text: str) -> tuple[str, str]:
    """Return the file's name, without its ending, and the title of the first of these blocks."""
    block = json.loads(text)[0]
    return _safe(block.get("file_name", "")), title_of(block)


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII).strip("._") or "picture"


def chosen(block: dict[str, Any], tensor: str) -> dict[str, Any]:
    """Return the block to draw: the whole equation, or the tensor of it that is named.

    Raises:
        OptionError: there is no such tensor in the picture.
    """
    if not tensor:
        return block
    found = only(block, tensor)
    if found is None:
        names = [figure["name"] for figure in figures_of(block)]
        raise OptionError(
            f"The tensor cannot be drawn: expected one of {', '.join(names)}. Received "
            f"{tensor[:60]!r}. Name one of these."
        )
    return found


def _scene(block: dict[str, Any], options: DrawingOptions) -> Scene:
    return picture(chosen(block, options.only), caption=options.caption, room=options.width)


def _svg(scene: Scene, options: DrawingOptions) -> bytes:
    theme = next((each for each in THEMES if each == options.theme), "auto")
    return _vector("SVG", svg(scene, theme).encode())


def _png(scene: Scene, options: DrawingOptions) -> bytes:
    from pictures.png import png

    return png(scene, _fixed("PNG", options), scale=options.scale)


def _pdf(scene: Scene, options: DrawingOptions) -> bytes:
    from pictures.pdf import pdf

    return _vector("PDF", pdf(scene, _fixed("PDF", options)))


def _fixed(kind: str, options: DrawingOptions) -> Literal["light", "dark"]:
    if options.theme == "auto":
        raise OptionError(
            f"The {kind} cannot be written: expected the theme light or dark, for it cannot follow "
            "a page. Received auto. Choose one of the two, or write an SVG."
        )
    return "dark" if options.theme == "dark" else "light"


def _vector(kind: str, data: bytes) -> bytes:
    if len(data) > LARGEST_VECTOR:
        raise ValueError(
            f"The {kind} cannot be written: expected tensors whose vector picture takes at most "
            f"{LARGEST_VECTOR:,} bytes. Received some that take {len(data):,}. Write a PNG "
            "instead, or a single tensor."
        )
    return data


ENDINGS: dict[str, Callable[[Scene, DrawingOptions], bytes]] = {
    ".svg": _svg,
    ".png": _png,
    ".pdf": _pdf,
}
"""A function for each kind of file."""
