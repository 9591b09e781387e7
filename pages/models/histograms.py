"""All weights' histograms on one page, each on a scale of its own or all on one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from layers.api import models as models_api
from layers.inputs.fields import BoolField, IntField
from layers.model_files.model import ModelFile, WeightEntry
from layers.model_files.planes import Statistics
from pages.models.files import Source
from pages.models.progress import in_batches
from pages.shared.charts import charts
from pages.shared.compute import compute
from pages.shared.controls import control
from views.models.histograms import histograms

ON_A_PAGE = 48
COMMON = BoolField(
    name="common_scale",
    default=False,
    label="One scale for all",
    help="In a real file one weight is often much wider than the others, which are then one bar.",
)


def show(source: Source, model: ModelFile) -> None:
    """Show a histogram for every weight that can be read, a page of them at a time."""
    weights = [(la, w) for la in model.layers for w in la.weights if not w.problem and w.size]
    if not weights:
        st.info("No histograms: no weight of this file can be read.")
        return
    entries = [entry for _, entry in weights]
    statistics: list[Statistics] = in_batches(
        entries, lambda batch: compute(models_api.measure, source, batch)[0].items
    )
    first = 0
    if len(weights) > ON_A_PAGE:
        last = (len(weights) - 1) // ON_A_PAGE * ON_A_PAGE
        field = IntField(name="first", default=0, minimum=0, maximum=last, label="First shown")
        first = control(field)
    page = slice(first, first + ON_A_PAGE)
    common = control(COMMON)
    scales = [scale(statistics if common else [own]) for own in statistics[page]]
    by_entry = dict(zip(entries[page], scales, strict=True))

    def counts(batch: tuple[WeightEntry, ...]) -> tuple:
        own = tuple(by_entry[entry] for entry in batch)
        return compute(models_api.count, source, batch, own)[0].items

    counted = in_batches(entries[page], counts)
    blocks = histograms(
        weights[page], counted, statistics[page], scales, first=first, total=len(weights)
    )
    charts(blocks, key="histograms")


def scale(statistics: Sequence[Statistics]) -> tuple[float, float]:
    """Return the ends of a scale that has room for all finite numbers of some weights."""
    low = min((s.minimum for s in statistics if not math.isnan(s.minimum)), default=0.0)
    high = max((s.maximum for s in statistics if not math.isnan(s.maximum)), default=0.0)
    return (low, high) if low < high else (low - 0.5, high + 0.5)
