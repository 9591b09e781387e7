"""The histogram of one tensor."""

from __future__ import annotations

import math

import numpy as np

from figures.figure import Figure
from figures.words import describe, file_name, number

BINS = 30


def histogram(values: np.ndarray, *, name: str, layer: str = "tensor") -> Figure:
    """Draw one tensor's values in at most 30 bins; a constant tensor is one bar.

    Non-finite values are left out and counted in the caption.
    """
    finite = values[np.isfinite(values)].astype("float64").ravel()
    if not finite.size:
        counts, first, width = [], 0.0, 1.0
    elif finite.min() == finite.max():
        counts, first, width = [finite.size], finite[0], max(abs(finite[0]) * 0.1, 0.1)
    else:
        bins = int(min(BINS, max(5, np.ceil(np.sqrt(finite.size) * 2))))
        counted, edges = np.histogram(finite, bins=bins)
        counts, width = counted.tolist(), edges[1] - edges[0]
        first = edges[0] + width / 2
    lone = {"range": [first - 5 * width, first + 5 * width]} if len(counts) == 1 else {}
    digits = 5 - math.floor(math.log10(width))  # of the width: the first may be far from zero
    first, width = round(float(first), digits), round(float(width), digits)
    return Figure(
        name=f"{name}_histogram",
        spec={
            "data": [
                {
                    "type": "bar",
                    "x0": first,
                    "dx": width,
                    "y": counts,
                    # Plotly makes a lone bar as wide as all the axis, or as 1.
                    **({"width": width} if lone else {}),
                    "hovertemplate": "around %{x:.3g}: %{y}<extra></extra>",
                }
            ],
            "layout": {
                "xaxis": {"title": {"text": name}, "nticks": 5, **lone},
                "yaxis": {"title": {"text": "count"}, "nticks": 3, "rangemode": "tozero"},
                "bargap": 0.05,
            },
        },
        alt=f"Histogram of {describe(name, values)}; the fullest of {len(counts)} bins holds "
        f"{max(counts, default=0)} around "
        f"{number(first + width * int(np.argmax(counts))) if counts else 'nothing'}",
        title=name,
        caption=" · ".join(_caption(values, finite)),
        file_name=file_name(layer, name, "histogram", shape=values.shape),
    )


def _caption(values: np.ndarray, finite: np.ndarray) -> list[str]:
    counted = "1 value" if values.size == 1 else f"{values.size:,} values"
    if values.size > finite.size:
        counted += f", {values.size - finite.size:,} not finite"
    if not finite.size:
        return [counted]
    low, high = number(float(finite.min())), number(float(finite.max()))
    return [counted, low if low == high else f"{low} to {high}"]
