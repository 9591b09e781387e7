"""The visitor's own array: read, shown, kept, and refused in a sentence where it cannot be."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from layers.inputs.uploads import MAXIMUM_BYTES
from pages.shared.session import widget_key
from tests.pages.session import (
    assert_drawn,
    assert_one_complaint,
    assert_sound,
    complaints,
    drawn,
    explored,
    figures,
    opened,
)

ROWS = np.array([[1, -2, 3.5], [0, 0.25, -6]], "float32")
CSV = b"1,-2,3.5\n0,0.25,-6\n"


def npy(array: np.ndarray, *, allow_pickle: bool = False) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=allow_pickle)
    return stream.getvalue()


def uploaded(name: str, data: bytes, **link: object) -> AppTest:
    """Open a page that takes the visitor's array, and bring it one."""
    session = opened(**{"layer": "linear", "input": "upload", **link})
    bring(session, name, data)
    return session


def bring(session: AppTest, name: str, data: bytes) -> None:
    session.file_uploader(key=widget_key("file_inputs")).upload(
        name, data, "application/octet-stream"
    ).run()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("rows.csv", CSV),
        ("rows.csv", b"a,b,c\n" + CSV),
        ("rows.csv", b"\xef\xbb\xbf" + CSV.replace(b"\n", b"\r\n")),
        ("rows.tsv", CSV.replace(b",", b"\t")),
        ("rows.txt", CSV.replace(b",", b" ")),
        ("rows.csv", CSV.replace(b",", b";")),
        ("rows.npy", npy(ROWS)),
        ("rows.npy", npy(ROWS.astype("float64"))),
        ("rows.npy", npy(np.asfortranarray(ROWS))),
        ("ROWS.NPY", npy(ROWS)),
    ],
)
def test_a_file_of_numbers_goes_through_the_layer(name: str, data: bytes):
    session = uploaded(name, data, features=3)
    assert_drawn(session, explored("linear", {"features": 3}, source=ROWS))
    np.testing.assert_array_equal(drawn(session)["inputs"], ROWS)


@pytest.mark.parametrize("layer", ["repeated_dense", "running_sum", "mlp_block"])
def test_the_other_layers_take_a_file_too(layer: str):
    session = uploaded("rows.csv", CSV, layer=layer, features=3)
    assert_drawn(session, explored(layer, {"features": 3}, source=ROWS))


def test_a_file_of_many_axes_goes_through_a_layer_that_takes_them():
    array = np.arange(24, dtype="float32").reshape(2, 3, 4)
    session = uploaded("deep.npy", npy(array), layer="nd_dense")
    assert_drawn(session, explored("nd_dense", source=array))
    session = uploaded("deep.npy", npy(array), layer="center_zero", rows=3, columns=4)
    values = {"rows": 3, "columns": 4}
    assert_drawn(session, explored("center_zero", values, source=array))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.csv", b"", ["empty file"]),
        ("empty.npy", b"", ["empty file"]),
        ("blank.csv", b"\n \n\n", ["at least one row"]),
        ("none.npy", npy(np.zeros((0, 3))), ["0 × 3"]),
        ("ragged.csv", b"1,2,3\n4,5\n", ["3 numbers in every row", "2 in row 2"]),
        ("words.csv", b"1,2\n3,four\n", ["'four'", "row 2, column 2"]),
        ("binary.csv", bytes(range(256)), ["UTF-8"]),
        ("objects.npy", npy(np.array([{"a": 1}, None]), allow_pickle=True), ["objects"]),
        ("complex.npy", npy(np.ones(3, "complex64")), ["complex64"]),
        ("text.npy", npy(np.array(["a", "b"])), ["whole or floating numbers"]),
        ("torn.npy", npy(ROWS)[:-5], ["bytes of data"]),
        ("header.npy", npy(ROWS)[:20], ["NPY header"]),
        ("fake.npy", b"1,2,3\n", ["NPY header"]),
        ("rank.npy", npy(np.ones((1, 1, 1, 1, 1, 2))), ["at most 5 axes"]),
        ("long.npy", npy(np.ones(2**20 + 1, "uint8")), ["at most 1,048,576 numbers"]),
    ],
)
def test_a_file_that_cannot_be_read_is_said_by_name(name: str, data: bytes, words: list[str]):
    session = uploaded(name, data)
    assert_one_complaint(session, f"`{name}`", *words)
    assert drawn(session) == {}


def test_a_file_over_the_limit_is_not_even_taken():
    session = opened(layer="linear", input="upload")
    megabytes = session.file_uploader(key=widget_key("file_inputs")).proto.max_upload_size_mb
    assert megabytes * 2**20 == MAXIMUM_BYTES


