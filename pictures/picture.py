"""A block as a picture: equation, colour ranges, the pinned cell's arithmetic, caption."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pictures.colors import named, stops
from pictures.describe import COLOURS, description_of, equation_of, figures_of, names_of
from pictures.graph import block_box
from pictures.letters import line, space, width
from pictures.lights import frames, lights
from pictures.row import Box, figure_box
from pictures.scene import ColorBar, Element, Face, Group, Rect, Scene

WIDTH = 960
"""Pixels that a picture is at most wide, where it is not said."""
_MARGIN = 16
_READ = 640
"""Pixels that a sentence may be wide beneath a narrower picture."""


def picture(
    block: dict[str, Any],
    *,
    caption: str = "",
    room: int = WIDTH,
) -> Scene:
    """Draw a block of figures as the app shows it.

    Args:
        block: a row or lines, as views/ makes them; those who hear it hear its title first.
        caption: a sentence beneath the picture.
        room: pixels that it may be wide, margins included; it is narrower where less will do.
    """
    inner = room - 2 * _MARGIN
    links = block.get("links") or {"tensors": {}, "steps": [], "edited": []}
    shown = [name for name in names_of(block) if name in links["tensors"]]
    lit = lights(links, block.get("pin"), shown)
    whole = block_box(block, inner, lambda figure, cell: frames(figure, links, lit, cell))
    parts = [whole, _legend(block.get("ranges", ()), inner)]
    reading = min(inner, max(whole.width, _READ))
    if (pin := block.get("pin")) and "sentence" in pin:
        parts += _arithmetic(pin, reading)
    if caption:
        parts.append(_sentence(caption, "", reading, 14, 0.75))
    y, elements = float(_MARGIN), []
    for part in filter(lambda part: part.elements, parts):
        y += 14 if elements else 0
        elements.append(Group(x=_MARGIN, y=y, elements=part.elements))
        y += part.below
    wide = min(room, round(max(part.width for part in parts) + 2 * _MARGIN + 0.5))
    wide = max(wide, round(max(part.width for part in parts)) + 2 * _MARGIN)
    high = round(y + _MARGIN)
    paper = Rect(x=0, y=0, width=wide, height=high, fill=named("paper"))
    return Scene(
        width=wide,
        height=high,
        elements=(paper, *elements),
        title=title_of(block),
        description=" ".join(filter(None, [description_of(block), caption])),
    )


def title_of(block: dict[str, Any]) -> str:
    """Return what a picture is called: its title, and the equation."""
    return ": ".join(filter(None, [block.get("title"), equation_of(block)]))


def only(block: dict[str, Any], tensor: str) -> dict[str, Any] | None:
    """Return a block of one figure, in the colours that it has beside the others; None without it.

    The lights of a pinned cell stay, and its arithmetic where it is this tensor's.
    """
    own = [block["pin"]["figure"]] if "figure" in block.get("pin", {}) else []
    figure = next((each for each in (*figures_of(block), *own) if each["name"] == tensor), None)
    if figure is None:
        return None
    ranges = []
    if figure.get("cells"):
        trace = figure["spec"]["data"][0]
        low, high = (f"{trace[end]:.3g}".replace("-", "−") for end in ("zmin", "zmax"))
        ranges = [{"palette": figure["palette"], "label": COLOURS, "low": low, "high": high}]
    kept = {name: block[name] for name in ("title", "links") if name in block}
    if pin := block.get("pin"):
        is_pinned = pin["cell"].split(".")[0] == tensor
        kept["pin"] = pin if is_pinned else {"cell": pin["cell"]}
    return {**kept, "items": [{"figure": figure}], "ranges": ranges}


def _legend(ranges: Sequence[dict[str, str]], room: float) -> Box:
    """Return the colour ranges side by side, on lines no wider than the room."""
    elements: list[Element] = []
    x = y = widest = 0.0
    for each in ranges:
        made, wide = _range(each)
        if x and x + wide > room:
            x, y = 0.0, y + 20
        elements.append(Group(x=x, y=y, elements=tuple(made)))
        widest = max(widest, x + wide)
        x += wide + 22
    return Box(width=widest, above=0, below=y + 16 if elements else 0, elements=tuple(elements))


def _range(each: dict[str, str]) -> tuple[list[Element], float]:
    ink = named("text")
    made: list[Element] = [line(each["label"], x=0, y=12, size=12, fill=ink, face="bold")]
    x = width(each["label"], 12, "bold") + 6
    made.append(line(each["low"], x=x, y=12, size=12, fill=ink))
    x += width(each["low"], 12) + 6
    made.append(ColorBar(x=x, y=3, width=90, height=10, stops=stops(each["palette"])))
    x += 96
    made.append(line(each["high"], x=x, y=12, size=12, fill=ink))
    return made, x + width(each["high"], 12)


def _arithmetic(pin: dict[str, Any], room: float) -> list[Box]:
    said = [_sentence(pin["sentence"], pin["where"], room, 14, 1.0)]
    if "figure" in pin:
        box = figure_box(pin["figure"], 0, lambda *_: ())
        moved = (Group(x=0, y=box.above, elements=box.elements),)
        said.append(Box(width=box.width, above=0, below=box.above + box.below, elements=moved))
    return said


def _sentence(text: str, first: str, room: float, size: int, share: float) -> Box:
    """Return a sentence broken into lines; its ``first`` words are bold."""
    words: list[tuple[str, Face]] = [(word, "bold") for word in first.split()]
    words += [(word, "sans") for word in text.split()]
    gap = space(size)
    lines: list[list[tuple[str, Face]]] = []  # of runs in one face each
    used = 0.0
    for word, face in words:
        wide = width(word, size, face)
        if not lines or used + gap + wide > room:
            lines.append([(word, face)])
            used = wide
            continue
        used += gap + wide
        run, same = lines[-1][-1]
        lines[-1][-1:] = [(f"{run} {word}", face)] if same == face else [(run, same), (word, face)]
    elements: list[Element] = []
    widest = 0.0
    for number, runs in enumerate(lines):
        x = 0.0
        for run, face in runs:
            y = size + 20.0 * number
            elements.append(line(run, x=x, y=y, size=size, fill=named("text", share), face=face))
            x += width(run, size, face) + gap
        widest = max(widest, x - gap)
    below = size + 20.0 * len(lines) - 14
    return Box(width=widest, above=0, below=below, elements=tuple(elements))
