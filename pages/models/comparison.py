"""Two networks side by side: what differs, how much, and where."""

from __future__ import annotations

import streamlit as st

from figures.view import symmetric_limit
from figures.weight import weight
from figures.words import number, spell
from layers.api import models as models_api
from layers.inputs.fields import BoolField, ChoiceField
from layers.model_files.model import LayerEntry
from layers.networks.comparison import Distance, Pair
from pages.models.choose import source as choose_source
from pages.models.files import Source, demand
from pages.models.progress import in_batches
from pages.models.weights import REDUCTION, tensor_name
from pages.shared.charts import Block, charts, color_range, row, table, text
from pages.shared.compute import compute
from pages.shared.controls import control
from pages.shared.frame import literal

MAXIMUM_ROWS = 400
ONLY = BoolField(
    name="only_different",
    default=True,
    label="Only what differs",
    help="Leave out weights that are equal in every number.",
)


def show(source: Source, layer: LayerEntry) -> None:
    """Show which weights of another network differ, and the chosen layer's differences."""
    st.subheader("Compared with", anchor=False)
    other = demand(choose_source("other", "other_file", seed="other_seed"))
    pairs: tuple[Pair, ...] = compute(models_api.pair, source, other)[0].items
    fitting = [pair for pair in pairs if pair.fits]
    distances = dict(
        zip(
            fitting,
            in_batches(
                fitting,
                lambda batch: compute(models_api.apart, source, other, batch)[0].items,
                lambda pair: 2 * pair.first.bytes,
            ),
            strict=True,
        )
    )
    equal = sum(distance.unequal == 0 for distance in distances.values())
    said = (
        f"{len(fitting):,} pairs of weights of one name and shape: {equal:,} equal in every "
        f"number, {len(fitting) - equal:,} not; {len(pairs) - len(fitting):,} without a partner."
    )
    only = control(ONLY)
    charts([text(said), _table(pairs, distances, only=only)], key="differences")
    _picture(source, other, layer, [pair for pair in fitting if pair.layer == layer.path])


def _table(pairs: tuple[Pair, ...], distances: dict[Pair, Distance], *, only: bool) -> Block:
    head = ("Weight", "Here", "There", "Largest difference", "Root mean square", "Unequal")
    rows = [
        _row(pair, distances.get(pair))
        for pair in pairs
        if not only or pair not in distances or distances[pair].unequal
    ]
    return table("What differs", head, rows[:MAXIMUM_ROWS])


def _row(pair: Pair, distance: Distance | None) -> list[str]:
    entry = pair.first or pair.second
    name = f"{pair.layer or pair.other_layer} / {entry.name if entry else ''}"
    if pair.other_layer and pair.layer and pair.other_layer != pair.layer:
        name += f" ({pair.other_layer} there)"
    shapes = [spell(side.shape) if side else "none" for side in (pair.first, pair.second)]
    if distance is None:
        return [name, *shapes, "–", "–", "–"]
    return [
        name,
        *shapes,
        number(distance.largest),
        number(distance.mean_square_root),
        f"{distance.unequal:,}",
    ]


def _picture(source: Source, other: Source, layer: LayerEntry, pairs: list[Pair]) -> None:
    """Show the chosen layer's differences, weight by weight."""
    names = tuple(pair.first.name for pair in pairs if pair.first)
    if not names:
        st.info(
            literal(f"{layer.path} has no weight that the other has in the same shape."),
            icon=":material/info:",
        )
        return
    name = control(ChoiceField(name="weight", default=names[0], choices=names))
    pair = pairs[names.index(name)]
    assert pair.first is not None  # noqa: S101 (it gave its name)
    view, _ = compute(models_api.look_apart, source, other, pair)
    reduced = any(plane.block != (1, 1) for plane in view.planes)
    reduction = control(REDUCTION) if reduced else "mean"
    limit = symmetric_limit(plane.values(reduction) for plane in view.planes)
    figures = [
        weight(
            plane.values(reduction),
            name=f"{tensor_name(pair.first, plane)} difference",
            layer=layer.path,
            limit=limit,
            rows=plane.layout.row_words,
            columns=plane.layout.column_words,
            plane=plane.layout.plane,
            shape=tuple(plane.layout.length),
            block=plane.block,
            reduction=reduction,
            tile=plane.layout.tile,
        )
        for plane in view.planes
    ]
    label = f"{name}, here minus there"
    charts([row(figures, [color_range(label, limit)])], key="difference")
