"""Each rule on a trace written by hand: what it rewrites, and what it must leave alone."""

import numpy as np
import pytest

from layers.operations.contraction import Contract, matmul
from layers.operations.elementwise import Elementwise
from layers.operations.layout import (
    BatchToSpace,
    Pad,
    Repeat,
    Reshape,
    Slice,
    SpaceToBatch,
    Stack,
    Tile,
    Transpose,
)
from layers.operations.normalize import Normalize
from layers.operations.pooling import MaxPool
from layers.operations.reduction import Reduce
from layers.operations.running import Softmax
from layers.operations.window import Conv
from layers.traces.simplify import simplify
from tests.layers.traces.by_hand import traced

RNG = np.random.default_rng(5)
X = RNG.normal(size=(2, 3, 4))
ROWS = RNG.normal(size=(5, 4))


def E(name, *operands):  # noqa: N802 - short, for the tables below
    return Elementwise(name), operands


def ops(trace):
    return [step.op for step in trace.steps]


def simple(trace):
    """Simplify, and check that no number moved and that every step can be redone."""
    found = simplify(trace)
    for name in set(found.tensors) & set(trace.tensors):
        np.testing.assert_array_equal(found[name], trace[name])
    assert found.disagreement() < 1e-10
    assert found.output_names == trace.output_names
    return found


def numbered(x, steps, **constants):
    """Name the results of steps one after another: a, b, c, …; the last is outputs."""
    names = [*"abcdefghij"[: len(steps) - 1], "outputs"]
    return traced(
        {"x": x},
        [(op, operands, name) for (op, operands), name in zip(steps, names, strict=True)],
        constants={name: np.float64(value) for name, value in constants.items()},
    )


def test_a_dense_on_any_rank_is_one_product():
    trace = traced(
        {"x": X},
        [
            (Reshape((6, 4)), ("x",), "a"),
            (matmul(2, 2), ("a", "w"), "b"),
            (Reshape((2, 3, 5)), ("b",), "c"),
            (Elementwise("relu"), ("c",), "outputs"),
        ],
        weights={"w": RNG.normal(size=(4, 5))},
    )
    found = simple(trace)
    assert ops(found) == [Contract("abc,cd->abd"), Elementwise("relu")]
    assert found.steps[0].operands == ("x", "w")


def test_a_projection_to_heads_is_one_product():
    trace = traced(
        {"x": X},
        [
            (Reshape((4, 6)), ("w",), "a"),
            (matmul(3, 2), ("x", "a"), "b"),
            (Reshape((2, 3, 2, 3)), ("b",), "outputs"),
        ],
        weights={"w": RNG.normal(size=(4, 2, 3))},
    )
    (step,) = simple(trace).steps
    assert step.op == Contract("abc,cde->abde")
    assert step.operands == ("x", "w")


def test_a_reshape_that_mixes_axes_is_left_alone():
    trace = traced(
        {"x": X},
        [
            (Reshape((3, 8)), ("x",), "a"),  # not axes folded together: 2·3·4 cut anew
            (matmul(2, 2), ("a", "w"), "b"),
            (Reshape((5, 3)), ("b",), "outputs"),
        ],
        weights={"w": RNG.normal(size=(8, 5))},
    )
    assert [type(op) for op in ops(simple(trace))] == [Reshape, Contract, Reshape]


def test_a_transposed_operand_turns_its_letters():
    trace = traced(
        {"x": ROWS},
        [
            (Transpose((1, 0)), ("w",), "a"),
            (matmul(2, 2), ("x", "a"), "b"),
            (Transpose((1, 0)), ("b",), "outputs"),
        ],
        weights={"w": RNG.normal(size=(3, 4))},
    )
    (step,) = simple(trace).steps
    assert step.op == Contract("ik,ok->oi")


def test_what_only_passes_on_goes():
    trace = numbered(
        ROWS,
        [
            E("identity", "x"),
            E("multiply", "a", "one"),
            (Reshape((5, 4)), ("b",)),
            (Transpose((0, 1)), ("c",)),
            E("add", "zero", "d"),
            E("relu", "e"),
            (Elementwise("cast", ("float64",)), ("f",)),
            E("stop_gradient", "g"),
        ],
        one=1,
        zero=0,
    )
    (step,) = simple(trace).steps
    assert (step.op, step.operands, step.result) == (Elementwise("relu"), ("x",), "outputs")


def test_an_identity_between_an_input_and_the_output_stays():
    assert len(simple(numbered(ROWS, [E("identity", "x")])).steps) == 1


@pytest.mark.parametrize(
    "step",
    [E("multiply", "x", "two"), E("subtract", "zero", "x"), E("divide", "one", "x")],
)
def test_what_changes_numbers_stays(step):
    assert ops(simple(numbered(ROWS, [step], one=1, two=2, zero=0))) == [step[0]]


