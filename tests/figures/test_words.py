import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from figures.words import describe, file_name, format_shape, number

nan, inf = np.nan, np.inf


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (6.0, "6"),
        (-0.0812, "−0.0812"),
        (123456.0, "1.23e+05"),
        (1e-9, "1e−09"),
        (nan, "NaN"),
        (inf, "∞"),
        (-inf, "−∞"),
    ],
)
def test_a_number_is_written_short_with_a_true_minus(value, written):
    assert number(value) == written


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([[-0.08, -0.08], [0.11, 0.11]], "w, 2 × 2, values −0.08 to 0.11; both columns equal"),
        ([[1, 1, 1], [2, 2, 2]], "w, 2 × 3, values 1 to 2; all 3 columns equal"),
        ([[1, 2]] * 4, "w, 4 × 2, values 1 to 2; all 4 rows equal"),
        ([[1, 2], [3, 4]], "w, 2 × 2, values 1 to 4"),
        ([[1], [2]], "w, 2 × 1, values 1 to 2"),
        ([[0, 1], [2, 0]], "w, 2 × 2, values 0 to 2; 2 of 4 are zero"),
        ([[6, 6], [6, 6]], "w, 2 × 2, all values 6"),
        ([0, 0], "w, 2, all values 0"),
        (3, "w, one number, value 3"),
        ([nan, 1, 2], "w, 3, values 1 to 2; 1 NaN"),
        ([[nan, nan]], "w, 1 × 2, no finite values; 2 NaN"),
        ([inf, -inf, 1, 2], "w, 4, values 1 to 2; 2 infinite"),
        ([[[1, 1]], [[2, 2]]], "w, 2 × 1 × 2, values 1 to 2"),
    ],
)
def test_what_strikes_the_eye_is_said(values, said):
    assert describe("w", np.array(values, "float32")) == said


@settings(max_examples=100, deadline=None)
@given(
    arrays(
        "float32", array_shapes(min_dims=0, max_dims=5, max_side=3), elements=st.floats(width=32)
    )
)
def test_any_array_is_described_with_its_name_and_shape(values):
    said = describe("kernel", values)
    assert said.startswith(f"kernel, {format_shape(values.shape)}, ")
    assert ("NaN" in said) == bool(np.isnan(values).any())
    assert ("infinite" in said) == bool(np.isinf(values).any())


def test_files_are_named_for_what_is_in_them():
    assert file_name("repeated_dense", "kernel", shape=(10, 5)) == "repeated_dense-kernel-10x5"
    assert file_name("linear", "bias", "histogram", shape=(5,)) == "linear-bias-histogram-5"
    assert file_name("repeated_dense", "bias", shape=()) == "repeated_dense-bias-scalar"
