"""Formulas keep their brackets where a step is written inside another."""

from xml.etree import ElementTree

import numpy as np
import pytest

from layers.operations.elementwise import Elementwise
from layers.traces.latex import formulas, latex
from layers.traces.passing import with_passed_on
from tests.layers.traces.by_hand import traced

X = np.array([[1.0, 2.0], [3.0, 4.0]])
ADD = Elementwise("add"), ("x", "b"), "inner"
SYMBOLS = {"x": "X", "b": "b", "s": "s", "outputs": "H"}


def formula(first, last):
    """Return the formula of two steps, the first written inside the second, without shapes."""
    trace = traced({"x": X}, [first, last], weights={"b": X[0], "s": X[1]})
    trace = with_passed_on(trace.with_symbols(SYMBOLS), {"inner"}, ())
    assert [step.shown for step in trace.steps] == [False, True]
    (text,) = latex(trace)
    for symbol in SYMBOLS.values():
        for size in (r"2 \times 2", "2"):
            text = text.replace(rf"\underset{{{size}}}{{{symbol}}}", symbol)
    return text


@pytest.mark.parametrize(
    ("name", "operands", "expected"),
    [
        ("multiply", ("inner", "s"), r"H = \left(X + b\right) \odot s"),
        ("multiply", ("s", "inner"), r"H = s \odot \left(X + b\right)"),
        ("subtract", ("s", "inner"), r"H = s - \left(X + b\right)"),
        ("subtract", ("inner", "s"), "H = X + b - s"),
        ("add", ("inner", "s"), "H = X + b + s"),
        ("square", ("inner",), r"H = {\left(X + b\right)}^2"),
        ("negative", ("inner",), r"H = -\left(X + b\right)"),
        ("divide", ("inner", "s"), r"H = \frac{X + b}{s}"),
        ("tanh", ("inner",), r"H = \tanh(X + b)"),
        ("sqrt", ("inner",), r"H = \sqrt{X + b}"),
    ],
)
def test_a_sum_inside_another_step_has_the_brackets_that_it_needs(name, operands, expected):
    assert formula(ADD, (Elementwise(name), operands, "outputs")) == expected


def test_a_product_needs_no_brackets_in_a_sum():
    product = Elementwise("multiply"), ("x", "s"), "inner"
    assert formula(product, (Elementwise("add"), ("inner", "b"), "outputs")) == r"H = X \odot s + b"
    last = Elementwise("square"), ("inner",), "outputs"
    assert formula(product, last) == r"H = {\left(X \odot s\right)}^2"


@pytest.mark.parametrize("name", ["kernel_2", "<b>&", "a}{b", r"\\href{x}{y}", "$#%^~", "커널"])
def test_a_formula_is_mathml_whatever_a_tensor_is_called(name):
    trace = traced({"x": X}, [(Elementwise("add"), ("x", name), "outputs")], weights={name: X})
    (text,) = formulas(trace.with_symbols({"x": "X", "outputs": "H"}))
    root = ElementTree.fromstring(text)  # noqa: S314 our own text
    kinds = {node.tag.rpartition("}")[2] for node in root.iter()}
    assert kinds <= {"math", "mrow", "munder", "mi", "mn", "mo"}
    written = "".join(root.itertext())
    assert written.startswith("H2×2=X2×2+")
    assert "".join(letter for letter in name if letter not in "\\^~") in written


def test_a_word_of_a_formula_is_one_element():
    trace = traced({"x": X}, [(Elementwise("tanh"), ("x",), "outputs")])
    (text,) = formulas(trace)
    assert '<mi mathvariant="normal">outputs</mi>' in text
