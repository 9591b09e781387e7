"""What a room has found, as lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median, quantiles

from benchmarks.load.room import Room

SHOWN = 5
"""Different errors that are written out."""


def percentiles(seconds: Sequence[float]) -> str:
    """Return the median, the 95th and 99th percentile, and the most, in ms."""
    if not seconds:
        return "none came"
    cuts = quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else [*seconds] * 99
    parts = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "most": max(seconds)}
    return "   ".join(f"{name} {1000 * value:5,.0f} ms" for name, value in parts.items())


def fairness(room: Room) -> float | None:
    """Return the worst visitor's median picture ÷ the best's; None where a visitor has none."""
    medians = [
        median([change.picture for change in visitor.changes if change.picture is not None] or [0])
        for visitor in room.visitors
        if visitor.changes
    ]
    return max(medians) / min(medians) if medians and min(medians) > 0 else None


def lines(room: Room) -> list[str]:
    """Return the report."""
    changes = room.changes
    rate = len(changes) / room.seconds if room.seconds else 0.0
    opened = [visitor.opened for visitor in room.visitors if visitor.opened is not None]
    fair = fairness(room)
    errors = room.errors
    kinds = list(dict.fromkeys(errors))
    spent = {name: 1000 * seconds / max(1, len(changes)) for name, seconds in room.spent.items()}
    return [
        f"{len(room.visitors)} visitors, {len(changes)} changes, {rate:.1f} a second",
        f"  page opened     {percentiles(opened)}",
        f"  change→picture  {percentiles([c.picture for c in changes if c.picture is not None])}",
        f"  change→page     {percentiles([c.page for c in changes if c.page is not None])}",
        f"  fairness        {'unknown' if fair is None else f'{fair:.2f}'} (worst ÷ best median)",
        f"  computations    {'unknown' if room.computations is None else room.computations}",
        f"  processor       {_listed(spent, 'ms') or 'unknown'} a change",
        f"  errors          {len(errors)}",
        *(f"    {error[:200]}" for error in kinds[:SHOWN]),
        f"  this generator  {room.processor:.0%} of a core, at most {1000 * room.lag:.0f} ms late",
    ]


def _listed(figures: Mapping[str, float], unit: str) -> str:
    return ", ".join(f"{name} {figure:.1f} {unit}" for name, figure in figures.items())
