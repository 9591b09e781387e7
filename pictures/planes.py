"""Where cells of a tensor stand in its picture, as browser/plane.js finds it."""

from __future__ import annotations

from typing import Any

import numpy as np

from pictures.spans import Cells

Run = tuple[int, int]
Place = tuple[int, int, int, int]
"""(top, bottom, left, right) in the picture's own rows and columns."""
_MOST = 600
"""Frames on one picture; more are drawn as one around them all."""


def places(figure: dict[str, Any], links: dict[str, Any], cells: Cells) -> list[Place]:
    """Return the part of some cells that a figure shows, as rectangles."""
    shape = links["tensors"][figure["name"]]["shape"]
    block = figure.get("block") or (1, 1)
    if line := figure.get("line"):
        long = max((i for i, n in enumerate(shape) if n > 1), default=len(shape) - 1)
        runs = _runs(cells[long], block[1])
        return [place for run in runs for place in _in_lines(line, *run)]
    rank = len(shape)
    slices = figure.get("slices")
    rows, columns = (rank - 3, rank - 2) if slices else _axes(figure, rank, links)
    at = _stands(figure, rank, links)
    for axis, length in enumerate(shape):
        if axis in (rows, columns) or (slices and axis == rank - 1):
            continue
        if min(at.get(axis, 0), length - 1) not in cells[axis]:
            return []
    down = [(0, 1)] if rows < 0 else _runs(cells[rows], block[0])
    across = [(0, 1)] if columns < 0 else _runs(cells[columns], block[1])
    if len(down) * len(across) > _MOST:
        down, across = [(down[0][0], down[-1][1])], [(across[0][0], across[-1][1])]
    found = [(*vertical, *horizontal) for vertical in down for horizontal in across]
    if not slices:
        return found
    shifted = []
    for number in cells[rank - 1].tolist():
        below = number // slices["across"] * slices["step"][0]
        beside = number % slices["across"] * slices["step"][1]
        for top, bottom, left, right in found:
            shifted.append((top + below, bottom + below, left + beside, right + beside))
    return shifted


def _axes(figure: dict[str, Any], rank: int, links: dict[str, Any]) -> Run:
    """Return which axes run down and across; −1 for none."""
    if rank < 2:
        return -1, rank - 1
    chosen = figure.get("plane") or (links.get("plane") if rank > 2 else None)
    if chosen:
        rows, columns = (axis % rank for axis in chosen)
        if rows != columns:
            return rows, columns
    return rank - 2, rank - 1


def _stands(figure: dict[str, Any], rank: int, links: dict[str, Any]) -> dict[int, int]:
    """Return where the axes stand that run neither down nor across."""
    if figure.get("slices") or rank < 2:
        return {}
    at = figure.get("at") or links.get("at") or {}
    return {int(axis): index for axis, index in at.items()}


def _runs(cells: np.ndarray, side: int) -> list[Run]:
    """Return the blocks in which some cells are, as runs without gaps."""
    blocks = np.unique(cells // side)
    breaks = np.flatnonzero(np.diff(blocks) > 1) + 1
    return [(int(run[0]), int(run[-1]) + 1) for run in np.split(blocks, breaks) if run.size]


def _in_lines(line: int, start: int, end: int) -> list[Place]:
    """Return a run of a vector broken into lines: the rest of one, whole ones, a start."""
    found = []
    while start < end:
        top, left = divmod(start, line)
        whole = 0 if left else (end - start) // line
        count = whole * line or min(end - start, line - left)
        found.append((top, top + (whole or 1), left, line if whole else left + count))
        start += count
    return found
