"""Planes, read block by block, against NumPy on the whole array at once."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from block_reduction import REDUCTIONS
from layers.model_files import layout
from layers.model_files.arrays import MemoryArray
from layers.model_files.layout import layout_of, whole_layout
from layers.model_files.model import WeightEntry, WeightPart
from layers.model_files.planes import join, norms_squared, read_chunk, reduce, view
from layers.model_files.statistics import histogram, statistics

DRAW = np.random.default_rng(0)
BY_HAND = {
    "mean": lambda cells: (
        np.nanmean(cells, dtype="float64") if np.isfinite(cells).any() else np.nan
    ),
    "extreme": lambda cells: max(cells[~np.isnan(cells)].tolist(), key=abs, default=np.nan),
    "min": lambda cells: min(cells[~np.isnan(cells)].tolist(), default=np.nan),
    "max": lambda cells: max(cells[~np.isnan(cells)].tolist(), default=np.nan),
}
GATES = tuple(
    WeightPart(name=name, axis=1, start=start, stop=start + 200)
    for name, start in (("input", 0), ("forget", 200))
)


def entry(values, axes, parts=()):
    return WeightEntry(
        name="kernel",
        where="x",
        shape=values.shape,
        dtype=str(values.dtype),
        axes=axes,
        parts=parts,
    )


@pytest.mark.parametrize("piece", [1, 7, 500, 10**9])
@pytest.mark.parametrize("shape", [(300, 5), (5, 300), (700, 513), (1, 1000), (256, 256), (257, 2)])
def test_a_matrix_is_reduced_block_by_block(monkeypatch, shape, piece):
    if piece == 1 and math.prod(shape) > 10_000:
        piece = 100
    monkeypatch.setattr(layout, "PIECE_SIZE", piece)
    values = DRAW.normal(size=shape).astype("float32")
    values[0, 0] = np.nan
    block, made = reduce(MemoryArray(values), whole_layout(shape))
    assert block == (math.ceil(shape[0] / 256), math.ceil(shape[1] / 256))
    for how in REDUCTIONS:
        got = made[how if how in made else ""]
        assert got.shape == (math.ceil(shape[0] / block[0]), math.ceil(shape[1] / block[1]))
        for row, column in [(0, 0), (0, -1), (-1, 0), (got.shape[0] // 2, got.shape[1] // 2)]:
            first = [at % n * b for at, n, b in zip((row, column), got.shape, block, strict=True)]
            cells = values[first[0] : first[0] + block[0], first[1] : first[1] + block[1]]
            np.testing.assert_allclose(got[row, column], BY_HAND[how](cells), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("piece", [10, 10**9])
def test_a_kernel_is_a_grid_of_its_filters(monkeypatch, piece):
    monkeypatch.setattr(layout, "PIECE_SIZE", piece)
    kernel = DRAW.normal(size=(3, 2, 4, 5)).astype("float32")
    grid = layout_of(("height", "width", "in", "out"), kernel.shape)
    assert (grid.plane, grid.tile) == ((12, 10), (3, 2))
    assert (grid.row_words, grid.column_words) == (("in", "height"), ("out", "width"))
    _, made = reduce(MemoryArray(kernel), grid)
    for i in range(4):
        for o in range(5):
            tile = made[""][3 * i : 3 * i + 3, 2 * o : 2 * o + 2]
            np.testing.assert_array_equal(tile, kernel[:, :, i, o])


def test_a_transposed_kernel_has_its_outputs_across_too():
    grid = layout_of(("height", "width", "out", "in"), (3, 2, 4, 5))
    assert grid.plane == (15, 8)
    assert grid.column_words == ("out", "width")


def test_kernels_of_one_and_three_dimensions():
    line = layout_of(("length", "in", "out"), (3, 4, 5))
    assert (line.plane, line.tile) == ((4, 15), (1, 3))
    cube = layout_of(("depth", "height", "width", "in", "out"), (2, 3, 4, 5, 6))
    assert (cube.plane, cube.tile) == ((30, 24), (3, 4))


def test_filters_are_sorted_by_their_norm():
    kernel = np.ones((2, 2, 3, 4), "float32") * np.array([2, 0, 3, 1], "float32")
    shown = view(MemoryArray(kernel), entry(kernel, ("height", "width", "in", "out")), sort=True)
    (plane,) = shown.planes
    np.testing.assert_allclose(plane.norms, np.array([2, 0, 3, 1]) * math.sqrt(12), rtol=1e-6)
    assert plane.values("mean")[0].tolist() == [3, 3, 2, 2, 1, 1, 0, 0]


def test_gates_and_heads_are_planes_of_their_own():
    kernel = np.arange(24, dtype="float32").reshape(2, 12)
    gates = tuple(
        WeightPart(name=f"gate {g}", axis=1, start=3 * g, stop=3 * g + 3) for g in range(4)
    )
    shown = view(MemoryArray(kernel), entry(kernel, ("features", "gates × units"), gates))
    for at, plane in enumerate(shown.planes):
        np.testing.assert_array_equal(plane.values("mean"), kernel[:, 3 * at : 3 * at + 3])
    query = np.arange(30, dtype="float32").reshape(5, 2, 3)
    heads = tuple(WeightPart(name=f"head {h}", axis=1, start=h, stop=h + 1) for h in range(2))
    shown = view(MemoryArray(query), entry(query, ("features", "heads", "size"), heads))
    for at, plane in enumerate(shown.planes):
        assert plane.layout.row_words == ("features",)
        np.testing.assert_array_equal(plane.values("mean"), query[:, at])


@settings(max_examples=60, deadline=None)
@given(data=st.data(), shape=st.lists(st.integers(0, 5), max_size=4))
def test_any_rectangle_of_any_plane_is_the_one_of_the_whole(data, shape):
    values = np.arange(math.prod(shape), dtype="float32").reshape(shape)
    flat = whole_layout(tuple(shape))
    rows, columns = flat.plane
    whole = values.reshape(rows, columns)
    top, left = data.draw(st.integers(0, rows)), data.draw(st.integers(0, columns))
    bottom, right = data.draw(st.integers(top, rows)), data.draw(st.integers(left, columns))
    got = flat.read(MemoryArray(values), slice(top, bottom), slice(left, right))
    np.testing.assert_array_equal(got, whole[top:bottom, left:right])


@pytest.mark.parametrize("piece", [3, 10**6])
def test_statistics_are_numpys(monkeypatch, piece):
    monkeypatch.setattr(layout, "PIECE_SIZE", piece)
    values = DRAW.normal(3, 2, size=(9, 7)).astype("float32")
    values[0, :3] = [np.nan, np.inf, 0]
    found = statistics(MemoryArray(values), whole_layout(values.shape))
    finite = values[np.isfinite(values)].astype("float64")
    assert (found.size, found.nan, found.infinite, found.zeros) == (63, 1, 1, 1)
    np.testing.assert_allclose(
        [found.minimum, found.maximum, found.mean, found.deviation],
        [finite.min(), finite.max(), finite.mean(), finite.std()],
        rtol=1e-12,
    )


@pytest.mark.parametrize("values", [np.zeros((0, 4), "f4"), np.full((2, 2), np.nan, "f4")])
def test_nothing_finite_is_said_so(values):
    found = view(MemoryArray(values), entry(values, ("axis 0", "axis 1")))
    assert math.isnan(found.statistics.mean)
    assert found.planes[0].values("mean").shape == values.shape


def test_a_number_alone_and_a_vector():
    for values in (np.array(3.0), np.arange(4, dtype="int64"), np.array([True, False])):
        shown = view(MemoryArray(values), entry(values, ("index",)[: values.ndim]))
        np.testing.assert_array_equal(shown.planes[0].values("mean"), values.reshape(1, -1))


def test_histograms_are_numpys(monkeypatch):
    monkeypatch.setattr(layout, "PIECE_SIZE", 10)
    values = DRAW.normal(size=(9, 7)).astype("float32")
    got = histogram(MemoryArray(values), whole_layout((9, 7)), low=-2, high=2, bins=11)
    np.testing.assert_array_equal(got, np.histogram(values, bins=11, range=(-2, 2))[0])


@pytest.mark.parametrize("count", [1, 3, 50])
@pytest.mark.parametrize("sort", [False, True])
@pytest.mark.parametrize(
    ("shape", "axes", "parts"),
    [
        ((700, 513), ("in", "out"), ()),
        ((40_000,), ("units",), ()),
        ((3, 3, 90, 100), ("height", "width", "in", "out"), ()),
        ((300, 400), ("in", "units"), GATES),
    ],
)
def test_the_chunks_of_a_weight_make_the_whole(monkeypatch, shape, axes, parts, sort, count):
    monkeypatch.setattr(layout, "PIECE_SIZE", 9000)
    values = DRAW.normal(size=shape).astype("float32")
    values.flat[::7] = np.nan
    values.flat[3], values.flat[5] = 0, np.inf
    weight = entry(values, axes, parts)
    whole = view(MemoryArray(values), weight, sort=sort)
    chunks = [(at, count) for at in range(count)]
    squares = [norms_squared(MemoryArray(values), weight, chunk=chunk) for chunk in chunks]
    norms = tuple(np.sqrt(sum(own)).astype("float32") for own in zip(*squares, strict=True))
    found = join(
        [
            read_chunk(MemoryArray(values), weight, norms=norms, sort=sort, chunk=chunk)
            for chunk in chunks
        ]
    )
    for one, other in zip(found.planes, whole.planes, strict=True):
        assert one.block == other.block
        np.testing.assert_allclose(one.norms, other.norms, rtol=1e-6)
        assert one.reduced.keys() == other.reduced.keys()
        for name, cells in one.reduced.items():
            np.testing.assert_array_equal(cells, other.reduced[name])
    for name, figure in vars(whole.statistics).items():
        np.testing.assert_allclose(getattr(found.statistics, name), figure, rtol=1e-9, atol=1e-12)