def test_layouts_in_a_row_are_one():
    trace = numbered(X, [(Reshape((6, 4)), ("x",)), (Reshape((24,)), ("a",))])
    assert ops(simple(trace)) == [Reshape((24,))]
    trace = numbered(X, [(Transpose((1, 2, 0)), ("x",)), (Transpose((1, 0, 2)), ("a",))])
    assert ops(simple(trace)) == [Transpose((2, 1, 0))]
    trace = numbered(
        X, [(Slice((0, 1, 0), (2, 1, 4), (1, 1, 1)), ("x",)), (Reshape((2, 4)), ("a",))]
    )
    assert ops(simple(trace)) == [Slice((0, 1, 0), (2, 1, 4), (1, 1, 1), (1,))]


def test_one_place_of_a_stack_is_what_was_put_there():
    trace = numbered(
        ROWS,
        [
            E("relu", "x"),
            E("tanh", "x"),
            (Stack(0), ("a", "b")),
            (Slice((1, 0, 0), (1, 5, 4), (1, 1, 1), (0,)), ("c",)),
        ],
    )
    assert ops(simple(trace)) == [Elementwise("tanh")]


def test_an_axis_of_one_that_is_tiled_and_folded_repeats_cells():
    trace = numbered(
        ROWS,
        [(Reshape((5, 4, 1)), ("x",)), (Tile((1, 1, 3)), ("a",)), (Reshape((5, 12)), ("b",))],
    )
    assert ops(simple(trace)) == [Repeat(3, 1)]
    whole = numbered(ROWS, [(Tile((1, 3)), ("x",)), (Reshape((60,)), ("a",))])
    assert [type(op) for op in ops(simple(whole))] == [Tile, Reshape]


KERNEL = RNG.normal(size=(2, 4, 3))


def test_a_convolution_of_one_axis_is_one():
    trace = traced(
        {"x": X},
        [
            (Reshape((2, 1, 3, 4)), ("x",), "a"),
            (Reshape((1, 2, 4, 3)), ("w",), "b"),
            (Conv((1, 1), ((0, 0), (0, 1)), (1, 1)), ("a", "b"), "c"),
            (Reshape((2, 3, 3)), ("c",), "outputs"),
        ],
        weights={"w": KERNEL},
    )
    found = simple(trace)
    assert ops(found) == [Conv((1,), ((0, 1),), (1,))]
    assert found.steps[0].operands == ("x", "w")


def test_a_pooling_of_one_axis_is_one():
    trace = numbered(
        X,
        [
            (Reshape((2, 1, 3, 4)), ("x",)),
            (MaxPool((1, 2), (1, 1), ((0, 0), (0, 0))), ("a",)),
            (Reshape((2, 2, 4)), ("b",)),
        ],
    )
    assert ops(simple(trace)) == [MaxPool((2,), (1,), ((0, 0),))]


def dilated(scope):
    return traced(
        {"x": RNG.normal(size=(2, 6, 4))},
        [
            (Pad(((0, 0), (2, 0), (0, 0))), ("x",), "a", scope),
            (SpaceToBatch((2,), ((0, 0),)), ("a",), "b"),
            (Conv((1,), ((0, 0),), (1,)), ("b", "w"), "c"),
            (BatchToSpace((2,), ((0, 0),)), ("c",), "outputs"),
        ],
        weights={"w": KERNEL},
    )


def test_a_causal_dilated_convolution_is_one():
    assert ops(simple(dilated(""))) == [Conv((1,), ((2, 0),), (2,))]


def test_padding_of_another_layer_stays_its_own():
    assert [type(op) for op in ops(simple(dilated("zero_padding")))] == [Pad, Conv]


def test_padding_with_another_number_stays():
    trace = traced(
        {"x": X},
        [
            (Pad(((0, 0), (1, 1), (0, 0)), "constant", 1.0), ("x",), "a"),
            (Conv((1,), ((0, 0),), (1,)), ("a", "w"), "outputs"),
        ],
        weights={"w": KERNEL},
    )
    assert [type(op) for op in ops(simple(trace))] == [Pad, Conv]


MEAN = [
    (Reduce("mean", (1,), keepdims=True), ("x",)),
    E("squared_difference", "x", "a"),
    (Reduce("mean", (1,), keepdims=True), ("b",)),
]


def test_the_mean_of_squared_differences_is_the_variance():
    assert ops(simple(numbered(ROWS, MEAN))) == [Reduce("variance", (1,), keepdims=True)]


def test_squared_differences_from_another_mean_are_no_variance():
    steps = [(Reduce("mean", (0,), keepdims=True), ("x",)), *MEAN[1:]]
    assert len(simple(numbered(ROWS, steps)).steps) == 3


def normalized(shift):
    return traced(
        {"x": ROWS},
        [
            (Reduce("mean", (1,), keepdims=True), ("x",), "mean"),
            (Reduce("variance", (1,), keepdims=True), ("x",), "variance"),
            (Elementwise("add"), ("variance", "epsilon"), "a"),
            (Elementwise("rsqrt"), ("a",), "b"),
            (Elementwise("multiply"), ("gamma", "b"), "s"),
            (Elementwise("multiply"), ("x", "s"), "scaled"),
            *shift,
            (Elementwise("add"), ("scaled", "shift"), "outputs"),
        ],
        weights={"gamma": np.arange(4.0), "beta": np.ones(4)},
        constants={"epsilon": np.float64(1e-3)},
    )


