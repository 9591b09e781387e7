"""The numbers along the edges of weights: which filter, channel or unit stands where."""

from __future__ import annotations

import numpy as np
import pytest

from tests.figures.test_weight import drawn, kernel, shown


def test_a_filter_is_numbered_above_its_column_and_a_channel_left_of_its_row():
    values, plane = kernel(3, 2, 4, 5)
    figure = shown(plane, tile=(3, 2))
    (above,), left = figure.rulers.above, figure.rulers.left
    assert above == ((1.0, 0), (4.0, 1), (7.0, 2), (10.0, 3), (13.0, 4))
    assert left == ((1.5, 0), (5.5, 1), (9.5, 2), (13.5, 3))
    cells = drawn(figure)
    for x, out in above:
        for y, into in left:
            assert cells[int(y), int(x)] == values[1, 1, into, out]
    assert "numbers: out above and in at the left" in figure.alt


@pytest.mark.parametrize("order", [(), tuple(range(29, -1, -1))], ids=["as they are", "sorted"])
def test_each_line_of_one_row_of_filters_has_its_own_numbers(order):
    values, plane = kernel(5, 5, 1, 30)
    if order:
        plane = values[..., list(order)].transpose(2, 0, 3, 1).reshape(plane.shape)
    figure = shown(plane, tile=(5, 5), numbers=order)
    cells = drawn(figure)
    seen = []
    for line, ruler in enumerate(figure.rulers.above):
        for x, out in ruler:
            assert cells[6 * line + 2, int(x)] == values[2, 2, 0, out]
            seen.append(out)
    assert seen == list(order or range(30))
    assert [number for _, number in figure.rulers.left] == seen[:: figure.slices.across]
    assert figure.alt.endswith("numbers: out above")


def test_a_reduced_kernel_counts_the_filters_that_are_in_its_blocks():
    figure = shown(
        np.ones((256, 256), "f4"),
        plane=(3 * 256, 3 * 512),
        block=(3, 6),
        reduction="mean",
        tile=(3, 3),
    )
    (above,), left = figure.rulers.above, figure.rulers.left
    assert left[10] == (20.5, 20)  # two channels a number: a page has no room for more
    assert above[-1] == (255.25, 510)  # of 512, half a block each, every fifth
    assert all(at == (number + 0.5) / 2 for at, number in above)


def test_units_of_a_matrix_are_counted_and_a_vector_and_a_single_slice_are_not():
    figure = shown(np.ones((3, 4), "f4"), rows=("features",), columns=("units",))
    assert figure.rulers.above == (((0.5, 0), (1.5, 1), (2.5, 2), (3.5, 3)),)
    assert "numbers: units above and features at the left" in figure.alt
    assert shown(np.ones((1, 9), "f4"), rows=(), columns=("units",)).rulers is None
    figure = shown(np.ones((3, 3), "f4"), tile=(3, 3))
    assert not any(figure.rulers.above)
    assert not figure.rulers.left
    assert "numbers" not in figure.alt


def test_a_window_counts_on_from_its_corner():
    _, plane = kernel(3, 2, 4, 5)
    part = plane[2:7, 1:4]
    figure = shown(part, tile=(3, 2), plane=plane.shape, corner=(2, 1))
    assert figure.rulers.left == ((0.5, 0), (3.5, 1), (6.5, 2))
    assert figure.rulers.above == (((0.5, 0), (3.0, 1)),)
    figure = shown(np.ones((2, 2), "f4"), plane=(40, 40), corner=(30, 7))
    assert figure.rulers.left == ((0.5, 30), (1.5, 31))
    assert figure.rulers.above == (((0.5, 7), (1.5, 8)),)
