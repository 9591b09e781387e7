"""The terms of one sum as bars, in order."""

from __future__ import annotations

import numpy as np

from figures.figure import Figure
from figures.words import number

MAXIMUM_BARS = 128


def terms(products: np.ndarray, *, name: str, file_name: str) -> Figure:
    """Draw the terms of the sum that makes one cell; beyond 128, neighbours share one bar.

    Args:
        products: (terms,), in the order in which they are added.
        name: what the figure is called.
        file_name: for downloads, without the ending.
    """
    together = max(1, -(-products.size // MAXIMUM_BARS))
    padded = np.zeros(-(-products.size // together) * together)
    padded[: products.size] = products
    bars = padded.reshape(-1, together).sum(axis=1)
    finite = bars[np.isfinite(bars)]
    caption = f"{products.size:,} terms, in order · up adds, down takes away"
    if together > 1:
        caption += f" · each bar {together} of them"
    alt = f"{name}: no finite terms"
    if finite.size:
        most = int(np.argmax(np.abs(products)))
        alt = (
            f"{name}: {products.size} terms from {number(finite.min())} to {number(finite.max())}; "
            f"the largest in size is number {most}, {number(products[most])}"
        )
    return Figure(
        name=name,
        spec={
            "data": [
                {
                    "type": "bar",
                    "y": [float(f"{bar:.4g}") if np.isfinite(bar) else None for bar in bars],
                    "hovertemplate": "term %{x}: %{y:.4g}<extra></extra>",
                }
            ],
            "layout": {
                "xaxis": {"title": {"text": "term"}, "nticks": 8},
                "yaxis": {"title": {"text": "product"}, "nticks": 3, "rangemode": "tozero"},
                "bargap": 0.15,
            },
        },
        alt=alt,
        title="Terms",
        caption=caption,
        file_name=f"terms-{file_name}",
        palette="signed",
    )