KERAS = [
    (Elementwise("negative"), ("mean",), "c"),
    (Elementwise("multiply"), ("c", "s"), "d"),
    (Elementwise("add"), ("d", "beta"), "shift"),
]
TENSORFLOW = [
    (Elementwise("multiply"), ("mean", "s"), "d"),
    (Elementwise("subtract"), ("beta", "d"), "shift"),
]
OTHER = [
    (Elementwise("multiply"), ("mean", "b"), "d"),  # not what x was scaled by
    (Elementwise("subtract"), ("beta", "d"), "shift"),
]


@pytest.mark.parametrize("shift", [KERAS, TENSORFLOW])
def test_both_spellings_of_a_normalisation_are_the_textbooks(shift):
    step = simple(normalized(shift)).steps[-1]
    assert step.op == Normalize((1,), 1e-3)
    assert step.operands == ("x", "mean", "variance", "gamma", "beta")


def test_another_shift_is_no_normalisation():
    assert len(simple(normalized(OTHER)).steps) == 9


HALF, ROOT = 0.5, np.float32(np.sqrt(0.5))
ACTIVATIONS = {
    "silu": [E("sigmoid", "x"), E("multiply", "x", "a")],
    "mish": [E("softplus", "x"), E("tanh", "a"), E("multiply", "b", "x")],
    "hard_sigmoid": [E("add", "x", "three"), E("relu6", "a"), E("divide", "b", "six")],
    "hard_silu": [
        E("add", "x", "three"),
        E("relu6", "a"),
        E("divide", "b", "six"),
        E("multiply", "x", "c"),
    ],
    "gelu": [
        E("multiply", "x", "half"),
        E("multiply", "x", "root"),
        E("erf", "b"),
        E("add", "one", "c"),
        E("multiply", "a", "d"),
    ],
    "tanh_shrink": [E("tanh", "x"), E("subtract", "x", "a")],
    "log_sigmoid": [E("negative", "x"), E("softplus", "a"), E("negative", "b")],
    "relu6": [E("maximum", "x", "zero"), E("minimum", "a", "six")],
    "squareplus": [
        E("square", "x"),
        E("add", "a", "four"),
        E("sqrt", "b"),
        E("add", "x", "c"),
        E("divide", "d", "two"),
    ],
}
NUMBERS = {
    "zero": 0,
    "half": 0.5,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "six": 6,
    "root": np.sqrt(0.5),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_one_step(name):
    (step,) = simple(numbered(ROWS, ACTIVATIONS[name], **NUMBERS)).steps
    assert step.op.name == name
    assert step.operands == ("x",)


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "log_sigmoid"])
def test_other_numbers_or_another_operand_are_no_activation(name):
    steps = ACTIVATIONS[name]
    for other in ({**NUMBERS, "half": 0.4, "three": 2, "two": 3, "six": 5, "zero": 0.1},):
        moved = [
            (op, tuple("y" if o == "x" and at == len(steps) - 1 else o for o in operands))
            for at, (op, operands) in enumerate(steps)
        ]
        trace = traced(
            {"x": ROWS, "y": ROWS + 1},
            [
                (op, operands, "outputs" if at == len(moved) - 1 else "abcdef"[at])
                for at, (op, operands) in enumerate(moved)
            ],
            constants={key: np.float64(value) for key, value in other.items()},
        )
        assert name not in [getattr(op, "name", "") for op in ops(simple(trace))]


def test_a_softmax_by_hand_is_a_softmax():
    trace = numbered(
        ROWS,
        [
            (Reduce("max", (1,), keepdims=True), ("x",)),
            E("subtract", "x", "a"),
            E("exp", "b"),
            (Reduce("sum", (1,), keepdims=True), ("c",)),
            E("divide", "c", "d"),
        ],
    )
    assert ops(simple(trace)) == [Softmax(1)]


def test_equal_constants_and_equal_layouts_are_one():
    trace = traced(
        {"x": ROWS},
        [
            (Elementwise("multiply"), ("x", "first"), "a"),
            (Elementwise("add"), ("a", "second"), "b"),
            (Slice((0,), (4,), (1,)), ("w",), "c"),
            (Slice((0,), (4,), (1,)), ("w",), "d"),
            (Elementwise("add"), ("b", "c"), "e"),
            (Elementwise("add"), ("e", "d"), "outputs"),
        ],
        weights={"w": np.arange(6.0)},
        constants={"first": np.float64(3), "second": np.float64(3)},
    )
    found = simple(trace)
    assert sorted(set(found.tensors) - set(found.made_by)) == ["first", "w", "x"]
    assert [type(op) for op in ops(found)].count(Slice) == 1


def test_a_result_that_is_also_returned_stays():
    trace = traced(
        {"x": ROWS},
        [(Elementwise("sigmoid"), ("x",), "a"), (Elementwise("multiply"), ("x", "a"), "b")],
        outputs=("b", "a"),
    )
    found = simple(trace)
    assert [step.op.name for step in found.steps] == ["sigmoid", "silu"]
