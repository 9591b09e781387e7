"""A weight as it lies on a plane: whole, reduced to blocks, or a window of true cells.

Kernels of convolutions are grids of filters with borders between them; a border is a row or a
column of cells that hold nothing, and so have the colour of the gap.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from figures.figure import Figure, packed
from figures.heatmap import MARKED, heatmap
from figures.view import MAXIMUM_SIDE
from figures.words import describe, file_name, spell

LINE = 64
"""Numbers of a vector in one line."""
_MARKUP = str.maketrans({"<": "\u2039", ">": "\u203a", "&": "\uff06"})
LABELLED = 4096
"""Cells up to which each says on hover which slice it is of."""


def weight(
    values: np.ndarray,
    *,
    name: str,
    layer: str,
    limit: float,
    rows: tuple[str, ...],
    columns: tuple[str, ...],
    plane: tuple[int, int],
    shape: tuple[int, ...],
    block: tuple[int, int] = (1, 1),
    reduction: str = "",
    tile: tuple[int, int] = (1, 1),
    corner: tuple[int, int] = (0, 0),
    numbers: tuple[int, ...] = (),
    title: str = "",
) -> Figure:
    """Draw a plane of a weight, or a rectangle of it.

    Args:
        values: the cells to draw: all, one a block, or those of a window.
        name: the weight's.
        layer: for the file name.
        limit: the colour range is −limit to +limit.
        rows: the words of the axes that run down, the slowest first.
        columns: the words of those that run across.
        plane: (rows, columns) of the whole plane.
        shape: of the weight, for the file name.
        block: the cells that were made one.
        reduction: how; named on the figure.
        tile: the cells of one slice: borders stand between them.
        corner: of the window on the plane.
        numbers: which slice stands where across, if they were sorted.
        title: where it is not the name.
    """
    name, layer, title = (plain(text) for text in (name, layer, title))
    long = not rows and values.shape[1] > LINE
    figure = heatmap(
        _lines(values) if long else values,
        name=name,
        axes=(" × ".join(rows), " × ".join(columns)),
        limit=limit,
        layer=layer,
    )
    whole = values.shape == plane
    # What holds nothing would be mistaken for a border: such a kernel is drawn without.
    cut = whole and tile != (1, 1) and block == (1, 1) and bool(np.isfinite(values).all())
    caption = [spell(shape), _axes(rows, columns)]
    if block != (1, 1):
        caption.append(f"{reduction} of {spell(block)} blocks")
    elif not whole:
        ends = [first + length for first, length in zip(corner, values.shape, strict=True)]
        caption.append(
            f"true cells: rows {corner[0]} to {ends[0] - 1}, columns {corner[1]} to {ends[1] - 1} "
            f"of {spell(plane)}"
        )
    if numbers and whole:
        caption.append("largest norm first")
    drawn = values
    if long:
        caption.append(f"in lines of {LINE}")
        figure = _labelled_lines(figure, values.size, columns[0], block[1])
    elif cut:
        drawn, wrapped = _bordered(values, tile)
        slices = math.prod(plane) // math.prod(tile)
        caption.append(f"{slices:,} slices of {spell(tile)}" if slices > 1 else "")
        figure = _with_borders(figure, drawn, values, tile, wrapped, rows, columns, numbers)
    marked = "" if np.isfinite(values).all() else MARKED  # a describing text counts them
    figure = replace(
        figure,
        alt="; ".join([describe(title or name, values), *filter(None, caption)]),
        caption=" · ".join(part for part in (*caption, marked) if part),
        title=title,
        file_name=file_name(safe(layer), safe(title or name), shape=shape),
    )
    if cut or long:
        return figure
    heat, *marks = figure.spec["data"]
    heat = _hovered(heat, _hover(rows, columns, block, corner))
    return replace(figure, spec={**figure.spec, "data": [heat, *marks]})


def _lines(values: np.ndarray) -> np.ndarray:
    """Return a long vector in lines below each other; after its end there is nothing."""
    lines = math.ceil(values.size / LINE)
    cells = np.full(lines * LINE, np.nan, "float32")
    cells[: values.size] = values.ravel()
    return cells.reshape(lines, LINE)


def _labelled_lines(figure: Figure, size: int, word: str, block: int) -> Figure:
    """Say on hover which number it is, and mark no cell after the last."""
    heat, *marks = figure.spec["data"]
    if size <= LABELLED:
        each = [
            f"{word} {at * block}" if at < size else "" for at in range(-(-size // LINE) * LINE)
        ]
        text = [each[at : at + LINE] for at in range(0, len(each), LINE)]
        heat = _hovered(heat, "%{text}: %{z:.6g}", text)
    else:
        heat = _hovered(heat, f"{word} {LINE} × %{{y}} + %{{x}}: %{{z:.6g}}")
    kept = []
    for mark in marks:
        places = zip(mark["x"], mark["y"], strict=True)
        inside = [place for place in places if place[1] * LINE + place[0] < size]
        if inside:
            x, y = map(list, zip(*inside, strict=True))
            kept.append({**mark, "x": x, "y": y})
    return replace(figure, spec={**figure.spec, "data": [heat, *kept]})


def plain(text: str) -> str:
    """Return a name without what Plotly would take for markup, in one line."""
    return " ".join(text.translate(_MARKUP).split())


def safe(text: str) -> str:
    """Return a name for a file: letters, digits, dots and lines."""
    kept = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in text)
    return kept.strip("._")[:60] or "weight"


def _axes(rows: tuple[str, ...], columns: tuple[str, ...]) -> str:
    down, across = " × ".join(rows), " × ".join(columns)
    return f"{down} down, {across} across" if down else across


def _hovered(
    heat: dict[str, Any], says: str, text: list[list[str]] | None = None
) -> dict[str, Any]:
    """Return a heatmap that says on hover which cell it is, as no link to others does it here."""
    kept = {key: value for key, value in heat.items() if key != "hoverinfo"}
    more = {"text": text} if text else {}
    return {**kept, **more, "hovertemplate": f"{says}<extra></extra>"}


def _hover(
    rows: tuple[str, ...],
    columns: tuple[str, ...],
    block: tuple[int, int],
    corner: tuple[int, int],
) -> str:
    if block != (1, 1):
        return f"block %{{y}}, %{{x}} of {spell(block)}: %{{z:.6g}}"
    down, across = (f"{first} + " if first else "" for first in corner)
    row = f"{' × '.join(rows)} {down}%{{y}}, " if rows else ""
    return f"{row}{' × '.join(columns)} {across}%{{x}}: %{{z:.6g}}"


def _bordered(values: np.ndarray, tile: tuple[int, int]) -> tuple[np.ndarray, int]:
    """Return the cells with a border between slices, and how many slices a row then has.

    A single row of slices is wrapped, so that the picture is about twice as wide as it is high.
    """
    down, across = values.shape[0] // tile[0], values.shape[1] // tile[1]
    slices = values.reshape(down, tile[0], across, tile[1]).transpose(0, 2, 1, 3)
    wrapped = across
    if down == 1 and across > 4:
        wrapped = min(across, max(4, math.ceil(math.sqrt(2 * across * tile[0] / tile[1]))))
        while wrapped > 4 and wrapped * (tile[1] + 1) - 1 > MAXIMUM_SIDE:
            wrapped -= 1
        lines = math.ceil(across / wrapped)
        filled = np.full((lines * wrapped, *tile), np.nan, "float32")
        filled[:across] = slices[0]
        slices = filled.reshape(lines, wrapped, *tile)
    down, across = slices.shape[:2]
    size = (down * (tile[0] + 1) - 1, across * (tile[1] + 1) - 1)
    if max(size) > MAXIMUM_SIDE or math.prod(tile) == 1:
        return slices.transpose(0, 2, 1, 3).reshape(down * tile[0], across * tile[1]), wrapped
    framed = np.full((down, tile[0] + 1, across, tile[1] + 1), np.nan, "float32")
    framed[:, : tile[0], :, : tile[1]] = slices.transpose(0, 2, 1, 3)
    return framed.reshape(down * (tile[0] + 1), across * (tile[1] + 1))[
        : size[0], : size[1]
    ], wrapped


def _with_borders(
    figure: Figure,
    drawn: np.ndarray,
    values: np.ndarray,
    tile: tuple[int, int],
    wrapped: int,
    rows: tuple[str, ...],
    columns: tuple[str, ...],
    numbers: tuple[int, ...],
) -> Figure:
    """Return the figure with these cells in place of its own; what is NaN itself stays marked."""
    heat = {**figure.spec["data"][0], "z": packed(drawn)}
    framed = drawn.shape[0] != values.shape[0] or drawn.shape[1] != values.shape[1]
    step = (tile[0] + 1, tile[1] + 1) if framed and math.prod(tile) > 1 else tile
    across = values.shape[1] // tile[1]
    if drawn.size <= LABELLED:
        text = [
            [
                _label((y, x), step, tile, wrapped, across, rows, columns, numbers)
                for x in range(drawn.shape[1])
            ]
            for y in range(drawn.shape[0])
        ]
        heat = _hovered(heat, "%{text}: %{z:.6g}", text)
    else:
        heat = _hovered(heat, "%{z:.6g}")
    spec = {**figure.spec, "data": [heat]}
    return replace(figure, spec=spec, cells=(drawn.shape[0], drawn.shape[1]))


def _label(
    at: tuple[int, int],
    step: tuple[int, int],
    tile: tuple[int, int],
    wrapped: int,
    across: int,
    rows: tuple[str, ...],
    columns: tuple[str, ...],
    numbers: tuple[int, ...],
) -> str:
    (line, y), (place, x) = divmod(at[0], step[0]), divmod(at[1], step[1])
    if wrapped != across:
        line, place = 0, line * wrapped + place
    if y >= tile[0] or x >= tile[1] or place >= across:
        return ""
    place = numbers[place] if numbers else place
    words = [f"{rows[0]} {line}"] if rows else []
    words += [f"{word} {y}" for word in rows[1:]]
    return ", ".join([*words, f"{columns[0]} {place}", *(f"{word} {x}" for word in columns[1:])])
