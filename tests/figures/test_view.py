import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from figures.view import (
    MAXIMUM_SIDE,
    REDUCTIONS,
    is_binary,
    limit_side,
    near_limit,
    number_format,
    symmetric_limit,
    to_plane,
)

nan, inf = np.nan, np.inf
floats = st.floats(width=32)


def test_a_scalar_is_one_cell_and_a_vector_one_row():
    plane = to_plane(np.array(3.0), ())
    np.testing.assert_array_equal(plane.values, [[3]])
    assert (plane.rows, plane.columns, plane.slices) == ("", "", "")
    plane = to_plane(np.arange(3), ("units",))
    np.testing.assert_array_equal(plane.values, [[0, 1, 2]])
    assert (plane.rows, plane.columns, plane.slices) == ("", "units", "")


def test_a_matrix_is_itself_whatever_axes_are_chosen():
    matrix = np.arange(6).reshape(2, 3)
    plane = to_plane(matrix, ("batch", "units"), row_axis=1, column_axis=0)
    np.testing.assert_array_equal(plane.values, matrix)
    assert (plane.rows, plane.columns, plane.slices) == ("batch", "units", "")


@pytest.mark.parametrize("rank", [3, 4, 5])
def test_any_two_axes_are_rows_and_columns_and_the_others_stand_where_they_are_put(rank):
    values = np.arange(math.prod(range(2, 2 + rank))).reshape(range(2, 2 + rank))
    words = tuple("abcde"[:rank])
    for row, column in itertools.permutations(range(rank), 2):
        others = [axis for axis in range(rank) if axis not in (row, column)]
        at = {axis: axis % values.shape[axis] for axis in others}
        plane = to_plane(values, words, row_axis=row, column_axis=column, at=at)
        for i, j in np.ndindex(values.shape[row], values.shape[column]):
            where = {row: i, column: j, **at}
            assert plane.values[i, j] == values[tuple(where[axis] for axis in range(rank))]
        assert plane.values.shape == (values.shape[row], values.shape[column])
        assert (plane.rows, plane.columns) == (words[row], words[column])
        assert plane.slices == ", ".join(f"{words[axis]} {at[axis]}" for axis in others)


def test_without_a_choice_the_last_two_axes_are_shown_at_the_first_of_the_others():
    values = np.arange(24).reshape(2, 3, 4)
    plane = to_plane(values, ("batch", "axis 1", "features"))
    np.testing.assert_array_equal(plane.values, values[0])
    assert (plane.rows, plane.columns, plane.slices) == ("axis 1", "features", "batch 0")


@pytest.mark.parametrize("chosen", [(1, 1), (-1, 2), (0, 3), (-4, 1), (7, 9)])
def test_equal_or_impossible_axes_fall_back_to_the_last_two(chosen):
    values = np.arange(24).reshape(2, 3, 4)
    row, column = chosen
    plane = to_plane(values, ("a", "b", "c"), row_axis=row, column_axis=column, at={0: 1})
    np.testing.assert_array_equal(plane.values, values[1])


def test_a_slice_beyond_the_end_is_the_last():
    values = np.arange(24).reshape(2, 3, 4)
    plane = to_plane(values, ("a", "b", "c"), at={0: 99})
    np.testing.assert_array_equal(plane.values, values[1])
    assert plane.slices == "a 1"


def naive(plane, how, limit):
    block = [math.ceil(length / limit) for length in plane.shape]
    reduced = np.empty([math.ceil(n / b) for n, b in zip(plane.shape, block, strict=True)])
    for i, j in np.ndindex(reduced.shape):
        rows = slice(i * block[0], (i + 1) * block[0])
        columns = slice(j * block[1], (j + 1) * block[1])
        finite = [float(x) for x in plane[rows, columns].ravel() if not math.isnan(x)]
        if not finite:
            reduced[i, j] = nan
        elif how == "mean":
            reduced[i, j] = sum(finite) / len(finite)
        elif how == "extreme":
            reduced[i, j] = max(finite, key=lambda x: (abs(x), x))
        else:
            reduced[i, j] = {"min": min, "max": max}[how](finite)
    return reduced, tuple(block)


@pytest.mark.parametrize("how", REDUCTIONS)
@settings(max_examples=60)
@given(
    plane=arrays(
        "float32",
        array_shapes(min_dims=2, max_dims=2, max_side=17),
        elements=st.floats(-1000, 1000, width=32) | st.just(nan),
    ),
    limit=st.integers(1, 8),
)
def test_blocks_are_reduced_as_a_naive_loop_would(how, plane, limit):
    cells, block = limit_side(plane, how, limit=limit)
    expected, sides = naive(plane, how, limit)
    assert block == sides
    assert max(cells.shape) <= limit
    assert cells.dtype == np.float32
    # The mean of at most 289 numbers up to 1000, summed in float32.
    np.testing.assert_allclose(cells, expected, rtol=1e-5, atol=1e-3 if how == "mean" else 0)


