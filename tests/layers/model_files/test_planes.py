"""Planes, read block by block, against NumPy on the whole array at once."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from figures.view import REDUCTIONS, reduce_blocks
from layers.model_files import planes
from layers.model_files.arrays import Held
from layers.model_files.model import Part, WeightEntry
from layers.model_files.planes import (
    joined,
    layout_of,
    norms_squared,
    portion,
    reduce,
    view,
    whole_layout,
)

DRAW = np.random.default_rng(0)
GATES = tuple(
    Part(name=name, axis=1, start=start, stop=start + 200)
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


@pytest.mark.parametrize("chunk", [1, 7, 500, 10**9])
@pytest.mark.parametrize("shape", [(300, 5), (5, 300), (700, 513), (1, 1000), (256, 256), (257, 2)])
def test_a_matrix_is_reduced_as_the_figures_room_reduces_it(monkeypatch, shape, chunk):
    if chunk == 1 and math.prod(shape) > 10_000:
        chunk = 100
    monkeypatch.setattr(planes, "CHUNK", chunk)
    values = DRAW.normal(size=shape).astype("float32")
    values[0, 0] = np.nan
    block, made = reduce(Held(values), whole_layout(shape))
    for how in REDUCTIONS:
        expected, expected_block = reduce_blocks(values, how)
        assert block == expected_block
        got = made[how if how in made else ""]
        # The mean is summed in float64 here.
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("chunk", [10, 10**9])
def test_a_kernel_is_a_grid_of_its_filters(monkeypatch, chunk):
    monkeypatch.setattr(planes, "CHUNK", chunk)
    kernel = DRAW.normal(size=(3, 2, 4, 5)).astype("float32")
    layout = layout_of(("height", "width", "in", "out"), kernel.shape)
    assert (layout.plane, layout.tile) == ((12, 10), (3, 2))
    assert (layout.row_words, layout.column_words) == (("in", "height"), ("out", "width"))
    _, made = reduce(Held(kernel), layout)
    for i in range(4):
        for o in range(5):
            tile = made[""][3 * i : 3 * i + 3, 2 * o : 2 * o + 2]
            np.testing.assert_array_equal(tile, kernel[:, :, i, o])


def test_a_transposed_kernel_has_its_outputs_across_too():
    layout = layout_of(("height", "width", "out", "in"), (3, 2, 4, 5))
    assert layout.plane == (15, 8)
    assert layout.column_words == ("out", "width")


def test_kernels_of_one_and_three_dimensions():
    line = layout_of(("length", "in", "out"), (3, 4, 5))
    assert (line.plane, line.tile) == ((4, 15), (1, 3))
    cube = layout_of(("depth", "height", "width", "in", "out"), (2, 3, 4, 5, 6))
    assert (cube.plane, cube.tile) == ((30, 24), (3, 4))


def test_filters_are_sorted_by_their_norm():
    kernel = np.ones((2, 2, 3, 4), "float32") * np.array([2, 0, 3, 1], "float32")
    shown = view(Held(kernel), entry(kernel, ("height", "width", "in", "out")), sort=True)
    (plane,) = shown.planes
    np.testing.assert_allclose(plane.norms, np.array([2, 0, 3, 1]) * math.sqrt(12), rtol=1e-6)
    assert plane.values("mean")[0].tolist() == [3, 3, 2, 2, 1, 1, 0, 0]


def test_gates_and_heads_are_planes_of_their_own():
    kernel = np.arange(24, dtype="float32").reshape(2, 12)
    gates = tuple(Part(name=f"gate {g}", axis=1, start=3 * g, stop=3 * g + 3) for g in range(4))
    shown = view(Held(kernel), entry(kernel, ("features", "gates × units"), gates))
    for at, plane in enumerate(shown.planes):
        np.testing.assert_array_equal(plane.values("mean"), kernel[:, 3 * at : 3 * at + 3])
    query = np.arange(30, dtype="float32").reshape(5, 2, 3)
    heads = tuple(Part(name=f"head {h}", axis=1, start=h, stop=h + 1) for h in range(2))
    shown = view(Held(query), entry(query, ("features", "heads", "size"), heads))
    for at, plane in enumerate(shown.planes):
        assert plane.layout.row_words == ("features",)
        np.testing.assert_array_equal(plane.values("mean"), query[:, at])


@settings(max_examples=60, deadline=None)
@given(data=st.data(), shape=st.lists(st.integers(0, 5), max_size=4))
def test_any_rectangle_of_any_plane_is_the_one_of_the_whole(data, shape):
    values = np.arange(math.prod(shape), dtype="float32").reshape(shape)
    layout = whole_layout(tuple(shape))
    rows, columns = layout.plane
    whole = values.reshape(rows, columns)
    top, left = data.draw(st.integers(0, rows)), data.draw(st.integers(0, columns))
    bottom, right = data.draw(st.integers(top, rows)), data.draw(st.integers(left, columns))
    got = layout.read(Held(values), slice(top, bottom), slice(left, right))
    np.testing.assert_array_equal(got, whole[top:bottom, left:right])


@pytest.mark.parametrize("chunk", [3, 10**6])
def test_statistics_are_numpys(monkeypatch, chunk):
    monkeypatch.setattr(planes, "CHUNK", chunk)
    values = DRAW.normal(3, 2, size=(9, 7)).astype("float32")
    values[0, :3] = [np.nan, np.inf, 0]
    found = planes.statistics(Held(values), whole_layout(values.shape))
    finite = values[np.isfinite(values)].astype("float64")
    assert (found.size, found.nan, found.infinite, found.zeros) == (63, 1, 1, 1)
    np.testing.assert_allclose(
        [found.minimum, found.maximum, found.mean, found.deviation],
        [finite.min(), finite.max(), finite.mean(), finite.std()],
        rtol=1e-12,
    )


@pytest.mark.parametrize("values", [np.zeros((0, 4), "f4"), np.full((2, 2), np.nan, "f4")])
def test_nothing_finite_is_said_so(values):
    found = view(Held(values), entry(values, ("axis 0", "axis 1")))
    assert math.isnan(found.statistics.mean)
    assert found.planes[0].values("mean").shape == values.shape


def test_a_number_alone_and_a_vector():
    for values in (np.array(3.0), np.arange(4, dtype="int64"), np.array([True, False])):
        shown = view(Held(values), entry(values, ("index",)[: values.ndim]))
        np.testing.assert_array_equal(shown.planes[0].values("mean"), values.reshape(1, -1))


def test_histograms_are_numpys(monkeypatch):
    monkeypatch.setattr(planes, "CHUNK", 10)
    values = DRAW.normal(size=(9, 7)).astype("float32")
    got = planes.histogram(Held(values), whole_layout((9, 7)), low=-2, high=2, bins=11)
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
def test_shares_of_a_weight_come_to_the_whole(monkeypatch, shape, axes, parts, sort, count):
    monkeypatch.setattr(planes, "CHUNK", 9000)
    values = DRAW.normal(size=shape).astype("float32")
    values.flat[::7] = np.nan
    values.flat[3], values.flat[5] = 0, np.inf
    weight = entry(values, axes, parts)
    whole = view(Held(values), weight, sort=sort)
    shares = [(at, count) for at in range(count)]
    squares = [norms_squared(Held(values), weight, share=share) for share in shares]
    norms = tuple(np.sqrt(sum(own)).astype("float32") for own in zip(*squares, strict=True))
    portions = [
        portion(Held(values), weight, norms=norms, sort=sort, share=share) for share in shares
    ]
    found = joined(portions)
    for one, other in zip(found.planes, whole.planes, strict=True):
        assert one.block == other.block
        np.testing.assert_allclose(one.norms, other.norms, rtol=1e-6)
        assert one.reduced.keys() == other.reduced.keys()
        for name, cells in one.reduced.items():
            np.testing.assert_array_equal(cells, other.reduced[name])
    for name, figure in vars(whole.statistics).items():
        np.testing.assert_allclose(getattr(found.statistics, name), figure, rtol=1e-9, atol=1e-12)
