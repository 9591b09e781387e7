import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from layers.catalog.registry import get
from layers.runs.run import run
from layers.steps import AddBias, MatMul
from layers.trace import Step, Tensor, Trace, largest_difference

nan, inf = np.nan, np.inf


def small_trace(outputs, inputs=((1, 2),)):
    def tensor(values, axes):
        return Tensor(values=np.array(values, "float32"), axes=axes, role="weight", symbol="T")

    return Trace(
        tensors={
            "inputs": tensor(inputs, ("batch", "features")),
            "kernel": tensor([[3], [4]], ("features", "units")),
            "bias": tensor([0.5], ("units",)),
            "product": tensor([[999]], ("batch", "units")),  # not looked at when redoing
            "outputs": tensor(outputs, ("batch", "units")),
        },
        steps=(
            Step(MatMul(), ("inputs", "kernel"), "product", ("batch", "units"), "P"),
            Step(AddBias(), ("product", "bias"), "outputs", ("batch", "units"), "H"),
        ),
    )


def test_a_run_is_redone_from_its_inputs_and_weights_alone():
    redone = small_trace([[0]]).redo()
    np.testing.assert_array_equal(redone["product"], [[11]])
    np.testing.assert_array_equal(redone["outputs"], [[11.5]])
    assert redone["outputs"].dtype == np.float64


def test_the_disagreement_is_the_largest_difference_of_any_step():
    left = small_trace([[11.5]])
    assert left.disagreement() == 999 - 11
    agreeing = replace(left.tensors["product"], values=np.array([[11.25]], "float32"))
    left = replace(left, tensors={**left.tensors, "product": agreeing})
    assert left.disagreement() == 0.25


@pytest.mark.parametrize(
    ("inputs", "outputs", "expected"),
    [
        ([[nan, 2]], [[nan]], 0),
        ([[inf, 2]], [[inf]], 0),
        ([[-inf, 2]], [[-inf]], 0),
        ([[nan, 2]], [[11.5]], inf),
        ([[1, 2]], [[nan]], inf),
        ([[inf, 2]], [[-inf]], inf),
        ([[inf, 2]], [[11.5]], inf),
    ],
)
def test_what_is_not_finite_agrees_only_with_the_same(inputs, outputs, expected):
    left = small_trace(outputs, inputs)
    left = replace(left, tensors={**left.tensors, "product": left.tensors["outputs"]})
    assert left.disagreement() == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ([], [], 0),
        ([1, 2], [1, 2.5], 0.5),
        ([1, nan], [3, nan], 2),
        ([nan], [1], inf),
        ([inf, -inf], [inf, -inf], 0),
        ([inf], [-inf], inf),
        ([1, 2], [[1, 2]], inf),
    ],
)
def test_the_largest_difference_of_arrays_with_what_is_not_finite(left, right, expected):
    left, right = np.array(left, "float32"), np.array(right, "float64")
    assert largest_difference(left, right) == expected
    assert largest_difference(right, left) == expected


def test_a_tensor_is_locked_whatever_its_rank_and_stays_so_through_a_pickle():
    of_every_rank: list[Any] = [np.float32(3), np.array(3.0), np.ones(0), np.ones((2, 2))]
    for values in of_every_rank:
        tensor = Tensor(values=values, axes=("axis",) * np.ndim(values), role="weight", symbol="T")
        copy = pickle.loads(pickle.dumps(tensor))  # noqa: S301 our own bytes
        for locked in (tensor, copy):
            np.testing.assert_array_equal(locked.values, values)
            assert not locked.values.flags.writeable
            with pytest.raises(ValueError, match="read-only"):
                locked.values[...] = 0


def test_a_tensor_with_an_unnamed_axis_is_refused():
    with pytest.raises(ValueError, match=r"one word for each of its 2 axes\. Received \('batch',"):
        Tensor(values=np.ones((2, 3)), axes=("batch",), role="input", symbol="X")


def test_the_history_is_locked_and_stays_so_through_a_pickle():
    left = run(get("running_sum"), {"calls": 3})
    assert left.history is not None
    copy = pickle.loads(pickle.dumps(left))  # noqa: S301 our own bytes
    np.testing.assert_array_equal(copy.history, left.history)
    for history in (left.history, copy.history):
        with pytest.raises(ValueError, match="read-only"):
            history[...] = 0
    assert copy.steps == left.steps
