"""Spans: the cells of an axis by the result's index, the way back, and their plain data."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.operations.spans import Span, Table, as_data, broadcast, cells, dependents, reshaped


def test_padding_is_no_cell():
    window = Span(0, size=3, stride=2, offset=-1)
    assert [cells(window, (at,), 4) for at in range(3)] == [(0, 1), (1, 2, 3), (3,)]


def test_a_step_leaves_cells_out():
    assert cells(Span(0, size=3, offset=-1, step=2), (0,), 6) == (1, 3)
    assert dependents((Span(0, size=3, step=2),), (3,), (6,), (2,)) == ((1,),)


def test_every_without_wrap_lights_the_right_cells():
    # Each cell three times: cell 1 made 3, 4 and 5 and no others.
    assert dependents((Span(0, every=3),), (1,), (4,), (12,)) == ((3, 4, 5),)
    # An image at twice the height and three times the width.
    upsampled = (Span(0), Span(1, every=2), Span(2, every=3), Span(3))
    found = dependents(upsampled, (0, 1, 0, 1), (1, 2, 2, 2), (1, 4, 6, 2))
    assert found == ((0,), (2, 3), (0, 1, 2), (1,))


def test_a_tile_comes_back_after_every_length():
    assert dependents((Span(0, wrap=3),), (1,), (3,), (9,)) == ((1, 4, 7),)


def test_a_cell_that_helps_nothing():
    assert dependents((Span(0, stride=2),), (1,), (4,), (2,)) == ((),)


def test_a_diagonal_moves_two_axes_by_one():
    spans = (Span(0), Span(0))
    assert dependents(spans, (1, 1), (3, 3), (3,)) == ((1,),)
    assert dependents(spans, (1, 2), (3, 3), (3,)) == ((),)


def test_a_table_is_looked_up():
    rows = Table((0, 1), np.array([[2, 0], [2, 1]]))
    assert cells(rows, (0, 1, 4), 3) == (0,)
    # The rows were taken at (0, 0) and (1, 0): a product, with every column of the result.
    assert dependents((rows, Span(2)), (2, 3), (3, 5), (2, 2, 5)) == ((0, 1), (0,), (3,))
    sized = Table((0,), np.array([0, 0, 1]), np.array([0, 2, 2]), step=2)
    assert [cells(sized, (at,), 4) for at in range(3)] == [(), (0, 2), (1, 3)]


def test_an_axis_of_one_cell_is_broadcast():
    assert broadcast((1, 3), 3) == (Span(), Span(2))


SHAPES = st.lists(st.sampled_from([1, 1, 2, 2, 3, 4, 6]), min_size=0, max_size=4).filter(
    lambda shape: math.prod(shape) < 150
)


@settings(deadline=None)
@given(SHAPES, st.randoms(use_true_random=False))
def test_a_reshape_names_the_cell_of_the_same_place(shape, random):
    factors = [f for n in shape for f in ((2, 3) if n == 6 else (2, 2) if n == 4 else (n,))]
    random.shuffle(factors)
    result = []
    while factors:
        take = random.randint(1, len(factors))
        result.append(math.prod(factors[:take]))
        factors = factors[take:]
    numbered = np.arange(math.prod(shape)).reshape(shape)
    spans = reshaped(tuple(shape), tuple(result))
    for index, number in np.ndenumerate(numbered.reshape(result)):
        at = tuple(cells(s, index, n) for s, n in zip(spans, shape, strict=True))
        assert all(len(axis) == 1 for axis in at)
        cell = tuple(axis[0] for axis in at)
        assert numbered[cell] == number
        back = dependents(spans, cell, tuple(shape), tuple(result))
        assert back == tuple((place,) for place in index)


def test_a_reshape_of_nothing():
    assert len(reshaped((0, 3), (3, 0, 2))) == 2


@pytest.mark.parametrize(
    ("span", "length", "data"),
    [
        (Span(size=4), 4, None),
        (Span(size=2, offset=1), 4, [None, 2, 1, 1]),
        (Span(2), 4, 2),
        (Span(2, size=3, stride=2, offset=-1), 9, [2, 3, 2, -1]),
        (Span(2, every=3), 4, [2, 1, 1, 0, 3]),
        (Span(0, wrap=3), 3, [0, 1, 1, 0, 1, 3]),
        (Span(0, size=3, step=2), 9, [0, 3, 1, 0, 1, 0, 2]),
        (Span(((0, 6), (1, 1)), every=4, wrap=3), 3, [[[0, 6], [1, 1]], 1, 1, 0, 4, 3]),
    ],
)
def test_the_plain_data_of_a_span(span, length, data):
    assert as_data(span, length) == data
    assert json.loads(json.dumps(data)) == data


def test_the_plain_data_of_a_table():
    table = Table((0, 2), np.array([[1, 0]]), np.array([[1, 0]]), 2)
    data = {"axes": [0, 2], "starts": [[1, 0]], "sizes": [[1, 0]], "step": 2}
    assert as_data(table, 3) == data
    assert as_data(Table((0,), np.array([1])), 3)["sizes"] == 1