def test_a_file_over_the_limit_that_was_sent_past_the_browser_is_refused():
    session = uploaded("large.csv", b"1,2\n" * (MAXIMUM_BYTES // 4 + 1))
    assert_one_complaint(session, "`large.csv`", f"at most {MAXIMUM_BYTES:,} bytes")
    assert drawn(session) == {}


def test_a_bad_file_after_a_good_one_can_be_replaced():
    session = uploaded("rows.csv", CSV, features=3)
    bring(session, "words.csv", b"a,b\nc,d\n")
    assert_one_complaint(session, "`words.csv`")
    bring(session, "rows.csv", CSV)
    assert_drawn(session, explored("linear", {"features": 3}, source=ROWS))


def test_nan_and_infinities_are_shown_marked_and_kept_out_of_the_range():
    session = uploaded("holes.csv", b"1,,3\ninf,-4,2\nnan,5,6\n", features=3)
    assert_sound(session)
    array = np.array([[1, math.nan, 3], [math.inf, -4, 2], [math.nan, 5, 6]], "float32")
    np.testing.assert_array_equal(drawn(session)["inputs"], array)
    figure = figures(session)["inputs"]
    heat, marks = figure["spec"]["data"]
    assert heat["zmax"] == 6
    assert list(zip(marks["y"], marks["x"], strict=True)) == [(0, 1), (1, 0), (2, 0)]
    assert "2 NaN" in figure["alt"]
    assert "1 infinite" in figure["alt"]


def test_a_file_of_nothing_but_nan_is_shown():
    session = uploaded("nan.npy", npy(np.full((2, 3), np.nan)), features=3)
    assert_sound(session)
    assert np.isnan(drawn(session)["outputs"]).all()


@pytest.mark.parametrize(
    ("layer", "array", "expected", "received"),
    [
        ("linear", ROWS, "batch × 10", "2 × 3"),
        ("mlp_block", ROWS, "batch × 6", "2 × 3"),
        ("nd_dense", np.ones((3, 5, 6), "float32"), "2 × 3 × 4", "3 × 5 × 6"),
        ("center_zero", np.full((4, 7), 6, "float32"), "10 × 10", "4 × 7"),
    ],
)
def test_an_array_that_does_not_fit_is_said_and_the_layer_sized_to_it(
    layer: str, array: np.ndarray, expected: str, received: str
):
    session = uploaded("own.npy", npy(array), layer=layer)
    assert_one_complaint(session, expected, received)
    assert drawn(session) == {}
    session.button(key=widget_key("fit")).click().run()
    assert_sound(session)
    np.testing.assert_array_equal(drawn(session)["inputs"], array[(0,) * max(0, array.ndim - 2)])
    assert widget_key("fit") not in {button.key for button in session.button}


@pytest.mark.parametrize(
    ("layer", "array"),
    [
        ("linear", np.ones((2, 257))),  # more features than a field allows
        ("linear", np.ones((65, 10, 3))),  # a rank that no setting takes
        ("linear", np.ones(10)),
        ("center_zero", np.ones((100, 10))),
        ("nd_dense", np.ones(4)),
    ],
)
def test_an_array_for_which_there_is_no_setting_is_said_without_a_button(
    layer: str, array: np.ndarray
):
    session = uploaded("own.npy", npy(array), layer=layer)
    assert_one_complaint(session, " × ".join(map(str, array.shape)))
    assert widget_key("fit") not in {button.key for button in session.button}


def test_the_array_stays_through_other_inputs_and_other_layers():
    session = uploaded("rows.csv", CSV, features=3)
    session.selectbox(key="input").set_value("ones").run()
    assert_drawn(session, explored("linear", {"features": 3}, source="ones"))
    session.selectbox(key="input").set_value("upload").run()
    assert_drawn(session, explored("linear", {"features": 3}, source=ROWS))
    session.radio(key="layer").set_value("repeated_dense").run()
    assert_drawn(session, explored("repeated_dense", {"features": 3}, source=ROWS))
    session.radio(key="layer").set_value("linear").run()
    assert_drawn(session, explored("linear", {"features": 3}, source=ROWS))


def test_two_visitors_with_files_of_one_name_see_their_own():
    one = uploaded("rows.npy", npy(ROWS), features=3)
    other = uploaded("rows.npy", npy(-ROWS), features=3)
    one.run()
    np.testing.assert_array_equal(drawn(one)["inputs"], ROWS)
    np.testing.assert_array_equal(drawn(other)["inputs"], -ROWS)


def test_a_run_of_ones_own_array_can_be_called_again():
    session = uploaded("rows.csv", CSV, layer="running_sum", features=3)
    session.button(key=widget_key("calls_step")).click().run()
    assert_sound(session)
    np.testing.assert_array_equal(drawn(session)["total"][0], 2 * ROWS.sum(axis=0))


# --- A table to type in. AppTest shows it and cannot edit its cells; the browser tests do.


def test_the_table_has_the_shape_of_the_input_and_starts_with_numbers():
    session = opened(layer="linear", input="table", features=4, batch=3)
    assert_sound(session)
    assert session.data_editor[0].value.shape == (3, 4)
    np.testing.assert_array_equal(drawn(session)["inputs"], session.data_editor[0].value)
    assert np.unique(drawn(session)["inputs"]).size > 1


def test_the_table_follows_the_fields_and_keeps_what_still_has_a_place():
    session = opened(layer="linear", input="table", features=4, batch=3)
    before = drawn(session)["inputs"]
    session.slider(key="features").set_value(6).run()
    session.slider(key="batch").set_value(2).run()
    assert_sound(session)
    after = drawn(session)["inputs"]
    assert after.shape == session.data_editor[0].value.shape == (2, 6)
    np.testing.assert_array_equal(after[:, :4], before[:2])
    np.testing.assert_array_equal(after[:, 4:], 0)


def test_the_table_stays_through_other_inputs():
    session = opened(layer="linear", input="table", features=4, batch=3)
    before = drawn(session)["inputs"]
    session.button(key=widget_key("new_numbers")).click().run()
    session.selectbox(key="input").set_value("ones").run()
    session.selectbox(key="input").set_value("table").run()
    np.testing.assert_array_equal(drawn(session)["inputs"], before)


@pytest.mark.parametrize("link", [{"layer": "nd_dense"}, {"layer": "center_zero", "batch": 2}])
def test_what_has_more_than_two_axes_cannot_be_typed(link: dict):
    session = opened(input="table", **link)
    assert_one_complaint(session, "two axes")
    assert not session.data_editor


def test_a_table_too_large_to_type_is_refused():
    session = opened(layer="linear", input="table", features=256, batch=64)
    assert_one_complaint(session, "10,000")
    session.slider(key="batch").set_value(8).run()
    assert complaints(session) == []
    assert session.data_editor[0].value.shape == (8, 256)
