"""Layers of an author's own in the picker: followed as their file changes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.module_watcher import MAXIMUM_BYTES, ModuleWatcher, module_watcher
from pages.shared.session import widget_key
from tests.pages.session import (
    SENTENCE,
    assert_one_complaint,
    assert_sound,
    complaints,
    drawn,
    opened,
    sent,
    signs,
)
from tests.pages.test_checkup import heads, visited

MODULE = '''
import keras


class Mine(keras.layers.Layer):
    """Times a number of mine."""

    def __init__(self, factor: int = 2):
        super().__init__()
        self.factor = factor

    def build(self, shape):
        self.scale = self.add_weight(name="scale", shape=(shape[-1],), initializer="ones")

    def call(self, x):
        return x * self.scale * self.factor
'''


def save(path: Path, text: str, age: int = 0) -> None:
    """Save a file with a time of its own, so that a quick second save is seen as one."""
    path.write_text(text)
    os.utime(path, ns=(10**18 + age, 10**18 + age))


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Start the server with a module."""
    path = tmp_path / "mine.py"
    save(path, MODULE)
    watcher = ModuleWatcher(str(path))
    monkeypatch.setattr("pages.shared.module_watcher.module_watcher", lambda: watcher)
    return path


def picker(session: AppTest) -> list[str]:
    """Return the layers that can be picked."""
    return list(session.radio(key="layer").options)


@pytest.mark.usefixtures("module")
def test_a_layer_of_ones_own_is_picked_sized_and_drawn():
    session = opened(layer="own.Mine", shape="2,3", factor=3, input="ones")
    assert_sound(session)
    assert picker(session) == ["**Mine**"]
    assert (drawn(session)["outputs"] == 3).all()
    assert drawn(session)["scale"].shape == (1, 3)
    assert "×" in signs(session)
    session.slider(key="factor").set_value(5).run()
    assert (drawn(session)["outputs"] == 5).all()


def test_a_change_of_the_file_is_followed_and_an_error_keeps_the_last_good_one(module: Path):
    session = opened(layer="own.Mine", input="ones")
    assert (drawn(session)["outputs"] == 2).all()
    save(module, MODULE.replace("* self.factor", "* self.factor * 10"), age=1)
    session.run()
    assert_sound(session)
    assert (drawn(session)["outputs"] == 20).all()
    save(module, MODULE.replace("class Mine(", "class Mine"), age=2)
    session.run()
    sentence = assert_one_complaint(session, "SyntaxError", "last version that worked")
    assert "mine.py" in sentence
    assert (drawn(session)["outputs"] == 20).all()
    save(module, MODULE, age=3)
    session.run()
    assert_sound(session)
    assert (drawn(session)["outputs"] == 2).all()


def test_what_its_call_raises_is_a_sentence_and_the_page_goes_on(module: Path):
    save(module, MODULE.replace("return x", "raise RuntimeError('mine')"), age=1)
    session = opened(layer="own.Mine")
    assert_one_complaint(session, "RuntimeError", "mine")
    session.selectbox(key=widget_key("family_Your own")).set_value("From the posts").run()
    session.radio(key="layer").set_value("linear").run()
    assert_sound(session)


def test_without_a_module_nothing_of_it_is_there():
    assert module_watcher().path == ""
    session = opened(layer="own.Mine")
    assert_one_complaint(session, "`layer`")
    assert len(picker(session)) == 6


