"""A number at every step as a line, with one step marked."""

from __future__ import annotations

import math

import numpy as np

from figures.figure import Figure
from figures.words import number

MOST_POINTS = 1000
"""Steps that are drawn one by one; of more, every so many."""
_LOGARITHMIC = 100.0
"""Largest by smallest from which on the axis is logarithmic."""


def curve(values: np.ndarray, *, name: str, at: int, layer: str = "layer") -> Figure:
    """Draw a loss over the steps. The browser moves the mark as the steps are walked.

    Numbers that are not finite have no point on the line; a cross above the step marks each.

    Args:
        values: (steps,), float.
        name: what they are.
        at: the step that is marked.
        layer: for the file name.
    """
    every = max(1, math.ceil(len(values) / MOST_POINTS))
    chosen = sorted({*range(0, len(values), every), len(values) - 1, at} - {-1})
    finite = np.isfinite(values)
    known = values[finite]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    logarithmic = low > 0 and high / low > _LOGARITHMIC
    ends = (math.log10(low), math.log10(high)) if logarithmic else (low, high)
    points = [float(f"{values[step]:.6g}") if finite[step] else None for step in chosen]
    lost = [step for step in range(len(values)) if not finite[step]][:MOST_POINTS]
    said = _caption(values, every, lost, logarithmic=logarithmic)
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": chosen,
            "y": points,
            "hovertemplate": f"step %{{x}}: {name} %{{y:.6g}}<extra></extra>",
        },
    ]
    if lost:
        data.append(_points(lost, [high] * len(lost), "x-thin"))
    return Figure(
        name=f"{name}_curve",
        spec={
            "data": data,
            "layout": {
                "xaxis": {"title": {"text": "step"}, "range": widened(0, len(values) - 1)},
                "yaxis": {
                    "title": {"text": name},
                    "type": "log" if logarithmic else "linear",
                    "range": widened(*ends),
                },
                "shapes": [step_mark(at)],
            },
        },
        alt=_alt(values, name, lost),
        title=name,
        caption=" · ".join(part for part in said if part),
        file_name=f"{layer}_{name}",
    )


def _points(x: list[int], y: list[float], symbol: str) -> dict:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": [float(f"{each:.6g}") for each in y],
        "marker": {"symbol": symbol},
        "hoverinfo": "skip",
    }


def step_mark(at: int) -> dict:
    """Return the line that marks a step, across the whole height."""
    return {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper"}


def widened(low: float, high: float) -> list[float]:
    """Return a range with some room at its ends, and never an empty one."""
    room = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return [float(f"{low - room:.6g}"), float(f"{high + room:.6g}")]


def _caption(values: np.ndarray, every: int, lost: list[int], *, logarithmic: bool) -> list[str]:
    first, last = number(float(values[0])), number(float(values[-1]))
    steps = "1 step" if len(values) == 2 else f"{len(values) - 1:,} steps"
    return [
        f"{first} to {last} in {steps}",
        "logarithmic" if logarithmic else "",
        f"every {every} steps" if every > 1 else "",
        "crosses: NaN or infinite" if lost else "",
    ]


def _alt(values: np.ndarray, name: str, lost: list[int]) -> str:
    over = "1 step" if len(values) == 1 else f"{len(values)} steps"
    said = (
        f"Curve of {name} over {over}, from {number(float(values[0]))} to "
        f"{number(float(values[-1]))}"
    )
    return said + (f"; not finite from step {lost[0]}" if lost else "")
