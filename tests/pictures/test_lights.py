"""The lights of a pinned cell, against what a matrix product is."""

import numpy as np
import pytest

from pictures.dependencies import dependencies, dependents, tied
from pictures.lights import lights
from pictures.picture import picture
from pictures.planes import places
from pictures.spans import made_of, making, whole
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


def one(*index):
    return tuple(np.array([at]) for at in index)


def test_what_stands_between_makes_it_far():
    found = dependencies(LINKS, {"inputs", "product", "outputs"}, "outputs", one(1, 2))
    assert {(part.name, part.far) for part in found} == {("product", False), ("inputs", True)}
    found = dependents(LINKS, {"product", "outputs"}, "kernel", one(1, 2))
    assert {(part.name, part.far) for part in found} == {("product", False), ("outputs", True)}


def test_what_is_reached_by_two_ways_is_lit_once_and_as_near_as_it_is():
    # Added to itself, with and without a step between.
    steps = [
        {"result": "between", "from": [["x", [0]]]},
        {"result": "y", "from": [["between", [0]], ["x", [0]]]},
    ]
    links = {"steps": steps, "tensors": {name: {"shape": [3]} for name in ("x", "between", "y")}}
    found = dependencies(links, {"x", "between", "y"}, "y", one(1))
    assert sorted((part.name, part.far) for part in found) == [("between", False), ("x", False)]


@pytest.mark.parametrize("times", [2, 3])
def test_copies_of_one_stored_cell_are_tied_cells(times):
    # A column repeated: each row of the copies is one stored number.
    links = {
        "steps": [{"result": "copy", "from": [["stored", [0, [None, 1, 0, 0]]]], "copies": True}],
        "tensors": {"stored": {"shape": (4, 1)}, "copy": {"shape": (4, times)}},
    }
    found = tied(links, "copy", one(2, 1))
    assert found
    assert [axis.tolist() for axis in found] == [[2], list(range(times))]
    assert tied(links, "stored", one(2, 0)) is None


def windows(x):
    return np.array([x[2 * at : 2 * at + 3].sum() for at in range(4)])


def dilated(x):
    return np.array([x[at] + x[at + 2] + x[at + 4] for at in range(5)])


CASES = {
    "same": ((4,), lambda x: 2 * x, [0]),
    "transposed": ((2, 3), lambda x: x.T, [1, 0]),
    "sum": ((3, 2), lambda x: x.sum(axis=1), [0, None]),
    "windows": ((9,), windows, [[0, 3, 2]]),
    "dilated": ((9,), dilated, [[0, 3, 1, 0, 1, 0, 2]]),
    "reversed": ((5,), lambda x: x[::-1], [[0, 1, -1, 4]]),
    "padded": ((4,), lambda x: np.pad(x, (2, 1)), [[0, 1, 1, -2]]),
    "flattened": ((4, 5), lambda x: x.reshape(20), [[0, 1, 1, 0, 5, 4], [0, 1, 1, 0, 1, 5]]),
    "split": ((6,), lambda x: x.reshape(2, 3), [[[[0, 3], [1, 1]]]]),
    "looked up": (
        (4, 2),
        lambda x: x[[3, 0, 0]],
        [{"axes": [0], "starts": [3, 0, 0], "sizes": 1, "step": 1}, 1],
    ),
    "looked up, or not": (
        (4,),
        lambda x: np.array([x[1], 0.0, x[2] + x[3]]),
        [{"axes": [0], "starts": [1, 0, 2], "sizes": [1, 0, 2]}],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_spans_say_what_moving_one_cell_says(name):
    shape, function, spans = CASES[name]
    values = np.random.default_rng(0).normal(size=shape)
    result = function(values)
    makes = np.zeros((*result.shape, *shape), bool)
    for index in np.ndindex(*shape):
        moved = values.copy()
        moved[index] += 1
        makes[(..., *index)] = function(moved) != result
    for index in np.ndindex(*result.shape):
        expected = [np.unique(axis) for axis in np.nonzero(makes[index])]
        found = [made_of(s, one(*index), n) for s, n in zip(spans, shape, strict=True)]
        if not expected[0].size:
            assert not all(axis.size for axis in found)
            continue
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    for index in np.ndindex(*shape):
        expected = [np.unique(axis) for axis in np.nonzero(makes[(..., *index)])]
        found = making(spans, one(*index), result.shape)
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_of_too_many_indices_the_whole_axis_is_named():
    shape = (2000, 2000)
    spans = [[[[0, 2000], [1, 1]]]]
    found = making(spans, (np.arange(5),), shape)
    assert [axis.size for axis in found] == [2000, 2000]
    assert made_of(spans[0], whole(shape), 4_000_000).size == 4_000_000


def test_cells_apart_are_framed_apart():
    links = {"tensors": {"x": {"shape": (6, 4)}}, "plane": (-2, -1), "at": {}}
    cells = (np.array([0, 1, 4]), np.array([2]))
    assert places({"name": "x"}, links, cells) == [(0, 2, 2, 3), (4, 5, 2, 3)]
    assert places({"name": "x", "block": (2, 2)}, links, cells) == [(0, 1, 1, 2), (2, 3, 1, 2)]
    assert places({"name": "x", "plane": (1, 0)}, links, cells) == [(2, 3, 0, 2), (2, 3, 4, 5)]


def test_a_figure_shows_only_what_stands_where_it_stands():
    links = {"tensors": {"x": {"shape": (2, 3, 4)}}, "plane": (-2, -1), "at": {0: 1}}
    assert places({"name": "x"}, links, one(1, 2, 3)) == [(2, 3, 3, 4)]
    assert places({"name": "x"}, links, one(0, 2, 3)) == []
    assert places({"name": "x", "at": {0: 0}}, links, one(0, 2, 3)) == [(2, 3, 3, 4)]
    vector = {"tensors": {"v": {"shape": (100,)}}}
    run = (np.arange(30, 75),)
    assert places({"name": "v", "line": 20}, vector, run) == [
        (1, 2, 10, 20),
        (2, 3, 0, 20),
        (3, 4, 0, 15),
    ]
    slices = {"tile": (2, 2), "step": (3, 3), "across": 2}
    kernel = {"tensors": {"k": {"shape": (2, 2, 4)}}}
    assert places({"name": "k", "slices": slices}, kernel, one(1, 0, 3)) == [(4, 5, 3, 4)]