@pytest.mark.parametrize("text", [None, "", "x" * (MAXIMUM_BYTES + 1), b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, text: str | bytes | None):
    path = tmp_path / "mine.py"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = ModuleWatcher(str(path)).current()
    assert found.layers == ()
    assert SENTENCE.fullmatch(found.problem), found.problem


@pytest.mark.usefixtures("module")
def test_a_layer_of_ones_own_is_examined():
    session = visited(layer="own.Mine", shape="4,3")
    assert_sound(session)
    assert session.title[0].value == "Mine"
    assert session.radio(key="layer").options[0].startswith("**Mine**"), "one's own come first"
    (broken, risky) = heads(session)
    assert "Constructor without **kwargs" in broken
    assert "class Mine" in risky
    assert "own outputs saved" in drawn(session)


PICKY = '''
from typing import Literal
import keras


class Picky(keras.layers.Layer):
    """Takes even numbers of units."""

    def __init__(self, units: int = 4, rate: float = 0.5, mode: Literal["add", "mean"] = "add",
                 bias: bool = True):
        super().__init__()
        if units % 2:
            raise ValueError("units has to be even")
        self.units, self.rate, self.mode, self.bias = units, rate, mode, bias

    def build(self, shape):
        self.w = self.add_weight(name="w", shape=(shape[-1], self.units))

    def call(self, x):
        return x @ self.w * self.rate
'''


def test_a_layer_of_ones_own_is_examined_with_the_arguments_that_are_set(module: Path):
    save(module, PICKY, age=1)
    session = visited(layer="own.Picky", shape="4,3", units=6, rate=0.25, mode="mean", bias="false")
    assert_sound(session)
    assert drawn(session)["own gradient of self.w"].shape == (3, 6)
    assert session.query_params == {
        "layer": "own.Picky",
        "shape": "4,3",
        "units": "6",
        "rate": "0.25",
        "mode": "mean",
        "bias": "false",
    }
    session.slider(key="units").set_value(2).run()
    assert_sound(session)
    assert drawn(session)["own gradient of self.w"].shape == (3, 2)
    before = drawn(session)["own outputs saved"]
    session.number_input(key="rate").set_value(2.5).run()
    after = drawn(session)["own outputs saved"]
    assert not np.array_equal(after, before)
    assert session.query_params["units"] == "2"


def test_the_controls_of_explore_and_of_the_checkup_are_the_same(module: Path):
    save(module, PICKY, age=1)
    explore = opened(layer="own.Picky", units=8)
    shown = [
        sorted(str(widget.key) for widget in kind)
        for kind in (explore.slider, explore.selectbox, explore.toggle, explore.text_input)
    ]
    checkup = visited(layer="own.Picky")
    for keys, kind in zip(
        shown, (checkup.slider, checkup.selectbox, checkup.toggle, checkup.text_input), strict=True
    ):
        ours = [key for key in keys if key not in ("input", "as_computed") and "ls." not in key]
        theirs = sorted(str(widget.key) for widget in kind)
        assert [key for key in theirs if "ls." not in key] == ours


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"units": "0"}, "`units`"),
        ({"units": "six"}, "`units`"),
        ({"rate": "nan"}, "`rate`"),
        ({"mode": "os.system"}, "`mode`"),
        ({"bias": "maybe"}, "`bias`"),
        ({"shape": "4"}, "`shape`"),
        ({"shape": "9999,9999,9999"}, "`shape`"),
        ({"depth": "3"}, "`depth`"),
    ],
)
def test_a_bad_argument_in_the_link_is_said_and_nothing_is_lost(module: Path, bad: dict, says: str):
    save(module, PICKY, age=1)
    session = visited(**({"layer": "own.Picky", "shape": "4,3", "units": "6"} | bad))
    assert_one_complaint(session, says)
    units, features = (4 if "units" in bad else 6), (10 if "shape" in bad else 3)
    assert drawn(session)["own gradient of self.w"].shape == (features, units)


def test_a_shape_that_is_typed_wrongly_is_said_and_the_last_one_stays(module: Path):
    save(module, PICKY, age=1)
    session = visited(layer="own.Picky", shape="4,3")
    session.text_input(key="shape").set_value("4,,x").run()
    assert_one_complaint(session, "`shape`")
    assert drawn(session)["own gradient of self.w"].shape == (3, 4)
    session.text_input(key="shape").set_value("2, 5").run()
    assert_sound(session)
    assert drawn(session)["own gradient of self.w"].shape == (5, 4)


