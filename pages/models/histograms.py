"""All weights' histograms on one page, on one scale."""

from __future__ import annotations

import math

import streamlit as st

from layers.api import models as models_api
from layers.inputs.fields import IntField
from layers.model_files.model import ModelFile
from layers.model_files.planes import Statistics
from pages.models.files import Source
from pages.models.progress import in_batches
from pages.shared.charts import charts
from pages.shared.compute import compute
from pages.shared.controls import control
from views.models.histograms import histograms

ON_A_PAGE = 48


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
    low = min((s.minimum for s in statistics if not math.isnan(s.minimum)), default=0.0)
    high = max((s.maximum for s in statistics if not math.isnan(s.maximum)), default=0.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    first = 0
    if len(weights) > ON_A_PAGE:
        last = (len(weights) - 1) // ON_A_PAGE * ON_A_PAGE
        field = IntField(name="first", default=0, minimum=0, maximum=last, label="First shown")
        first = control(field)
    page = slice(first, first + ON_A_PAGE)
    counted = in_batches(
        entries[page],
        lambda batch: compute(models_api.count, source, batch, low=low, high=high)[0].items,
    )
    blocks = histograms(
        weights[page],
        counted,
        statistics[page],
        low=low,
        high=high,
        first=first,
        total=len(weights),
    )
    charts(blocks, key="histograms")
