"""The functions that the Models page submits to a worker. TensorFlow is imported inside them only.

Everything that crosses is plain data: sources and descriptions in, frozen dataclasses of arrays
out. Every function raises ``BadInputError`` where a file or a value cannot be used.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.inputs.fields import BadInputError
from layers.model_files import reader
from layers.model_files.arrays import EXTENSION_DTYPES
from layers.model_files.layout import layout_of, read_rectangle, whole_layout
from layers.model_files.model import PYTHON_OBJECTS, FileSource, ModelFile, WeightEntry
from layers.model_files.planes import Partial, WeightView, norms_squared, view
from layers.model_files.planes import read_chunk as read_chunk_of
from layers.model_files.reader import Place
from layers.model_files.statistics import histogram, statistics
from layers.networks import comparison
from layers.networks.comparison import WeightPair

if TYPE_CHECKING:
    from layers.networks.feature_maps import Activation
    from layers.networks.running.runnable import Source

BINS = 41
MAXIMUM_DOWNLOAD = 64 * 2**20


@dataclass(frozen=True, kw_only=True)
class CellWindow:
    """The true cells of a rectangle of a plane: (rows, columns) of float32."""

    values: np.ndarray

    @property
    def nbytes(self) -> int:
        """Bytes of the array."""
        return self.values.nbytes


@dataclass(frozen=True)
class ResultList:
    """Results, one for each weight or pair, in order."""

    items: tuple

    @property
    def nbytes(self) -> int:
        """About how many bytes they take."""
        return PYTHON_OBJECTS * len(pickle.dumps(self.items))


@dataclass(frozen=True)
class Download:
    """A file's bytes."""

    data: bytes

    @property
    def nbytes(self) -> int:
        """Their number."""
        return len(self.data)


def open_model(source: Source) -> ModelFile:
    """Return a network's layers and weights; see ``layers.networks.running.runnable.index``."""
    from layers.networks.running import runnable

    return runnable.index(source)


def view_weight(source: Source, weight: WeightEntry, *, sort: bool = False) -> WeightView:
    """Return a weight's planes, reduced where they are large, and its statistics.

    Args:
        source: the network.
        weight: one of its weights.
        sort: show the filter of the largest norm first.
    """
    return _apply(source, weight, view, weight, sort=sort)


def read_chunk(
    source: Source,
    weight: WeightEntry,
    *,
    chunk: tuple[int, int],
    norms: tuple[np.ndarray, ...] = (),
) -> Partial:
    """Return what ``view_weight`` returns for one chunk of a large weight.

    Args:
        source: the network.
        weight: one of its weights.
        chunk: which, and of how many: (0, 8) is the first of eight.
        norms: (filters,) for each plane, of the whole weight; the filters are sorted by them.
    """
    return _apply(source, weight, read_chunk_of, weight, norms=norms, sort=bool(norms), chunk=chunk)


def chunk_norms(source: Source, weight: WeightEntry, *, chunk: tuple[int, int]) -> ResultList:
    """Return the sums of squares of a weight's filters in a chunk, (filters,) a plane."""
    return ResultList(_apply(source, weight, norms_squared, weight, chunk=chunk))


def window(
    source: Source, weight: WeightEntry, *, part: int, row: int, column: int, span: int
) -> CellWindow:
    """Return at most ``span`` × ``span`` true cells of a weight's plane.

    Args:
        source: the network.
        weight: one of its weights.
        part: which gate or head; 0 for a whole weight.
        row: the first row of the window; moved to the last one where it is beyond.
        column: the first column, likewise.
        span: rows and columns of the window.
    """
    layout = layout_of(weight.axes, weight.shape, weight.parts[part] if weight.parts else None)
    rows, columns = layout.plane
    down = slice(min(row, max(0, rows - 1)), min(row + span, rows))
    across = slice(min(column, max(0, columns - 1)), min(column + span, columns))
    found = _apply(source, weight, read_rectangle, layout, down, across)
    with np.errstate(all="ignore"):  # beyond float32's range a number becomes an infinity
        values = found.astype("float32")
    values.setflags(write=False)
    return CellWindow(values=values)


