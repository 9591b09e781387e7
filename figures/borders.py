"""Slices of a weight with borders between them, each cell named by its slice and its place there.

A border is a row or a column of NaN, which has the colour of the background; a number that is NaN
itself is marked.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from figures.figure import Figure, Rulers, Slices, packed
from figures.heatmap import marks_of
from figures.rulers import part_ruler, slice_rulers
from figures.view import MAXIMUM_SIDE

BORDERED = 3 * MAXIMUM_SIDE // 2
"""Cells a side, borders included, up to which slices of one cell have them too; others always."""
LABELLED = 4096
"""Cells up to which each has a label of its own; of more the browser works its slice out."""


def hovered(heat: dict[str, Any], says: str, text: list[list[str]] | None = None) -> dict[str, Any]:
    """Return the trace with a hover label; for figures whose cells the page does not describe."""
    unhovered = {key: value for key, value in heat.items() if key != "hoverinfo"}
    more = {"text": text} if text else {}
    return {**unhovered, **more, "hovertemplate": f"{says}<extra></extra>"}


def sliced(
    figure: Figure,
    values: np.ndarray,
    tile: tuple[int, int],
    rows: tuple[str, ...],
    columns: tuple[str, ...],
    numbers: tuple[int, ...],
    aspect: float,
) -> Figure:
    """Return the figure of a whole plane with borders between slices.

    Args:
        figure: of the plane.
        values: its cells.
        tile: (rows, columns) of one slice.
        rows: the names of the axes that run down, the slowest first.
        columns: the names of those that run across.
        numbers: the slices' numbers from left to right, if they were sorted.
        aspect: about how wide a single row of slices is for its height, when it is wrapped.
    """
    drawn, slices = _bordered(values, tile, aspect)
    across = values.shape[1] // tile[1]
    figure = _with_borders(figure, drawn, slices, across, rows, columns, numbers)
    edges = slice_rulers(slices, values.shape[0] // tile[0], numbers or range(across))
    figure = replace(figure, rulers=edges)
    own = _bordered(~np.isfinite(values), tile, aspect)[0] == 1
    return _marked(figure, np.where(own, drawn, 0))


def sliced_part(
    figure: Figure,
    values: np.ndarray,
    tile: tuple[int, int],
    corner: tuple[int, int],
    rows: tuple[str, ...],
    columns: tuple[str, ...],
) -> Figure:
    """Return the figure of a window with borders where slices meet.

    Args:
        figure: of the window.
        values: its cells.
        tile: (rows, columns) of one slice.
        corner: where in the whole plane the first cell is.
        rows: the names of the axes that run down, the slowest first.
        columns: the names of those that run across.
    """
    down, across = (
        [divmod(first + at, size) for at in range(length)]
        for first, length, size in zip(corner, values.shape, tile, strict=True)
    )
    ys, xs = (
        [at + slice_ - places[0][0] for at, (slice_, _) in enumerate(places)]
        for places in (down, across)
    )
    drawn = np.full((ys[-1] + 1, xs[-1] + 1), np.nan, "float32")
    drawn[np.ix_(ys, xs)] = values
    finite = np.zeros_like(drawn)
    finite[np.ix_(ys, xs)] = values
    text = [[""] * drawn.shape[1] for _ in range(drawn.shape[0])]
    for y, (line, below) in zip(ys, down, strict=True):
        for x, (number, beside) in zip(xs, across, strict=True):
            text[y][x] = _words(line, below, number, beside, rows, columns)
    heat = {**figure.spec["data"][0], "z": packed(drawn)}
    spec = {**figure.spec, "data": [hovered(heat, "%{text}: %{z:.6g}", text)]}
    cells = (drawn.shape[0], drawn.shape[1])
    left, above = (
        part_ruler([(at, slice_) for at, (slice_, _) in zip(places, named, strict=True)])
        for places, named in ((ys, down), (xs, across))
    )
    edges = Rulers(above=(above,), left=left)
    return _marked(replace(figure, spec=spec, cells=cells, block=None, rulers=edges), finite)


def _marked(figure: Figure, cells: np.ndarray) -> Figure:
    """Return the figure with marks on the cells that are not finite."""
    return replace(figure, spec={**figure.spec, "data": [*figure.spec["data"], *marks_of(cells)]})


def _bordered(
    values: np.ndarray, tile: tuple[int, int], aspect: float
) -> tuple[np.ndarray, Slices]:
    """Return the cells with a border between slices, and the positions of the slices."""
    down, across = values.shape[0] // tile[0], values.shape[1] // tile[1]
    slices = values.reshape(down, tile[0], across, tile[1]).transpose(0, 2, 1, 3)
    wrapped = across
    if down == 1 and across > 4:
        wrapped = min(across, max(4, math.ceil(math.sqrt(aspect * across * tile[0] / tile[1]))))
        while wrapped > 4 and wrapped * (tile[1] + 1) - 1 > MAXIMUM_SIDE:
            wrapped -= 1
        lines = math.ceil(across / wrapped)
        filled = np.full((lines * wrapped, *tile), np.nan, "float32")
        filled[:across] = slices[0]
        slices = filled.reshape(lines, wrapped, *tile)
    down, across = slices.shape[:2]
    # Where there is no room, a slice one cell wide stands right beside the next.
    step = (
        tile[0] + (tile[0] > 1 or down * 2 - 1 <= BORDERED),
        tile[1] + (tile[1] > 1 or across * 2 - 1 <= BORDERED),
    )
    framed = np.full((down, step[0], across, step[1]), np.nan, "float32")
    framed[:, : tile[0], :, : tile[1]] = slices.transpose(0, 2, 1, 3)
    cells = framed.reshape(down * step[0], across * step[1])
    cells = cells[: cells.shape[0] - step[0] + tile[0], : cells.shape[1] - step[1] + tile[1]]
    return cells, Slices(tile=tile, step=step, across=wrapped)


def _with_borders(
    figure: Figure,
    drawn: np.ndarray,
    slices: Slices,
    across: int,
    rows: tuple[str, ...],
    columns: tuple[str, ...],
    numbers: tuple[int, ...],
) -> Figure:
    """Return the figure with ``drawn`` as its cells; ``across`` is the slices in a row."""
    heat = {**figure.spec["data"][0], "z": packed(drawn)}
    if drawn.size <= LABELLED:
        text = [
            [_label((y, x), slices, across, rows, columns, numbers) for x in range(drawn.shape[1])]
            for y in range(drawn.shape[0])
        ]
        heat = hovered(heat, "%{text}: %{z:.6g}", text)
    else:
        wrapped = slices.across != across
        heat = hovered(heat, f"{_place(rows, columns, wrapped=wrapped)}: %{{z:.6g}}")
        if numbers:
            heat["customdata"] = list(numbers)
    spec = {**figure.spec, "data": [heat]}
    cells = (drawn.shape[0], drawn.shape[1])
    return replace(figure, spec=spec, cells=cells, block=None, slices=slices)


def _place(rows: tuple[str, ...], columns: tuple[str, ...], *, wrapped: bool) -> str:
    """Return the place of a cell in its slice, with names that the browser fills."""
    words = [f"{rows[0]} {'0' if wrapped else '%{line}'}"] if rows else []
    words += [f"{word} %{{down}}" for word in rows[1:]]
    words += [f"{columns[0]} %{{{'number' if wrapped else 'slice'}}}"]
    return ", ".join([*words, *(f"{word} %{{across}}" for word in columns[1:])])


def _label(
    at: tuple[int, int],
    slices: Slices,
    across: int,
    rows: tuple[str, ...],
    columns: tuple[str, ...],
    numbers: tuple[int, ...],
) -> str:
    (line, y), (place, x) = divmod(at[0], slices.step[0]), divmod(at[1], slices.step[1])
    if slices.across != across:
        line, place = 0, line * slices.across + place
    if y >= slices.tile[0] or x >= slices.tile[1] or place >= across:
        return ""
    place = numbers[place] if numbers else place
    return _words(line, y, place, x, rows, columns)


def _words(
    line: int,
    below: int,
    number: int,
    beside: int,
    rows: tuple[str, ...],
    columns: tuple[str, ...],
) -> str:
    """Return the place of a cell: its slice's line and number, and where it is in the slice."""
    words = [f"{rows[0]} {line}"] if rows else []
    words += [f"{word} {below}" for word in rows[1:]]
    return ", ".join([*words, f"{columns[0]} {number}", *(f"{w} {beside}" for w in columns[1:])])
