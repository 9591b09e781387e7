"""A figure as plain data: what Plotly draws, and what stands around it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Ruler: TypeAlias = tuple[tuple[float, int], ...]
"""Numbers along an edge, each after its place: drawn cells from the corner."""


@dataclass(frozen=True, kw_only=True)
class Slices:
    """The positions of slices that are drawn side by side, in cells.

    Attributes:
        tile: (rows, columns) of one.
        step: from one to the next, with the border.
        across: how many are in a row.
    """

    tile: tuple[int, int]
    step: tuple[int, int]
    across: int


@dataclass(frozen=True, kw_only=True)
class Rulers:
    """The numbers of slices, or of rows and columns, along the edges of a heatmap.

    Attributes:
        above: one ruler; of a row of slices that is wrapped, one for each line.
        left: the numbers of the rows; of a wrapped row, the number of each line's first slice.
    """

    above: tuple[Ruler, ...]
    left: Ruler


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure, ready for the browser.

    Attributes:
        name: the tensor it shows; the element that draws it carries it as ``data-tensor``.
        spec: ``{"data": …, "layout": …}`` as plotly.js takes it; ``go.Figure(spec)`` accepts it.
            Colours and sizes are the browser's, which knows the theme and the page's width.
        alt: the alternative text.
        caption: shape, axes, and how the tensor was reduced; the parts are separated by `` · ``.
        file_name: for downloads, without the ending.
        title: above the caption, where it is not the name.
        palette: which of the theme's colour scales it uses; empty for figures without one.
        cells: (rows, columns) of a heatmap; all heatmaps of a row have cells of one size.
        plane: of a tensor of more than two axes, those that run down and across.
        at: of such a tensor, the index on each of the other axes.
        block: (rows, columns) of the numbers that one cell stands for, where it is more than one.
        slices: the positions of slices, where several are drawn side by side.
        rulers: the numbers along its edges.
        line: the numbers in one line of a vector that is broken into lines; else 0.
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
    plane: tuple[int, int] | None = None
    at: Mapping[int, int] | None = None
    block: tuple[int, int] | None = None
    slices: Slices | None = None
    rulers: Rulers | None = None
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
