"""The size of the cells that rows of figures share."""

from collections.abc import Callable
from typing import Any


def figure(rows: int, columns: int, digits: int = 5) -> dict[str, Any]:
    return {"figure": {"name": "t", "cells": [rows, columns], "digits": digits}}


def sign(text: str) -> dict[str, Any]:
    return {"sign": {"text": text}}


EQUATION = [
    figure(8, 10),
    sign("·"),
    figure(10, 5),
    sign("+"),
    figure(1, 5),
    sign("="),
    figure(8, 5),
]


def test_a_row_stands_on_one_line_with_numbers_if_it_can(call: Callable):
    # Cells of 44: (10 + 5 + 5 + 5) × 44 + 3 × 24 for the signs + 4 × 8 between them are 1204.
    assert call("layout.js", "cellSize", [EQUATION], 1204) == 44
    assert call("layout.js", "cellSize", [EQUATION], 1203) == 40
    assert call("layout.js", "linesOf", EQUATION, 44, 1204) == 1
    assert call("layout.js", "linesOf", EQUATION, 44, 1203) == 2


def test_numbers_are_worth_a_second_line(call: Callable):
    cell = call("layout.js", "cellSize", [EQUATION], 700)
    assert 28 <= cell <= 36
    assert call("layout.js", "linesOf", EQUATION, cell, 700) == 2


def test_a_figure_is_never_wider_than_the_page(call: Callable):
    for columns in (1, 10, 30, 200):
        for width in (320, 420, 1280):
            row = [sign("="), figure(4, columns)]
            cell = call("layout.js", "cellSize", [row], width)
            assert cell * columns + 32 <= width or cell == 1


def test_rows_share_the_size_that_the_widest_of_them_needs(call: Callable):
    wide = [figure(2, 40)]
    alone = call("layout.js", "cellSize", [EQUATION], 1280)
    together = call("layout.js", "cellSize", [EQUATION, wide], 1280)
    assert together == call("layout.js", "cellSize", [wide], 1280) < alone
    assert call("layout.js", "cellSize", [wide, EQUATION], 1280) == together


def test_a_tall_figure_stays_on_the_screen(call: Callable):
    assert call("layout.js", "cellSize", [[figure(200, 3, 0)]], 1280) == 2


def test_brackets_are_not_broken(call: Callable):
    row = [sign("("), figure(1, 5), sign("+"), figure(1, 5), sign(")"), sign("·"), figure(1, 5)]
    # 24 + 148 + 24 + 148 + 1 + 24 within the brackets, 172 after them.
    assert call("layout.js", "linesOf", row, 28, 542) == 1
    assert call("layout.js", "linesOf", row, 28, 540) == 2


def test_a_reference_takes_its_room(call: Callable):
    chip = {"reference": {"name": "inputs", "text": "inputs"}}
    assert call("layout.js", "linesOf", [chip, chip], 28, 160) == 1
    assert call("layout.js", "linesOf", [chip, chip], 28, 159) == 2


def test_without_figures_any_size_will_do(call: Callable):
    assert call("layout.js", "cellSize", [], 1280) == 44
    assert call("layout.js", "cellSize", [[sign("=")]], 1280) == 44


def test_the_first_row_fits_the_screen_where_legible_cells_can(call: Callable):
    tall = [figure(10, 4), sign("="), figure(10, 4)]
    assert call("layout.js", "cellSize", [tall], 1280) == 44
    assert call("layout.js", "cellSize", [tall], 1280, 330) == 32
    assert call("layout.js", "cellSize", [tall], 1280, 250) == 24  # smaller, and seen
    assert call("layout.js", "cellSize", [tall], 1280, 100) == 44  # it would not fit anyhow
    assert call("layout.js", "heightOf", tall, 32, 1280) == 320
    # On two lines: both, and the caption between them.
    assert call("layout.js", "heightOf", tall, 32, 200) == 2 * 320 + 68


def test_a_wide_row_inside_leaves_the_first_its_numbers(call: Callable):
    ends, wide = [figure(4, 4), sign("→"), figure(4, 4)], [figure(16, 256, 0)]
    assert call("layout.js", "cellSizes", [ends, wide], 900, 400) == [44, 3]
    assert call("layout.js", "cellSizes", [ends, ends], 900, 400) == [44, 44]


def beside(tallest: int, *items: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(items), "tallest": tallest}


IMAGE = beside(200, figure(32, 32, digits=0))
MAPS = beside(340, figure(163, 231, digits=0))
TERMS = beside(170, figure(5, 5), sign("×"), figure(5, 5), sign("="), figure(5, 5))


def test_rows_stand_beside_each_other_as_large_as_there_is_room(call: Callable):
    # 192 + 462 + 3 × 160 + 2 × 8 + 2 × 24 and 2 × 20 between them are 1238.
    assert call("layout.js", "sizesBeside", [IMAGE, MAPS, TERMS], 1238) == [6, 2, 32]
    # The widest that can still be read becomes smaller: the terms, whose numbers are read at 24.
    assert call("layout.js", "sizesBeside", [IMAGE, MAPS, TERMS], 1237) == [6, 2, 28]
    assert call("layout.js", "sizesBeside", [IMAGE, MAPS, TERMS], 1117) == [5, 2, 24]


def test_the_last_has_a_line_of_its_own_where_there_is_no_room(call: Callable):
    assert call("layout.js", "sizesBeside", [IMAGE, MAPS, TERMS], 640) == [4, 2, 32]
    assert call("layout.js", "sizesBeside", [IMAGE, MAPS], 480) == [6, 2]
    assert call("layout.js", "sizesBeside", [], 480) == []


def test_the_first_two_share_a_line_of_a_wide_page(call: Callable):
    # 231 + 231 + 20 between them.
    assert call("layout.js", "sizesBeside", [MAPS, MAPS, TERMS], 500) == [1, 1, 32]
    assert call("layout.js", "sizesBeside", [MAPS, MAPS, TERMS], 499)[:2] == [2, 2]
