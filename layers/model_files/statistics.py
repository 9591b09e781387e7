"""Statistics and histograms of a weight, from its pieces."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from layers.model_files.arrays import Array, to_float
from layers.model_files.layout import WeightLayout, pieces


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """Statistics of all numbers of a weight.

    Attributes:
        size: how many numbers there are.
        minimum: of the finite ones; NaN where there are none. So are the next three.
        maximum: the largest.
        mean: their mean.
        deviation: their standard deviation (of the population).
        zeros: how many are zero.
        nan: how many are NaN.
        infinite: how many are +∞ or −∞.
    """

    size: int
    minimum: float
    maximum: float
    mean: float
    deviation: float
    zeros: int
    nan: int
    infinite: int


class Tally:
    """Statistics of numbers that arrive in pieces."""

    def __init__(self) -> None:
        self.size = self.zeros = self.nan = self.infinite = self.finite = 0
        self.low, self.high = math.inf, -math.inf
        self.mean = self.squares = 0.0

    def add(self, piece: np.ndarray) -> None:
        """Count the numbers of a piece, of any shape and a floating dtype."""
        nan = int(np.isnan(piece).sum())
        is_finite = np.isfinite(piece)
        count = int(is_finite.sum())
        self.size += piece.size
        self.nan += nan
        self.infinite += piece.size - count - nan
        if not count:
            return
        values = (piece if count == piece.size else piece[is_finite]).astype("float64")
        self.zeros += int((values == 0).sum())
        self.low, self.high = min(self.low, values.min()), max(self.high, values.max())
        with np.errstate(all="ignore"):
            self._merge_moments(count, values.mean(), values.var() * count)

    def merge(self, other: Tally) -> None:
        """Add what another tally has counted."""
        for name in ("size", "nan", "infinite", "zeros"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        if other.finite:
            with np.errstate(all="ignore"):
                self._merge_moments(other.finite, other.mean, other.squares)

    def _merge_moments(self, count: int, mean: float, squares: float) -> None:
        difference = mean - self.mean  # the parallel form: sums of squares would lose digits
        total = self.finite + count
        self.squares += squares + difference**2 * self.finite * count / total
        self.mean += difference * count / total
        self.finite = total

    def result(self) -> Statistics:
        """Return the statistics of all pieces."""
        some = bool(self.finite)
        return Statistics(
            size=self.size,
            minimum=float(self.low) if some else math.nan,
            maximum=float(self.high) if some else math.nan,
            mean=float(self.mean) if some else math.nan,
            deviation=math.sqrt(self.squares / self.finite) if some else math.nan,
            zeros=self.zeros,
            nan=self.nan,
            infinite=self.infinite,
        )


def statistics(array: Array, layout: WeightLayout) -> Statistics:
    """Return the statistics of all numbers of an array.

    Raises:
        BadInputError: the file is damaged.
    """
    tally = Tally()
    for _, _, piece in pieces(array, layout):
        tally.add(to_float(piece))
    return tally.result()


def histogram(
    array: Array, layout: WeightLayout, *, low: float, high: float, bins: int
) -> np.ndarray:
    """Return how many of the finite numbers are in each of the equal bins from low to high.

    Returns:
        (bins,) of int64.

    Raises:
        BadInputError: the file is damaged.
    """
    counts = np.zeros(bins, "int64")
    for _, _, piece in pieces(array, layout):
        values = to_float(piece)
        counts += np.histogram(values[np.isfinite(values)], bins=bins, range=(low, high))[0]
    return counts
