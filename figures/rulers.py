"""Numbers along the edges of a picture: which filter, channel or unit stands where."""

from __future__ import annotations

from collections.abc import Sequence

from figures.figure import Ruler, Rulers, Slices

MOST = 128
"""The most numbers on one edge. Of more, only every second, fifth, tenth … is kept."""
_STRIDES = tuple(digit * 10**power for power in range(8) for digit in (1, 2, 5))


def ruler(numbers: Sequence[int], step: float, size: float) -> Ruler:
    """Return the numbers of slices beside each other; none of a single one.

    Args:
        numbers: of the slices, in order.
        step: drawn cells from one slice to the next.
        size: drawn cells that one slice has.
    """
    count = len(numbers)
    stride = next(stride for stride in _STRIDES if stride * MOST >= count)
    return tuple(
        (round(size / 2 + at * step, 2), numbers[at]) for at in range(0, count, stride) if count > 1
    )


def slice_rulers(slices: Slices, down: int, numbers: Sequence[int]) -> Rulers:
    """Return the rulers of slices: one line a row of slices, where one row is wrapped.

    Args:
        slices: their positions.
        down: the rows of slices in the plane.
        numbers: of those of one row, from left to right.
    """
    (tile_down, tile_across), (step_down, step_across) = slices.tile, slices.step
    lines = [
        numbers[at : at + slices.across] for at in range(0, len(numbers), max(1, slices.across))
    ]
    starts = range(down) if len(lines) < 2 else [line[0] for line in lines]
    above = tuple(ruler(line, step_across, tile_across) for line in lines)
    return Rulers(above=above, left=ruler(starts, step_down, tile_down))


def plane_rulers(rows: Sequence[int], columns: Sequence[int], steps: tuple[float, float]) -> Rulers:
    """Return the rulers of slices without borders.

    Args:
        rows: the numbers of those that stand below each other.
        columns: the numbers of those beside each other.
        steps: (rows, columns) of drawn cells from one to the next.
    """
    above = ruler(columns, steps[1], steps[1])
    return Rulers(above=(above,) if above else (), left=ruler(rows, steps[0], steps[0]))


def part_ruler(places: Sequence[tuple[int, int]]) -> Ruler:
    """Return the numbers of slices of which a window shows parts, each in the middle of its part.

    Args:
        places: the drawn cell and the slice's number, in order.
    """
    ends: dict[int, tuple[int, int]] = {}
    for at, number in places:
        ends[number] = (ends.get(number, (at, at))[0], at)
    return tuple(((first + last + 1) / 2, number) for number, (first, last) in ends.items())
