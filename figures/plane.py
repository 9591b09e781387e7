"""The loss over a plane as contours, and the path of a training in it."""

from __future__ import annotations

import bisect

import numpy as np

from figures.figure import Figure, packed
from figures.paths import PICKED
from figures.words import number

_LOGARITHMIC = 100.0
"""Largest by smallest loss from which on the contours are of its logarithm."""


def plane(
    losses: np.ndarray,
    *,
    across: np.ndarray,
    up: np.ndarray,
    path: np.ndarray,
    steps: tuple[int, ...],
    at: int,
    names: tuple[str, str],
    layer: str = "layer",
) -> Figure:
    """Draw losses as contours, and a path over them: from the ring to the dot.

    The browser moves the square, which marks a step, as the steps are walked.

    Args:
        losses: (up, across), float; what is not finite is left out.
        across: (across,), where they are measured.
        up: (up,), likewise.
        path: (states, 2).
        steps: (states,), ascending: the steps before each state.
        at: the step that is marked; the last state before it, where the path lacks its own.
        names: of the two directions.
        layer: for the file name.
    """
    known = losses[np.isfinite(losses)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    logarithmic = low > 0 and high / low > _LOGARITHMIC
    with np.errstate(all="ignore"):
        shown = np.log10(losses) if logarithmic else losses
    shown = np.where(np.isfinite(shown), shown, np.nan)
    x, y = ([float(f"{each:.6g}") for each in path[:, axis]] for axis in (0, 1))
    lost = losses.size - known.size
    here = max(bisect.bisect_right(steps, at) - 1, 0)
    said = [
        f"loss {number(low)} to {number(high)}",
        "lines: its logarithm to base 10" if logarithmic else "",
        f"across: {names[0]}, {number(float(across[0]))} to {number(float(across[-1]))}",
        f"up: {names[1]}, {number(float(up[0]))} to {number(float(up[-1]))}",
        f"{lost:,} without a finite loss" if lost else "",
    ]
    return Figure(
        name="loss_plane",
        spec={
            "data": [
                {
                    "type": "contour",
                    "x": [float(f"{each:.6g}") for each in across],
                    "y": [float(f"{each:.6g}") for each in up],
                    "z": packed(shown),
                    "contours": {"showlabels": True},
                    "hovertemplate": "%{x:.4g}, %{y:.4g}: "
                    f"{'10^' if logarithmic else 'loss '}%{{z:.4g}}<extra></extra>",
                },
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": x,
                    "y": y,
                    "meta": PICKED,
                    "customdata": list(steps),
                    "hoverinfo": "skip",
                },
                _mark(x[0], y[0], "circle-open"),
                _mark(x[-1], y[-1], "circle"),
                _mark(x[here], y[here], "square"),
            ],
            "layout": {
                "width": 440,
                "height": 300,
                "xaxis": {
                    "title": {"text": names[0]},
                    "range": [float(across[0]), float(across[-1])],
                },
                "yaxis": {"title": {"text": names[1]}, "range": [*map(float, up[[0, -1]])]},
            },
        },
        alt=(
            f"Contours of the loss, from {number(low)} to {number(high)}, over {names[0]} and "
            f"{names[1]}; the path of the training leads from {number(x[0])}, {number(y[0])} to "
            f"{number(x[-1])}, {number(y[-1])}, through {len(x)} states; step {steps[here]} is at "
            f"{number(x[here])}, {number(y[here])}"
        ),
        title="loss",
        caption=" · ".join(part for part in said if part),
        file_name=f"{layer}_loss_plane",
    )


def _mark(x: float, y: float, symbol: str) -> dict:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x],
        "y": [y],
        "marker": {"symbol": symbol},
        "hoverinfo": "skip",
    }
