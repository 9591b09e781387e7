"""Blocks of lines: groups within groups, tensors drawn once and named elsewhere."""

import numpy as np
import pytest

from pictures.describe import equation_of, figures_of
from pictures.picture import only, picture
from pictures.svg import svg
from tests.pictures import read
from tests.pictures.blocks import figure
from views.blocks import sendable

CELL = 44


def shown(name, values):
    return {"figure": sendable(figure(values, name=name))}


SIGN = {"sign": {"text": "→", "says": "to"}}


def graph(*, opened=True, parts=False):
    rows = [
        {"items": [{"reference": {"name": "inputs", "text": "X"}}, SIGN, shown("query", [[2.0]])]}
    ]
    inner = {"title": "scale", "path": "attention/scale", "open": True, "groups": []}
    inner["rows"] = [{"items": [shown("scaled", np.ones((2, 3)))]}]
    folded = {"title": "attention", "path": "attention", "open": opened}
    content = {"parts": [inner, *rows]} if parts else {"rows": rows, "groups": [inner]}
    ends = {"title": "", "path": "", "open": True, "groups": []}
    ends["rows"] = [{"items": [shown("inputs", [[1.0, -1.0]]), SIGN, shown("outputs", [[0.5]])]}]
    return {"kind": "lines", "groups": [ends, folded | content], "ranges": []}


def test_every_group_is_drawn_with_its_title_and_its_tensors():
    root = read.parsed(svg(picture(graph())))
    assert {"attention", "scale", "X"} <= set(read.texts(root))
    for name, count in (("inputs", 2), ("outputs", 1), ("query", 1), ("scaled", 6)):
        assert len(read.numbers(root, name, CELL)) == count
    assert [f["name"] for f in figures_of(graph())] == ["inputs", "outputs", "query", "scaled"]
    assert equation_of(graph()) == "inputs → outputs; X → query; scaled"


def test_parts_keep_their_order():
    assert [f["name"] for f in figures_of(graph(parts=True))][2:] == ["scaled", "query"]
    tops = {}
    root = read.parsed(svg(picture(graph(parts=True))))
    for element, _, y in read.placed(root):
        if element.tag == f"{read.SVG}text":
            tops[element.text] = y + float(element.get("y"))
    assert tops["inputs"] < tops["attention"] < tops["scaled"] < tops["query"]


def test_a_folded_group_shows_its_title_alone():
    root = read.parsed(svg(picture(graph(opened=False))))
    assert "attention" in read.texts(root)
    assert [f["name"] for f in figures_of(graph(opened=False))] == ["inputs", "outputs"]


@pytest.mark.parametrize("name", ["inputs", "scaled"])
def test_one_tensor_of_a_graph_stands_alone(name):
    alone = only(graph(), name)
    assert alone
    assert [f["name"] for f in figures_of(alone)] == [name]
    assert read.numbers(read.parsed(svg(picture(alone))), name, CELL)
