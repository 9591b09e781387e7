"""What is written inside an expression, and how the expression reads."""

import numpy as np
import pytest

from layers.operations.contraction import dense
from layers.operations.elementwise import Elementwise
from layers.operations.layout import Reshape, Slice
from layers.traces.layout import layout
from layers.traces.naming import with_names
from layers.traces.rows import part
from tests.layers.traces.by_hand import traced
from tests.layers.traces.test_layout import inside, text

X = np.ones((2, 3))
ADD, SUBTRACT, TIMES, OVER, TANH, ROOT = map(
    Elementwise, ("add", "subtract", "multiply", "divide", "tanh", "sqrt")
)


def rows(*steps, letters="abcdefgh"):
    """Lay out steps that also return ``a``, so that they are no chain."""
    numbered = [
        (op, operands.split(), f"%{at}", *scope)
        for at, (op, operands, *scope) in enumerate(steps, start=1)
    ]
    inputs = {letter: X for letter in letters if any(letter in step[1].split() for step in steps)}
    last = numbered[-1][2]
    named = with_names(
        traced(inputs, [*numbered, (TANH, ("a",), "other")], outputs=(last, "other")),
        {last: "outputs"},
    )
    found = layout(named, "layer").inside
    assert found
    return [row for row in inside(found) if isinstance(row, tuple) or "other" not in row]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([(TIMES, "a b"), (TIMES, "c d"), (ADD, "%1 %2")], "[a] × [b] + [c] × [d] = [outputs]"),
        ([(ADD, "a b"), (TIMES, "%1 c")], "( [a] + [b] ) × [c] = [outputs]"),
        ([(SUBTRACT, "b c"), (SUBTRACT, "a %1")], "[a] − ( [b] − [c] ) = [outputs]"),
        ([(SUBTRACT, "a b"), (SUBTRACT, "%1 c")], "[a] − [b] − [c] = [outputs]"),
        ([(TIMES, "b c"), (OVER, "a %1")], "[a] ÷ ( [b] × [c] ) = [outputs]"),
        ([(TANH, "b"), (TIMES, "a %1")], "[a] × tanh ( [b] ) = [outputs]"),
        ([(ADD, "b c"), (ROOT, "%1"), (OVER, "a %2")], "[a] ÷ √ ( [b] + [c] ) = [outputs]"),
        ([(ADD, "a b"), (TANH, "%1")], "[a] + [b] →tanh [outputs]"),
    ],
)
def test_an_expression_has_the_brackets_that_it_needs(steps, expected):
    assert rows(*steps) == [expected]


def test_what_is_read_twice_is_a_row_of_its_own():
    assert rows((ADD, "a b"), (TIMES, "%1 c"), (ADD, "%2 %1")) == [
        "[a] + [b] = sum",
        "sum × [c] + sum = [outputs]".replace("sum", "[sum]"),
    ]


def test_an_expression_holds_at_most_six_tensors():
    steps = [(ADD, "a b"), *((ADD, f"%{at} {letter}") for at, letter in enumerate("cdefgh", 1))]
    found = rows(*steps)
    assert found == [
        "[a] + [b] + [c] + [d] + [e] + [f] = sum",
        "[sum] + [g] + [h] = [outputs]",
    ]


def test_what_another_sublayer_made_is_drawn():
    found = rows((ADD, "a b", "inner"), (TIMES, "%1 c", ""))
    assert found == [("inner", ["[a] + [b] = inner/outputs"]), "[inner/outputs] × [c] = [outputs]"]


def test_a_part_of_a_weight_is_written_in_place_wherever_it_is_read():
    cut = Slice((0, 2), (3, 2), (1, 1))
    named = with_names(
        traced(
            {"x": X},
            [
                (cut, ("w",), "%1"),
                (dense(2), ("x", "%1"), "%2"),
                (dense(2), ("%3", "%1"), "%4"),
                (ADD, ("%2", "%4"), "%5"),
            ],
            weights={"w": np.ones((3, 6)), "%3": X},
        ),
        {"%5": "outputs", "%3": "y"},
    )
    found = layout(named, "layer")
    assert found.inside
    assert inside(found.inside) == ["[x] · [w] [:, 2:4] + [y] · [w] [:, 2:4] = [outputs]"]


def test_a_chain_has_the_brackets_that_it_needs():
    named = with_names(
        traced(
            {"x": X},
            [(ADD, ("x", "b"), "%1"), (TIMES, ("%1", "c"), "%2")],
            weights={"b": X, "c": X},
        ),
        {"%2": "outputs"},
    )
    assert [text(row) for row in layout(named, "layer").rows] == ["( x + b ) × c = outputs"]


@pytest.mark.parametrize(
    ("slice_", "expected"),
    [
        (Slice((0, 3, 0), (2, 1, 4), (1, 1, 1), (1,)), "[:, 3]"),
        (Slice((0, 0, 1), (2, 5, 2), (1, 1, 1)), "[:, :, 1:3]"),
        (Slice((1, 0, 0), (1, 5, 4), (1, 1, 1)), "[1:2]"),
        (Slice((0, 4, 0), (2, 5, 4), (1, -1, 1)), "[:, 4::-1]"),
        (Slice((0, 0, 0), (2, 3, 4), (1, 2, 1)), "[:, 0:5:2]"),
    ],
)
def test_a_part_is_written_as_python_writes_it(slice_, expected):
    assert part(slice_, (2, 5, 4)) == expected
    values = np.arange(40).reshape(2, 5, 4)
    own = eval(f"values{expected}", {"values": values})  # noqa: S307 - our own few expressions
    np.testing.assert_array_equal(slice_.evaluate(values), own)


def test_a_weight_that_only_has_axes_of_one_more_stands_alone():
    named = with_names(
        traced(
            {"x": np.ones((2, 3, 4))},
            [(Reshape((1, 3, 1)), ("w",), "%1"), (TIMES, ("x", "%1"), "%2")],
            weights={"w": np.ones(3)},
        ),
        {"%2": "outputs"},
    )
    assert [text(row) for row in layout(named, "layer").rows] == ["x × w = outputs"]
