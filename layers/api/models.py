"""What the Models page submits to a worker, beside ``layers.api.explore`` and by the same rules."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.inputs.fields import BadInputError
from layers.model_files.model import ModelFile, WeightEntry
from layers.model_files.planes import (
    Portion,
    Statistics,
    WeightView,
    histogram,
    layout_of,
    norms_squared,
    portion,
    statistics,
    view,
    whole_layout,
)

if TYPE_CHECKING:
    from layers.networks.comparison import Pair
    from layers.networks.feature_maps import Activation
    from layers.networks.running.runnable import Source

BINS = 41
MAXIMUM_DOWNLOAD = 64 * 2**20


@dataclass(frozen=True, kw_only=True)
class Window:
    """The true cells of a rectangle of a plane."""

    values: np.ndarray

    @property
    def nbytes(self) -> int:
        """Bytes of the array."""
        return self.values.nbytes


@dataclass(frozen=True)
class Many:
    """Results one for each weight, in order."""

    items: tuple

    @property
    def nbytes(self) -> int:
        """About how much they take."""
        return 400 * len(self.items)


@dataclass(frozen=True)
class Download:
    """A file's bytes."""

    data: bytes

    @property
    def nbytes(self) -> int:
        """Their number."""
        return len(self.data)


def open_model(source: Source) -> ModelFile:
    """Return what a network holds; see ``layers.networks.running.runnable.index``."""
    from layers.networks.running import runnable

    return runnable.index(source)


def look(source: Source, weight: WeightEntry, *, sort: bool = False) -> WeightView:
    """Return a weight's planes, reduced where they are large, and its statistics."""
    from layers.networks.running import runnable

    with runnable.array(source, weight.where) as array:
        return view(array, weight, sort=sort)


def look_at(
    source: Source,
    weight: WeightEntry,
    *,
    share: tuple[int, int],
    norms: tuple[np.ndarray, ...] = (),
) -> Portion:
    """Return a share of what ``look`` returns, sorted where the norms are given."""
    from layers.networks.running import runnable

    with runnable.array(source, weight.where) as array:
        return portion(array, weight, norms=norms, sort=bool(norms), share=share)


def measure_norms(source: Source, weight: WeightEntry, *, share: tuple[int, int]) -> Many:
    """Return the squared norms of a weight's filters, as far as a share of its pieces goes."""
    from layers.networks.running import runnable

    with runnable.array(source, weight.where) as array:
        return Many(norms_squared(array, weight, share=share))


def window(
    source: Source, weight: WeightEntry, *, part: int, row: int, column: int, span: int
) -> Window:
    """Return at most ``span`` × ``span`` true cells of a weight's plane, from a corner on."""
    from layers.networks.running import runnable

    layout = layout_of(weight.axes, weight.shape, weight.parts[part] if weight.parts else None)
    rows, columns = layout.plane
    down = slice(min(row, max(0, rows - 1)), min(row + span, rows))
    across = slice(min(column, max(0, columns - 1)), min(column + span, columns))
    # What float32 cannot hold becomes an infinity, and is marked.
    with runnable.array(source, weight.where) as array, np.errstate(all="ignore"):
        values = layout.read(array, down, across).astype("float32")
    values.setflags(write=False)
    return Window(values=values)


def measure(source: Source, weights: tuple[WeightEntry, ...]) -> Many:
    """Return the statistics of each weight."""
    from layers.networks.running import runnable

    def one(weight: WeightEntry) -> Statistics:
        with runnable.array(source, weight.where) as array:
            return statistics(array, whole_layout(weight.shape))

    return Many(tuple(one(weight) for weight in weights))


def count(source: Source, weights: tuple[WeightEntry, ...], *, low: float, high: float) -> Many:
    """Return each weight's histogram between the same two numbers, as ``BINS`` counts."""
    from layers.networks.running import runnable

    def one(weight: WeightEntry) -> tuple[int, ...]:
        with runnable.array(source, weight.where) as array:
            layout = whole_layout(weight.shape)
            return tuple(histogram(array, layout, low=low, high=high, bins=BINS).tolist())

    return Many(tuple(one(weight) for weight in weights))


def output_npy(source: Source, path: str, fed: str | np.ndarray, *, seed: int) -> Download:
    """Return a layer's whole output as the bytes of an NPY file."""
    from layers.networks.running import activations

    return _npy(activations.output(source, path, fed, seed=seed))


def npy(source: Source, weight: WeightEntry) -> Download:
    """Return a weight as the bytes of an NPY file; types that NPY does not know as float32.

    Raises:
        BadInputError: it is too large to pass on.
    """
    from layers.model_files.arrays import YOUNG
    from layers.networks.running import runnable

    if weight.bytes > MAXIMUM_DOWNLOAD:
        raise BadInputError(
            f"`{weight.name[:60]}` cannot be downloaded: expected at most {MAXIMUM_DOWNLOAD:,} "
            f"bytes. Received {weight.bytes:,}. It is in your file as it is: read it there."
        )
    with runnable.array(source, weight.where) as array:
        values = array.read(tuple(slice(0, length) for length in array.shape))
    if values.dtype in YOUNG.values():
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
    source: Source, path: str, fed: str | np.ndarray, *, seed: int, cell: tuple[int, ...]
) -> Activation:
    """Return what one layer makes of an input; see ``activations.activate``."""
    from layers.networks.running import activations

    return activations.activate(source, path, fed, seed=seed, cell=cell)


def pair(source: Source, other: Source) -> Many:
    """Match the weights of two networks; see ``layers.networks.comparison.match``."""
    from layers.networks import comparison
    from layers.networks.running import runnable

    return Many(comparison.match(runnable.index(source), runnable.index(other)))


def apart(source: Source, other: Source, pairs: tuple[Pair, ...]) -> Many:
    """Return how far the two weights of each pair lie apart; see ``layers.networks.comparison``."""
    from layers.networks import comparison

    return Many(tuple(comparison.apart(source, other, pair) for pair in pairs))


def look_apart(source: Source, other: Source, pair: Pair) -> WeightView:
    """Return the planes of first minus second."""
    from layers.networks import comparison

    return comparison.look(source, other, pair)
