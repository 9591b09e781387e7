from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.catalog.center_zero import SPEC, CenterZero
from layers.runs.run import run
from layers.traces.summary import measure

side = st.integers(1, 64)


def test_a_hole_that_can_be_centred_is_in_the_centre():
    outputs = CenterZero(1, 3)(np.full((3, 5), 7, "float32")).numpy()
    np.testing.assert_array_equal(outputs, [[7, 7, 7, 7, 7], [7, 0, 0, 0, 7], [7, 7, 7, 7, 7]])


def test_an_odd_hole_in_an_even_array_sits_half_a_cell_up_and_left():
    outputs = CenterZero(1, 1)(np.full((4, 4), 7, "float32")).numpy()
    np.testing.assert_array_equal(outputs, [[7, 7, 7, 7], [7, 0, 7, 7], [7, 7, 7, 7], [7, 7, 7, 7]])


def test_an_even_hole_in_an_odd_array_sits_half_a_cell_up_and_left():
    outputs = CenterZero(2, 2)(np.full((3, 5), 7, "float32")).numpy()
    np.testing.assert_array_equal(outputs, [[7, 0, 0, 7, 7], [7, 0, 0, 7, 7], [7, 7, 7, 7, 7]])


@settings(max_examples=30, deadline=None)
@given(rows=side, columns=side, batch=st.integers(0, 4), data=st.data())
def test_any_hole_is_as_large_as_asked_as_central_as_can_be_and_all_else_is_as_it_came(
    rows, columns, batch, data
):
    height, width = data.draw(st.integers(0, rows)), data.draw(st.integers(0, columns))
    values = {"rows": rows, "columns": columns, "hole_height": height, "hole_width": width}
    left = run(SPEC, values, batch=batch, source="normal")
    assert left["inputs"].shape == ((batch, rows, columns) if batch else (rows, columns))
    for cells, length, size in (
        (left["mask"].min(axis=1), rows, height if width else 0),
        (left["mask"].min(axis=0), columns, width if height else 0),
    ):
        before = np.argmin(cells) if size else 0
        after = length - before - size
        assert (cells == 0).sum() == size
        if size:
            assert (cells[before : before + size] == 0).all(), "the hole is in one piece"
            assert 0 <= after - before <= 1, "what is left over stands below or to the right"
    assert (left["mask"] == 0).sum() == height * width
    expected = np.where(left["mask"] == 0, 0, left["inputs"])
    np.testing.assert_array_equal(left["outputs"], expected)


def test_each_array_of_a_batch_gets_the_same_hole():
    left = run(SPEC, {"rows": 4, "columns": 6}, batch=3)
    assert left["outputs"].shape == (3, 4, 6)
    np.testing.assert_array_equal(left["outputs"], left["outputs"][[0, 0, 0]])
    assert left.tensors["outputs"].axes == ("batch", "rows", "columns")
    assert run(SPEC, {}, batch=0).tensors["outputs"].axes == ("rows", "columns")


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ({}, 0),
        ({"hole_height": 3}, 1),
        ({"hole_height": 3, "hole_width": 1}, 2),
        ({"rows": 9, "hole_height": 3}, 0),
        ({"rows": 9, "hole_height": 0}, 0),
    ],
)
def test_a_hole_that_cannot_be_centred_is_pointed_out(values, count):
    notes = SPEC.notes(SPEC.check(values))
    assert len(notes) == count
    assert all("cannot be centred exactly" in note for note in notes)


@pytest.mark.parametrize("values", [{"hole_height": 11}, {"hole_width": 11}, {"rows": 1}])
def test_a_hole_larger_than_the_array_is_refused_with_both_sizes(values):
    with pytest.raises(
        ValueError, match=r"expected a hole of at most \d+ × \d+, .+ Received \d+ × \d+\. Make "
    ):
        run(SPEC, values)


@pytest.mark.parametrize("shape", [(10,), (2, 2, 10, 10)])
def test_an_input_that_is_no_array_of_rows_and_columns_is_refused(shape):
    with pytest.raises(ValueError, match="CenterZero cannot be built: expected an input of "):
        CenterZero()(np.ones(shape, "float32"))


def test_a_number_left_in_the_hole_and_one_changed_outside_break_their_promises():
    left = run(SPEC, {})
    bent = left["outputs"].copy()
    bent[4, 5], bent[0, 0] = -0.5, 6.25
    tensors = {**left.tensors, "outputs": replace(left.tensors["outputs"], values=bent)}
    inside, outside = (measure(p, replace(left, tensors=tensors)) for p in SPEC.invariants)
    assert (inside.measured, inside.holds) == (0.5, False)
    assert (outside.measured, outside.holds) == (0.25, False)


def test_a_nan_in_the_hole_stays_nan_as_zero_times_nan_is_and_the_promise_says_so():
    fed = np.ones((10, 10), "float32")
    fed[4, 4] = np.nan
    left = run(SPEC, {}, source=fed)
    assert np.isnan(left["outputs"][4, 4])
    assert left.disagreement() == 0
    assert measure(SPEC.invariants[0], left).holds is False


def test_without_a_hole_there_is_nothing_to_measure_inside_and_without_a_rim_outside():
    inside, outside = SPEC.invariants
    assert inside.measure(run(SPEC, {"hole_height": 0})) is None
    everything = {"rows": 2, "columns": 2}
    assert outside.measure(run(SPEC, everything)) is None
    assert inside.measure(run(SPEC, everything)) == 0
