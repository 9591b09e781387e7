"""The kinds of file that a run is written as, by their ending."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from layerscope.refusal import CANNOT_DRAW, WRONG_REQUEST, Refusal
from layerscope.run import Run
from pictures.describe import description_of
from pictures.picture import WIDTH, only, picture
from pictures.scene import Scene
from pictures.svg import THEMES, svg

LARGEST_VECTOR = 2 * 2**20
"""Bytes of a vector picture, SVG or PDF: larger ones are slow to show, and nobody zooms in."""
WIDTHS = (200, 4000)
SCALES = (0.5, 8.0)


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a run is drawn.

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
            Refusal: a value that is none of its option's.
        """
        self._between("width", self.width, WIDTHS)
        self._between("scale", self.scale, SCALES)
        if self.theme not in ("", *THEMES):
            raise Refusal(
                f"`theme` cannot be used: expected {', '.join(THEMES)}. Received "
                f"{self.theme[:60]!r}. Leave it out for the usual one.",
                WRONG_REQUEST,
            )

    def _between(self, name: str, value: float, ends: tuple[float, float]) -> None:
        if not ends[0] <= value <= ends[1]:
            nearest = ends[value > ends[1]]
            raise Refusal(
                f"`{name}` cannot be used: expected a number from {ends[0]:g} to {ends[1]:g}. "
                f"Received {value:g}. The nearest that works is {nearest:g}.",
                WRONG_REQUEST,
            )


def written(run: Run, ending: str, options: Options) -> bytes:
    """Return a run as the bytes of a file.

    Args:
        run: what to write.
        ending: one of ``FORMATS``.
        options: how.

    Raises:
        Refusal: there is no such kind, no such tensor, or no picture of that kind.
    """
    return FORMATS[checked(ending)](run, options)


def checked(ending: str) -> str:
    """Return an ending that there is a format for.

    Raises:
        Refusal: there is none.
    """
    if ending not in FORMATS:
        raise Refusal(
            f"The file cannot be written: expected one of {', '.join(FORMATS)}. Received "
            f"{ending[:20]!r}. Name it after one of these, such as picture.svg.",
            WRONG_REQUEST,
        )
    return ending


def alternative(run: Run, options: Options) -> str:
    """Return what the picture shows, in words."""
    block = block_of(run, options)
    return " ".join(filter(None, [f"{run.title}.", description_of(block), options.caption]))


def block_of(run: Run, options: Options) -> dict[str, Any]:
    """Return the block to draw: the whole equation, or a tensor of it."""
    if not options.only:
        return run.block
    block = only(run.block, options.only)
    if block is None:
        names = run.drawn
        raise Refusal(
            f"The tensor cannot be drawn: expected one of {', '.join(names)}. Received "
            f"{options.only[:60]!r}. Name one of these with `--only`.",
            WRONG_REQUEST,
        )
    return block


def _scene(run: Run, options: Options) -> Scene:
    block = block_of(run, options)
    return picture(block, title=run.title, caption=options.caption, room=options.width)


def _svg(run: Run, options: Options) -> bytes:
    theme = next((each for each in THEMES if each == options.theme), "auto")
    return _vector("SVG", svg(_scene(run, options), theme).encode())


def _png(run: Run, options: Options) -> bytes:
    from pictures.png import png

    theme = _fixed("PNG", options)
    try:
        return png(_scene(run, options), theme, scale=options.scale)
    except ValueError as refused:
        raise Refusal(str(refused), CANNOT_DRAW) from None


def _pdf(run: Run, options: Options) -> bytes:
    from pictures.pdf import pdf

    return _vector("PDF", pdf(_scene(run, options), _fixed("PDF", options)))


def _fixed(kind: str, options: Options) -> Literal["light", "dark"]:
    if options.theme == "auto":
        raise Refusal(
            f"The {kind} cannot be written: expected the theme light or dark, for it cannot follow "
            "a page. Received auto. Choose one of the two, or write an SVG.",
            WRONG_REQUEST,
        )
    return "dark" if options.theme == "dark" else "light"


def _vector(kind: str, data: bytes) -> bytes:
    if len(data) > LARGEST_VECTOR:
        raise Refusal(
            f"The {kind} cannot be written: expected tensors whose vector picture takes at most "
            f"{LARGEST_VECTOR:,} bytes. Received some that take {len(data):,}. Write a PNG "
            "instead, or a single tensor with `--only`.",
            CANNOT_DRAW,
        )
    return data


def _json(run: Run, options: Options) -> bytes:
    """Write the tensors as nested lists; what is not finite is text: ``"NaN"``, ``"Infinity"``."""
    trace = run.exploration.trace
    chosen = _chosen(run, options)
    document = {
        "link": run.link,
        "title": run.title,
        "description": alternative(run, options),
        "tensors": {
            name: {
                "role": trace.tensors[name].role,
                "axes": list(trace.tensors[name].axes),
                "shape": list(trace[name].shape),
                "values": _nested(trace[name]),
            }
            for name in chosen
        },
    }
    if pin := run.block.get("pin"):
        document["pin"] = {name: pin[name] for name in ("cell", "sentence")}
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _npz(run: Run, options: Options) -> bytes:
    stream = io.BytesIO()
    arrays: dict[str, Any] = {name: run.exploration.trace[name] for name in _chosen(run, options)}
    np.savez(stream, **arrays)
    return stream.getvalue()


def _chosen(run: Run, options: Options) -> list[str]:
    """Return the names of the tensors to write: all of the run, or the one that is asked for."""
    if not options.only:
        return list(run.exploration.trace.tensors)
    block_of(run, options)
    return [options.only]


def _nested(values: np.ndarray) -> Any:
    if values.ndim:
        return [_nested(part) for part in values]
    number = float(values)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return float(f"{number:.9g}")  # nine digits tell every float32 from its neighbours


def _html(run: Run, options: Options) -> bytes:
    from layerscope.offline import offline

    return offline(run, options)


FORMATS: dict[str, Callable[[Run, Options], bytes]] = {
    ".svg": _svg,
    ".png": _png,
    ".pdf": _pdf,
    ".html": _html,
    ".json": _json,
    ".npz": _npz,
}
"""A function for each ending. Another kind of file is one more line."""
