"""One layer's weights as pictures: the chosen one large, the small ones beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import streamlit as st

from figures.view import REDUCTIONS
from figures.weight import safe
from layers.api import models as models_api
from layers.inputs.fields import BoolField, ChoiceField, IntField
from layers.model_files.model import LayerEntry, WeightEntry
from layers.model_files.planes import (
    MAXIMUM_PARTS,
    SIDE,
    WeightView,
    join,
)
from pages.models import summary
from pages.models.files import Source
from pages.models.progress import BATCH_BYTES, in_batches
from pages.shared.charts import charts
from pages.shared.component import mount
from pages.shared.compute import compute
from pages.shared.controls import control, set_value
from pages.shared.frame import literal
from pages.shared.offer import offer_file
from views.models.weights import (
    ShownWeight,
    non_finite,
    picture,
    tensor_name,
    weights_table,
    window,
)

REDUCTION = ChoiceField(
    name="reduction",
    default="mean",
    choices=tuple(REDUCTIONS),
    label="Blocks of cells show their",
    help=f"Beyond {SIDE} cells a side, a block of cells is drawn as one. A mean hides single "
    "cells; extreme shows the number of largest magnitude, and hides the others.",
)
SORT = BoolField(
    name="sort",
    default=False,
    label="Largest norm first",
    help="Sort the filters by their Euclidean norm.",
)
SMALL = 4096
"""Cells up to which a weight is shown beside the chosen one."""
MOST_SMALL = 8
TABLE = 64
"""Weights of one layer that are summed up in its table."""
READ_AT_ONCE = 64 * 2**20
"""Bytes that take about a second to read."""
CHUNK_BYTES = 32 * 2**20
"""Of larger weights, the bytes that are read in one computation."""
SPAN = 32


def show(source: Source, layer: LayerEntry) -> None:
    """Show a layer's weights, with what there is to choose about them."""
    if not layer.weights:
        summary.show_why_empty(layer)
        return
    names = tuple(entry.name for entry in layer.weights)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = names[0]
        if len(names) > 1:
            chosen = control(ChoiceField(name="weight", default=names[0], choices=names))
        entry = layer.weights[names.index(chosen)]
        if entry.problem:
            st.warning(literal(entry.problem), icon=":material/block:")
            return
        is_grid = any(word in entry.axes for word in ("length", "height"))
        sort = control(SORT) if is_grid else False
        view = _read(source, entry, sort=sort)
        reduced = any(plane.block != (1, 1) for plane in view.planes)
        reduction = control(REDUCTION) if reduced else "mean"
    look = ShownWeight(layer=layer, entry=entry, view=view, reduction=reduction, sort=sort)
    small_weights = list(_small_weights(source, layer, entry))
    charts([picture(shown) for shown in (look, *small_weights)], key="weights")
    if len(entry.parts) > MAXIMUM_PARTS:
        st.caption(f"The first {MAXIMUM_PARTS} of {len(entry.parts)} parts.")
    if reduced:
        _window(source, look)
    known = {shown.entry: shown.view.statistics for shown in (look, *small_weights)}
    readable = tuple(entry for entry in layer.weights if not entry.problem)[:TABLE]
    unmeasured = tuple(entry for entry in readable if entry not in known)
    if unmeasured:  # weights that are not drawn are read for the table
        measured = compute(models_api.measure, source, unmeasured)[0].items
        known |= dict(zip(unmeasured, measured, strict=True))
    charts([weights_table(readable, known), *non_finite(view.statistics)], key="statistics")
    _download(source, layer, entry)


def _read(source: Source, entry: WeightEntry, *, sort: bool) -> WeightView:
    """Return a weight's planes; a large one is read in chunks, with progress."""
    if entry.bytes <= READ_AT_ONCE:
        return compute(models_api.view_weight, source, entry, sort=sort)[0]
    count = -(-entry.bytes // CHUNK_BYTES)
    what = f"parts of {literal(entry.name)}, {entry.bytes // 2**20:,} MB"

    def read(function: Callable, **more: Any) -> list[Any]:
        def work(batch: tuple) -> list[Any]:
            return [compute(function, source, entry, chunk=at, **more)[0] for at in batch]

        chunks = [(at, count) for at in range(count)]
        return in_batches(chunks, work, lambda _: BATCH_BYTES, what)

    if not sort:
        return join(read(models_api.read_chunk))
    squares = [found.items for found in read(models_api.chunk_norms)]
    norms = tuple(np.sqrt(sum(own)).astype("float32") for own in zip(*squares, strict=True))
    return join(read(models_api.read_chunk, norms=norms))


def _small_weights(source: Source, layer: LayerEntry, chosen: WeightEntry) -> Iterator[ShownWeight]:
    """Yield the layer's other weights that are small."""
    others = [w for w in layer.weights if w is not chosen and not w.problem and w.size <= SMALL]
    for entry in others[:MOST_SMALL]:
        view, _ = compute(models_api.view_weight, source, entry)
        yield ShownWeight(layer=layer, entry=entry, view=view, reduction="mean", sort=False)


def _window(source: Source, look: ShownWeight) -> None:
    """Show true cells of a reduced weight, where the sliders or a drag put the window."""
    part = 0
    with st.container(horizontal=True):
        if look.entry.parts:
            shown = tuple(plane.part for plane in look.view.planes)
            part = shown.index(control(ChoiceField(name="part", default=shown[0], choices=shown)))
        rows, columns = look.view.planes[part].layout.plane
        span = control(
            IntField(name="span", default=SPAN, minimum=4, maximum=64, label="Window's side")
        )
        down, across = _place("row", rows, span), _place("column", columns, span)
        row_at, column_at = control(down), control(across)
    found, _ = compute(
        models_api.window, source, look.entry, part=part, row=row_at, column=column_at, span=span
    )
    plane = look.view.planes[part]

    def move(chosen: Any) -> None:
        for field, at in zip(
            (down, across), chosen if isinstance(chosen, list) else (), strict=False
        ):
            if isinstance(at, (int, float)) and at == at:
                set_value(field, int(min(max(at, field.minimum), field.maximum)))

    data = {
        "figure": tensor_name(look.entry, plane),
        "plane": [rows, columns],
        "block": list(plane.block),
        "at": [row_at, column_at],
        "span": span,
    }
    mount("window", data, key="window", on_chosen=move)
    blocks = window(look, plane, found.values, corner=(row_at, column_at))
    charts(blocks, key="cells")


def _place(name: str, length: int, span: int) -> IntField:
    return IntField(
        name=name,
        default=0,
        minimum=0,
        maximum=max(0, length - min(span, length)),
        label=f"First {name}",
    )


def _download(source: Source, layer: LayerEntry, entry: WeightEntry) -> None:
    large = entry.bytes > models_api.MAXIMUM_DOWNLOAD
    size = "x".join(map(str, entry.shape)) or "scalar"
    offer_file(
        "This weight (NPY)",
        lambda: compute(models_api.npy, source, entry)[0].data,
        file_name=f"{safe(layer.path)}-{safe(entry.name)}-{size}.npy",
        key="download_weight",
        disabled=large,
        help="Over 64 MB: it is in your file as it is." if large else None,
    )
