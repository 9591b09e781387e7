import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from layers.runs.run import TENSORFLOW
from layers.steps import (
    ACTIVATIONS,
    Accumulate,
    Activation,
    AddBias,
    MatMul,
    Multiply,
    Op,
    Repeat,
    Return,
    SumOverBatch,
)

nan, inf = np.nan, np.inf
numbers = st.floats(-100, 100, width=32)


@pytest.mark.parametrize(
    ("op", "operands", "expected"),
    [
        (MatMul(), ([[1, 2], [3, 4]], [[5], [6]]), [[17], [39]]),
        (MatMul(), ([[[1, 2]], [[3, 4]]], [[5, 0], [6, 1]]), [[[17, 2]], [[39, 4]]]),
        (AddBias(), ([[1, 2], [3, 4]], [10, 20]), [[11, 22], [13, 24]]),
        (Multiply(), ([[1, 2], [3, 4]], [[1, 0], [0, 1]]), [[1, 0], [0, 4]]),
        (Multiply(), ([[[1, 2]], [[3, 4]]], [[0, 1]]), [[[0, 2]], [[0, 4]]]),
        (Repeat(3), ([[1], [2]],), [[1, 1, 1], [2, 2, 2]]),
        (Repeat(3), (7,), [7, 7, 7]),
        (Repeat(1), (7,), [7]),
        (SumOverBatch(), ([[1, 2], [3, 4]],), [4, 6]),
        (Accumulate(), ([1, 2], [3, 4]), [4, 6]),
        (Return(), ([1, 2],), [1, 2]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Op) else "",
)
def test_an_operation_gives_what_is_worked_out_on_paper_in_numpy_and_in_tensorflow(
    op, operands, expected
):
    arrays_ = [np.array(operand, "float64") for operand in operands]
    np.testing.assert_array_equal(op.evaluate(*arrays_), expected)
    in_tensorflow = TENSORFLOW[type(op)](op, *(tf.constant(a, "float32") for a in arrays_))
    np.testing.assert_array_equal(in_tensorflow.numpy(), expected)


@settings(max_examples=25, deadline=None)
@given(
    leading=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    inner=st.integers(1, 9),
    units=st.integers(1, 9),
    data=st.data(),
)
def test_the_matrix_product_of_any_rank_is_tensorflows(leading, inner, units, data):
    left = data.draw(arrays("float32", (*leading, inner), elements=numbers))
    right = data.draw(arrays("float32", (inner, units), elements=numbers))
    expected = tf.tensordot(left, right, axes=1).numpy()
    # Nine products of up to 10,000 each, summed in float32 there and in float64 here.
    np.testing.assert_allclose(
        MatMul().evaluate(left.astype("float64"), right), expected, rtol=1e-5, atol=0.02
    )


HAND = [
    ("linear", [-2, 0, 3], [-2, 0, 3]),
    ("relu", [-2, -1e30, 0, 3, 1e30], [0, 0, 0, 3, 1e30]),
    ("elu", [-1, 0, 3, -1e30, 1e30], [1 / np.e - 1, 0, 3, -1, 1e30]),
    ("sigmoid", [0, np.log(3), 1e4, -1e4, inf, -inf], [0.5, 0.75, 1, 0, 1, 0]),
    ("tanh", [0, np.log(2), 1e4, -1e4, inf, -inf], [0, 0.6, 1, -1, 1, -1]),
    ("softplus", [0, 1e4, -1e4, inf, -inf], [np.log(2), 1e4, 0, inf, 0]),
    ("softmax", [np.log(1), np.log(2), np.log(5)], [1 / 8, 2 / 8, 5 / 8]),
    ("softmax", [1e4, 0, 1e4], [0.5, 0, 0.5]),
    ("relu", [inf, -inf], [inf, 0]),
    ("elu", [inf, -inf], [inf, -1]),
]


@pytest.mark.parametrize(("name", "given_", "expected"), HAND)
def test_an_activation_gives_what_is_worked_out_on_paper(name, given_, expected):
    redone = Activation(name).evaluate(np.array(given_, "float64"))
    np.testing.assert_allclose(redone, expected, rtol=1e-12, atol=1e-15)  # float64, e rounded


def test_every_activation_is_worked_out_on_paper():
    assert {name for name, _, _ in HAND} == set(ACTIVATIONS)


@pytest.mark.parametrize("name", ACTIVATIONS)
@settings(max_examples=25, deadline=None)
@given(rows=arrays("float32", (3, 4), elements=st.floats(-1e4, 1e4, width=32)))
def test_an_activation_of_any_finite_number_is_keras_own(name, rows):
    expected = keras.activations.get(name)(tf.constant(rows)).numpy()
    redone = Activation(name).evaluate(rows.astype("float64"))
    # Keras computes in float32, where a softmax of numbers far apart keeps five digits.
    np.testing.assert_allclose(redone, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_of_nan_is_nan_there_and_here(name):
    rows = np.array([[nan, 1.0], [2.0, -3.0]])
    expected = keras.activations.get(name)(tf.constant(rows, "float32")).numpy()
    with np.errstate(invalid="ignore"):  # some of NumPy's functions warn of NaN
        redone = Activation(name).evaluate(rows)
    np.testing.assert_array_equal(np.isnan(redone), np.isnan(expected))
    assert np.isnan(redone[0, 0])
    assert np.isfinite(redone[1]).all()


def test_evaluating_leaves_the_operands_as_they_were():
    rows = np.array([[1.0, -2.0]])
    rows.setflags(write=False)
    for name in ACTIVATIONS:
        Activation(name).evaluate(rows)
    Repeat(2).evaluate(rows.T).fill(0)
    np.testing.assert_array_equal(rows, [[1, -2]])


@pytest.mark.parametrize("op", Op.__subclasses__())
def test_every_operation_is_redone_in_tensorflow_and_named_for_eye_and_ear(op):
    made = {Repeat: lambda: Repeat(2), Activation: lambda: Activation("relu")}.get(op, op)()
    assert op in TENSORFLOW
    assert made.sign
    assert made.says
    written = made.latex(*(["X", "W"] if made.infix else ["X"]))
    assert "X" in written
    assert written.count("{") == written.count("}")


def test_signs_on_arrows_say_how_often_and_which():
    assert Repeat(5).sign == "repeat ×5"
    assert Activation("tanh").sign == "tanh"
