"""Operations against loops that are written down naively, and against numbers set by hand."""

import numpy as np
import pytest

from layers.operations.contraction import Contract, matmul
from layers.operations.elementwise import Elementwise
from layers.operations.layout import Gather, Pad, Reshape, Resize, Slice, SpaceToBatch
from layers.operations.normalize import Normalize
from layers.operations.op import Unknown
from layers.operations.reduction import Reduce
from layers.operations.running import Cumulative, Softmax
from layers.operations.spans import whole
from layers.operations.window import AveragePool, Conv, ConvTranspose, DepthwiseConv, MaxPool


def floats(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def test_a_product_of_matrices():
    x = np.array([[1.0, 2, 3], [4, 5, 6]])
    w = np.array([[1.0, 0], [0, 1], [10, -1]])
    np.testing.assert_array_equal(matmul(2, 2).evaluate(x, w), [[31, -1], [64, -1]])


def test_scores_of_attention_by_loops():
    query, key = floats(2, 3, 2, 4), floats(2, 5, 2, 4)
    expected = np.zeros((2, 2, 3, 5))
    for batch, head, q, k, depth in np.ndindex(2, 2, 3, 5, 4):
        expected[batch, head, q, k] += query[batch, q, head, depth] * key[batch, k, head, depth]
    op = Contract("bqhd,bkhd->bhqk")
    np.testing.assert_allclose(op.evaluate(query, key), expected)
    assert op.summed == "d"


@pytest.mark.parametrize("subscripts", ["ii->i", "ij,jk", "ij->k", "ij->ii", "i1->i", "...i->i"])
def test_subscripts_that_cannot_be_used_are_refused(subscripts):
    with pytest.raises(ValueError, match="A contraction cannot be made: expected"):
        Contract(subscripts)


def test_a_convolution_by_loops():
    x, kernel = floats(2, 5, 6, 4), floats(3, 2, 2, 6)
    strides, padding, dilation, groups = (2, 1), ((1, 1), (0, 1)), (1, 2), 2
    rows, columns = (5 + 2 - 3) // 2 + 1, (6 + 1 - 3) // 1 + 1
    expected = np.zeros((2, rows, columns, 6))
    for n, r, c, o, i, j, k in np.ndindex(2, rows, columns, 6, 3, 2, 2):
        row = r * 2 + i - 1
        column = c + j * 2
        group = o // 3
        if 0 <= row < 5 and column < 6:
            expected[n, r, c, o] += x[n, row, column, group * 2 + k] * kernel[i, j, k, o]
    found = Conv(strides, padding, dilation, groups).evaluate(x, kernel)
    np.testing.assert_allclose(found, expected)


def test_a_convolution_of_each_channel_alone_by_loops():
    x, kernel = floats(1, 5, 3), floats(2, 3, 2)
    expected = np.zeros((1, 4, 6))
    for at, channel, times, tap in np.ndindex(4, 3, 2, 2):
        expected[0, at, channel * 2 + times] += (
            x[0, at + tap, channel] * kernel[tap, channel, times]
        )
    np.testing.assert_allclose(DepthwiseConv((1,), ((0, 0),), (1,)).evaluate(x, kernel), expected)


def test_a_transposed_convolution_with_same_padding_by_hand():
    # Keras: Conv1DTranspose(1, 3, strides=2, padding="same") on (1, 3, 1) gives six cells. Each
    # cell adds its multiple of the kernel from 2 × its place on; the last of seven is cut off.
    x = np.array([1.0, 10, 100]).reshape(1, 3, 1)
    kernel = np.array([1.0, 2, 3]).reshape(3, 1, 1)
    op = ConvTranspose((2,), ((0, 1),), (6,))
    np.testing.assert_array_equal(op.evaluate(x, kernel).ravel(), [1, 2, 13, 20, 130, 200])
    written = op.expression((0, 2, 0), x, kernel).write()
    assert written in {"1 × 3 + 10 × 1", "10 × 1 + 1 × 3"}


def test_pools_by_hand():
    x = np.array([1.0, -5, 3, 2, 7]).reshape(1, 5, 1)
    ends = ((0, 1),)
    np.testing.assert_array_equal(MaxPool((2,), (2,), ends).evaluate(x).ravel(), [1, 3, 7])
    np.testing.assert_array_equal(AveragePool((2,), (2,), ends).evaluate(x).ravel(), [-2, 2.5, 7])
    # Padding is never the largest, not even of negative numbers, and whole numbers stay whole.
    low = MaxPool((2,), (2,), ends).evaluate(-1 - np.arange(5).reshape(1, 5, 1))
    np.testing.assert_array_equal(low.ravel(), [-1, -3, -5])
    assert low.dtype == np.arange(1).dtype


def test_normalising_by_hand():
    x, mean, variance = np.array([[1.0, 5.0]]), np.array([1.0, 3.0]), np.array([4.0, 15.0])
    op = Normalize((0,), 1.0)
    found = op.evaluate(x, mean, variance, np.array([9.0, 2.0]), np.array([0.5, -1.0]))
    np.testing.assert_array_equal(found, [[0.5, 0.0]])


def test_statistics_by_hand():
    x = np.array([[1.0, 2, 6], [0, 0, 3]])
    for how, expected in (
        ("sum", [9, 3]),
        ("mean", [3, 1]),
        ("max", [6, 3]),
        ("min", [1, 0]),
        ("prod", [12, 0]),
        ("variance", [14 / 3, 2]),
        ("euclidean_norm", [np.sqrt(41), 3]),
    ):
        np.testing.assert_allclose(Reduce(how, (1,)).evaluate(x), expected)
    np.testing.assert_array_equal(
        Cumulative("sum", 1, exclusive=True).evaluate(x), [[0, 1, 3], [0, 0, 0]]
    )
    assert Reduce("max", (1,)).evaluate(np.zeros((2, 0))).tolist() == [-np.inf, -np.inf]


def test_softmax_neither_overflows_nor_loses_nan():
    x = np.array([[1000.0, 1000.0, -1000.0], [0.0, np.nan, 0.0]])
    np.testing.assert_allclose(Softmax().evaluate(x)[0], [0.5, 0.5, 0])
    assert np.isnan(Softmax().evaluate(x)[1]).all()
    for index in np.ndindex(2, 3):
        for op in (Softmax(), Softmax(log=True)):
            np.testing.assert_allclose(op.expression(index, x).value, op.evaluate(x)[index])


inf = np.inf


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("relu", [-2, -1e30, 0, 3, 1e30, inf, -inf], [0, 0, 0, 3, 1e30, inf, 0]),
        ("elu", [-1, 0, 3, -1e30, 1e30, inf, -inf], [1 / np.e - 1, 0, 3, -1, 1e30, inf, -1]),
        ("sigmoid", [0, np.log(3), 1e4, -1e4, inf, -inf], [0.5, 0.75, 1, 0, 1, 0]),
        ("tanh", [0, np.log(2), 1e4, -1e4, inf, -inf], [0, 0.6, 1, -1, 1, -1]),
        ("softplus", [0, 1e4, -1e4, inf, -inf], [np.log(2), 1e4, 0, inf, 0]),
    ],
)
def test_an_activation_gives_what_is_worked_out_on_paper(name, given, expected):
    redone = Elementwise(name).evaluate(np.array(given, "float64"))
    np.testing.assert_allclose(redone, expected, rtol=1e-12, atol=1e-15)  # float64, e rounded


