"""Gradients of each family of operations against finite differences, and their arithmetic."""

import keras
import numpy as np
import pytest

from layers.inputs.fields import BadInputError
from layers.operations import explain
from layers.training import finite_difference, step_traces, train
from tests.layers.training.plain import dense, normal

L = keras.layers


def after(first, *more):
    return keras.Sequential([first, *more], name="model")


CASES = {
    "matrix product": (lambda: dense(2), normal(4, 3)),
    "einsum": (lambda: L.EinsumDense("abc,cd->abd", (None, 3), bias_axes="d"), normal(2, 3, 4)),
    "convolution": (lambda: L.Conv2D(2, 2, strides=2, padding="same"), normal(2, 5, 5, 2)),
    "dilated": (lambda: L.Conv1D(2, 2, dilation_rate=2, padding="causal"), normal(2, 5, 2)),
    "depthwise": (lambda: L.DepthwiseConv2D(2, depth_multiplier=2), normal(2, 4, 4, 2)),
    "separable": (lambda: L.SeparableConv1D(2, 2), normal(2, 4, 2)),
    "transposed": (lambda: L.Conv2DTranspose(2, 2, strides=2), normal(1, 3, 3, 2)),
    "max pool": (lambda: after(L.Conv2D(2, 2), L.MaxPooling2D()), normal(2, 5, 5, 2)),
    "average pool": (lambda: after(L.Conv2D(2, 2), L.AveragePooling2D(2)), normal(2, 5, 5, 2)),
    "layer normalization": (lambda: after(dense(4), L.LayerNormalization()), normal(3, 3)),
    "batch normalization": (lambda: after(dense(4), L.BatchNormalization()), normal(5, 3)),
    "attention": (lambda: L.MultiHeadAttention(2, 2), (normal(2, 3, 4), normal(2, 3, 4))),
    "lstm": (lambda: L.LSTM(2), normal(2, 3, 2)),
    "gru": (lambda: L.GRU(2), normal(2, 3, 2)),
    "embedding": (lambda: L.Embedding(4, 2), np.array([[0, 1, 1], [3, 1, 0]])),
    "layout": (lambda: after(dense(6), L.Reshape((2, 3)), L.Permute((2, 1)), L.ZeroPadding1D()),
               normal(3, 2)),
    **{
        name: (lambda name=name: dense(3, activation=name), normal(4, 3))
        for name in (
            *("relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "softsign"),
            *("tanh", "sigmoid", "softmax", "mish", "hard_sigmoid", "exponential"),
        )
    },
}  # fmt: skip


@pytest.fixture(params=CASES)
def case(request):
    make, inputs = CASES[request.param]
    keras.utils.set_random_seed(0)  # with others, the step may change which cell is the largest
    layer = make()
    arguments = inputs if isinstance(inputs, tuple) else (inputs,)
    shape = np.asarray(layer(*arguments)).shape
    targets = normal(*shape, seed=9)
    history = train(layer, inputs, targets, steps=2, learning_rate=0.05)
    return layer, inputs, targets, history


def test_gradients_are_the_slopes_of_the_loss(case):
    layer, inputs, targets, history = case
    for name, frames in history.gradients.items():
        shape = frames.shape[1:]
        cells = [tuple(0 for _ in shape), tuple(length - 1 for length in shape)]
        for at in dict.fromkeys(cells):
            found = finite_difference(
                history, 1, layer, inputs, targets, weight=name, index=at, amount=2e-3
            )
            assert found.gradient == frames[(1, *at)]
            # the loss's curvature, and losses rounded to 24 bits
            allowed = 2 * found.tolerance + 0.02 * abs(found.gradient) + 1e-4
            assert abs(found.slope - found.gradient) <= allowed, (name, at, found)


def test_gradients_are_worked_out_by_hand(case):
    layer, inputs, targets, history = case
    found = step_traces(history, 1, layer, inputs, targets)
    assert found.whole.unexplained == ()
    assert found.whole.disagreement() < 2e-5
    for name, frames in history.gradients.items():
        slope = found.gradients[name]
        np.testing.assert_array_equal(found.whole[slope], frames[1])
        for at in list(np.ndindex(frames.shape[1:]))[:: max(1, frames[1].size // 5)]:
            cell = explain(found.whole, slope, at)
            assert cell.value == pytest.approx(float(frames[(1, *at)]), rel=1e-3, abs=2e-5)
            assert set(cell.sources) <= set(found.whole.tensors)


def test_the_sentence_says_what_was_moved():
    layer, inputs, targets = dense(2), normal(4, 3), normal(4, 2)
    history = train(layer, inputs, targets, steps=1)
    before = layer.kernel.numpy()
    found = finite_difference(history, 0, layer, inputs, targets, weight="kernel", index=(0, 1))
    assert found.text.startswith("Moving kernel[0, 1] by 0.001 changes L by ")
    assert found.loss == history.losses[0]
    np.testing.assert_array_equal(layer.kernel.numpy(), before)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"weight": "gamma", "index": (0,)}, "one of kernel, bias"),
        ({"weight": "kernel", "index": (9, 0)}, "a cell of 3 × 2"),
        ({"weight": "kernel", "index": (0,)}, "one index an axis"),
        ({"weight": "kernel", "index": (0, 0), "amount": 0}, "above 0"),
    ],
)
def test_a_cell_that_is_not_there_is_a_sentence(given, words):
    layer, inputs, targets = dense(2), normal(4, 3), normal(4, 2)
    history = train(layer, inputs, targets, steps=1)
    with pytest.raises(BadInputError, match=words):
        finite_difference(history, 0, layer, inputs, targets, **given)
