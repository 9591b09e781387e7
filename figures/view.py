"""The decisions behind a picture as separate functions: arrays in, plain numbers out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

import block_reduction
from block_reduction import block_size, reduce_blocks

MAXIMUM_SIDE = 256
"""Cells a side up to which every number gets its own cell; beyond it blocks are reduced to one."""
REDUCTIONS = block_reduction.REDUCTIONS


@dataclass(frozen=True, kw_only=True)
class Plane:
    """A tensor as rows and columns.

    Attributes:
        values: (rows, columns).
        rows: the name of the axis that runs down; empty for scalars and vectors.
        columns: the name of the axis that runs across; empty for scalars.
        slices: at which index the other axes were taken, in words.
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

    A scalar is one cell, a vector one row. Equal or impossible row and column axes fall back to
    the last two.

    Args:
        values: of any rank.
        axes: one name an axis.
        row_axis: the axis that runs down, for rank 3 and more.
        column_axis: the axis that runs across.
        at: an index for each other axis; 0 where none is given, the last where the axis is shorter.
    """
    if values.ndim < 2:
        return Plane(values=values.reshape(1, -1), rows="", columns=axes[0] if axes else "")
    if values.ndim == 2:
        return Plane(values=values, rows=axes[0], columns=axes[1])
    rank = values.ndim
    plane_axes = [axis % rank for axis in (row_axis, column_axis) if -rank <= axis < rank]
    if len(set(plane_axes)) != 2:
        plane_axes = [rank - 2, rank - 1]
    row, column = plane_axes
    index: list[int | slice] = [
        slice(None) if axis in plane_axes else min((at or {}).get(axis, 0), values.shape[axis] - 1)
        for axis in range(rank)
    ]
    plane = values[tuple(index)]
    return Plane(
        values=plane if row < column else plane.T,
        rows=axes[row],
        columns=axes[column],
        slices=", ".join(
            f"{_numbered(axes[a])} {i}" for a, i in enumerate(index) if a not in plane_axes
        ),
    )


def _numbered(axis: str) -> str:
    return f"{axis} at" if axis[-1:].isdigit() else axis


def limit_side(
    plane: np.ndarray, reduction: str = "mean", *, limit: int = MAXIMUM_SIDE
) -> tuple[np.ndarray, tuple[int, int]]:
    """Reduce a matrix of more than ``limit`` cells a side to one number a block.

    Args:
        plane: (rows, columns) of any real dtype.
        reduction: one of ``REDUCTIONS``.
        limit: the most cells a side that are left as they are.

    Returns:
        The matrix, at most ``limit`` a side, and the block's (rows, columns): (1, 1) where the
        matrix is returned as it was, else float32 as ``block_reduction.reduce_blocks`` makes it.
    """
    block = block_size((plane.shape[0], plane.shape[1]), (limit, limit))
    if block == (1, 1):
        return plane, block
    return reduce_blocks(plane, block, [reduction])[reduction], block


def drawn(values: np.ndarray) -> np.ndarray:
    """Return what is drawn of an array: of complex numbers their magnitudes."""
    return np.abs(values) if np.iscomplexobj(values) else values


def symmetric_limit(arrays: Iterable[np.ndarray]) -> float:
    """Return the largest finite magnitude among the arrays; 1.0 where there is none but zero.

    A colour range from −limit to +limit is centred on zero. NaN and infinities are left out.
    """
    return max(map(largest_magnitude, arrays), default=0.0) or 1.0


def largest_magnitude(values: np.ndarray, most: float = math.inf) -> float:
    """Return the largest finite magnitude; 0.0 where there is none.

    Args:
        values: of any shape and real dtype.
        most: magnitudes beyond it are left out.
    """
    finite = np.abs(values[np.isfinite(values)])
    if most < math.inf:
        finite = finite[finite <= most]
    return float(finite.max()) if finite.size else 0.0


def near_limit(arrays: Iterable[np.ndarray], value: float) -> float:
    """Return the first quartile of the distances from ``value``; 1.0 where all are zero.

    A colour range from value − limit to value + limit makes small differences near it visible.
    """
    finite = np.concatenate([array[np.isfinite(array)].ravel() for array in arrays])
    distances = np.abs(finite.astype("float64") - value)
    distances = distances[distances > 0]
    return float(np.quantile(distances, 0.25)) if distances.size else 1.0


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
