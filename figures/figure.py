"""A figure as plain data: what Plotly draws, and what stands around it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Slices:
    """How the slices of a tensor's last axis lie beside each other, in cells.

    Attributes:
        tile: (rows, columns) of one.
        step: from one to the next, its border included.
        across: how many stand in a line.
    """

    tile: tuple[int, int]
    step: tuple[int, int]
    across: int


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure, ready for the browser.

    Attributes:
        name: the tensor it shows; the element that draws it carries it as ``data-tensor``.
        spec: ``{"data": …, "layout": …}`` as plotly.js takes it; ``go.Figure(spec)`` accepts it.
            Colours and sizes are the browser's, which knows the theme and the page's width.
        alt: what is seen, in words.
        caption: shape and axes, and what was done to show it; parts set apart by `` · ``.
        file_name: for downloads, without the ending.
        title: what stands above the caption, where it is not the name.
        palette: which of the theme's colour scales it takes; empty for figures without one.
        cells: (rows, columns) of a heatmap, which is drawn in cells of the size all share.
        block: (rows, columns) of the numbers that one cell stands for, where it is more than one.
        slices: how the slices lie, where there are several side by side.
        line: numbers of a vector in one line, where it is broken into lines; else 0.
        format: the d3 format of the numbers in the cells.
        digits: characters the longest of them takes; 0 where numbers are not written.
    """

    name: str
    spec: dict[str, Any]
    alt: str
    caption: str
    file_name: str
    title: str = ""
    palette: str = ""
    cells: tuple[int, int] | None = None
    block: tuple[int, int] | None = None
    slices: Slices | None = None
    line: int = 0
    format: str = ""
    digits: int = 0


def packed(values: np.ndarray) -> dict[str, str]:
    """Return an array as plotly.js decodes it: float32 in base64, two thirds smaller than text."""
    data = np.ascontiguousarray(values, "<f4")
    return {
        "dtype": "f4",
        "bdata": base64.b64encode(data.tobytes()).decode(),
        "shape": ", ".join(str(length) for length in data.shape),
    }
