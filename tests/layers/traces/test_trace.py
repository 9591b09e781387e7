import pickle
from dataclasses import replace

import numpy as np
import pytest

from layers.operations.contraction import dense
from layers.operations.elementwise import Elementwise
from layers.operations.op import Unknown
from layers.traces.trace import Step, Tensor, Trace, largest_difference, once
from tests.layers.traces.by_hand import tensor, traced

nan, inf = np.nan, np.inf
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


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ([], [], 0),
        ([1, 2], [1, 2.5], 0.5),
        ([1, nan], [3, nan], 2),
        ([nan], [1], inf),
        ([inf, -inf], [inf, -inf], 0),
        ([inf], [-inf], inf),
        ([inf], [11.5], inf),
        ([1, 2], [[1, 2]], inf),
    ],
)
def test_what_is_not_finite_agrees_only_with_the_same(left, right, expected):
    left, right = np.array(left, "float32"), np.array(right, "float64")
    assert largest_difference(left, right) == expected
    assert largest_difference(right, left) == expected


@pytest.mark.parametrize(
    ("value", "outputs", "expected"),
    [(nan, nan, 0), (inf, inf, 0), (-inf, 0, 0), (nan, 2, inf), (inf, 2, inf), (1, nan, inf)],
)
def test_nan_and_infinity_go_through_a_redo(product, value, outputs, expected):
    inputs = np.array([[value, 0]], "float32")
    made = np.array([[value, 0, 2 * value]], "float32")
    made[0, 1] = value * 0  # what is not finite times zero is NaN
    last = np.maximum(made, 0)
    last[0, 0] = outputs
    tensors = {
        "inputs": tensor(inputs, "input"),
        "kernel": product.tensors["kernel"],
        "product": tensor(made),
        "outputs": tensor(last),
    }
    assert replace(product, tensors=tensors).disagreement() == expected


@pytest.mark.parametrize("values", [np.float32(3), np.array(3.0), np.ones(0), np.ones((2, 2))])
def test_a_tensor_is_locked_whatever_its_rank(values):
    one = Tensor(values=values, axes=("axis",) * np.ndim(values), role="weight")
    copy = pickle.loads(pickle.dumps(one))  # noqa: S301 - our own
    for locked in (one, copy):
        np.testing.assert_array_equal(locked.values, values)
        with pytest.raises(ValueError, match="read-only"):
            locked.values[...] = 0


def test_the_history_is_locked_and_stays_so_in_another_process(product):
    traced_before = product.with_history(np.ones((3, 2)))
    copy = pickle.loads(pickle.dumps(traced_before))  # noqa: S301 - our own
    np.testing.assert_array_equal(copy.history, np.ones((3, 2)))
    for history in (traced_before.history, copy.history):
        with pytest.raises(ValueError, match="read-only"):
            history[...] = 0


def test_every_axis_has_a_word():
    with pytest.raises(ValueError, match=r"expected one word for each of its 2 axes. Received \("):
        Tensor(values=X, axes=("batch",), role="input")


def test_what_is_computed_once_belongs_to_one_trace_and_one_function(product):
    calls = []

    @once
    def steps(trace):
        calls.append(trace)
        return len(trace.steps)

    @once
    def tensors(trace):
        return len(trace.tensors)

    shorter = traced({"inputs": X}, [(Elementwise("relu"), ("inputs",), "outputs")])
    assert [steps(product), steps(product), tensors(product), steps(shorter)] == [2, 2, 4, 1]
    assert calls == [product, shorter]
    copy = pickle.loads(pickle.dumps(product))  # noqa: S301 - our own
    assert steps(copy) == 2
    assert calls[2:] == [copy], "what was found is not sent along"