def test_an_argument_that_the_constructor_refuses_is_a_sentence_and_can_be_set_right(module: Path):
    save(module, PICKY, age=1)
    session = visited(layer="own.Picky", units=5)
    assert_one_complaint(session, "units has to be even", "other arguments")
    assert not session.get("progress"), "nothing is under way"
    session.slider(key="units").set_value(6).run()
    assert_sound(session)
    assert drawn(session)["own gradient of self.w"].shape == (10, 6)


def test_a_missing_file_is_told_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    watcher = ModuleWatcher(str(tmp_path / "nowhere.py"))
    monkeypatch.setattr("pages.shared.module_watcher.module_watcher", lambda: watcher)
    session = opened()
    assert len(complaints(session)) == 1
    assert drawn(session)


def test_what_fails_at_work_or_cannot_be_made_is_a_sentence_on_the_check_up_too(module: Path):
    save(module, MODULE.replace("return x", "raise RuntimeError('mine')"), age=1)
    session = visited(layer="own.Mine")
    assert_one_complaint(session, "cannot be shown at work", "RuntimeError", "mine")
    save(module, MODULE.replace("self.factor = factor", "raise RuntimeError('no')"), age=2)
    session.run()
    assert_one_complaint(session, "cannot be made", "RuntimeError", "no")
    assert not session.get("progress")


ANY_NAME = """
import keras


class AnyName(keras.layers.Layer):
    def __init__(self, batch: int, seed: int = 2, kept: int = 3, picture: int = 4, visitor: int = 5,
                 ready: int = 6, at_0: int = 7, columns: int = 8, shown: int = 9, embed: int = 10):
        super().__init__()
        self.all = batch, seed, kept, picture, visitor, ready, at_0, columns, shown, embed

    def build(self, shape):
        self.kernel = self.add_weight(name="kernel", shape=(shape[-1], len(self.all)))

    def call(self, x):
        return x @ self.kernel * 0 + keras.ops.cast(self.all, "float32")
"""


def test_an_argument_may_have_any_name(module: Path):
    save(module, ANY_NAME, age=1)
    own = {"arg.batch": 64, "arg.seed": 32, "kept": 33, "picture": 34, "arg.visitor": 35}
    own |= {"ready": 36, "arg.at_0": 37, "columns": 38, "shown": 39, "arg.embed": 40}
    session = opened(layer="own.AnyName", shape="2,3", seed=5, **own)
    assert_sound(session)
    assert drawn(session)["outputs"].tolist() == [list(own.values())] * 2
    assert session.query_params["seed"] == "5"
    assert {name: session.query_params[name] for name in own} == {n: str(v) for n, v in own.items()}
    session.slider(key="arg.batch").set_value(7).run()
    session.slider(key="ready").set_value(8).run()
    assert_sound(session)
    assert drawn(session)["outputs"][0, [0, 5]].tolist() == [7, 8]
    assert session.slider(key="arg.batch").label == "Batch"
    (links,) = sent(session, "links")
    assert {edge[0] for edge in links["edges"].values()} == {"shape"}, (
        "no name is taken for an axis"
    )
    assert_sound(visited(layer="own.AnyName", shape="2,3", **own))


def test_a_layer_without_weights_that_keras_knows_leads_to_the_check_up(module: Path):
    save(module, UNKNOWN, age=1)
    session = opened(layer="own.Unknown", shape="4,3")
    assert_sound(session)
    (note,) = session.info
    assert "Keras knows no weights here" in note.value
    assert "/checkup?layer=own.Unknown" in note.value
    assert opened(layer="linear").info == []


UNKNOWN = """
import keras
import tensorflow as tf


class Unknown(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable(tf.ones((3,)))

    def call(self, x):
        return x * self.w
"""


