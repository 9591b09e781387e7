"""Weights as pictures: cells where they belong, borders between slices, what is said of them."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from figures.distribution import distribution
from figures.figure import Slices
from figures.weight import plain, safe, weight


def drawn(figure) -> np.ndarray:
    packed = figure.spec["data"][0]["z"]
    shape = tuple(int(length) for length in packed["shape"].split(","))
    return np.frombuffer(base64.b64decode(packed["bdata"]), "<f4").reshape(shape)


def kernel(height, width, into, out):
    values = np.arange(height * width * into * out, dtype="f4")
    values = values.reshape(height, width, into, out)
    plane = values.transpose(2, 0, 3, 1).reshape(into * height, out * width)
    return values, plane


def shown(cells, **others):
    settings: dict[str, Any] = {
        "name": "kernel",
        "layer": "conv",
        "limit": 1.0,
        "rows": ("in", "height"),
        "columns": ("out", "width"),
        "plane": cells.shape,
        "shape": cells.shape,
        **others,
    }
    figure = weight(cells, **settings)
    go.Figure(figure.spec)  # raises on what plotly does not know
    assert figure.cells == drawn(figure).shape
    return figure


def test_many_channels_are_a_grid_with_borders():
    values, plane = kernel(3, 2, 4, 5)
    figure = shown(plane, tile=(3, 2))
    cells = drawn(figure)
    assert cells.shape == (4 * 4 - 1, 5 * 3 - 1)
    for i in range(4):
        for o in range(5):
            tile = cells[4 * i : 4 * i + 3, 3 * o : 3 * o + 2]
            np.testing.assert_array_equal(tile, values[:, :, i, o])
    assert np.isnan(cells[3]).all()
    assert np.isnan(cells[:, 2]).all()
    labels = figure.spec["data"][0]["text"]
    assert labels[4][3] == "in 1, height 0, out 1, width 0"
    assert labels[3][0] == ""
    assert "20 slices of 3 × 2" in figure.caption
    assert "in × height down, out × width across" in figure.alt


def test_one_channel_is_wrapped_and_nothing_follows_the_last():
    values, plane = kernel(5, 5, 1, 30)
    cells = drawn(shown(plane, tile=(5, 5)))
    columns = (cells.shape[1] + 1) // 6
    for o in range(30):
        top, left = 6 * (o // columns), 6 * (o % columns)
        np.testing.assert_array_equal(cells[top : top + 5, left : left + 5], values[:, :, 0, o])
    assert np.isfinite(cells).sum() == 5 * 5 * 30


def test_slices_of_one_cell_stand_beside_each_other_where_borders_have_no_room():
    _, plane = kernel(3, 1, 3, 250)
    figure = shown(plane, tile=(3, 1))
    cells = drawn(figure)
    assert cells.shape == (3 * 4 - 1, 250)
    assert figure.slices == Slices(tile=(3, 1), step=(4, 1), across=250)
    np.testing.assert_array_equal(cells[np.isfinite(cells)], plane.ravel())


@pytest.mark.parametrize(("into", "step"), [(192, 2), (193, 1)])
def test_channels_of_one_row_have_borders_between_them_where_there_is_room(into, step):
    _, plane = kernel(1, 3, into, 60)
    figure = shown(plane, rows=("in", "height"), columns=("out", "width"), tile=(1, 3))
    assert figure.slices == Slices(tile=(1, 3), step=(step, 4), across=60)
    assert drawn(figure).shape == (into * step - (step - 1), 60 * 4 - 1)


def test_filters_of_a_convolution_over_time_have_borders_however_many_channels_go_in():
    _, plane = kernel(1, 3, 200, 60)
    cells = drawn(shown(plane, rows=("in",), columns=("out", "length"), tile=(1, 3)))
    assert cells.shape == (200, 60 * 4 - 1)
    assert np.isnan(cells[:, 3::4]).all()


def test_filters_of_a_later_convolution_have_borders_up_to_the_widest_plane_that_is_drawn_whole():
    _, plane = kernel(2, 2, 128, 128)
    cells = drawn(shown(plane, tile=(2, 2)))
    assert cells.shape == (383, 383)
    np.testing.assert_array_equal(cells[np.isfinite(cells)], plane.ravel())


def test_what_is_nan_itself_is_marked_and_not_mistaken_for_a_border():
    _, plane = kernel(3, 3, 2, 2)
    plane[1, 1] = np.nan
    plane[4, 5] = np.inf
    figure = shown(plane, tile=(3, 3))
    cells = drawn(figure)
    assert cells.shape == (7, 7)
    assert np.isnan(cells[3]).all()
    assert np.isnan(cells[:, 3]).all()
    marks = figure.spec["data"][1]
    assert (marks["x"], marks["y"]) == ([1, 6], [1, 5])


def test_true_cells_of_a_reduced_kernel_have_borders_where_its_filters_meet():
    values, plane = kernel(3, 2, 4, 5)
    part = plane[2:7, 1:4].copy()
    part[0, 2] = np.nan
    figure = shown(part, tile=(3, 2), plane=plane.shape, corner=(2, 1))
    cells = drawn(figure)
    assert cells.shape == (7, 4)
    assert np.isnan(cells[1]).all()
    assert np.isnan(cells[:, 1]).all()
    np.testing.assert_array_equal(cells[2:5, 2:4], values[:, :, 1, 1])
    labels = figure.spec["data"][0]["text"]
    assert labels[0][0] == "in 0, height 2, out 0, width 1"
    assert labels[6][3] == "in 2, height 0, out 1, width 1"
    assert labels[1][0] == ""
    assert [(m["x"], m["y"]) for m in figure.spec["data"][1:]] == [([3], [0])]


@pytest.mark.parametrize("size", [1, 64, 65, 1000, 16384])
def test_a_vector_is_a_strip_and_a_long_one_lines_of_it(size):
    vector = np.arange(size, dtype="f4").reshape(1, -1)
    figure = shown(vector, rows=(), columns=("units",))
    cells = drawn(figure)
    np.testing.assert_array_equal(cells.ravel()[:size], vector[0])
    assert np.isnan(cells.ravel()[size:]).all()
    assert len(figure.spec["data"]) == 1  # nothing is marked
    if 64 < size <= 4096:
        assert figure.spec["data"][0]["text"][1][0] == "units 64"


def test_a_hole_in_a_long_vector_is_marked_where_it_is():
    vector = np.arange(100, dtype="f4").reshape(1, -1)
    vector[0, 70] = np.inf
    marks = shown(vector, rows=(), columns=("units",)).spec["data"][1]
    assert (marks["x"], marks["y"]) == ([6], [1])


def test_blocks_and_windows_say_what_they_are():
    values = np.ones((4, 4), "f4")
    blocks = shown(values, plane=(40, 40), block=(10, 10), reduction="max")
    assert "max of 10 × 10 blocks" in blocks.caption
    window = shown(values, plane=(40, 40), corner=(3, 7))
    assert "rows 3 to 6, columns 7 to 10 of 40 × 40" in window.caption
    assert window.spec["data"][0]["hovertemplate"].startswith("in × height 3 + ")


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (1, 0), (1, 1)])
def test_nothing_at_all_can_be_drawn(shape):
    shown(np.zeros(shape, "f4"))


def test_sorted_filters_keep_their_numbers():
    _, plane = kernel(2, 2, 2, 3)
    labels = shown(plane, tile=(2, 2), numbers=(2, 0, 1)).spec["data"][0]["text"]
    assert labels[0][0] == "in 0, height 0, out 2, width 0"


def test_sorted_filters_keep_their_numbers_above_their_blocks():
    sorted_ones = tuple(range(99, -1, -1))
    _, plane = kernel(4, 4, 3, 100)
    reduced = plane.reshape(3, 4, 50, 8).mean(axis=(1, 3))
    figure = shown(reduced, plane=(12, 400), block=(4, 8), tile=(4, 4), numbers=sorted_ones)
    assert figure.rulers.above[0][:2] == ((0.25, 99), (0.75, 98))


def test_the_filters_of_a_large_kernel_are_named_by_the_browser():
    _, plane = kernel(2, 2, 32, 64)
    heat = shown(plane, tile=(2, 2)).spec["data"][0]
    assert "text" not in heat
    names = "in %{line}, height %{down}, out %{slice}, width %{across}: "
    assert heat["hovertemplate"].startswith(names)
    _, plane = kernel(5, 5, 1, 200)
    heat = shown(plane, tile=(5, 5), numbers=tuple(range(199, -1, -1))).spec["data"][0]
    assert heat["hovertemplate"].startswith("in 0, height %{down}, out %{number}, width %{across}")
    assert heat["customdata"][:2] == [199, 198]


def test_names_are_never_markup_nor_paths():
    assert plain('<a href="x">b</a> & c\n d') == '‹a href="x"›b‹/a› ＆ c d'  # noqa: RUF001
    assert safe("../../etc/passwd") == "etc_passwd"
    assert safe("") == "weight"
    figure = shown(np.ones((2, 2), "f4"), name="<b>x</b>", layer="../a")
    assert "<" not in figure.name + figure.alt + figure.caption
    assert "/" not in figure.file_name


def test_a_distribution_is_drawn_on_the_given_scale():
    figure = distribution(
        (1, 2, 3, 4),
        low=-2,
        high=2,
        name="h",
        title="dense / <b>",
        shape=(2, 5),
        flags=("⚠ 3 % NaN",),
    )
    go.Figure(figure.spec)
    bars = figure.spec["data"][0]
    assert (bars["x0"], bars["dx"], bars["y"]) == (-1.5, 1.0, [1, 2, 3, 4])
    assert figure.spec["layout"]["xaxis"]["range"] == [-2, 2]
    assert figure.caption == "10 values · −2 to 2 · ⚠ 3 % NaN"
    assert "the fullest bin has 4 around 1.5" in figure.alt
    assert "<" not in figure.title


def test_crosses_are_explained_where_there_are_any_and_the_end_of_a_line_is_none():
    def caption(values):
        (columns,) = values.shape
        return weight(
            values[None],
            name="bias",
            layer="dense",
            limit=1,
            rows=(),
            columns=("units",),
            plane=(1, columns),
            shape=(columns,),
        ).caption

    values = np.zeros(100, "float32")
    assert "NaN" not in caption(values)
    values[7] = np.nan
    assert caption(values).count("× NaN") == 1


def test_pictures_that_answer_say_where_slices_and_lines_stand_and_label_nothing():
    maps = np.arange(2 * 10, dtype="float32").reshape(2, 10)  # five slices of 2 × 2
    figure = weight(
        maps,
        name="outputs",
        layer="conv",
        limit=20,
        rows=("y",),
        columns=("channel", "x"),
        plane=(2, 10),
        shape=(2, 2, 5),
        tile=(2, 2),
        answers=True,
    )
    assert figure.slices == Slices(tile=(2, 2), step=(3, 3), across=4)
    cells = drawn(figure)
    for channel in range(5):
        top, left = 3 * (channel // 4), 3 * (channel % 4)
        tile = maps[:, 2 * channel : 2 * channel + 2]
        np.testing.assert_array_equal(cells[top : top + 2, left : left + 2], tile)
    heat = figure.spec["data"][0]
    assert heat["hoverinfo"] == "skip"
    assert not {"text", "hovertemplate"} & set(heat)
    vector = np.arange(100, dtype="float32").reshape(1, 100)
    figure = weight(
        vector,
        name="outputs",
        layer="dense",
        limit=100,
        rows=(),
        columns=("unit",),
        plane=(1, 300),
        shape=(300,),
        block=(1, 3),
        reduction="mean",
        answers=True,
    )
    assert (figure.line, figure.block, figure.cells) == (64, (1, 3), (2, 64))
    assert drawn(figure)[1, 3] == 67
