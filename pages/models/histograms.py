"""All weights' histograms on one page, on one scale; what strikes the eye is said above each."""

from __future__ import annotations

import math

import streamlit as st

from figures.distribution import distribution
from figures.words import number
from layers.api import models as models_api
from layers.inputs.fields import IntField
from layers.model_files.model import LayerEntry, ModelFile, WeightEntry
from layers.model_files.planes import Statistics
from pages.models.files import Source
from pages.models.progress import in_batches
from pages.models.weights import share
from pages.shared.charts import charts, row, text
from pages.shared.compute import compute
from pages.shared.controls import control

ON_A_PAGE = 48

Weight = tuple[LayerEntry, WeightEntry]


def show(source: Source, model: ModelFile) -> None:
    """Show a histogram for every weight that can be read, a page of them at a time."""
    weights = [(la, w) for la in model.layers for w in la.weights if not w.problem and w.size]
    if not weights:
        st.info("There is nothing to count: no weight of this file can be shown.")
        return
    entries = [entry for _, entry in weights]
    found: list[Statistics] = in_batches(
        entries, lambda batch: compute(models_api.measure, source, batch)[0].items
    )
    low = min((s.minimum for s in found if not math.isnan(s.minimum)), default=0.0)
    high = max((s.maximum for s in found if not math.isnan(s.maximum)), default=0.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    first = 0
    if len(weights) > ON_A_PAGE:
        last = (len(weights) - 1) // ON_A_PAGE * ON_A_PAGE
        field = IntField(name="first", default=0, minimum=0, maximum=last, label="First shown")
        first = control(field)
    here = slice(first, first + ON_A_PAGE)
    counted = in_batches(
        entries[here],
        lambda batch: compute(models_api.count, source, batch, low=low, high=high)[0].items,
    )
    figures = [
        distribution(
            counts,
            low=low,
            high=high,
            name=f"{layer.path} {entry.name} histogram",
            title=f"{layer.path} / {entry.name}",
            shape=entry.shape,
            flags=flags(statistics),
        )
        for (layer, entry), counts, statistics in zip(
            weights[here], counted, found[here], strict=True
        )
    ]
    said = f"All from {number(low)} to {number(high)}, left to right, so that they can be compared."
    if len(weights) > ON_A_PAGE:
        said += f" {first + 1} to {first + len(figures)} of {len(weights):,} weights."
    charts([text(said), row(figures)], key="histograms")


def flags(statistics: Statistics) -> tuple[str, ...]:
    """Return what strikes the eye about a weight: shares of NaN, infinities and zeros."""
    found = []
    for mark, count, word in (
        ("⚠ ", statistics.nan, "NaN"),
        ("⚠ ", statistics.infinite, "infinite"),
        ("", statistics.zeros, "zero"),
    ):
        if count:
            found.append(f"{mark}{share(count, statistics.size)} {word}")
    return tuple(found)
