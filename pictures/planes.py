"""Where a box of a tensor's cells stands in its picture, as browser/plane.js finds it."""

from __future__ import annotations

from typing import Any

from pictures.reach import Box

Place = tuple[int, int, int, int]
"""(top, bottom, left, right) in the picture's own rows and columns."""


def places(figure: dict[str, Any], links: dict[str, Any], box: Box) -> list[Place]:
    """Return the part of a box that a figure shows."""
    shape = links["tensors"][figure["name"]]["shape"]
    block = figure.get("block") or (1, 1)
    if line := figure.get("line"):
        long = max((i for i, n in enumerate(shape) if n > 1), default=len(shape) - 1)
        return _in_lines(line, *_blocks(box[long], block[1]))
    rank = len(shape)
    slices = figure.get("slices")
    rows, columns = (rank - 3, rank - 2) if slices else _axes(rank, links)
    at = {} if slices or rank < 2 else {int(k): v for k, v in links.get("at", {}).items()}
    for axis, length in enumerate(shape):
        if axis in (rows, columns) or (slices and axis == rank - 1):
            continue
        stands = min(at.get(axis, 0), length - 1)
        if not box[axis][0] <= stands < box[axis][1]:
            return []
    top, bottom = (0, 1) if rows < 0 else _blocks(box[rows], block[0])
    left, right = (0, 1) if columns < 0 else _blocks(box[columns], block[1])
    if top >= bottom or left >= right:
        return []
    if not slices:
        return [(top, bottom, left, right)]
    found = []
    for number in range(*box[rank - 1]):
        down = number // slices["across"] * slices["step"][0]
        across = number % slices["across"] * slices["step"][1]
        found.append((top + down, bottom + down, left + across, right + across))
    return found


def _axes(rank: int, links: dict[str, Any]) -> tuple[int, int]:
    """Return which axes run down and across; −1 for none."""
    if rank < 2:
        return -1, rank - 1
    if rank > 2:
        rows, columns = (axis % rank for axis in links.get("plane", (-2, -1)))
        if rows != columns:
            return rows, columns
    return rank - 2, rank - 1


def _blocks(cells: tuple[int, int], side: int) -> tuple[int, int]:
    return cells[0] // side, -(-cells[1] // side)


def _in_lines(line: int, start: int, end: int) -> list[Place]:
    """Return a stretch of a vector broken into lines: the rest of one, whole ones, a start."""
    found = []
    while start < end:
        top, left = divmod(start, line)
        whole = 0 if left else (end - start) // line
        count = whole * line or min(end - start, line - left)
        found.append((top, top + (whole or 1), left, line if whole else left + count))
        start += count
    return found
