"""The tensors between layers as pictures: maps side by side, vectors in lines, windows."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import numpy as np

from figures.figure import Figure, Slices
from figures.view import symmetric_limit
from figures.weight import weight
from figures.words import format_shape
from layers.model_files.model import LayerEntry
from layers.networks.feature_maps import AXES, Maps


def axis_words(shape: tuple[int, ...]) -> tuple[str, ...]:
    """Return one word for each axis of a tensor, without the batch."""
    return AXES.get(len(shape) + 1, ("", *(f"cell_{axis}" for axis in range(len(shape)))))[1:]


def map_grid(maps: Maps, *, name: str, layer: str, limit: float) -> Figure:
    """Return maps as one grid, a channel a slice; a vector in lines."""
    channels, height, width = maps.values.shape
    draw = partial(weight, name=name, layer=layer, limit=limit, shape=maps.shape, answers=True)
    if (channels, height) == (1, 1):
        long = (word for word, n in zip(axis_words(maps.shape), maps.shape, strict=True) if n > 1)
        figure = draw(
            maps.values[0],
            rows=(),
            columns=(next(long, "unit"),),
            plane=(1, max(maps.shape, default=1)),
            block=maps.block,
            reduction="mean",
        )
        return replace(figure, line=figure.line or width)
    if len(maps.shape) != 3:
        return draw(
            maps.values[0],
            rows=("step",),
            columns=("feature",),
            plane=(math.prod(maps.shape[:-1]), maps.shape[-1]),
            block=maps.block,
            reduction="mean",
        )
    averaged = maps.block != (1, 1)
    tile = (height, width)
    figure = draw(
        maps.values.transpose(1, 0, 2).reshape(height, channels * width),
        rows=("y",),
        columns=("channel", "x"),
        plane=(height, channels * width),
        tile=tile,
        aspect=1.0,  # it stands beside others
        title=f"{name}, averaged over {format_shape(maps.block)}" if averaged else "",
    )
    if figure.slices is None and figure.cells == (height, channels * width):
        figure = replace(figure, slices=Slices(tile=tile, step=tile, across=channels))
    return replace(figure, block=maps.block if averaged else None)


def has_known_cells(maps: Maps, figure: Figure) -> bool:
    """Return whether it is known which cell of the tensor stands where in the picture."""
    return bool(figure.line or figure.slices or len(maps.shape) == 2)


def is_image(maps: Maps) -> bool:
    """Return whether a tensor is a picture: one channel or three, and no negative number."""
    return len(maps.shape) == 3 and maps.shape[-1] in (1, 3) and bool((maps.values >= 0).all())


def in_grey(figure: Figure) -> Figure:
    """Return a figure with grey from 0, which is black, to the end of its colour range."""
    heat, *marks = figure.spec["data"]
    return replace(
        figure, palette="grey", spec={**figure.spec, "data": [{**heat, "zmin": 0.0}, *marks]}
    )


def window(values: np.ndarray, name: str, layer: LayerEntry) -> Figure:
    """Return (height, width, channels) as a row of slices; a long row in lines."""
    height, width, channels = values.shape
    if height == 1 and channels == 1:
        plane = values.reshape(1, width)
        rows, columns, tile = (), ("feature",), (1, 1)
    else:
        plane = values.transpose(0, 2, 1).reshape(height, channels * width)
        rows, columns, tile = ("y",), ("channel", "x"), (height, width)
    return weight(
        plane.astype("float32"),
        name=name,
        layer=layer.path,
        limit=symmetric_limit([values]),
        rows=rows,
        columns=columns,
        plane=plane.shape,
        shape=(height, width, channels),
        tile=tile,
    )
