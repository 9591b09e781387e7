from dataclasses import replace

import numpy as np
import pytest

from layers.catalog.running_sum import SPEC, RunningSum
from layers.runs.prepare import Call
from layers.runs.run import record_calls, run
from layers.traces.summary import measure


def test_hand_made_inputs_add_up_call_by_call():
    layer = RunningSum()
    first = layer(np.array([[1, 10], [2, 20], [3, 30]], "float32")).numpy()
    second = layer(np.array([[-6, 0.5]], "float32")).numpy()
    np.testing.assert_array_equal(first, [6, 60])
    np.testing.assert_array_equal(second, [0, 60.5])
    np.testing.assert_array_equal(first, [6, 60], "what was returned does not change later")


@pytest.mark.parametrize("calls", [1, 2, 7])
def test_the_history_is_the_cumulated_column_sums_of_the_seeds_that_follow(calls):
    left = run(SPEC, {"features": 4, "calls": calls}, batch=3, seed=20, source="normal")
    sums = [
        np.random.default_rng(20 + call).normal(size=(3, 4)).astype("float32").sum(axis=0)
        for call in range(calls)
    ]
    assert left.history is not None
    # float32 totals of at most 21 normal numbers: six decimals are sure.
    np.testing.assert_allclose(left.history, np.cumsum(sums, axis=0), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(left["total"], left.history[-1])
    before = left.history[-2] if calls > 1 else np.zeros(4)
    np.testing.assert_array_equal(left["total_before"], before)
    np.testing.assert_allclose(left["column_sums"], sums[-1], rtol=0, atol=1e-6)


def test_every_run_starts_from_zero():
    first, again = (run(SPEC, {"calls": 3}, seed=1) for _ in range(2))
    np.testing.assert_array_equal(again.history, first.history)


def test_a_traced_layer_goes_on_from_where_it_stood():
    layer = SPEC.build({"features": 2}, 0)
    ones = np.ones((2, 2), "float32")
    call = Call(arrays={"inputs": ones}, arguments=(ones,), named={})
    record_calls(SPEC, layer, [call])
    left = record_calls(SPEC, layer, [call, call])
    np.testing.assert_array_equal(left.history, [[4, 4], [6, 6]])


def test_an_array_of_ones_own_is_fed_at_every_call():
    fed = np.array([[1.0, 2.0]])
    left = run(SPEC, {"features": 2, "calls": 3}, source=fed)
    np.testing.assert_array_equal(left.history, [[1, 2], [2, 4], [3, 6]])


@pytest.mark.parametrize("hostile", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_stays_in_the_total_and_breaks_no_promise(hostile):
    left = run(SPEC, {"features": 2, "calls": 3}, source=np.array([[hostile, 2.0]]))
    np.testing.assert_array_equal(left["total"], [hostile, 6])
    assert [measure(invariant, left).measured for invariant in SPEC.invariants] == [0, 0]


def test_an_input_that_is_not_batch_by_features_is_refused():
    layer = RunningSum()
    layer.build((2, 3))
    for shape in ((3,), (2, 4), (2, 2, 3)):
        with pytest.raises(ValueError, match="incompatible with the layer"):
            layer(np.ones(shape, "float32"))


def test_a_total_that_grew_by_something_else_breaks_the_promises():
    left = run(SPEC, {})
    bent = {
        **left.tensors,
        "total": replace(left.tensors["total"], values=left["total"] + np.float32(0.5)),
    }
    result = [measure(invariant, replace(left, tensors=bent)) for invariant in SPEC.invariants]
    assert [(k.measured, k.holds) for k in result] == [(0.5, False), (0.5, False)]
