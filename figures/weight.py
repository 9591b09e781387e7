"""A weight as a heatmap: whole, reduced to blocks, or a window of true cells.

The kernel of a convolution is a grid of filters with borders between them.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from figures.borders import LABELLED, hovered, sliced, sliced_part
from figures.figure import Figure, Rulers
from figures.heatmap import heatmap, marked
from figures.rulers import plane_rulers
from figures.words import describe, file_name, format_shape

LINE = 64
"""Numbers of a vector in one line."""
_MARKUP = str.maketrans({"<": "\u2039", ">": "\u203a", "&": "\uff06"})


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
    answers: bool = False,
    aspect: float = 2.0,
) -> Figure:
    """Draw a plane of a weight, or a rectangle of it.

    Args:
        values: (rows, columns), float32: all cells, one a block, or those of a window.
        name: the weight's.
        layer: for the file name.
        limit: the colour range is −limit to +limit.
        rows: the names of the axes that run down, the slowest first.
        columns: the names of those that run across.
        plane: (rows, columns) of the whole plane.
        shape: of the weight, for the file name.
        block: (rows, columns) of the cells that one drawn cell stands for.
        reduction: how they were reduced; the figure names it.
        tile: (rows, columns) of one slice; borders are drawn between slices.
        corner: of the window on the plane.
        numbers: the slices' numbers from left to right, if they were sorted.
        title: of the figure, where it is not the name.
        answers: the page itself describes the cells, which then need no labels.
        aspect: about how wide a single row of slices is for its height, when it is wrapped.
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
    cut = tile != (1, 1) and block == (1, 1) and not long
    caption = [format_shape(shape), _axes(rows, columns)]
    if block != (1, 1):
        caption.append(f"{reduction} of {format_shape(block)} blocks")
    elif not whole:
        ends = [first + length for first, length in zip(corner, values.shape, strict=True)]
        caption.append(
            f"true cells: rows {corner[0]} to {ends[0] - 1}, columns {corner[1]} to {ends[1] - 1} "
            f"of {format_shape(plane)}"
        )
    if numbers and whole:
        caption.append("largest norm first")
    if long:
        caption.append(f"in lines of {LINE}")
        figure = replace(_in_lines(figure, values.size, columns[0], block[1]), line=LINE)
    elif cut and not whole:
        figure = sliced_part(figure, values, tile, corner, rows, columns)
    elif cut:
        count = math.prod(plane) // math.prod(tile)
        caption.append(f"{count:,} slices of {format_shape(tile)}" if count > 1 else "")
        figure = sliced(figure, values, tile, rows, columns, numbers, aspect)
    elif rows:
        figure = replace(figure, rulers=_rulers(values.shape, plane, block, tile, corner, numbers))
    counted = _numbered(figure.rulers, rows, columns) if figure.rulers else ""
    figure = replace(
        figure,
        block=figure.block if block == (1, 1) else block,
        alt="; ".join([describe(title or name, values), *filter(None, (*caption, counted))]),
        # a describing text counts what is not finite
        caption=" · ".join(part for part in (*caption, marked(values)) if part),
        title=title,
        file_name=file_name(safe(layer), safe(title or name), shape=shape),
    )
    heat, *marks = figure.spec["data"]
    if answers:
        heat = {name: heat[name] for name in heat if name not in {"text", "hovertemplate"}}
        heat["hoverinfo"] = "skip"
    elif not cut and not long:
        heat = hovered(heat, _hover(rows, columns, block, corner))
    return replace(figure, spec={**figure.spec, "data": [heat, *marks]})


def _lines(values: np.ndarray) -> np.ndarray:
    """Return a long vector in lines below each other; NaN after its end."""
    lines = math.ceil(values.size / LINE)
    cells = np.full(lines * LINE, np.nan, "float32")
    cells[: values.size] = values.ravel()
    return cells.reshape(lines, LINE)


def _in_lines(figure: Figure, size: int, word: str, block: int) -> Figure:
    """Label each number with its index, and remove the marks after the last one."""
    heat, *marks = figure.spec["data"]
    if size <= LABELLED:
        each = [
            f"{word} {at * block}" if at < size else "" for at in range(-(-size // LINE) * LINE)
        ]
        text = [each[at : at + LINE] for at in range(0, len(each), LINE)]
        heat = hovered(heat, "%{text}: %{z:.6g}", text)
    else:
        heat = hovered(heat, f"{word} {LINE} × %{{y}} + %{{x}}: %{{z:.6g}}")
    inside_marks = []
    for mark in marks:
        places = zip(mark["x"], mark["y"], strict=True)
        inside = [place for place in places if place[1] * LINE + place[0] < size]
        if inside:
            x, y = map(list, zip(*inside, strict=True))
            inside_marks.append({**mark, "x": x, "y": y})
    return replace(figure, spec={**figure.spec, "data": [heat, *inside_marks]})


def plain(text: str) -> str:
    """Return a name in one line, without characters that Plotly reads as markup."""
    return " ".join(text.translate(_MARKUP).split())


def safe(text: str) -> str:
    """Return a name for a file: letters, digits, dots, hyphens and underscores."""
    allowed = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in text)
    return allowed.strip("._")[:60] or "weight"


def _rulers(
    shape: tuple[int, ...],
    plane: tuple[int, int],
    block: tuple[int, int],
    tile: tuple[int, int],
    corner: tuple[int, int],
    numbers: tuple[int, ...],
) -> Rulers:
    """Return the numbers of rows and columns, or of slices whose blocks are drawn."""
    if block == (1, 1):
        rows, columns = (range(at, at + n) for at, n in zip(corner, shape, strict=True))
        return plane_rulers(rows, columns, (1, 1))
    rows, columns = (range(length // side) for length, side in zip(plane, tile, strict=True))
    steps = (tile[0] / block[0], tile[1] / block[1])
    return plane_rulers(rows, numbers or columns, steps)


def _numbered(edges: Rulers, rows: tuple[str, ...], columns: tuple[str, ...]) -> str:
    """Return what is numbered, in words."""
    lines = len(edges.above) > 1
    parts = [f"{columns[0]} above" if any(edges.above) else ""]
    parts += [f"{rows[0]} at the left" if edges.left and not lines else ""]
    said = " and ".join(filter(None, parts))
    return f"numbers: {said}" if said else ""


def _axes(rows: tuple[str, ...], columns: tuple[str, ...]) -> str:
    down, across = " × ".join(rows), " × ".join(columns)
    return f"{down} down, {across} across" if down else across


def _hover(
    rows: tuple[str, ...],
    columns: tuple[str, ...],
    block: tuple[int, int],
    corner: tuple[int, int],
) -> str:
    if block != (1, 1):
        return f"block %{{y}}, %{{x}} of {format_shape(block)}: %{{z:.6g}}"
    down, across = (f"{first} + " if first else "" for first in corner)
    row = f"{' × '.join(rows)} {down}%{{y}}, " if rows else ""
    return f"{row}{' × '.join(columns)} {across}%{{x}}: %{{z:.6g}}"
