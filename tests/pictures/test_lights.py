"""The lights of a pinned cell, against what a matrix product is."""

import numpy as np
import pytest

from layers.spans import Span
from pictures.lights import lights
from pictures.picture import picture
from pictures.reach import reached, sources, twins
from pictures.svg import svg
from tests.pictures import read
from tests.pictures.blocks import LINKS, PIN, dense

CELL = 44
MARK, TEXT = "#b3005e", "#1f2430"


def test_a_pinned_output_lights_its_row_its_column_and_its_bias():
    root = read.parsed(svg(picture(dense(pin=PIN))))
    (row,) = read.frames(root, "inputs", CELL)[1:]  # the first is the tensor's own edge
    assert row[:3] == (range(1, 2), range(2), MARK)
    (column,) = read.frames(root, "kernel", CELL)[1:]
    assert column[:3] == (range(2), range(2, 3), MARK)
    (bias,) = read.frames(root, "bias", CELL)[1:]
    assert bias[:3] == (range(1), range(2, 3), MARK)
    pinned = [frame for frame in read.frames(root, "outputs", CELL) if frame[3] == 3]
    assert [frame[:3] for frame in pinned] == [(range(1, 2), range(2, 3), TEXT)]
    assert len(list(root.iter(f"{read.SVG}polygon"))) == 1  # the edited bias has its corner


def test_a_pinned_input_lights_dashed_what_it_helps_to_make():
    pin = {**PIN, "cell": "inputs.0.1"}
    root = read.parsed(svg(picture(dense(pin=pin))))
    (row,) = read.frames(root, "outputs", CELL)[1:]
    assert row[:2] == (range(1), range(3))
    assert row[4]


def test_without_a_pin_only_edits_are_lit():
    assert [light.kind for light in lights(LINKS, None, ("bias",))] == ["edited"]


def test_what_stands_between_makes_it_far():
    found = sources(LINKS, {"inputs", "product", "outputs"}, "outputs", ((1, 2), (2, 3)))
    assert {(one.name, one.far) for one in found} == {("product", False), ("inputs", True)}


@pytest.mark.parametrize("times", [2, 3])
def test_copies_of_one_stored_cell_are_twins(times):
    # A column repeated: each row of the copies is one stored number.
    links = {
        "steps": [{"result": "copy", "from": [["stored", [0, [None, 1, 0, 0]]]], "copies": True}],
        "tensors": {"stored": {"shape": (4, 1)}, "copy": {"shape": (4, times)}},
    }
    assert twins(links, "copy", ((2, 3), (1, 2))) == ((2, 3), (0, times))
    assert twins(links, "stored", ((2, 3), (0, 1))) is None


def test_windows_and_digits_of_an_index_go_there_and_back():
    # A convolution of 3 with stride 2, then flattened from 4 × 5.
    window = {"steps": [{"result": "y", "from": [["x", [[0, 3, 2, 0]]]]}]}
    window["tensors"] = {"x": {"shape": (9,)}, "y": {"shape": (4,)}}
    for y in range(4):
        (made,) = sources(window, {"x"}, "y", ((y, y + 1),))
        assert made.box == ((2 * y, 2 * y + 3),)
    for x in range(9):
        (makes,) = reached(window, {"y"}, "x", ((x, x + 1),))
        expected = [y for y in range(4) if 2 * y <= x < 2 * y + 3]
        assert list(range(*makes.box[0])) == expected
    flat = {"steps": [{"result": "y", "from": [["x", [[0, 1, 1, 0, 5, 4], [0, 1, 1, 0, 1, 5]]]]}]}
    flat["tensors"] = {"x": {"shape": (4, 5)}, "y": {"shape": (20,)}}
    for at in range(20):
        (made,) = sources(flat, {"x"}, "y", ((at, at + 1),))
        row, column = np.unravel_index(at, (4, 5))
        assert made.box == ((row, row + 1), (column, column + 1))
        (makes,) = reached(flat, {"y"}, "x", made.box)
        assert makes.box == ((at, at + 1),)


def test_the_spans_are_those_that_views_sends():
    assert Span(size=3) != Span(0)  # a whole axis is sent as null, and an axis by its number
