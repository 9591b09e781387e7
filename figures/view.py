"""The decisions behind a picture, each on its own: shapes and numbers in, plain numbers out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

MAXIMUM_SIDE = 256
"""Cells a side up to which every number gets its own cell; beyond it blocks are reduced to one."""


@dataclass(frozen=True, kw_only=True)
class Plane:
    """A tensor as rows and columns, with what the picture has to say about the way there.

    ``rows`` and ``columns`` name the axes; ``slices`` tells where the other axes stand.
    """

    values: np.ndarray
    rows: str
    columns: str
    slices: str = ""


def to_plane(
    values: np.ndarray,
    axes: tuple[str, ...],
    *,
    row_axis: int = -2,
    column_axis: int = -1,
    at: Mapping[int, int] | None = None,
) -> Plane:
    """Show a tensor of any rank as a matrix.

    A scalar is one cell, a vector one row, a matrix itself. Of more axes, ``row_axis`` and
    ``column_axis`` are kept and each other axis stands at its index in ``at`` (0 if not given,
    the last where the axis is shorter). Equal or impossible axes fall back to the last two.
    """
    if values.ndim < 2:
        return Plane(values=values.reshape(1, -1), rows="", columns=axes[0] if axes else "")
    if values.ndim == 2:
        return Plane(values=values, rows=axes[0], columns=axes[1])
    rank = values.ndim
    kept = [axis % rank for axis in (row_axis, column_axis) if -rank <= axis < rank]
    if len(set(kept)) != 2:
        kept = [rank - 2, rank - 1]
    row, column = kept
    index: list[int | slice] = [
        slice(None) if axis in kept else min((at or {}).get(axis, 0), values.shape[axis] - 1)
        for axis in range(rank)
    ]
    plane = values[tuple(index)]
    return Plane(
        values=plane if row < column else plane.T,
        rows=axes[row],
        columns=axes[column],
        slices=", ".join(f"{_numbered(axes[a])} {i}" for a, i in enumerate(index) if a not in kept),
    )


def _numbered(axis: str) -> str:
    return f"{axis} at" if axis[-1:].isdigit() else axis


# fmin and fmax pass NaN over as nanmin and nanmax do, and say nothing where a block is all NaN.
def _low(blocks: np.ndarray) -> np.ndarray:
    return np.fmin.reduce(blocks, axis=(1, 3))


def _high(blocks: np.ndarray) -> np.ndarray:
    return np.fmax.reduce(blocks, axis=(1, 3))


def _mean(blocks: np.ndarray) -> np.ndarray:
    return np.nansum(blocks, axis=(1, 3)) / np.count_nonzero(~np.isnan(blocks), axis=(1, 3))


def _extreme(blocks: np.ndarray) -> np.ndarray:
    low, high = _low(blocks), _high(blocks)
    return np.where(np.abs(low) > np.abs(high), low, high)


REDUCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mean": _mean,
    "extreme": _extreme,
    "min": _low,
    "max": _high,
}
"""Ways to make one number of a block. ``extreme`` keeps the one of largest magnitude."""


def reduce_blocks(
    plane: np.ndarray, how: str = "mean", *, limit: int = MAXIMUM_SIDE
) -> tuple[np.ndarray, tuple[int, int]]:
    """Reduce a matrix of more than ``limit`` cells a side to one number a block.

    Returns:
        The matrix, at most ``limit`` a side, and the block's (rows, columns); (1, 1) where the
        matrix came through whole. Blocks at the far edges may be smaller; NaN are passed over.
    """
    block = tuple(max(1, math.ceil(length / limit)) for length in plane.shape)
    if block == (1, 1):
        return plane, (1, 1)
    height, width = (math.ceil(n / b) for n, b in zip(plane.shape, block, strict=True))
    padded = np.full((height * block[0], width * block[1]), np.nan, "float32")
    padded[: plane.shape[0], : plane.shape[1]] = plane
    blocks = padded.reshape(height, block[0], width, block[1])
    with np.errstate(all="ignore"):
        return REDUCTIONS[how](blocks).astype("float32"), (block[0], block[1])


def symmetric_limit(arrays: Iterable[np.ndarray]) -> float:
    """Return the largest finite magnitude among the arrays; 1.0 where there is none but zero.

    A colour range from −limit to +limit is centred on zero. NaN and infinities are left out.
    """
    limit = 0.0
    for array in arrays:
        finite = array[np.isfinite(array)]
        if finite.size:
            limit = max(limit, float(np.abs(finite).max()))
    return limit or 1.0


def near_limit(arrays: Iterable[np.ndarray], value: float) -> float:
    """Return how far the nearest quarter of the other numbers lies from ``value``; 1.0 if nowhere.

    A colour range from value − limit to value + limit tells small differences near it apart.
    """
    finite = np.concatenate([array[np.isfinite(array)].ravel() for array in arrays])
    apart = np.abs(finite.astype("float64") - value)
    apart = apart[apart > 0]
    return float(np.quantile(apart, 0.25)) if apart.size else 1.0


def number_format(values: np.ndarray) -> tuple[str, int]:
    """Return the d3 format for numbers in cells, and the characters the longest of them takes.

    Whole numbers stay whole; others get two or three significant digits of the largest, at most
    four decimals; beyond that, exponents.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return ".0f", 3
    largest = float(np.abs(finite).max())
    sign = int(bool((finite < 0).any()))
    if largest < 1e5 and bool((finite == np.round(finite)).all()):
        return ".0f", len(f"{largest:.0f}") + sign
    if largest >= 1e5 or largest < 1e-3:
        smallest = float(np.abs(finite[finite != 0]).min())
        exponents = (f"{x:.1e}".split("e")[1].lstrip("+-0") or "0" for x in (largest, smallest))
        return ".1e", len("1.2e+") + max(map(len, exponents)) + sign
    power = math.floor(math.log10(largest))
    decimals = max(0, 2 - power) if power >= 0 else 1 - power
    return f".{decimals}f", len(f"{largest:.{decimals}f}") + sign


def is_binary(values: np.ndarray) -> bool:
    """Return whether an array holds nothing but zeros and ones, as a mask does."""
    return bool(((values == 0) | (values == 1)).all())