@pytest.mark.parametrize("how", REDUCTIONS)
def test_a_plane_within_the_limit_comes_through_whole(how):
    plane = np.full((MAXIMUM_SIDE, MAXIMUM_SIDE), nan, "float32")
    plane[3, 4] = inf
    cells, block = limit_side(plane, how)
    assert block == (1, 1)
    np.testing.assert_array_equal(cells, plane)


def test_each_side_is_reduced_by_itself():
    cells, block = limit_side(np.ones((2, MAXIMUM_SIDE * 3 + 1), "float32"))
    assert block == (1, 4)
    np.testing.assert_array_equal(cells, np.ones((2, 193)))


def test_one_cell_among_thousands_is_kept_by_extreme_and_lost_in_the_mean():
    plane = np.zeros((1024, 1024), "float32")
    plane[500, 700] = -7
    extreme, block = limit_side(plane, "extreme")
    assert block == (4, 4)
    assert extreme[500 // 4, 700 // 4] == -7
    assert np.count_nonzero(extreme) == 1
    assert limit_side(plane, "mean")[0].min() == -7 / 16
    assert limit_side(plane, "min")[0].min() == -7
    assert limit_side(plane, "max")[0].max() == 0


def test_an_infinity_is_not_lost_in_its_block():
    plane = np.zeros((512, 2), "float32")
    plane[0, 0] = -inf
    for how, expected in (("mean", -inf), ("extreme", -inf), ("min", -inf), ("max", 0)):
        assert limit_side(plane, how)[0][0, 0] == expected


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ([[-3, 2], [1]], 3),
        ([[0.001]], 0.001),
        ([[nan, 2, inf], [-inf]], 2),
        ([[0, 0]], 1),
        ([[nan, inf]], 1),
        ([[]], 1),
        ([], 1),
    ],
)
def test_the_colour_range_reaches_the_largest_finite_magnitude(lists, expected):
    assert symmetric_limit(np.array(values, "float64") for values in lists) == expected


@settings(max_examples=60)
@given(arrays("float32", array_shapes(max_dims=3, max_side=4), elements=floats))
def test_any_array_has_a_usable_colour_range(values):
    limit = symmetric_limit([values])
    assert 0 < limit < inf
    finite = values[np.isfinite(values)]
    assert np.abs(finite).max(initial=0) <= limit


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([6, 0], (".0f", 1)),
        ([-6, 10], (".0f", 3)),
        ([0], (".0f", 1)),
        ([99_999], (".0f", 5)),
        ([100_000], (".1e", 6)),
        ([0.5], (".2f", 4)),
        ([0.05, -0.01], (".3f", 6)),
        ([0.001], (".4f", 6)),
        ([0.0009], (".1e", 6)),
        ([1.5], (".2f", 4)),
        ([12.5], (".1f", 4)),
        ([123.5, -1], (".0f", 4)),
        ([nan], (".0f", 3)),
        ([], (".0f", 3)),
        ([nan, 2.5], (".2f", 4)),
        ([1e12, -1e-12], (".1e", 8)),
    ],
)
def test_numbers_are_written_with_the_digits_that_tell_them_apart(values, expected):
    assert number_format(np.array(values, "float64")) == expected


def as_d3(template, value):
    """Write a number as d3's format does: Python's, with a bare exponent and no minus nought."""
    written = format(value, template)
    written = written.lstrip("-") if float(written) == 0 else written
    mantissa, _, exponent = written.partition("e")
    return f"{mantissa}e{int(exponent):+d}" if exponent else written


@settings(max_examples=200)
@given(arrays("float32", st.integers(1, 6), elements=floats | st.floats(-10, 10, width=32)))
def test_no_number_is_longer_than_announced(values):
    template, digits = number_format(values)
    finite = values[np.isfinite(values)]
    assert max((len(as_d3(template, float(x))) for x in finite), default=0) <= digits


@pytest.mark.parametrize(
    ("values", "binary"),
    [([0, 1, 1], True), ([1], True), ([0, 2], False), ([0.5], False), ([nan, 1], False)],
)
def test_a_mask_is_known_by_its_zeros_and_ones(values, binary):
    assert is_binary(np.array(values)) is binary


def test_what_is_near_a_number_is_the_nearest_quarter_of_the_others():
    assert near_limit([np.array([1.0, 1.1, 1.2, 1.3, 9.0])], 1.0) == pytest.approx(0.175)
    assert near_limit([np.ones(4), np.array([np.nan, np.inf])], 1.0) == 1.0
