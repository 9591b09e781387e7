"""Weights' histograms; NaN, infinities and zeros are named above each."""

from __future__ import annotations

from collections.abc import Sequence

from figures.distribution import distribution
from figures.words import number
from layers.model_files.model import LayerEntry, WeightEntry
from layers.model_files.planes import Statistics
from views.blocks import Block, downloadable, row, text
from views.models.weights import per_cent


def histograms(
    weights: Sequence[tuple[LayerEntry, WeightEntry]],
    counts: Sequence[tuple[int, ...]],
    statistics: Sequence[Statistics],
    scales: Sequence[tuple[float, float]],
    *,
    first: int,
    total: int,
) -> list[Block]:
    """Return a histogram for each weight, under a sentence on their scales.

    Args:
        weights: those of this page of histograms.
        counts: of each weight's values, in bins of equal width.
        statistics: of each weight.
        scales: the left and the right end of each weight's scale.
        first: the place of the first of these weights among all.
        total: how many weights there are.
    """
    figures = [
        distribution(
            counted,
            low=low,
            high=high,
            name=f"{layer.path} {entry.name} histogram",
            title=f"{layer.path} / {entry.name}",
            shape=entry.shape,
            flags=flags(measured),
        )
        for (layer, entry), counted, measured, (low, high) in zip(
            weights, counts, statistics, scales, strict=True
        )
    ]
    sentence = "Each histogram spans its own weight's numbers."
    if len(set(scales)) == 1:
        ((low, high),) = set(scales)
        sentence = f"All histograms span {number(low)} to {number(high)}."
    if total > len(figures):
        sentence += f" {first + 1} to {first + len(figures)} of {total:,} weights."
    return [text(sentence), downloadable(row(figures), "Histograms of weights", "histograms")]


def flags(statistics: Statistics) -> tuple[str, ...]:
    """Return the shares of NaN, infinities and zeros in a weight."""
    found = []
    for mark, count, word in (
        ("⚠ ", statistics.nan, "NaN"),
        ("⚠ ", statistics.infinite, "infinite"),
        ("", statistics.zeros, "zero"),
    ):
        if count:
            found.append(f"{mark}{per_cent(count, statistics.size)} {word}")
    return tuple(found)
