import base64
import json

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from figures.figure import packed
from figures.heatmap import MAXIMUM_NUMBERS, heatmap
from figures.view import REDUCTIONS, symmetric_limit

nan, inf = np.nan, np.inf
AXES = ("batch", "axis 1", "axis 2", "axis 3", "features")


def drawn(figure):
    """Decode what plotly.js will decode."""
    z = figure.spec["data"][0]["z"]
    shape = [int(length) for length in z["shape"].split(", ")]
    assert z["dtype"] == "f4"
    return np.frombuffer(base64.b64decode(z["bdata"]), "<f4").reshape(shape)


@settings(max_examples=60)
@given(
    arrays(
        st.sampled_from(["float32", ">f4", "float16", "int32"]),
        array_shapes(min_dims=1, max_dims=3, max_side=5),
    )
)
def test_a_packed_array_decodes_to_the_same_numbers(values):
    sent = packed(values)
    shape = [int(length) for length in sent["shape"].split(", ")]
    back = np.frombuffer(base64.b64decode(sent["bdata"]), "<f4").reshape(shape)
    np.testing.assert_array_equal(back, values.astype("float32"))


def test_an_array_that_lies_otherwise_in_memory_is_packed_row_by_row():
    values = np.arange(6, dtype="float32").reshape(2, 3)
    assert packed(values.T) == packed(np.ascontiguousarray(values.T))
    assert packed(values[:, ::-1]) == packed(values[:, ::-1].copy())


@settings(max_examples=80)
@given(
    values=arrays(
        "float32",
        array_shapes(min_dims=0, max_dims=5, max_side=4),
        elements=st.floats(width=32),
    ),
    row=st.integers(-6, 6),
    column=st.integers(-6, 6),
    mask=st.booleans(),
)
def test_any_tensor_of_any_rank_makes_a_figure_that_plotly_accepts(values, row, column, mask):
    figure = heatmap(
        values,
        name="kernel",
        axes=AXES[: values.ndim],
        limit=symmetric_limit([values]),
        mask=mask,
        row_axis=row,
        column_axis=column,
        at={0: 1, 1: 2, 2: 3},
    )
    go.Figure(figure.spec)
    json.dumps(figure.spec, allow_nan=False)
    assert figure.cells == drawn(figure).shape
    assert figure.alt.startswith("kernel, ")


def test_the_cells_drawn_are_the_tensors_numbers_with_the_first_row_on_top():
    values = np.array([[1.5, -2, 0], [nan, 4, 5]], "float32")
    figure = heatmap(values, name="kernel", axes=("features", "units"), limit=5, layer="linear")
    np.testing.assert_array_equal(drawn(figure), values)
    layout = figure.spec["layout"]
    assert layout["yaxis"]["autorange"] == "reversed"
    assert layout["xaxis"]["title"]["text"] == "units (3)"
    assert layout["yaxis"]["title"]["text"] == "features (2)"
    assert figure.name == "kernel"
    assert figure.file_name == "linear-kernel-2x3"
    assert figure.caption == "2 × 3 · features × units · × NaN"
    assert figure.alt == "kernel, 2 × 3, values −2 to 5; 1 of 6 are zero; 1 NaN"
    assert (figure.format, figure.digits) == (".2f", 5)


@pytest.mark.parametrize("limit", [1e-40, 0.0123456, 0.5, 1, 9.9999, 1234.5678, 3e38])
def test_the_colour_range_is_centred_on_zero_and_reaches_the_limit_but_hardly_further(limit):
    trace = heatmap(np.ones((2, 2)), name="x", axes=("a", "b"), limit=limit).spec["data"][0]
    assert trace["zmin"] == -trace["zmax"]
    assert limit * (1 - 1e-9) <= trace["zmax"] <= limit * 1.002


def test_a_mask_is_drawn_from_nought_to_one_in_two_colours_of_its_own():
    figure = heatmap(np.eye(3), name="mask", axes=("rows", "columns"), limit=7, mask=True)
    assert (figure.spec["data"][0]["zmin"], figure.spec["data"][0]["zmax"]) == (0, 1)
    assert figure.palette == "mask"
    assert heatmap(np.eye(3), name="x", axes=("a", "b"), limit=7).palette == "signed"


