"""Cells followed through the steps of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page

FOLLOW = """async ([way, graph, shown, name, cells]) =>
  (await import("/dependencies.js"))[way](graph, new Set(shown), name, cells)"""
TIED = """async ([graph, name, cells]) =>
  (await import("/dependencies.js")).tiedCells(graph, name, cells)"""


def graph(shapes: Mapping[str, tuple[int, ...]], *steps: tuple) -> dict[str, Any]:
    tensors = {name: {"shape": shape, "axes": [], "role": ""} for name, shape in shapes.items()}
    return {
        "tensors": tensors,
        "steps": [{"result": result, "from": [list(o) for o in given]} for result, *given in steps],
    }


# outputs = relu(inputs · kernel + bias), with the product and the sum in between.
DENSE = graph(
    {
        "inputs": (3, 4),
        "kernel": (4, 2),
        "bias": (2,),
        "product": (3, 2),
        "sum": (3, 2),
        "outputs": (3, 2),
    },
    ("product", ("inputs", [0, None]), ("kernel", [None, 1])),
    ("sum", ("product", [0, 1]), ("bias", [1])),
    ("outputs", ("sum", [0, 1])),
)


def cell(*index: int) -> list:
    return [[[at, at + 1]] for at in index]


def test_an_output_is_followed_to_what_is_shown(page: Page):
    shown = ["inputs", "kernel", "bias", "sum", "outputs"]
    found = page.evaluate(FOLLOW, ["dependencies", DENSE, shown, "outputs", cell(2, 1)])
    assert {part["name"]: (part["cells"], part["far"]) for part in found} == {
        "sum": (cell(2, 1), False),
        "bias": (cell(1), True),
        "inputs": ([[[2, 3]], [[0, 4]]], True),
        "kernel": ([[[0, 4]], [[1, 2]]], True),
    }


def test_what_is_hidden_stands_between_nothing(page: Page):
    found = page.evaluate(FOLLOW, ["dependencies", DENSE, ["inputs"], "outputs", cell(0, 0)])
    assert found == [{"name": "inputs", "cells": [[[0, 1]], [[0, 4]]], "far": False}]


def test_a_weight_is_followed_to_what_it_helps_to_make(page: Page):
    found = page.evaluate(
        FOLLOW, ["dependents", DENSE, ["product", "outputs"], "kernel", cell(3, 1)]
    )
    column = [[[0, 3]], [[1, 2]]]
    assert found == [
        {"name": "product", "cells": column, "far": False},
        {"name": "outputs", "cells": column, "far": True},
    ]


def test_two_uses_of_a_tensor_are_two_parts(page: Page):
    # The sum of a row and the row after it.
    run = graph({"x": (9, 2), "y": (4, 2)}, ("y", ("x", [0, 1]), ("x", [[0, 1, 1, 5], 1])))
    found = page.evaluate(FOLLOW, ["dependencies", run, ["x"], "y", cell(1, 0)])
    assert [part["cells"] for part in found] == [cell(1, 0), cell(6, 0)]
    found = page.evaluate(FOLLOW, ["dependents", run, ["y"], "x", cell(6, 1)])
    assert [part["cells"] for part in found] == [cell(1, 1)]


def test_near_counts_where_there_is_a_way_past_what_is_shown(page: Page):
    run = graph({"x": (2,), "y": (2,), "z": (2,)}, ("y", ("x", [0])), ("z", ("y", [0]), ("x", [0])))
    found = page.evaluate(FOLLOW, ["dependencies", run, ["x", "y"], "z", cell(1)])
    assert {part["name"]: part["far"] for part in found} == {"x": False, "y": False}


def test_padding_is_made_of_nothing(page: Page):
    run = graph({"x": (2,), "y": (6,)}, ("y", ("x", [[0, 1, 1, -2]])))
    assert page.evaluate(FOLLOW, ["dependencies", run, ["x"], "y", cell(0)]) == []


def test_copies_of_a_cell_are_tied(page: Page):
    run = graph({"x": (2,), "y": (6,)}, ("y", ("x", [[0, 1, 1, 0, 1, 2]])))
    run["steps"][0]["copies"] = True
    assert page.evaluate(TIED, [run, "y", cell(3)]) == [[[1, 2], [3, 4], [5, 6]]]
    assert page.evaluate(TIED, [run, "x", cell(1)]) is None


def test_a_long_run_that_branches_is_followed_in_good_time(page: Page):
    """A hundred steps, each of the one before twice: the ways through it are 2 to the 100th."""
    shapes = {f"t{at}": (200,) for at in range(101)}
    steps = [(f"t{at + 1}", (f"t{at}", [0]), (f"t{at}", [[0, 1, 1, 1]])) for at in range(100)]
    found = page.evaluate(FOLLOW, ["dependencies", graph(shapes, *steps), ["t0"], "t100", cell(5)])
    lit = {at for part in found for start, end in part["cells"][0] for at in range(start, end)}
    assert lit == set(range(5, 106))