def test_a_softmax_gives_what_is_worked_out_on_paper():
    logarithms = np.log([[1.0, 2.0, 5.0]])
    np.testing.assert_allclose(Softmax().evaluate(logarithms), [[1 / 8, 2 / 8, 5 / 8]])
    assert Softmax().evaluate(np.array([[-7.0]])).tolist() == [[1]]


def test_functions_keep_precision_and_nan():
    x = np.array([np.nan, -1000.0, 1000.0], "float32")
    for name in ("relu", "sigmoid", "gelu", "softplus", "selu", "mish", "tanh", "erf"):
        found = Elementwise(name).evaluate(x)
        assert found.dtype == "float32"
        assert np.isnan(found[0])
        assert np.isfinite(found[1:]).all()
    np.testing.assert_array_equal(Elementwise("sigmoid").evaluate(x)[1:], [0, 1])
    with pytest.raises(ValueError, match="expected a function that is known"):
        Elementwise("reliu")


def test_layout_by_hand():
    x = np.arange(6).reshape(2, 3)
    assert Slice((1, 2), (1, 3), (1, -1), (0,)).evaluate(x).tolist() == [5, 4, 3]
    assert Pad(((0, 0), (1, 0)), value=9).evaluate(x).tolist() == [[9, 0, 1, 2], [9, 3, 4, 5]]
    assert Reshape((3, 2)).evaluate(x).tolist() == [[0, 1], [2, 3], [4, 5]]
    assert Gather(1).evaluate(x, np.array([2, 0])).tolist() == [[2, 0], [5, 3]]
    taken = SpaceToBatch((2,), ((0, 0),)).evaluate(np.arange(4).reshape(1, 4))
    assert taken.tolist() == [[0, 2], [1, 3]]
    line = np.array([0.0, 10.0]).reshape(1, 2, 1)
    wide = Resize((4,), "bilinear", half_pixel=True).evaluate(line)
    np.testing.assert_array_equal(wide.ravel(), [0, 2.5, 7.5, 10])


def test_a_weight_that_is_infinite_meets_the_padding_as_in_the_run():
    x, kernel = np.ones((1, 3, 1)), np.array([np.inf, 1, 1]).reshape(3, 1, 1)
    op = Conv((1,), ((1, 1),), (1,))
    found = op.evaluate(x, kernel)
    assert np.isnan(found[0, 0, 0])
    for at in range(3):
        np.testing.assert_equal(op.expression((0, at, 0), x, kernel).value, found[0, at, 0])


def test_what_is_not_known_says_so():
    op = Unknown("EagerPyFunc")
    assert not op.explained
    assert op.spans(np.zeros((2, 3))) == ((whole(2), whole(3)),)
    assert op.sources((0,), np.zeros((2, 3))) == (((0, 1), (0, 1, 2)),)
    with pytest.raises(ValueError, match="Received 'EagerPyFunc' on 1 operands"):
        op.evaluate(np.zeros(1))
