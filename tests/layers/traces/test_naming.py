import re

import numpy as np
import pytest

from layers.operations.contraction import dense, matmul
from layers.operations.elementwise import Elementwise
from layers.operations.running import Softmax
from layers.traces.axes import default_axes, with_axes
from layers.traces.naming import rename, with_names
from tests.layers.traces.by_hand import traced

X = np.ones((2, 3))


@pytest.fixture
def nested():
    """A layer ``inner`` (product, bias) twice, with relu between."""
    steps = [
        (dense(2), ("inputs", "inner/kernel"), "%1", "inner"),
        (Elementwise("add"), ("%1", "inner/bias"), "%2", "inner"),
        (Elementwise("relu"), ("%2",), "%3"),
        (dense(2), ("%3", "inner/kernel"), "%4", "inner"),
        (Elementwise("add"), ("%4", "inner/bias"), "%5", "inner"),
        (Elementwise("tanh"), ("%5",), "%6"),
    ]
    weights = {"inner/kernel": np.eye(3), "inner/bias": np.ones(3)}
    return traced({"inputs": X}, steps, weights=weights)


def test_names_are_of_the_operation_and_the_sublayer(nested):
    named = with_names(nested, {"%6": "outputs"})
    assert [(step.result, step.shown) for step in named.steps] == [
        ("inner/product", False),
        ("inner/outputs", True),
        ("relu", True),
        ("inner/product_2", False),
        ("inner/outputs_2", True),
        ("outputs", True),
    ]
    assert named.output_names == ("outputs",)
    assert all(re.fullmatch(r"[a-z][a-z0-9_/]{0,60}", name) for name in named.tensors)
    for old, new in zip(nested.steps, named.steps, strict=True):
        np.testing.assert_array_equal(nested[old.result], named[new.result])


def test_a_long_path_is_cut():
    steps = [(Elementwise("relu"), ("inputs",), "%1", "a" * 80)]
    steps += [(Elementwise("relu"), ("%1",), "%2", "a" * 80)]
    steps += [(Elementwise("relu"), ("%2",), "%3", "a" * 80)]
    named = with_names(traced({"inputs": X}, steps), {"%3": "outputs"})
    assert len(named.steps) == 3
    assert all(len(name) <= 61 for name in named.tensors)


def test_attention_has_the_textbooks_names():
    steps = [
        (matmul(3, 3, transpose_right=True), ("query", "key"), "%1"),
        (Elementwise("multiply"), ("%1", "%0"), "%2"),
        (Softmax(2), ("%2",), "%3"),
        (matmul(3, 3), ("%3", "value"), "%4"),
        (Elementwise("relu"), ("%4",), "%5"),
    ]
    inputs = {name: np.ones((1, 2, 2)) for name in ("query", "key", "value")}
    named = with_names(traced(inputs, steps, constants={"%0": 0.5}), {"%5": "outputs"})
    assert [step.result for step in named.steps] == [
        "scores",
        "scaled_scores",
        "softmax",
        "weighted_sum",
        "outputs",
    ]
    assert [named.tensors[name].symbol for name in ("query", "scores", "softmax")] == [*"QSA"]


def test_renaming_keeps_the_graph_and_refuses_a_name_that_is_taken(nested):
    named = rename(with_names(nested, {"%6": "outputs"}), {"relu": "hidden", "absent": "x"})
    assert named.made_by["hidden"].operands == ("inner/outputs",)
    assert named.disagreement() == 0
    with pytest.raises(ValueError, match=r"no other tensor has\. Received outputs\. Ch"):
        rename(named, {"hidden": "outputs"})


def test_axes_have_the_words_of_the_input_and_of_what_they_meet(nested):
    named = with_axes(with_names(nested, {"%6": "outputs"}), {"inputs": ("batch", "words")})
    assert named.tensors["inputs"].axes == ("batch", "words")
    assert named.tensors["inner/kernel"].axes == ("words", "units")
    assert named.tensors["inner/bias"].axes == ("units",)
    assert named.tensors["outputs"].axes == ("batch", "units")
    assert default_axes(4) == ("batch", "axis 1", "axis 2", "features")
    other = with_axes(named, {"inputs": ("too", "many", "words")})
    assert other.tensors["inputs"].axes == ("batch", "features")
