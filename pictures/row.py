"""A row: figures with their captions and the signs between them, on lines of one width.

All figures of a line have their middles on one axis, and so do the signs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pictures import bars
from pictures.cells import plot
from pictures.colors import named
from pictures.curve import curve, size
from pictures.letters import line, width, wrapped
from pictures.rulers import draw_rulers, ruler_room
from pictures.scene import Element, Group, Polyline, Rect
from pictures.sizes import Item

GAP = 8
_BETWEEN_LINES = 18
_NARROWEST = 64
_LINE = 16
_CAPTION = 5
_AFTER = (")", "ᵀ", "[")
"""A bracket that closes, what is transposed, which part: they stay with what is before them."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """Elements around an axis: its left end is (0, 0), and they reach up and down from there."""

    width: float
    above: float
    below: float
    elements: tuple[Element, ...]


Frames = Callable[[dict[str, Any], int], Sequence[Element]]


def figure_box(figure: dict[str, Any], cell: int, frames: Frames) -> Box:
    """Return a figure with its name and caption; ``frames`` are painted over its cells."""
    head = 0.0
    if figure.get("cells"):
        rows, columns = figure["cells"]
        left, head = ruler_room(figure, cell)
        wide, high = left + columns * cell, rows * cell
        drawn = replace(plot(figure, cell), x=left)
        over = Group(x=left, y=0, elements=(*frames(figure, cell), *draw_rulers(figure, cell)))
    else:
        is_curve = figure["spec"]["data"][0]["type"] != "bar"
        wide, high = size(figure) if is_curve else (bars.WIDTH, bars.HEIGHT)
        drawn = curve(figure) if is_curve else bars.bars(figure)
        over = Group(x=0, y=0, elements=())
    parts = figure["caption"].split(" · ")
    title = figure.get("title") or figure["name"]
    room = max(wide, _NARROWEST, width(title, 12, "code"), *(width(part, 12) for part in parts))
    lines = wrapped(parts, 12, room, 10)
    text: list[Element] = [
        line(title, x=0, y=_CAPTION + 12, size=12, fill=named("text"), face="code")
    ]
    for number, words in enumerate(lines, start=1):
        x = 0.0
        for word in words:
            y = _CAPTION + 12 + _LINE * number
            text.append(line(word, x=x, y=y, size=12, fill=named("text", 0.75)))
            x += width(word, 12) + 10
    caption = Group(x=0, y=high, elements=tuple(text))
    whole = Group(x=0, y=-high / 2, elements=(drawn, over, caption), tensor=figure["name"])
    below = high / 2 + _CAPTION + _LINE * (len(lines) + 1)
    return Box(width=room, above=high / 2 + head, below=below, elements=(whole,))


def sign_box(sign: dict[str, Any]) -> Box:
    """Return a sign, or an arrow with its word above."""
    text, ink = sign["text"], named("text")
    if not sign.get("arrow"):
        letters, y = (16, 5.5) if " " in text else (26, 8.5)  # words are smaller than signs
        wide = max(14.0, width(text, letters))
        drawn = line(text, x=wide / 2, y=y, size=letters, fill=ink, centred=True)
        return Box(width=wide, above=18, below=12, elements=(drawn,))
    said = width(text, 13)
    wide = max(30.0, said + 10)
    head = ((wide - 5, -4.0), (wide, 0.0), (wide - 5, 4.0))
    return Box(
        width=wide,
        above=18,
        below=6,
        elements=(
            line(text, x=(wide - 6) / 2, y=-6, size=13, fill=ink, centred=True),
            Polyline(points=((0, 0), (wide - 0.5, 0)), line=ink, line_width=1.5),
            Polyline(points=head, line=ink, line_width=1.5),
        ),
    )


def reference_box(reference: dict[str, Any]) -> Box:
    """Return the name of a tensor that is drawn elsewhere, in a frame."""
    text = reference.get("text") or reference["name"]
    wide = width(text, 12, "code") + 22
    frame = Rect(
        x=0.5,
        y=-11.5,
        width=wide - 1,
        height=23,
        fill=named("text", 0.07),
        line=named("text", 0.55),
        radius=11.5,
    )
    word = line(text, x=wide / 2, y=4, size=12, fill=named("text"), face="code", centred=True)
    return Box(width=wide, above=12, below=12, elements=(frame, word))


def lay_out(items: Sequence[Item], cell: int, room: float, frames: Frames) -> Box:
    """Return a row of items on as many lines as it takes; its axis is the top.

    A line never ends in a sign, and what stands in brackets stays together where it fits.
    """
    lines: list[list[Box]] = [[]]
    used = 0.0
    for block in _blocks(items, cell, frames):
        for part in [block] if _wide(block) <= room else [[group] for group in block]:
            wide = _wide(part)
            if lines[-1] and used + GAP + wide > room:
                lines.append([])
                used = 0.0
            used += wide + (GAP if lines[-1] else 0)
            lines[-1] += part
    placed: list[Element] = []
    top = widest = 0.0
    for boxes in lines:
        made = _beside(boxes)
        top += _BETWEEN_LINES if placed else 0
        placed.append(Group(x=0, y=top + made.above, elements=made.elements))
        top += made.above + made.below
        widest = max(widest, made.width)
    return Box(width=widest, above=0, below=top, elements=tuple(placed))


def _blocks(items: Sequence[Item], cell: int, frames: Frames) -> list[list[Box]]:
    """Return what stays together, in groups that a line may be broken between."""
    blocks: list[list[Box]] = []
    waiting: list[Box] = []  # signs, until the figure after them
    opened = False
    for item in items:
        if sign := item.get("sign"):
            box = sign_box(sign)
            if sign["text"].startswith(_AFTER) and not sign.get("arrow") and blocks:
                last = blocks[-1]
                last[-1:] = [_beside([*last[-1:], *waiting, box])]
                waiting, opened = [], opened and sign["text"] != ")"
                continue
            waiting.append(box)
            if sign["text"] == "(":
                blocks.append([])
                opened = True
            continue
        if "figure" in item:
            box = figure_box(item["figure"], cell, frames)
        else:
            box = reference_box(item["reference"])
        group = _beside([*waiting, box])
        waiting = []
        if opened:
            blocks[-1].append(group)
        else:
            blocks.append([group])
    if waiting:
        blocks.append([_beside(waiting)])
    return [block for block in blocks if block]


def _wide(boxes: Sequence[Box]) -> float:
    return sum(box.width for box in boxes) + GAP * (len(boxes) - 1)


def _beside(boxes: Sequence[Box]) -> Box:
    """Return boxes side by side on one axis."""
    x, placed = 0.0, []
    for box in boxes:
        placed.append(Group(x=x, y=0, elements=box.elements))
        x += box.width + GAP
    return Box(
        width=max(0.0, x - GAP),
        above=max((box.above for box in boxes), default=0.0),
        below=max((box.below for box in boxes), default=0.0),
        elements=tuple(placed),
    )