BROKEN = """
import keras


class Broken(keras.layers.Layer):
    def build(self, shape):
        self.kernel = self.add_weight(name="kernel", shape=(shape[-1], 3), initializer="ones")

    def call(self, x):
        h = keras.ops.matmul(x, self.kernel)
        return h + keras.ops.transpose(keras.ops.relu(h))
"""


def test_what_ran_of_a_call_that_failed_is_drawn_below_its_sentence(module: Path):
    save(module, BROKEN)
    session = opened(layer="own.Broken", shape="2,4", input="ones")
    sentence = assert_one_complaint(session, "Broken cannot be run", "line")
    assert "[2,3]" in sentence
    pictures = drawn(session)
    assert "outputs" not in pictures
    np.testing.assert_array_equal(pictures["kernel"], np.ones((4, 3)))
    (transposed,) = (array for array in pictures.values() if array.shape == (3, 2))
    np.testing.assert_array_equal(transposed, np.full((3, 2), 4))
    (said,) = (said for said in sent(session, "sentence", of=str) if said.startswith("Ran until"))
    assert said.startswith("Ran until here: 3 operations, then the call failed. The last made ")
    assert said.endswith("result_so_far 3 × 2.")
    assert {"failed here", "ran until here"} & set(signs(session))


def test_a_call_that_fails_at_once_says_that_nothing_ran(module: Path):
    save(module, MODULE.replace("return x * self.scale * self.factor", "raise OSError('no')"))
    session = opened(layer="own.Mine", shape="2,3")
    assert_one_complaint(session, "no")
    (said,) = (said for said in sent(session, "sentence", of=str) if said.startswith("Ran until"))
    assert said == "Ran until here: no operation, then the call failed."


COLOURS = '''
import keras
import tensorflow as tf


class Grey(keras.layers.Layer):
    """Needs three channels, which nothing of it says."""

    def call(self, pictures):
        return tf.image.rgb_to_grayscale(pictures)


class Refuses(keras.layers.Layer):
    def call(self, x):
        raise ValueError("never")


class Merged(keras.layers.Layer):
    def call(self, inputs):
        return keras.layers.Add()(inputs)


class Placed(keras.layers.Layer):
    def __init__(self, units, /, *sizes):
        super().__init__()
        self.units, self.sizes = units, sizes

    def call(self, x):
        return x * self.units * self.sizes[0]
'''


def test_an_image_layer_opens_at_a_shape_that_fits_and_the_link_says_which(module: Path):
    save(module, COLOURS, age=1)
    session = opened(layer="own.Grey")
    assert_sound(session)
    assert session.query_params["shape"] == "1,8,8,3"
    assert session.text_input(key="shape").value == "1, 8, 8, 3"
    assert drawn(session)["outputs"].shape == (8, 8)


def test_a_shape_that_was_chosen_stays_and_so_does_the_sentence_where_nothing_fits(module: Path):
    save(module, COLOURS, age=1)
    session = opened(layer="own.Grey", shape="2,4")
    assert_one_complaint(session, "Grey cannot be run", "shape")
    assert session.text_input(key="shape").value == "2, 4"
    session = opened(layer="own.Refuses")
    assert_one_complaint(session, "never")
    assert "shape" not in session.query_params


def test_what_merges_a_list_is_given_one(module: Path):
    save(module, COLOURS, age=1)
    session = opened(layer="own.Merged")
    assert_sound(session)
    assert {"inputs", "inputs_2", "outputs"} <= set(drawn(session))


def test_constructor_arguments_without_names_are_given_by_place_or_told(module: Path):
    save(module, COLOURS, age=1)
    session = opened(layer="own.Placed", units=3)
    assert_one_complaint(session, "Placed cannot be run", "IndexError")
    save(module, COLOURS.replace(" * self.sizes[0]", ""), age=2)
    session = opened(layer="own.Placed", units=3, input="ones")
    assert_sound(session)
    assert (drawn(session)["outputs"] == 3).all()
