import json

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from figures.histogram import BINS, histogram

nan, inf = np.nan, np.inf


def bars(figure):
    """Return the middles, the counts and the width of the bars as plotly.js places them."""
    (trace,) = figure.spec["data"]
    counts = np.array(trace["y"])
    return trace["x0"] + trace["dx"] * np.arange(counts.size), counts, trace["dx"]


@settings(max_examples=100, deadline=None)
@given(
    arrays(
        "float32", array_shapes(min_dims=0, max_dims=4, max_side=5), elements=st.floats(width=32)
    )
)
def test_any_tensor_makes_a_figure_that_plotly_accepts_and_loses_no_finite_number(values):
    figure = histogram(values, name="kernel")
    go.Figure(figure.spec)
    json.dumps(figure.spec, allow_nan=False)
    _, counts, width = bars(figure)
    assert counts.sum() == np.isfinite(values).sum()
    assert counts.size <= BINS
    assert 0 < width < inf


@settings(max_examples=100, deadline=None)
@given(
    values=arrays("float32", st.integers(2, 40), elements=st.floats(-1000, 1000, width=32)),
    offset=st.sampled_from([0, 1e3, -1e6]),
)
def test_the_bars_stand_where_the_numbers_are(values, offset):
    values = (values + offset).astype("float32")
    middles, counts, width = bars(histogram(values, name="x"))
    assert middles[0] - 0.51 * width <= values.min()
    assert values.max() <= middles[-1] + 0.51 * width
    for middle, count in zip(middles, counts, strict=True):
        # What lies clearly in a bar is counted in it; on an edge it may go either way.
        clearly = np.abs(values.astype("float64") - middle) < 0.49 * width
        possibly = np.abs(values.astype("float64") - middle) < 0.51 * width
        assert clearly.sum() <= count <= possibly.sum()


def test_numbers_close_together_but_far_from_zero_keep_their_place():
    values = np.array([20000.37, 20000.38], "float64")
    middles, counts, width = bars(histogram(values, name="x"))
    assert counts[0] == counts[-1] == 1
    np.testing.assert_allclose(middles[[0, -1]], [20000.371, 20000.379], rtol=0, atol=1e-5)
    np.testing.assert_allclose(width, 0.002, rtol=1e-4)  # written with six digits


@pytest.mark.parametrize("constant", [0.0, 1.0, -0.25, 1e30, 1e-30])
def test_a_constant_tensor_is_one_bar_with_room_around_it(constant):
    figure = histogram(np.full((3, 4), constant), name="bias")
    middles, counts, width = bars(figure)
    np.testing.assert_allclose(middles, [constant], rtol=1e-5, atol=1e-6)  # six digits of width
    assert counts.tolist() == [12]
    low, high = figure.spec["layout"]["xaxis"]["range"]
    assert low < constant - width
    assert constant + width < high


def test_what_is_not_finite_is_left_out_and_counted_in_the_caption():
    figure = histogram(np.array([nan, inf, 1, 2, 3]), name="x", layer="linear")
    assert figure.caption == "5 values, 2 not finite · 1 to 3"
    assert bars(figure)[1].sum() == 3
    assert histogram(np.array([1.0, 2]), name="x").caption == "2 values · 1 to 2"


def test_without_finite_numbers_there_is_no_bar():
    figure = histogram(np.array([nan, inf]), name="x")
    assert bars(figure)[1].size == 0
    assert "no finite values" in figure.alt


def test_the_fullest_bin_is_told_in_words():
    figure = histogram(np.array([0, 0, 0, 10.0]), name="kernel", layer="linear")
    assert figure.alt == (
        "Histogram of kernel, 4, values 0 to 10; 3 of 4 are zero; "
        "the fullest of 5 bins holds 3 around 1"
    )
    assert figure.file_name == "linear-kernel-histogram-4"
    assert figure.name == "kernel_histogram"


@pytest.mark.parametrize("value", [0, 0.5, 24])
def test_a_constant_is_one_slim_bar_in_the_middle_wherever_it_lies(value):
    figure = histogram(np.full(5, value, "float32"), name="bias")
    (trace,) = figure.spec["data"]
    low, high = figure.spec["layout"]["xaxis"]["range"]
    np.testing.assert_allclose((low + high) / 2, value, atol=1e-6)
    np.testing.assert_allclose(trace["width"] / (high - low), 0.1, rtol=1e-4)
