"""Where a tensor's cells stand in its picture: the way there and the way back, for every cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

CELLS = """async ([figure, links, rows, columns]) => {
  const { planeOf, cellsAt } = await import("/plane.js");
  const plane = planeOf(figure, links);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => cellsAt(plane, row, column) ?? null));
}"""
RECTS = """async ([figure, links, parts]) => {
  const { planeOf, rectsOf } = await import("/plane.js");
  return parts.map((part) => rectsOf(planeOf(figure, links), part));
}"""


def links(shape: tuple[int, ...], plane: list[int] | None = None, at: dict | None = None) -> dict:
    axes = [f"axis {axis}" for axis in range(len(shape))]
    tensors = {"t": {"shape": shape, "axes": axes, "role": "weight"}}
    return {"tensors": tensors, "plane": plane or [-2, -1], "at": at or {}}


def assert_there_and_back(page: Page, figure: dict, linked: dict, numbers: np.ndarray) -> None:
    """Hold a picture to the numbers that stand in it: those of the tensor counted through."""
    shape = linked["tensors"]["t"]["shape"]
    rows, columns = numbers.shape
    figure = {"name": "t", **figure}
    cells = page.evaluate(CELLS, [figure, linked, rows, columns])
    counted = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    found = [
        [counted[tuple(r[0][0] for r in c)] if c is not None else -1 for c in row] for row in cells
    ]
    np.testing.assert_array_equal(found, numbers)
    inside = [(r, c) for r, c in np.ndindex(rows, columns) if numbers[r, c] >= 0]
    parts = page.evaluate(RECTS, [figure, linked, [cells[r][c] for r, c in inside]])
    for (r, c), rects in zip(inside, parts, strict=True):
        assert rects == [{"top": r, "bottom": r + 1, "left": c, "right": c + 1}]


@pytest.mark.parametrize(
    ("figure", "linked", "numbers"),
    [
        ({}, links((3, 4)), np.arange(12).reshape(3, 4)),
        ({}, links((4,)), np.arange(4).reshape(1, 4)),
        ({}, links(()), np.zeros((1, 1), int)),
        ({}, links((2, 3, 4), at={0: 1}), np.arange(12, 24).reshape(3, 4)),
        ({}, links((2, 3, 4), [0, 2], {1: 2}), np.arange(24).reshape(2, 3, 4)[:, 2]),
        ({}, links((2, 3, 4), [2, 0], {1: 2}), np.arange(24).reshape(2, 3, 4)[:, 2].T),
        ({"plane": [0, -1], "at": {1: 1}}, links((2, 3, 4)), np.arange(24).reshape(2, 3, 4)[:, 1]),
        ({"plane": [1, 0]}, links((3, 4)), np.arange(12).reshape(3, 4).T),
        ({"line": 4}, links((1, 10)), np.array([*range(10), -1, -1]).reshape(3, 4)),
    ],
    ids=["matrix", "vector", "number", "last", "chosen", "turned", "own", "transposed", "lines"],
)
def test_every_cell_of_a_picture(page: Page, figure: dict, linked: dict, numbers: np.ndarray):
    assert_there_and_back(page, figure, linked, numbers)


def test_an_index_beyond_a_shorter_tensor_shows_its_last(page: Page):
    assert_there_and_back(page, {}, links((2, 3, 4), at={0: 7}), np.arange(12, 24).reshape(3, 4))


def test_slices_side_by_side(page: Page):
    slices = {"tile": [2, 2], "step": [3, 3], "across": 2}
    tensor = np.arange(12).reshape(2, 2, 3)
    picture = np.full((5, 5), -1)
    for at, (top, left) in enumerate([(0, 0), (0, 3), (3, 0)]):
        picture[top : top + 2, left : left + 2] = tensor[:, :, at]
    assert_there_and_back(page, {"slices": slices}, links((2, 2, 3)), picture)


def evaluate_rects(page: Page, figure: dict, linked: dict, part: list) -> Any:
    return page.evaluate(RECTS, [{"name": "t", **figure}, linked, [part]])[0]


def test_runs_are_a_frame_each(page: Page):
    part = [[[0, 1], [2, 3]], [[1, 3]]]
    assert evaluate_rects(page, {}, links((3, 4)), part) == [
        {"top": 0, "bottom": 1, "left": 1, "right": 3},
        {"top": 2, "bottom": 3, "left": 1, "right": 3},
    ]


def test_cells_in_one_block_are_one_frame(page: Page):
    part = [[[0, 1], [2, 3]], [[4, 6], [9, 10]]]
    assert evaluate_rects(page, {"block": [4, 4]}, links((8, 12)), part) == [
        {"top": 0, "bottom": 1, "left": 1, "right": 3}
    ]


def test_what_stands_elsewhere_has_no_frame(page: Page):
    part = [[[0, 1]], [[0, 3]], [[0, 4]]]
    assert evaluate_rects(page, {}, links((2, 3, 4), at={0: 1}), part) == []
    assert len(evaluate_rects(page, {}, links((2, 3, 4), at={0: 0}), part)) == 1


def test_more_frames_than_can_be_drawn_are_one_around_them(page: Page):
    every_second = [[at, at + 1] for at in range(0, 100, 2)]
    found = evaluate_rects(page, {}, links((100, 100)), [every_second, every_second])
    assert found == [{"top": 0, "bottom": 99, "left": 0, "right": 99}]


def test_a_run_of_a_broken_vector(page: Page):
    found = evaluate_rects(page, {"line": 4}, links((1, 18)), [[[0, 1]], [[3, 17]]])
    assert found == [
        {"top": 0, "bottom": 1, "left": 3, "right": 4},
        {"top": 1, "bottom": 4, "left": 0, "right": 4},
        {"top": 4, "bottom": 5, "left": 0, "right": 1},
    ]


def test_a_cell_in_a_link(page: Page):
    there = "async (part) => (await import('/plane.js')).cellName('outputs', part)"
    assert page.evaluate(there, [[[2, 3]], [[4, 9], [11, 12]]]) == "outputs.2.4"
    back = "async (text) => (await import('/plane.js')).cellOf(text)"
    assert page.evaluate(back, "outputs.2.4") == {"name": "outputs", "cells": [[[2, 3]], [[4, 5]]]}
