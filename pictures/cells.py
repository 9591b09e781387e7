"""A heatmap's cells: squares or an image, the grid, the numbers, the marks, the outline."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from PIL import Image as Pixels

from pictures.colors import color, ink, named
from pictures.numbers import size_in, written
from pictures.scene import Element, Group, Image, Polyline, Rect, Text

VECTOR_CELLS = 2048
"""Cells of a tensor up to which each is a rectangle; of more, together they are an image."""
_GRIDDED = 8
"""Pixels a cell from which cells are set apart by lines."""
_LINES = {
    "x-thin": (((-1, -1), (1, 1)), ((-1, 1), (1, -1))),
    "triangle-up-open": (((-1, 0.8), (1, 0.8), (0, -0.9), (-1, 0.8)),),
    "triangle-down-open": (((-1, -0.8), (1, -0.8), (0, 0.9), (-1, -0.8)),),
}
"""The lines of a mark, in halves of its size."""
_CAP = 0.33
"""From the middle of a digit to its foot, in sizes of the font."""


def values_of(figure: dict[str, Any]) -> np.ndarray:
    """Return a heatmap's numbers: (rows, columns) of float32."""
    return unpacked(figure["spec"]["data"][0]["z"])


def unpacked(packed: dict[str, str]) -> np.ndarray:
    """Return numbers that were packed for the browser, in their shape."""
    shape = tuple(int(length) for length in packed["shape"].split(","))
    return np.frombuffer(base64.b64decode(packed["bdata"]), "<f4").reshape(shape)


def plot(figure: dict[str, Any], cell: int) -> Group:
    """Draw a heatmap's cells from the corner (0, 0), each ``cell`` pixels a side."""
    values = values_of(figure)
    rows, columns = values.shape
    trace = figure["spec"]["data"][0]
    with np.errstate(all="ignore"):
        places = (values.astype("float64") - trace["zmin"]) / (trace["zmax"] - trace["zmin"])
    finite = np.isfinite(values)
    whole = Rect(x=0, y=0, width=columns * cell, height=rows * cell, fill=named("gap"))
    elements: list[Element] = [whole]
    if values.size <= VECTOR_CELLS:
        squares = _squares(places, finite, figure["palette"], cell)
        elements.append(Group(x=0, y=0, elements=squares, crisp=True))
    else:
        elements.append(_image(places, finite, figure["palette"], cell))
    elements += _grid(rows, columns, cell)
    elements += _numbers(values, places, finite, figure, cell)
    elements += _marks(figure, cell)
    outline = named("text", 0.16)
    elements.append(
        Rect(x=-0.5, y=-0.5, width=whole.width + 1, height=whole.height + 1, line=outline)
    )
    return Group(x=0, y=0, elements=tuple(elements))


def _squares(
    places: np.ndarray, finite: np.ndarray, palette: str, cell: int
) -> tuple[Element, ...]:
    colored = color(palette)
    return tuple(
        Rect(
            x=int(column) * cell,
            y=int(row) * cell,
            width=cell,
            height=cell,
            fill=colored(float(places[row, column])),
        )
        for row, column in np.argwhere(finite)
    )


def _image(places: np.ndarray, finite: np.ndarray, palette: str, cell: int) -> Image:
    """Return the cells as pixels; a place is one of 1,025, finer than the colours of a screen."""
    table = [color(palette)(step / 1024) for step in range(1025)]
    steps = np.rint(np.clip(np.where(finite, places, 0), 0, 1) * 1024).astype("int64")
    files = []
    for theme in (0, 1):
        colors = np.array([list(bytes.fromhex(pair[theme][1:])) for pair in table], "uint8")
        pixels = colors[steps]
        pixels[~finite] = list(bytes.fromhex(named("gap")[theme][1:]))
        stream = io.BytesIO()
        Pixels.fromarray(pixels).save(stream, "png", optimize=True)
        files.append(stream.getvalue())
    rows, columns = places.shape
    return Image(x=0, y=0, width=columns * cell, height=rows * cell, png=(files[0], files[1]))


def _grid(rows: int, columns: int, cell: int) -> list[Element]:
    if cell < _GRIDDED:
        return []
    wide, high, paint = columns * cell, rows * cell, named("gap")
    down = [Rect(x=0, y=at * cell - 0.5, width=wide, height=1, fill=paint) for at in range(1, rows)]
    across = [
        Rect(x=at * cell - 0.5, y=0, width=1, height=high, fill=paint) for at in range(1, columns)
    ]
    return [*down, *across]


def _numbers(
    values: np.ndarray, places: np.ndarray, finite: np.ndarray, figure: dict[str, Any], cell: int
) -> list[Element]:
    size = size_in(cell, figure.get("digits", 0))
    if not size:
        return []
    inked = ink(figure["palette"])
    return [
        Text(
            text=written(float(values[row, column]), figure["format"]),
            x=(int(column) + 0.5) * cell,
            y=(int(row) + 0.5) * cell + _CAP * size,
            size=size,
            fill=inked(float(places[row, column])),
            centred=True,
        )
        for row, column in np.argwhere(finite)
    ]


def _marks(figure: dict[str, Any], cell: int) -> list[Element]:
    """Return a cross in each cell that is NaN, and a triangle in each that is infinite."""
    half = max(3.0, cell * 0.5) / 2
    found: list[Element] = []
    for trace in figure["spec"]["data"][1:]:
        symbol = trace["marker"]["symbol"]
        symbols = [symbol] * len(trace["x"]) if isinstance(symbol, str) else symbol
        for column, row, each in zip(trace["x"], trace["y"], symbols, strict=True):
            x, y = (column + 0.5) * cell, (row + 0.5) * cell
            for line in _LINES[each]:
                points = tuple((x + half * across, y + half * down) for across, down in line)
                found.append(Polyline(points=points, line=named("mark"), line_width=1.5))
    return found
