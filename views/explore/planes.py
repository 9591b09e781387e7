"""Which two axes of a tensor are drawn, and where its other axes stand.

Axes are chosen by their words, so that one slider moves the same axis of every tensor that has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from layers.traces.trace import Tensor

AUTO = "auto"
LAST = "last axis"
"""The axis that comes last, whatever its word: features of an input, units of an output."""
_PAIRS = (("rows", "columns"), ("kernel rows", "kernel columns"), ("query time", "key time"))
"""Axes that belong side by side, where a tensor has both."""
_SLIDERS = ("batch", "heads", "shared heads", "depth", "kernel depth")
"""Axes that are rather stepped through than drawn."""


@dataclass(frozen=True, kw_only=True)
class ShownPlane:
    """The part of a tensor that is drawn.

    Attributes:
        row_axis: the axis that runs down.
        column_axis: the axis that runs across.
        at: axis → its index, for every other axis.
    """

    row_axis: int = -2
    column_axis: int = -1
    at: Mapping[int, int] = field(default_factory=dict)


def drawn_axes(axes: tuple[str, ...], rows: str = AUTO, columns: str = AUTO) -> tuple[int, int]:
    """Return the axes that run down and across, of a tensor of rank 2 or more.

    Args:
        axes: one word an axis.
        rows: the word that was chosen to run down, where the tensor has it.
        columns: the word that was chosen to run across, where the tensor has it.

    >>> drawn_axes(("batch", "rows", "columns", "channels"))
    (1, 2)
    >>> drawn_axes(("batch", "time", "heads", "features"))
    (1, 3)
    >>> drawn_axes(("batch", "time", "features"), rows="batch")
    (0, 2)
    """
    down, across = _usual(axes)
    rows = axes[-1] if rows == LAST else rows
    columns = axes[-1] if columns == LAST else columns
    if rows in axes and columns in axes and rows != columns:
        return axes.index(rows), axes.index(columns)
    if rows in axes:
        chosen = axes.index(rows)
        return chosen, across if across != chosen else down
    if columns in axes:
        chosen = axes.index(columns)
        return (down if down != chosen else across), chosen
    return down, across


def _usual(axes: tuple[str, ...]) -> tuple[int, int]:
    for rows, columns in _PAIRS:
        if rows in axes and columns in axes:
            return axes.index(rows), axes.index(columns)
    drawn = [axis for axis, word in enumerate(axes) if word not in _SLIDERS]
    others = [axis for axis in range(len(axes)) if axis not in drawn]
    down, across = sorted([*others, *drawn][-2:]) if len(drawn) < 2 else drawn[-2:]
    return down, across


def free_axes(tensors: Iterable[Tensor], rows: str = AUTO, columns: str = AUTO) -> dict[str, int]:
    """Return the words of all axes that are not drawn, each with the shortest length it has."""
    lengths: dict[str, int] = {}
    for tensor in tensors:
        if tensor.values.ndim < 3:
            continue
        drawn = drawn_axes(tensor.axes, rows, columns)
        for axis, (word, length) in enumerate(zip(tensor.axes, tensor.values.shape, strict=True)):
            if axis not in drawn and length > 1:
                lengths[word] = min(length, lengths.get(word, length))
    return lengths


def plane_of(
    tensor: Tensor, at: Mapping[str, int], rows: str = AUTO, columns: str = AUTO
) -> ShownPlane:
    """Return the plane of one tensor.

    Args:
        tensor: of any rank; up to rank 2 all of it is drawn.
        at: word → index of the axes that are not drawn; 0 where a word is missing.
        rows: the word that was chosen to run down.
        columns: the word that was chosen to run across.
    """
    if tensor.values.ndim < 3:
        return ShownPlane()
    down, across = drawn_axes(tensor.axes, rows, columns)
    places = {
        axis: min(at.get(word, 0), max(0, length - 1))
        for axis, (word, length) in enumerate(zip(tensor.axes, tensor.values.shape, strict=True))
        if axis not in (down, across)
    }
    return ShownPlane(row_axis=down, column_axis=across, at=places)