def measure(source: Source, weights: tuple[WeightEntry, ...]) -> ResultList:
    """Return the statistics of each weight."""
    return ResultList(
        tuple(_apply(source, weight, statistics, whole_layout(weight.shape)) for weight in weights)
    )


def count(
    source: Source, weights: tuple[WeightEntry, ...], scales: tuple[tuple[float, float], ...]
) -> ResultList:
    """Return each weight's histogram between the two ends of its scale, as ``BINS`` counts."""

    def one(weight: WeightEntry, scale: tuple[float, float]) -> tuple[int, ...]:
        low, high = scale
        layout = whole_layout(weight.shape)
        counts = _apply(source, weight, histogram, layout, low=low, high=high, bins=BINS)
        return tuple(counts.tolist())

    return ResultList(tuple(map(one, weights, scales)))


def output_npy(
    source: Source, path: str, feed: str | np.ndarray, *, seed: int, number: int = 1
) -> Download:
    """Return a layer's whole output as the bytes of an NPY file; see ``activations.output``."""
    from layers.networks.running import activations

    return _npy(activations.output(source, path, feed, seed=seed, number=number))


def npy(source: Source, weight: WeightEntry) -> Download:
    """Return a weight as the bytes of an NPY file; dtypes that NPY lacks become float32.

    Raises:
        BadInputError: it is too large for a download.
    """
    if weight.bytes > MAXIMUM_DOWNLOAD:
        raise BadInputError(
            f"`{weight.name[:60]}` cannot be downloaded: expected at most {MAXIMUM_DOWNLOAD:,} "
            f"bytes. Received {weight.bytes:,}. Read it from your file."
        )
    values = _apply(source, weight, reader.whole)
    if values.dtype in EXTENSION_DTYPES.values():
        values = values.astype("float32")
    return _npy(values)


def _npy(values: np.ndarray) -> Download:
    stream = io.BytesIO()
    np.save(stream, values, allow_pickle=False)
    return Download(stream.getvalue())


def read_image(name: str, data: bytes) -> np.ndarray:
    """Return an uploaded picture or array; see ``layers.inputs.images``."""
    from layers.inputs.images import read_image

    array = read_image(name, data)
    array.setflags(write=False)
    return array


def activate(
    source: Source,
    path: str,
    feed: str | np.ndarray,
    *,
    seed: int,
    cell: tuple[int, ...],
    number: int = 1,
) -> Activation:
    """Return one layer's inputs and output; see ``activations.activate``."""
    from layers.networks.running import activations

    return activations.activate(source, path, feed, seed=seed, cell=cell, number=number)


def pair(source: Source, other: Source) -> ResultList:
    """Match the weights of two networks; see ``layers.networks.comparison.match``."""
    from layers.networks.running import runnable

    return ResultList(comparison.match(runnable.index(source), runnable.index(other)))


def distances(source: Source, other: Source, pairs: tuple[WeightPair, ...]) -> ResultList:
    """Return how much the two weights of each pair differ, for pairs that fit."""
    return ResultList(
        tuple(reader.apply(_places(source, other, pair), comparison.distance) for pair in pairs)
    )


def view_difference(source: Source, other: Source, pair: WeightPair) -> WeightView:
    """Return the planes of first minus second, for a pair that fits."""
    places = _places(source, other, pair)
    return reader.apply(places, comparison.view_difference, pair.first)


def _places(source: Source, other: Source, pair: WeightPair) -> list[Place]:
    assert pair.first is not None  # noqa: S101 (only pairs that fit are asked for)
    assert pair.second is not None  # noqa: S101
    return [_place(source, pair.first), _place(other, pair.second)]


def _place(source: Source, weight: WeightEntry) -> Place:
    if isinstance(source, FileSource):
        return source, weight.where
    from layers.networks.running import runnable

    return runnable.place(source, weight.where)


def _apply(
    source: Source, weight: WeightEntry, function: Callable[..., Any], *more: Any, **named: Any
) -> Any:
    """Return what a function makes of a weight's array; files are read in their own process."""
    return reader.apply([_place(source, weight)], function, *more, **named)
