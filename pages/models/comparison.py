"""Two networks side by side: what differs, how much, and where."""

from __future__ import annotations

import streamlit as st

from layers.api import models as models_api
from layers.inputs.fields import BoolField, ChoiceField
from layers.model_files.model import LayerEntry
from layers.networks.comparison import WeightPair
from pages.models.choose import source as choose_source
from pages.models.files import Source, require_source
from pages.models.progress import in_batches
from pages.models.weights import REDUCTION
from pages.shared.charts import charts
from pages.shared.compute import compute
from pages.shared.controls import control
from pages.shared.frame import literal
from views.models.comparison import difference, differences

ONLY = BoolField(
    name="only_different",
    default=True,
    label="Only what differs",
    help="Leave out weights that are equal in every number.",
)


def show(source: Source, layer: LayerEntry) -> None:
    """Show which weights of another network differ, and the chosen layer's differences."""
    st.subheader("Compared with", anchor=False)
    other = require_source(choose_source("other", "other_file", seed="other_seed"))
    pairs: tuple[WeightPair, ...] = compute(models_api.pair, source, other)[0].items
    fitting = [pair for pair in pairs if pair.fits]
    distances = dict(
        zip(
            fitting,
            in_batches(
                fitting,
                lambda batch: compute(models_api.distances, source, other, batch)[0].items,
                lambda pair: 2 * pair.first.bytes,
            ),
            strict=True,
        )
    )
    only = control(ONLY)
    charts(differences(pairs, distances, only=only), key="differences")
    _picture(source, other, layer, [pair for pair in fitting if pair.layer == layer.path])


def _picture(source: Source, other: Source, layer: LayerEntry, pairs: list[WeightPair]) -> None:
    """Show the chosen layer's differences, weight by weight."""
    names = tuple(pair.first.name for pair in pairs if pair.first)
    if not names:
        st.info(
            literal(f"The other model has no weight that matches one of {layer.path} in shape."),
            icon=":material/info:",
        )
        return
    name = control(ChoiceField(name="weight", default=names[0], choices=names))
    pair = pairs[names.index(name)]
    assert pair.first is not None  # noqa: S101 (it gave its name)
    view, _ = compute(models_api.view_difference, source, other, pair)
    reduced = any(plane.block != (1, 1) for plane in view.planes)
    reduction = control(REDUCTION) if reduced else "mean"
    charts([difference(layer, pair.first, view, reduction)], key="difference")
