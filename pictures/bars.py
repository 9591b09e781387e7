"""Bars: the terms of a sum, or a histogram."""

from __future__ import annotations

from typing import Any

from pictures.colors import color, named
from pictures.scene import Element, Group, Rect

WIDTH, HEIGHT = 240, 110
_TOP, _BOTTOM = 4, 1


def bars(figure: dict[str, Any]) -> Group:
    """Draw a figure's bars from the corner (0, 0), ``WIDTH`` × ``HEIGHT`` pixels."""
    trace, layout = figure["spec"]["data"][0], figure["spec"]["layout"]
    heights = [value or 0.0 for value in trace["y"]]
    low, high = min([0.0, *heights]), max([0.0, *heights])
    room = HEIGHT - _TOP - _BOTTOM
    unit = room / (high - low) if high > low else 0.0
    zero = _TOP + high * unit if unit else HEIGHT - _BOTTOM
    slot = WIDTH / max(1, len(heights))
    if "width" in trace:  # of a bar that stands alone
        low, high = layout["xaxis"]["range"]
        slot = WIDTH * trace["width"] / (high - low)
    left = (WIDTH - slot * len(heights)) / 2
    gap = layout.get("bargap", 0.0) * slot
    signed = bool(figure.get("palette"))
    below, above = (color("signed")(at) for at in (0, 1))
    elements: list[Element] = [
        Rect(
            x=left + at * slot + gap / 2,
            y=min(zero, zero - value * unit),
            width=slot - gap,
            height=abs(value) * unit,
            fill=(below if value < 0 else above) if signed else named("bar"),
        )
        for at, value in enumerate(heights)
        if value
    ]
    elements.append(Rect(x=0, y=zero - 0.5, width=WIDTH, height=1, fill=named("quiet")))
    return Group(x=0, y=0, elements=tuple(elements))
