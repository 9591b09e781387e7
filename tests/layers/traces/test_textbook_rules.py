"""Rules for time steps, choices and quotients, on traces written by hand."""

from dataclasses import replace

import numpy as np
import pytest

from layers.operations.elementwise import Elementwise
from layers.operations.layout import Gather, OneHot, Reshape, Reverse, Slice, Stack, Transpose
from layers.operations.reduction import Reduce
from layers.traces.simplify import simplify
from tests.layers.traces.by_hand import traced
from tests.layers.traces.test_rules import ROWS, E, X, numbered, ops, simple

TURN = (1, 0, 2)


def test_a_time_step_is_taken_from_the_sequence_itself():
    found = simple(
        numbered(
            X,
            [
                (Transpose(TURN), ("x",)),
                (Slice((1, 0, 0), (1, 2, 4), (1, 1, 1), (0,)), ("a",)),
                E("tanh", "b"),
            ],
        )
    )
    assert found.steps[0].op == Slice((0, 1, 0), (2, 1, 4), (1, 1, 1), (1,))
    assert found.steps[0].operands == ("x",)


def test_a_part_whose_axes_stay_turned_stays():
    steps = [(Transpose(TURN), ("x",)), (Slice((0, 0, 0), (2, 2, 4), (1, 1, 1)), ("a",))]
    assert [type(op) for op in ops(simple(numbered(X, steps)))] == [Transpose, Slice]


def test_a_step_of_a_sequence_that_runs_backward_is_counted_from_the_end():
    found = simple(
        numbered(
            X,
            [
                (Reverse((1,)), ("x",)),
                (Slice((0, 0, 0), (2, 1, 4), (1, 1, 1), (1,)), ("a",)),
                E("tanh", "b"),
            ],
        )
    )
    assert found.steps[0].op == Slice((0, 2, 0), (2, 1, 4), (1, 1, 1), (1,))


def test_part_of_more_steps_that_run_backward_stays():
    steps = [(Reverse((1,)), ("x",)), (Slice((0, 0, 0), (2, 2, 4), (1, 1, 1)), ("a",))]
    assert [type(op) for op in ops(simple(numbered(X, steps)))] == [Reverse, Slice]


STACKED = [E("tanh", "x"), E("relu", "x"), (Stack(0), ("a", "b"))]


def test_a_stack_that_is_turned_is_a_stack_along_that_axis():
    found = simple(numbered(ROWS, [*STACKED, (Transpose(TURN), ("c",))]))
    assert found.steps[-1].op == Stack(1)
    other = simple(numbered(ROWS, [*STACKED, (Transpose((0, 2, 1)), ("c",))]))
    assert [type(step.op) for step in other.steps[-2:]] == [Stack, Transpose]


def test_a_stack_that_is_reversed_is_a_stack_in_the_other_order():
    found = simple(numbered(ROWS, [*STACKED, (Reverse((0,)), ("c",))]))
    assert found.steps[-1].op == Stack(0)
    assert found.steps[-1].operands == ("b", "a")
    other = simple(numbered(ROWS, [*STACKED, (Reverse((1,)), ("c",))]))
    assert len(other.steps) == 4


@pytest.mark.parametrize(("numbers", "count"), [([[0, 2]], 1), ([[0, -1]], 4)])
def test_rows_are_taken_by_numbers_that_count_from_zero(numbers, count):
    trace = traced(
        {"x": np.array(numbers)},
        [
            (Elementwise("less"), ("x", "zero"), "a"),
            (Elementwise("add"), ("x", "five"), "b"),
            (Elementwise("where"), ("a", "b", "x"), "c"),
            (Gather(0), ("rows", "c"), "outputs"),
        ],
        weights={"rows": ROWS},
        constants={"zero": np.int64(0), "five": np.int64(5)},
    )
    assert len(simple(trace).steps) == count


