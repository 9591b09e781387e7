import pickle

import numpy as np
import pytest

from layers.operations.contraction import dense
from layers.operations.elementwise import Elementwise
from layers.operations.op import Unknown
from layers.traces.trace import Step, Tensor, Trace
from tests.layers.traces.by_hand import tensor, traced

X = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")
W = np.array([[1.0, 0.0, 2.0], [0.5, 1.0, 0.0]], "float32")


@pytest.fixture
def product():
    return traced(
        {"inputs": X},
        [
            (dense(2), ("inputs", "kernel"), "product"),
            (Elementwise("relu"), ("product",), "outputs"),
        ],
        weights={"kernel": W},
    )


def test_it_knows_what_made_what(product):
    np.testing.assert_array_equal(product["outputs"], [[2, 2, 2], [5, 4, 6]])
    assert product.outputs[0] is product["outputs"]
    assert product.made_by["outputs"].operands == ("product",)
    assert [step.result for step in product.used_by["kernel"]] == ["product"]
    assert product.used_by["outputs"] == ()


def test_a_redo_starts_from_the_inputs_and_finds_what_is_wrong(product):
    assert product.disagreement() == 0
    wrong = {**product.tensors, "product": tensor(product["product"] + np.float32(0.5))}
    bent = Trace(
        tensors=wrong,
        steps=product.steps,
        output_names=product.output_names,
        input_names=product.input_names,
    )
    assert bent.disagreement() == 0.5
    np.testing.assert_array_equal(bent.redo()["outputs"], product["outputs"])


def test_what_is_not_explained_is_named_and_its_result_believed():
    tensors = {"inputs": tensor(X, "input"), "made": tensor(X * 7), "outputs": tensor(X * 7 + 1)}
    tensors["one"] = tensor(np.float32(1), "constant")
    trace = Trace(
        tensors=tensors,
        steps=(
            Step(Unknown("EagerPyFunc"), ("inputs",), "made"),
            Step(Elementwise("add"), ("made", "one"), "outputs"),
        ),
        output_names=("outputs",),
        input_names=("inputs",),
    )
    assert trace.unexplained == ("EagerPyFunc",)
    assert trace.disagreement() == 0


def test_everything_is_locked_and_stays_so_in_another_process(product):
    again = pickle.loads(pickle.dumps(product))  # noqa: S301 - our own
    for trace in (product, again):
        for each in trace.tensors.values():
            assert not each.values.flags.writeable
    assert again.steps == product.steps
    assert again.made_by == product.made_by


def test_every_axis_has_a_word():
    with pytest.raises(ValueError, match=r"expected one word for each of its 2 axes. Received \("):
        Tensor(values=X, axes=("batch",), role="input")
