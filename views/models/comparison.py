"""Two networks side by side: what differs, how much, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from figures.view import symmetric_limit
from figures.weight import safe, weight
from figures.words import format_shape, number
from layers.model_files.model import LayerEntry, WeightEntry
from layers.model_files.planes import WeightView
from layers.networks.comparison import Distance, WeightPair
from views.blocks import Block, color_range, downloadable, row, table, text
from views.models.weights import tensor_name

MAXIMUM_ROWS = 400


def differences(
    pairs: Sequence[WeightPair], distances: Mapping[WeightPair, Distance], *, only: bool
) -> list[Block]:
    """Return how many pairs of weights are equal, and the table of what differs.

    Args:
        pairs: the weights of two networks, side by side.
        distances: of those pairs that can be compared.
        only: leave out what is equal.
    """
    fitting = len(distances)
    equal = sum(distance.unequal == 0 for distance in distances.values())
    counts = (
        f"{fitting:,} pairs of weights with the same name and shape: {equal:,} equal, "
        f"{fitting - equal:,} different. {len(pairs) - fitting:,} weights without a counterpart."
    )
    return [text(counts), _table(pairs, distances, only=only)]


def _table(
    pairs: Sequence[WeightPair], distances: Mapping[WeightPair, Distance], *, only: bool
) -> Block:
    head = (
        "Weight",
        "This model",
        "Other model",
        "Largest difference",
        "RMS",
        "Unequal",
    )
    rows = [
        _row(pair, distances.get(pair))
        for pair in pairs
        if not only or pair not in distances or distances[pair].unequal
    ]
    return table("What differs", head, rows[:MAXIMUM_ROWS])


def _row(pair: WeightPair, distance: Distance | None) -> list[str]:
    entry = pair.first or pair.second
    name = f"{pair.layer or pair.other_layer} / {entry.name if entry else ''}"
    if pair.other_layer and pair.layer and pair.other_layer != pair.layer:
        name += f" ({pair.other_layer} in the other model)"
    shapes = [format_shape(side.shape) if side else "none" for side in (pair.first, pair.second)]
    if distance is None:
        return [name, *shapes, "–", "–", "–"]
    return [
        name,
        *shapes,
        number(distance.largest),
        number(distance.rms),
        f"{distance.unequal:,}",
    ]


def difference(layer: LayerEntry, entry: WeightEntry, view: WeightView, reduction: str) -> Block:
    """Return one weight's differences as pictures, a figure a part."""
    limit = symmetric_limit(plane.values(reduction) for plane in view.planes)
    figures = [
        weight(
            plane.values(reduction),
            name=f"{tensor_name(entry, plane)} difference",
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
    label = f"{entry.name}, this model minus the other"
    name = f"{safe(layer.path)}-{safe(entry.name)}-difference"
    return downloadable(row(figures, [color_range(label, limit)]), f"{layer.path}, {label}", name)
