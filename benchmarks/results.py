"""What measurements hand back: comparisons with a limit, and parts of a whole."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median, quantiles


def quartiles(figures: tuple[float, ...]) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper quartile."""
    if len(figures) == 1:
        return figures[0], figures[0], figures[0]
    low, middle, high = quantiles(figures, n=4, method="inclusive")
    return low, middle, high


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One quantity of both apps.

    Args:
        what: the quantity.
        unit: of ``ours`` and ``naive``.
        ours: every figure of our app; their median counts, and smaller is better.
        naive: the naive app's; empty where there is nothing to compare with.
        limit: what the issue asks for.
        of_ratio: whether the limit is on ours ÷ naive; else it is on ours.
        cut_off: what a figure was cut off at: a median of this much is really more.
    """

    what: str
    unit: str
    ours: tuple[float, ...]
    naive: tuple[float, ...]
    limit: float
    of_ratio: bool = True
    cut_off: float | None = None

    @property
    def ratio(self) -> float:
        """Ours ÷ naive, without a unit."""
        naive = median(self.naive) if self.naive else 0.0
        return median(self.ours) / naive if naive else float("inf")

    @property
    def met(self) -> bool:
        """Whether the limit is kept."""
        return (self.ratio if self.of_ratio else median(self.ours)) <= self.limit


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a whole.

    Args:
        what: the part.
        time: its median, in ms.
        within: whether it is a part of the part above it.
    """

    what: str
    time: float
    within: bool = False


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one measurement found."""

    comparisons: tuple[Comparison, ...]
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much to measure.

    Args:
        steps: key presses counted on each app.
        visits: second visitors of each app.
        starts: cold starts of each app.
        pages: pages that are open together, for the crowd and for memory.
        presses: how often each page of the crowd changes, once a second.
        runs: computations after which a worker's memory is compared with that after a few.
    """

    steps: int = 30
    visits: int = 5
    starts: int = 3
    pages: int = 10
    presses: int = 20
    runs: int = 20_000
