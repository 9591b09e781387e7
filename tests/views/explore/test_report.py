"""What stands beside the picture: agreement, counts, invariants, weights, and all tensors."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import numpy as np
import pytest

from layers.catalog.registry import POSTS
from layers.traces.summary import InvariantResult
from tests.views.runs import explored
from views.explore import report


def result(measured: float | None, tolerance: float = 0.5) -> InvariantResult:
    return InvariantResult(
        sentence="It holds.", figure="largest <b>difference</b>", measured=measured,
        tolerance=tolerance,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("disagreement", "words"),
    [
        (0.0, ["every digit"]),
        (6e-8, ["largest difference 6e−08."]),
        (0.5, ["largest difference 0.5", "run out of digits"]),
        (math.inf, ["largest difference ∞", "run out of digits"]),
        (math.nan, ["largest difference NaN", "run out of digits"]),
    ],
)
def test_the_hand_calculation_agrees_in_one_sentence(disagreement: float, words: list[str]):
    run = replace(explored("linear"), disagreement=disagreement)
    sentence = report.agreement(run)
    for word in words:
        assert word in sentence


def test_agreement_is_judged_against_the_size_of_the_numbers():
    run = replace(explored("linear", source="constant", constant=1e6), disagreement=0.01)
    assert np.abs(run.trace["outputs"]).max() > 1e4
    assert "run out of digits" not in report.agreement(run)


def test_a_difference_in_large_numbers_inside_the_layer_names_their_size():
    # A causal mask subtracts 1e9 from scores of about 1, and float32 keeps steps of 64 there.
    sentence = report.agreement(explored("attention", {"use_causal_mask": True}))
    assert "in numbers up to 1e+09. Where numbers are this large" in sentence
    assert "in numbers" not in report.agreement(explored("attention"))


def test_a_run_of_nan_agrees_with_the_hand_calculation():
    run = explored("linear", source=np.full((2, 10), np.nan, "float32"))
    assert "every digit" in report.agreement(run)


@pytest.mark.parametrize(
    ("measured", "mark", "figure"),
    [(0.25, "✓", "0.25"), (0.75, "✗", "0.75"), (math.nan, "✗", "NaN"), (None, "–", "not tested")],
)
def test_a_promise_is_marked_and_its_figure_told(measured: float | None, mark: str, figure: str):
    run = replace(explored("linear"), invariants=(result(measured),))
    (check,) = report.figures_of(run)["checks"]
    assert check["mark"] == mark
    assert figure in check["figure"]
    assert check["sentence"] == "It holds."


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ("linear", ["55", "55", "0"]),
        ("repeated_dense", ["11", "11", "0"]),
        ("center_zero", ["100", "0", "100"]),
        ("running_sum", ["10", "0", "10"]),
        ("mlp_block", ["53", "53", "0"]),
    ],
)
def test_parameters_are_counted(layer: str, expected: list[str]):
    assert [count for _, count in report.figures_of(explored(layer))["counts"]] == expected


def test_the_tables_figures_are_numpys():
    run = explored("linear", {"bias_initializer": "ones"}, seed=3)
    table = report.weights_table(run.weights)
    rows = {row[0]: dict(zip(table["head"][1:], row[1:], strict=True)) for row in table["rows"]}
    kernel = run.trace["kernel"].astype("float64")
    assert list(rows) == ["kernel", "bias"]
    assert rows["kernel"]["Shape"] == "10 × 5"
    assert rows["kernel"]["Type"] == "float32"
    for column, figure in (
        ("Min", kernel.min()), ("Mean", kernel.mean()),
        ("Max", kernel.max()), ("Std", kernel.std()),
    ):  # fmt: skip
        assert float(rows["kernel"][column].replace("−", "-")) == pytest.approx(figure, rel=5e-3)
    assert rows["kernel"]["Zeros"] == "0 %"
    assert table["rows"][0][-1] == "5", "distinct columns"
    assert [rows["bias"][c] for c in ("Min", "Mean", "Max", "Std")] == ["1", "1", "1", "0"]


def test_the_table_tells_repeated_columns_and_zeros():
    run = explored("linear", {"kernel_initializer": "identity", "features": 4, "units": 4})
    kernel, bias = report.weights_table(run.weights)["rows"]
    assert "75 %" in kernel
    assert "100 %" in bias
    run = explored("linear", {"kernel_initializer": "ones"})
    assert report.weights_table(run.weights)["rows"][0][-1] == "1"


def test_weights_that_do_not_train_are_told_so():
    (mask,) = report.weights_table(explored("center_zero").weights)["rows"]
    assert mask[:4] == ["mask", "10 × 10", "float32", "no"]


def test_the_npz_holds_every_tensor_bit_by_bit():
    for layer in POSTS:
        run = explored(layer.name)
        with np.load(io.BytesIO(report.npz(run)), allow_pickle=False) as file:
            assert set(file.files) == set(run.trace.tensors)
            for name in file.files:
                np.testing.assert_array_equal(file[name], run.trace[name], err_msg=name)
                assert file[name].dtype == run.trace[name].dtype
