from dataclasses import replace

import keras
import numpy as np
import pytest

from layers.catalog.registry import NAMES, POSTS, get
from layers.catalog.spec import Invariant
from layers.runs.run import run
from layers.runs.weights import parameters, weight_rows
from layers.traces.summary import InvariantResult, measure, weight_row

nan, inf = np.nan, np.inf


def row_of(values, trainable=True):
    return weight_row("kernel", np.array(values, "float32"), trainable=trainable)


def test_a_weight_is_summed_up_as_worked_out_on_paper():
    row = row_of([[1, 1, -2], [0, 0, 6]])
    assert (row.name, row.shape, row.dtype, row.trainable) == ("kernel", (2, 3), "float32", True)
    assert (row.minimum, row.mean, row.maximum) == (-2, 1, 6)
    assert row.deviation == pytest.approx(6**0.5)  # (0 + 0 + 9 + 1 + 1 + 25) / 6
    assert row.zeros == pytest.approx(1 / 3)
    assert row.distinct_columns == 2
    np.testing.assert_array_equal(row.values, [[1, 1, -2], [0, 0, 6]])
    assert row_of([1], trainable=False).trainable is False


@pytest.mark.parametrize(
    ("values", "distinct"),
    [
        (3, 1),
        ([3, 3, 4], 2),
        ([[1], [2]], 1),
        ([[1, 1], [2, 2]], 1),
        ([[1, 1], [2, 3]], 2),
        ([[[1, 1], [2, 2]], [[0, 0], [5, 5]]], 1),
        ([[0.0, -0.0], [nan, nan]], 1),
    ],
)
def test_columns_are_told_apart_in_any_rank(values, distinct):
    assert row_of(values).distinct_columns == distinct


def test_figures_are_over_the_finite_numbers():
    row = row_of([nan, inf, -inf, 1, 3])
    assert (row.minimum, row.mean, row.maximum, row.deviation, row.zeros) == (1, 2, 3, 1, 0)
    lost = row_of([nan, inf])
    assert np.isnan([lost.minimum, lost.mean, lost.maximum, lost.deviation]).all()


def test_a_row_is_a_copy_that_cannot_be_written_to():
    layer = keras.layers.Dense(3, kernel_initializer="zeros")
    layer.build((1, 1))
    row = weight_rows(layer)[1]
    layer.bias.assign([1, 2, 3])
    np.testing.assert_array_equal(row.values, [0, 0, 0])
    with pytest.raises(ValueError, match="read-only"):
        row.values[0] = 1


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("linear", {}, (55, 55, 0)),
        ("linear", {"use_bias": False}, (50, 50, 0)),
        ("repeated_dense", {}, (11, 11, 0)),
        ("nd_dense", {}, (50, 50, 0)),
        ("center_zero", {}, (100, 0, 100)),
        ("running_sum", {}, (10, 0, 10)),
        ("mlp_block", {}, (6 * 4 + 4 + 4 * 4 + 4 + 4 + 1, 53, 0)),
    ],
)
def test_parameters_are_counted_as_on_paper(name, values, expected):
    spec = get(name)
    layer = spec.build(values, 0)
    layer.build(spec.full_shape(values, None))
    counted = parameters(layer)
    assert (counted.total, counted.trainable, counted.non_trainable) == expected


@pytest.mark.parametrize("spec", POSTS, ids=NAMES)
def test_counts_are_keras_own(spec):
    layer = spec.build({}, 0)
    layer.build(spec.full_shape({}, None))
    counted = parameters(layer)
    assert counted.total == layer.count_params() == counted.trainable + counted.non_trainable


@pytest.mark.parametrize(
    ("measured", "result"),
    [(0.0, True), (0.25, True), (0.2500001, False), (nan, False), (inf, False), (None, None)],
)
def test_an_invariant_holds_up_to_its_tolerance(measured, result):
    invariant = Invariant(sentence="It holds.", measure=lambda _: measured, tolerance=0.25)
    found = measure(invariant, run(get("linear"), {}))
    assert found.holds is result
    assert (found.sentence, found.figure) == ("It holds.", "largest difference")


def test_a_figure_that_was_measured_is_passed_on():
    result = InvariantResult(
        sentence="It holds.", figure="largest difference", measured=0.0, tolerance=0.0
    )
    assert result.holds is True
    assert replace(result, measured=1.0).holds is False


@pytest.mark.parametrize("shape", [(3, 0), (0, 3), (0,), (2, 0, 3)])
def test_a_weight_without_numbers_is_summed_up_too(shape):
    row = row_of(np.zeros(shape))
    assert row.shape == shape
    assert np.isnan([row.minimum, row.mean, row.maximum, row.deviation]).all()
    assert (row.zeros, row.distinct_columns) == (0, 0)