def test_what_is_not_finite_is_marked_where_it_is():
    values = np.array([[1, nan], [inf, -inf], [2, 3]], "float32")
    figure = heatmap(values, name="x", axes=("a", "b"), limit=3)
    marks = figure.spec["data"][1]
    assert list(zip(marks["y"], marks["x"], strict=True)) == [(0, 1), (1, 0), (1, 1)]
    assert len(heatmap(np.ones((2, 2)), name="x", axes=("a", "b"), limit=1).spec["data"]) == 1


def test_numbers_are_written_while_there_are_few():
    for columns, written in ((MAXIMUM_NUMBERS // 10, True), (MAXIMUM_NUMBERS // 10 + 1, False)):
        figure = heatmap(np.ones((10, columns)), name="x", axes=("a", "b"), limit=1)
        assert (figure.digits > 0) == written


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_a_large_tensor_is_reduced_and_says_how_in_sight_and_in_words(reduction):
    values = np.zeros((300, 700), "float32")
    values[0, :3] = [8, -9, nan]
    figure = heatmap(values, name="x", axes=("batch", "units"), limit=9, reduction=reduction)
    assert figure.cells == (150, 234)
    first = {"mean": -1 / 5, "extreme": -9, "min": -9, "max": 8}[reduction]
    np.testing.assert_allclose(drawn(figure)[0, 0], first, rtol=1e-6)  # a float32 fifth
    assert figure.caption == f"300 × 700 · batch × units · {reduction} of 2 × 3 blocks"
    assert figure.alt.endswith(f"; {reduction} of 2 × 3 blocks")
    assert figure.spec["layout"]["xaxis"]["title"]["text"] == "units (700)"
    assert figure.block == (2, 3)
    assert figure.digits == 0


def test_a_slice_says_of_what_and_where_it_is():
    values = np.arange(24, dtype="float32").reshape(2, 3, 4)
    figure = heatmap(
        values, name="x", axes=("batch", "axis 1", "features"), limit=23, row_axis=0, at={1: 2}
    )
    np.testing.assert_array_equal(drawn(figure), values[:, 2, :])
    assert figure.caption == "2 × 4 · batch × features · at axis 1 at 2 of 2 × 3 × 4"
    assert figure.alt.endswith("; at axis 1 at 2 of 2 × 3 × 4")


def test_scalars_and_vectors_are_captioned_with_their_own_shape():
    assert heatmap(np.array(2.0), name="b", axes=(), limit=2).caption == "one number"
    assert heatmap(np.ones(5), name="b", axes=("units",), limit=1).caption == "5 · units"


def test_drawing_leaves_the_tensor_as_it_was():
    values = np.array([[nan, 1], [2, 3]], "float32")
    values.setflags(write=False)
    heatmap(values, name="x", axes=("a", "b"), limit=3)
    np.testing.assert_array_equal(values, [[nan, 1], [2, 3]])


def test_a_range_around_a_number_is_centred_on_it():
    figure = heatmap(np.ones((2, 2)), name="x", axes=("a", "b"), limit=0.5, centre=3.0)
    assert (figure.spec["data"][0]["zmin"], figure.spec["data"][0]["zmax"]) == (2.5, 3.5)


def test_of_complex_numbers_the_magnitudes_are_drawn_and_the_caption_says_so():
    values = np.array([[3 + 4j, -2], [0, 1j]], "complex64")
    limit = symmetric_limit([values])
    figure = heatmap(values, name="spectrum", axes=("rows", "columns"), limit=limit)
    np.testing.assert_array_equal(drawn(figure), [[5, 2], [0, 1]])
    assert figure.spec["data"][0]["zmax"] == 5
    assert "magnitudes of complex numbers" in figure.caption
    assert "magnitudes of complex numbers" in figure.alt


def test_nan_and_each_infinity_have_marks_of_their_own():
    values = np.array([[nan, np.inf, -np.inf, 1]], "float32")
    figure = heatmap(values, name="kernel", axes=("features", "units"), limit=5, layer="linear")
    marker = figure.spec["data"][1]["marker"]
    assert marker["symbol"] == ["x-thin", "triangle-up-open", "triangle-down-open"]
    assert figure.caption.endswith("× NaN, △ ∞, ▽ −∞")
