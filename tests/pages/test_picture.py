"""The equation as pictures: signs, colour ranges, words, and the view of deep and large tensors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.pages.session import (
    assert_drawn,
    assert_sound,
    complaints,
    drawn,
    explored,
    figures,
    opened,
    registered,
    signs,
)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ({"layer": "linear"}, ["·", "+", "="]),
        ({"layer": "linear", "use_bias": "false", "activation": "tanh"}, ["·", "=", "tanh"]),
        ({"layer": "center_zero"}, ["×", "="]),
        ({"layer": "running_sum"}, ["+", "(", "Σ batch", ")", "=", "returned"]),
    ],
)
def test_the_signs_between_the_pictures_are_the_operations(link: dict, expected: list[str]):
    assert signs(opened(**link)) == expected


def test_tensors_of_one_kind_share_one_colour_range_that_holds_them_all():
    session = opened(layer="mlp_block", input="normal")
    ranges: dict[str, set] = {}
    for name, values in drawn(session).items():
        trace = figures(session)[name]["spec"]["data"][0]
        assert trace["zmin"] == -trace["zmax"]
        assert np.abs(values).max() <= trace["zmax"] * (1 + 1e-6)  # float32
        kind = name.rpartition("/")[2].replace("bias", "kernel")
        kind = "outputs" if kind.startswith("relu") else kind
        ranges.setdefault(kind, set()).add(trace["zmax"])
    assert {kind: len(limits) for kind, limits in ranges.items()} == {
        "inputs": 1,
        "kernel": 1,
        "outputs": 1,
    }


def test_a_mask_has_two_colours_and_no_signed_range():
    mask = figures(opened(layer="center_zero"))["mask"]
    assert mask["palette"] == "mask"
    assert (mask["spec"]["data"][0]["zmin"], mask["spec"]["data"][0]["zmax"]) == (0, 1)


def test_every_figure_says_in_words_what_is_seen():
    for layer in registered():
        session = opened(layer=layer)
        assert len(figures(session)) > len(drawn(session)), "histograms too"
        for name, figure in figures(session).items():
            assert name.removesuffix("_histogram") in figure["alt"]
            assert figure["file_name"].startswith(f"{layer}-")


def test_equal_columns_are_said_in_words():
    figure = figures(opened(layer="repeated_dense"))["kernel_repeated"]
    assert "all 5 columns equal" in figure["alt"]
    assert figure["file_name"] == "repeated_dense-kernel_repeated-10x5"


# --- The view of deep and of large tensors


DEEP = {"layer": "nd_dense", "shape": "2,3,4,5", "units": 6, "input": "normal"}


def test_the_other_axes_are_sliders_that_move_every_tensor_of_that_rank():
    session = opened(**DEEP)
    run = explored("nd_dense", {"shape": (2, 3, 4, 5), "units": 6}, source="normal")
    session.slider(key="at_batch").set_value(1).run()
    session.slider(key="at_axis_1").set_value(2).run()
    assert_sound(session)
    np.testing.assert_array_equal(drawn(session)["inputs"], run.trace["inputs"][1, 2])
    np.testing.assert_array_equal(drawn(session)["outputs"], run.trace["outputs"][1, 2])
    np.testing.assert_array_equal(drawn(session)["kernel"], run.trace["kernel"])
    assert session.query_params["at_batch"] == "1"
    assert session.query_params["at_axis_1"] == "2"


@pytest.mark.parametrize(
    ("row", "column", "at", "take"),
    [
        ("batch", "axis 1", "at_axis_2", lambda x: x[:, :, 1, 0]),
        ("last axis", "batch", "at_axis_1", lambda x: x[:, 1, 0].T),
        ("axis 2", "axis 1", "at_batch", lambda x: x[1, :, :, 0].T),
    ],
)
def test_rows_and_columns_are_chosen_by_name(
    row: str, column: str, at: str, take: Callable[[np.ndarray], np.ndarray]
):
    session = opened(**DEEP)
    run = explored("nd_dense", {"shape": (2, 3, 4, 5), "units": 6}, source="normal")
    session.selectbox(key="row_axis").set_value(row).run()
    session.selectbox(key="column_axis").set_value(column).run()
    session.slider(key=at).set_value(1).run()
    assert_sound(session)
    for name in ("inputs", "outputs"):
        np.testing.assert_array_equal(drawn(session)[name], take(run.trace[name]), err_msg=name)


def test_one_axis_cannot_be_both_rows_and_columns():
    session = opened(**DEEP)
    session.selectbox(key="column_axis").set_value("last axis").run()
    assert_sound(session)
    session.selectbox(key="row_axis").set_value("last axis").run()
    assert not session.exception
    assert len(complaints(session)) == 1
    run = explored("nd_dense", {"shape": (2, 3, 4, 5), "units": 6}, source="normal")
    np.testing.assert_array_equal(drawn(session)["inputs"], run.trace["inputs"][0, 0])
    session.selectbox(key="row_axis").set_value("batch").run()
    assert_sound(session)


def test_the_view_survives_a_smaller_tensor():
    session = opened(**DEEP)
    session.slider(key="at_axis_1").set_value(2).run()
    session.text_input(key="shape").set_value("2, 2, 4, 5").run()
    assert_sound(session)
    session.text_input(key="shape").set_value("4, 5").run()
    assert_drawn(session, explored("nd_dense", {"shape": (4, 5), "units": 6}, source="normal"))
    assert not [box for box in session.selectbox if box.key in ("row_axis", "column_axis")]


def test_plain_matrices_need_no_view_controls():
    session = opened(layer="linear")
    assert not {"reduction", "row_axis", "column_axis"} & {box.key for box in session.selectbox}


REDUCED = {
    "mean": lambda blocks: blocks.mean(axis=1),
    "min": lambda blocks: blocks.min(axis=1),
    "max": lambda blocks: blocks.max(axis=1),
    "extreme": lambda blocks: np.take_along_axis(
        blocks, np.abs(blocks).argmax(axis=1, keepdims=True), axis=1
    )[:, 0],
}


@pytest.mark.parametrize("how", REDUCED)
def test_beyond_256_cells_a_side_blocks_are_drawn_and_named(how: str):
    session = opened(layer="nd_dense", shape="300,4", input="normal")
    session.selectbox(key="reduction").set_value(how).run()
    assert_sound(session)
    inputs = explored("nd_dense", {"shape": (300, 4)}, source="normal").trace["inputs"]
    expected = REDUCED[how](inputs.reshape(150, 2, 4))
    np.testing.assert_allclose(drawn(session)["inputs"], expected, rtol=1e-6, atol=1e-7)  # float32
    figure = figures(session)["inputs"]
    for told in (figure["caption"], figure["alt"]):
        assert how in told
        assert "2 × 1" in told
    assert "blocks" not in figures(session)["kernel"]["caption"], "the small ones stay whole"
    assert session.query_params.get("reduction", "mean") == how


def test_256_cells_a_side_are_all_drawn():
    session = opened(layer="nd_dense", shape="256,4", input="normal")
    assert_drawn(session, explored("nd_dense", {"shape": (256, 4)}, source="normal"))
    assert "reduction" not in {box.key for box in session.selectbox}


def test_notes_of_a_layer_are_shown():
    assert not opened(layer="center_zero").info
    (note,) = opened(layer="center_zero", hole_width=3).info
    assert "cannot be centred" in note.value
    (note,) = opened(layer="linear", units=1, activation="softmax").info
    assert "softmax" in note.value
