"""A weight as a heatmap: whole, reduced to blocks, or a window of true cells.

The kernel of a convolution is a grid of filters with borders between them. A border is a row or a
column of NaN, which has the colour of the background.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from figures.figure import Figure, Slices, packed
from figures.heatmap import heatmap, marked
from figures.view import MAXIMUM_SIDE
from figures.words import describe, file_name, format_shape

LINE = 64
"""Numbers of a vector in one line."""
_MARKUP = str.maketrans({"<": "\u2039", ">": "\u203a", "&": "\uff06"})
BORDERED = 3 * MAXIMUM_SIDE // 2
"""Cells a side up to which slices have borders, these included: slices of two cells always do."""
LABELLED = 4096
"""Cells up to which each has a label of its own; of more the browser works its slice out."""


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
    # NaN would be mistaken for a border: a kernel with NaN is drawn without borders.
    cut = whole and tile != (1, 1) and block == (1, 1) and bool(np.isfinite(values).all())
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
    elif cut:
        drawn, slices = _bordered(values, tile)
        count = math.prod(plane) // math.prod(tile)
        caption.append(f"{count:,} slices of {format_shape(tile)}" if count > 1 else "")
        across = values.shape[1] // tile[1]
        figure = _with_borders(figure, drawn, slices, across, rows, columns, numbers)
    figure = replace(
        figure,
        block=figure.block if block == (1, 1) else block,
        alt="; ".join([describe(title or name, values), *filter(None, caption)]),
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
        heat = _hovered(heat, _hover(rows, columns, block, corner))
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
        heat = _hovered(heat, "%{text}: %{z:.6g}", text)
    else:
        heat = _hovered(heat, f"{word} {LINE} × %{{y}} + %{{x}}: %{{z:.6g}}")
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


def _axes(rows: tuple[str, ...], columns: tuple[str, ...]) -> str:
    down, across = " × ".join(rows), " × ".join(columns)
    return f"{down} down, {across} across" if down else across


def _hovered(
    heat: dict[str, Any], says: str, text: list[list[str]] | None = None
) -> dict[str, Any]:
    """Return the trace with a hover label; for figures whose cells the page does not describe."""
    unhovered = {key: value for key, value in heat.items() if key != "hoverinfo"}
    more = {"text": text} if text else {}
    return {**unhovered, **more, "hovertemplate": f"{says}<extra></extra>"}


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


def _bordered(values: np.ndarray, tile: tuple[int, int]) -> tuple[np.ndarray, Slices]:
    """Return the cells with a border between slices, and the positions of the slices.

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
    if max(size) > BORDERED or math.prod(tile) == 1:
        cells = slices.transpose(0, 2, 1, 3).reshape(down * tile[0], across * tile[1])
        return cells, Slices(tile=tile, step=tile, across=wrapped)
    framed = np.full((down, tile[0] + 1, across, tile[1] + 1), np.nan, "float32")
    framed[:, : tile[0], :, : tile[1]] = slices.transpose(0, 2, 1, 3)
    step = (tile[0] + 1, tile[1] + 1)
    cells = framed.reshape(down * step[0], across * step[1])[: size[0], : size[1]]
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
        heat = _hovered(heat, "%{text}: %{z:.6g}", text)
    else:
        wrapped = slices.across != across
        heat = _hovered(heat, f"{_place(rows, columns, wrapped=wrapped)}: %{{z:.6g}}")
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
    words = [f"{rows[0]} {line}"] if rows else []
    words += [f"{word} {y}" for word in rows[1:]]
    return ", ".join([*words, f"{columns[0]} {place}", *(f"{word} {x}" for word in columns[1:])])