def dropout(x, role="random"):
    trace = traced(
        {"x": x, "drawn": np.linspace(0, 1, 20).reshape(5, 4)},
        [
            (Elementwise("greater_equal"), ("drawn", "rate"), "a"),
            (Elementwise("multiply"), ("x", "scale"), "b"),
            (Elementwise("where"), ("a", "b", "zero"), "outputs"),
        ],
        constants={"rate": np.float64(0.5), "scale": np.float64(2), "zero": np.float64(0)},
    )
    drawn = replace(trace.tensors["drawn"], role=role)
    return replace(trace, tensors={**trace.tensors, "drawn": drawn}, input_names=("x",))


def test_dropout_is_inputs_times_mask_times_scale():
    found = simple(dropout(ROWS))
    assert [step.op.sign for step in found.steps] == ["≥", "×", "×"]
    first, second = found.steps[1:]
    assert first.operands == ("x", "a")
    assert second.operands == (first.result, "scale")
    np.testing.assert_array_equal(found[first.result], np.where(found["a"], ROWS, 0))


@pytest.mark.parametrize(
    "trace", [dropout(ROWS, "input"), dropout(np.where(ROWS > 1, np.inf, ROWS))]
)
def test_another_choice_stays(trace):
    """A mask that was not drawn; and infinity, which times zero is no zero."""
    assert "where" in [step.op.sign for step in simplify(trace).steps]


def test_a_product_with_one_over_a_root_is_a_quotient():
    steps = [E("add", "x", "one"), E("rsqrt", "a"), E("multiply", "x", "b")]
    found = simple(numbered(np.abs(ROWS), steps, one=1))
    assert [step.op.name for step in found.steps] == ["add", "sqrt", "divide"]
    twice = [*steps[:2], E("multiply", "x", "b"), E("multiply", "c", "b")]
    assert "rsqrt" in [step.op.name for step in simple(numbered(np.abs(ROWS), twice, one=1)).steps]


def unit(x):
    return numbered(
        x,
        [
            E("square", "x"),
            (Reduce("sum", (1,), keepdims=True), ("a",)),
            E("rsqrt", "b"),
            E("minimum", "c", "large"),
            E("multiply", "x", "d"),
        ],
        large=1e12,
    )


def test_what_is_divided_by_its_norm_is_two_steps():
    found = simple(unit(ROWS))
    assert found.steps[0].op == Reduce("euclidean_norm", (1,), keepdims=True)
    assert found.steps[1].op == Elementwise("divide")


def test_a_norm_of_zero_is_not_divided_by():
    assert len(simple(unit(np.zeros((5, 4)))).steps) == 5


def test_a_statistic_without_its_axes_of_one_is_one_step():
    kept = (Reduce("mean", (0,), keepdims=True), ("x",))
    found = simple(numbered(ROWS, [kept, (Reshape((4,)), ("a",))]))
    assert ops(found) == [Reduce("mean", (0,), keepdims=False)]
    read_twice = [kept, (Reshape((4,)), ("a",)), E("add", "a", "b")]
    assert [type(op) for op in ops(simple(numbered(ROWS, read_twice)))][:2] == [Reduce, Reshape]


def numbers_from_the_end(ids):
    return traced(
        {"x": ids},
        [
            (Elementwise("less"), ("x", "zero"), "a"),
            (Elementwise("add"), ("x", "count"), "b"),
            (Elementwise("where"), ("a", "b", "x"), "c"),
            (OneHot(4), ("c",), "outputs"),
        ],
        constants={"zero": np.int32(0), "count": np.int32(4)},
    )


def test_numbers_from_the_end_stay_only_where_there_are_any():
    plain = simplify(numbers_from_the_end(np.array([2, 0, 3])))
    assert [(step.op, step.operands) for step in plain.steps] == [(OneHot(4), ("x",))]
    np.testing.assert_array_equal(plain["outputs"], np.eye(4)[[2, 0, 3]])
    below = simplify(numbers_from_the_end(np.array([2, -1])))
    assert len(below.steps) == 4
    np.testing.assert_array_equal(below["outputs"], np.eye(4)[[2, 3]])
