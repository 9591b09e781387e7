"""Explaining a cell: the number by hand, the text, the cells, what is written out in its place."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from layers.operations import dependencies, dependents, explain, named
from layers.operations.contraction import dense, matmul
from layers.operations.elementwise import Elementwise
from layers.operations.layout import Pad, Reshape, Stack, Transpose
from layers.operations.normalize import Normalize
from layers.operations.op import Unknown
from layers.operations.reduction import Reduce
from layers.operations.running import Softmax
from layers.operations.window import Conv, MaxPool


@dataclass
class Step:
    op: object
    operands: tuple
    result: str
    shown: bool = True


@dataclass
class Run:
    """As much of a trace as is explained."""

    tensors: dict
    steps: list = field(default_factory=list)

    def __getitem__(self, name):
        return self.tensors[name]

    def then(self, op, *operands, result, shown=True):
        values = op.evaluate(*(self.tensors[name] for name in operands))
        self.tensors[result] = values
        self.steps.append(Step(op, operands, result, shown))
        return self


def run(**tensors):
    return Run({name: np.array(values, "float64") for name, values in tensors.items()})


def layer():
    made = run(x=[[0.5, -2.0], [1.0, 3.0]], w=[[2.0, 1.0], [-0.25, 4.0]], b=[0.125, -1.0])
    made.then(dense(2), "x", "w", result="product", shown=False)
    made.then(Elementwise("add"), "product", "b", result="sum", shown=False)
    return made.then(Elementwise("relu"), "sum", result="y")


def test_terms_have_names():
    worked = explain(layer(), "y", (1, 0))
    assert named(worked) == "relu(x[1, 0] × w[0, 0] + x[1, 1] × w[1, 0] + b[0])"
    assert named(explain(layer(), "x", (0, 0))) == ""
    wide = run(x=np.ones((1, 9)), w=np.ones((9, 1))).then(dense(2), "x", "w", result="y")
    worked = explain(wide, "y", (0, 0))
    assert "… 3 more …" in named(worked)
    assert named(worked, everything=True).count("×") == 9


def test_what_is_passed_on_is_written_out_in_its_place():
    found = explain(layer(), "y", (0, 0))
    assert found.text == ("relu(0.5 × 2 + (−2) × (−0.25) + 0.125) = relu(1.625) = 1.625")
    assert found.value == 1.625
    assert found.sources == {
        "x": [(0, 0), (0, 1)],
        "w": [(0, 0), (1, 0)],
        "b": [(0,)],
    }
    np.testing.assert_array_equal(found.terms, [1.0, 0.5, 0.125])
    assert explain(layer(), "y", (0, 1)).text == (
        "relu(0.5 × 1 + (−2) × 4 + (−1)) = relu(−8.5) = 0"
    )


def test_a_sum_that_is_shown_is_written_out_too():
    made = layer()
    hidden = explain(made, "y", (0, 0))
    made.steps[1].shown = True
    found = explain(made, "y", (0, 0))
    assert found.text == hidden.text
    assert found.sources == hidden.sources


def test_a_function_that_is_shown_is_a_source_itself():
    made = run(x=[0.25, -1.0])
    made.then(Elementwise("tanh"), "x", result="t")
    made.then(Elementwise("add"), "t", "t", result="y")
    found = explain(made, "y", (0,))
    assert found.text == "0.2449 + 0.2449 = 0.489837"
    assert found.sources == {"t": [(0,)]}


def test_a_tensor_without_a_step_is_its_number():
    found = explain(layer(), "w", (1, 0))
    assert (found.text, found.value, found.sources) == ("−0.25", -0.25, {})
    assert found.expression is None
    assert found.terms is None


def test_normalising_reads_as_in_a_textbook():
    made = run(x=[[0.31]], mean=[[0.2]], variance=[[0.04]], scale=[1.5], offset=[0.1])
    made.then(Normalize((1,), 0.001), *made.tensors, result="y")
    found = explain(made, "y", (0, 0))
    assert found.text == "(0.31 − 0.2) × 1.5 ÷ √(0.04 + 0.001) + 0.1 = 0.914877"


def test_a_step_of_an_lstm_reads_as_in_a_textbook():
    made = run(f=[0.5], c=[-2.0], i=[0.25], g=[0.75])
    made.then(Elementwise("multiply"), "f", "c", result="kept", shown=False)
    made.then(Elementwise("multiply"), "i", "g", result="added", shown=False)
    made.then(Elementwise("add"), "kept", "added", result="state")
    assert explain(made, "state", (0,)).text == "0.5 × (−2) + 0.25 × 0.75 = −0.8125"


def test_a_softmax_shows_the_shares():
    made = run(x=[[0.0, np.log(3.0)]]).then(Softmax(), "x", result="y")
    found = explain(made, "y", (0, 1))
    assert found.text == "exp(1.099) ÷ (exp(0) + exp(1.099)) = 0.75"
    np.testing.assert_allclose(np.asarray(found.terms), [0.25, 0.75])


def test_a_mean_shows_what_each_adds():
    made = run(x=[1.0, 2.0, 6.0]).then(Reduce("mean", (0,)), "x", result="y")
    found = explain(made, "y", ())
    assert found.text == "(1 + 2 + 6) ÷ 3 = 3"
    np.testing.assert_allclose(np.asarray(found.terms), [1 / 3, 2 / 3, 2])


def test_a_long_sum_is_folded_unless_everything_is_asked_for():
    made = run(x=[np.arange(1.0, 21.0)]).then(Reduce("sum", (1,)), "x", result="y")
    assert explain(made, "y", (0,)).text == "1 + 2 + 3 + 4 + … 14 more … + 19 + 20 = 210"
    assert explain(made, "y", (0,), everything=True).text.count("+") == 19


def test_padding_is_counted_and_not_written():
    made = run(x=np.ones((1, 3, 1)), w=np.full((3, 1, 1), 2.0), b=[0.5])
    made.then(Conv((1,), ((1, 1),), (1,)), "x", "w", result="product", shown=False)
    made.then(Elementwise("add"), "product", "b", result="y")
    assert explain(made, "y", (0, 0, 0)).text == (
        "1 × 2 + 1 × 2 + 0.5 + 0 (1 cell of padding) = 4.5"
    )
    assert explain(made, "y", (0, 1, 0)).text == "1 × 2 + 1 × 2 + 1 × 2 + 0.5 = 6.5"


def test_of_a_maximum_the_one_taken_is_the_source_and_all_are_written():
    made = run(x=[[[1.0], [5.0], [3.0], [2.0]]])
    made.then(Elementwise("negative"), "x", result="n", shown=False)
    made.then(MaxPool((2,), (2,), ((0, 0),)), "n", result="y")
    found = explain(made, "y", (0, 0, 0))
    assert found.text == "max(−1, −5) = −1"
    assert found.sources == {"n": [(0, 0, 0)]}


def test_what_only_moved_is_named_where_it_was():
    made = run(x=[[1.0, 2.0], [3.0, 4.0]], w=[[1.0], [10.0]])
    made.then(Transpose((1, 0)), "x", result="t", shown=False)
    made.then(Reshape((2, 1, 2)), "t", result="r", shown=False)
    made.then(dense(3), "r", "w", result="y")
    found = explain(made, "y", (0, 0, 0))
    assert found.text == "1 × 1 + 3 × 10 = 31"
    assert found.sources == {"x": [(0, 0), (1, 0)], "w": [(0, 0), (1, 0)]}
    assert found.expression is not None
    assert {leaf.tensor for leaf in found.expression.leaves()} == {"x", "w"}


def test_what_is_hidden_and_no_one_cell_stays_a_number():
    made = run(x=[[1.0, 2.0]], w=[[1.0, 2.0], [3.0, 4.0]], v=[[1.0], [1.0]])
    made.then(matmul(2, 2), "x", "w", result="h", shown=False)
    made.then(matmul(2, 2), "h", "v", result="y")
    found = explain(made, "y", (0, 0))
    assert found.text == "7 × 1 + 10 × 1 = 17"
    assert found.sources == {"h": [(0, 0), (0, 1)], "v": [(0, 0), (1, 0)]}


def test_padding_by_a_step_of_its_own_is_a_zero():
    made = run(x=[[1.0]], w=[[2.0], [3.0]])
    made.then(Pad(((0, 0), (1, 0))), "x", result="p", shown=False)
    made.then(dense(2), "p", "w", result="y")
    found = explain(made, "y", (0, 0))
    assert found.text == "0 × 2 + 1 × 3 = 3"
    assert found.sources == {"x": [(0, 0)], "w": [(0, 0), (1, 0)]}


def test_a_choice_writes_what_was_taken():
    made = run(c=[1.0, 0.0], x=[3.0, 4.0], y=[-5.0, -6.0])
    made.then(Elementwise("subtract"), "x", "y", result="d", shown=False)
    made.then(Elementwise("where"), "c", "d", "y", result="z")
    assert explain(made, "z", (0,)).text == "3 − (−5) = 8"
    assert explain(made, "z", (1,)).sources == {"c": [(1,)], "y": [(1,)]}


def test_of_single_numbers_only_the_one_that_was_taken_is_a_source():
    made = run(c=[1.0, 0.0], x=3.0, y=-5.0).then(Elementwise("where"), *"cxy", result="z")
    made.then(Stack(0), "x", "y", result="s")
    assert explain(made, "z", (0,)).sources == {"c": [(0,)], "x": [()]}
    assert explain(made, "s", (1,)).sources == {"y": [()]}
    assert dependencies(made, "s", (1,)) == {"y": [()]}
    assert dependents(made, "y", ()) == {"z": [(1,)], "s": [(1,)]}
    assert explain(made, "s", (1,)).text == "−5"


def test_an_operand_used_twice_is_named_once():
    made = run(x=[[1.0, 2.0], [3.0, 4.0]])
    made.then(matmul(2, 2, transpose_right=True), "x", "x", result="y")
    found = explain(made, "y", (0, 1))
    assert found.sources == {"x": [(0, 0), (0, 1), (1, 0), (1, 1)]}
    assert dependents(made, "x", (0, 0)) == {"y": [(0, 0), (0, 1), (1, 0)]}


def test_what_the_run_has_otherwise_is_said():
    made = layer()
    made.tensors["y"] = made.tensors["y"] + 1
    found = explain(made, "y", (0, 0))
    assert found.text.endswith("= 1.625 by NumPy, 2.625 by TensorFlow")
    assert (found.value, found.recorded) == (1.625, 2.625)


def test_what_is_not_known_says_so():
    made = run(x=[1.0, 2.0], y=[5.0])
    made.steps.append(Step(Unknown("EagerPyFunc"), ("x",), "y"))
    found = explain(made, "y", (0,))
    assert found.text == "5 (EagerPyFunc, not explained)"
    assert found.value == 5
    assert found.sources == {"x": [(0,), (1,)]}


def test_text_is_no_number():
    made = Run({"x": np.array([b"word"], dtype=object)})
    assert explain(made, "x", (0,)).text == "NaN"


def test_direct_sources_and_results():
    made = layer()
    assert dependencies(made, "y", (0, 0)) == {"sum": [(0, 0)]}
    assert dependencies(made, "x", (0, 0)) == {}
    assert dependents(made, "b", (1,)) == {"sum": [(0, 1), (1, 1)]}
    assert dependents(made, "x", (0, 1)) == {"product": [(0, 0), (0, 1)]}
    assert dependents(made, "y", (0, 0)) == {}


@pytest.mark.parametrize(
    ("name", "index"), [("z", (0, 0)), ("y", (0,)), ("y", (0, 2)), ("y", (-1, 0))]
)
def test_a_cell_that_is_not_there_is_refused(name, index):
    with pytest.raises(ValueError, match="A cell cannot be explained: expected"):
        explain(layer(), name, index)
