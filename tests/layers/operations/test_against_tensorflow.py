"""Each operation's redo against TensorFlow's own function, on small random arrays."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from layers.operations.contraction import Contract, dense, matmul
from layers.operations.elementwise import Elementwise
from layers.operations.layout import (
    Band,
    BatchToSpace,
    Diagonal,
    Gather,
    OneHot,
    Pad,
    Resize,
    Roll,
    SpaceToBatch,
    Tile,
)
from layers.operations.reduction import ArgReduce, Reduce
from layers.operations.running import Cumulative, Softmax
from layers.operations.window import (
    AveragePool,
    Conv,
    ConvTranspose,
    DepthwiseConv,
    MaxPool,
    Patches,
    same_padding,
)


def floats(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype("float32")


def agree(hand, computed):
    assert hand.shape == tuple(computed.shape)
    # Float32 on both sides; the order of the sums differs.
    np.testing.assert_allclose(hand, computed.numpy(), rtol=2e-5, atol=2e-6)


def padding(kind, lengths, size, strides, dilation):
    if kind == "VALID":
        return ((0, 0),) * len(lengths)
    return tuple(map(same_padding, lengths, size, strides, dilation))


CONVOLUTIONS = [
    (kind, strides, dilation, size, lengths)
    for kind in ("VALID", "SAME")
    for strides, dilation, size, lengths in (
        ((1,), (1,), (3,), (7,)),
        ((2,), (1,), (3,), (8,)),
        ((1,), (3,), (2,), (9,)),
        ((1, 1), (1, 1), (3, 2), (5, 6)),
        ((2, 3), (1, 1), (3, 3), (6, 7)),
        ((3, 3), (1, 1), (2, 2), (7, 8)),
        ((1, 1), (2, 2), (3, 2), (7, 6)),
        ((1, 1, 1), (1, 1, 1), (2, 3, 2), (3, 4, 3)),
        ((2, 1, 2), (1, 1, 1), (3, 2, 2), (5, 3, 4)),
    )
]


@pytest.mark.parametrize(("kind", "strides", "dilation", "size", "lengths"), CONVOLUTIONS)
def test_convolutions(kind, strides, dilation, size, lengths):
    x, kernel = floats(2, *lengths, 3), floats(*size, 3, 4)
    op = Conv(strides, padding(kind, lengths, size, strides, dilation), dilation)
    agree(op.evaluate(x, kernel), tf.nn.convolution(x, kernel, strides, kind, dilations=dilation))


@pytest.mark.parametrize("groups", [2, 4])
def test_a_convolution_in_groups(groups):
    x, kernel = floats(2, 6, 5, 4), floats(3, 2, 4 // groups, 8)
    op = Conv((2, 1), padding("SAME", (6, 5), (3, 2), (2, 1), (1, 1)), (1, 1), groups)
    with_groups = tf.function(lambda: tf.nn.conv2d(x, kernel, (2, 1), "SAME"), jit_compile=True)
    agree(op.evaluate(x, kernel), with_groups())


@pytest.mark.parametrize(
    ("kind", "strides", "dilation"),
    [("VALID", 1, 1), ("SAME", 1, 1), ("SAME", 2, 1), ("VALID", 2, 1), ("SAME", 1, 2)],
)
def test_depthwise_convolutions(kind, strides, dilation):
    x, kernel = floats(2, 7, 6, 3), floats(3, 3, 3, 2)
    steps, rates = (strides,) * 2, (dilation,) * 2
    op = DepthwiseConv(steps, padding(kind, (7, 6), (3, 3), steps, rates), rates)
    computed = tf.nn.depthwise_conv2d(x, kernel, (1, strides, strides, 1), kind, dilations=rates)
    agree(op.evaluate(x, kernel), computed)


@pytest.mark.parametrize("kind", ["VALID", "SAME"])
@pytest.mark.parametrize(
    ("size", "kernel", "strides"),
    [
        ((9,), (3,), (2,)),
        ((8,), (3,), (2,)),
        ((7,), (2,), (3,)),
        ((5, 7), (3, 3), (2, 2)),
        ((6, 8), (3, 2), (2, 3)),
        ((5, 4, 6), (2, 3, 3), (2, 1, 2)),
    ],
)
def test_transposed_convolutions(kind, size, kernel, strides):
    ones = (1,) * len(size)
    shape = tf.nn.convolution(
        np.zeros((1, *size, 1), "float32"), np.zeros((*kernel, 1, 1), "float32"), strides, kind
    ).shape[1:-1]
    x, weights = floats(2, *shape, 3), floats(*kernel, 4, 3)
    op = ConvTranspose(strides, padding(kind, size, kernel, strides, ones), size)
    agree(
        op.evaluate(x, weights),
        tf.nn.conv_transpose(x, weights, (2, *size, 4), strides, kind),
    )


@pytest.mark.parametrize("kind", ["VALID", "SAME"])
@pytest.mark.parametrize(
    ("lengths", "size", "strides"),
    [
        ((7,), (3,), (2,)),
        ((6, 5), (2, 3), (2, 2)),
        ((6, 5), (3, 3), (1, 2)),
        ((4, 3, 5), (2, 2, 2), (1, 2, 2)),
    ],
)
def test_pools(kind, lengths, size, strides):
    x = floats(2, *lengths, 3)
    around = padding(kind, lengths, size, strides, (1,) * len(size))
    for op, name in ((MaxPool, "MAX"), (AveragePool, "AVG")):
        computed = tf.nn.pool(x, size, name, strides, kind)
        agree(op(size, strides, around).evaluate(x), computed)


@pytest.mark.parametrize("kind", ["VALID", "SAME"])
def test_patches(kind):
    x = floats(2, 7, 6, 2)
    around = padding(kind, (7, 6), (2, 3), (2, 1), (2, 1))
    computed = tf.image.extract_patches(x, (1, 2, 3, 1), (1, 2, 1, 1), (1, 2, 1, 1), kind)
    agree(Patches((2, 3), (2, 1), (2, 1), around).evaluate(x), computed)


@pytest.mark.parametrize("size", [(3, 4), (8, 9), (5, 6), (1, 1), (12, 2), (7, 15)])
@pytest.mark.parametrize(("corners", "half"), [(False, True), (False, False), (True, False)])
@pytest.mark.parametrize("method", ["nearest", "bilinear", "bicubic"])
def test_resizing(method, corners, half, size):
    x = floats(2, 5, 6, 2)
    computed = {
        "nearest": tf.raw_ops.ResizeNearestNeighbor,
        "bilinear": tf.raw_ops.ResizeBilinear,
        "bicubic": tf.raw_ops.ResizeBicubic,
    }[method](images=x, size=size, align_corners=corners, half_pixel_centers=half)
    hand = Resize(size, method, corners, half).evaluate(x)
    np.testing.assert_allclose(hand, computed.numpy(), rtol=2e-5, atol=2e-5)


def test_contractions():
    x, w = floats(2, 3, 4), floats(4, 5)
    agree(dense(3).evaluate(x, w), tf.tensordot(x, w, 1))
    agree(matmul(3, 3).evaluate(x, floats(2, 4, 2)), tf.matmul(x, floats(2, 4, 2)))
    agree(
        matmul(3, 3, True, True).evaluate(floats(2, 4, 3), floats(2, 5, 4)),
        tf.matmul(floats(2, 4, 3), floats(2, 5, 4), transpose_a=True, transpose_b=True),
    )
    query, key = floats(2, 3, 2, 4), floats(2, 5, 2, 4)
    equation = "aecd,abcd->acbe"
    agree(Contract(equation).evaluate(query, key), tf.einsum(equation, query, key))


@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize("axes", [(0,), (1, 2), (-1,), (0, 1, 2)])
def test_reductions(axes, keepdims):
    x = floats(2, 3, 4)
    options = {"axis": axes, "keepdims": keepdims}
    for how, computed in (
        ("sum", tf.reduce_sum),
        ("mean", tf.reduce_mean),
        ("max", tf.reduce_max),
        ("min", tf.reduce_min),
        ("prod", tf.reduce_prod),
        ("variance", tf.math.reduce_variance),
        ("euclidean_norm", tf.math.reduce_euclidean_norm),
    ):
        agree(Reduce(how, axes, keepdims).evaluate(x), computed(x, **options))
    for how, computed in (("any", tf.reduce_any), ("all", tf.reduce_all)):
        np.testing.assert_array_equal(
            Reduce(how, axes, keepdims).evaluate(x > 0), computed(x > 0, **options)
        )


def test_a_mean_of_integers_is_cut():
    x = np.array([[1, 2, -3], [4, 9, 0]])
    expected = tf.reduce_mean(x, axis=0).numpy()
    op = Reduce("mean", (0,))
    np.testing.assert_array_equal(op.evaluate(x), expected)
    assert [op.expression((at,), x).value for at in range(3)] == expected.tolist()


@pytest.mark.parametrize("reverse", [True, False])
@pytest.mark.parametrize("exclusive", [True, False])
def test_running_sums(exclusive, reverse):
    x = floats(2, 4, 3)
    for how, computed in (("sum", tf.cumsum), ("prod", tf.math.cumprod)):
        agree(
            Cumulative(how, 1, exclusive, reverse).evaluate(x),
            computed(x, 1, exclusive=exclusive, reverse=reverse),
        )


def test_softmax_and_places():
    x = floats(2, 3, 4)
    x[0, 0] = [1000, 0, -1000, 999]
    agree(Softmax(1).evaluate(x), tf.nn.softmax(x, axis=1))
    agree(Softmax(-1).evaluate(x), tf.nn.softmax(x))
    agree(Softmax(-1, log=True).evaluate(x), tf.nn.log_softmax(x))
    np.testing.assert_array_equal(ArgReduce("max", 1).evaluate(x), tf.argmax(x, 1))
    np.testing.assert_array_equal(ArgReduce("min", 2).evaluate(x), tf.argmin(x, 2))


X = np.array(
    [-np.inf, -800, -90, -3.2, -1, -0.4, -0.0, 0.3, 0.5, 1, 2.5, 7, 90, 800, np.inf, np.nan]
)

FUNCTIONS = {
    "abs": tf.abs,
    "acosh": tf.acosh,
    "asinh": tf.asinh,
    "atan": tf.atan,
    "ceil": tf.math.ceil,
    "celu": keras.ops.celu,
    "cosh": tf.cosh,
    "elu": tf.nn.elu,
    "erf": tf.math.erf,
    "erfc": tf.math.erfc,
    "exp": tf.exp,
    "expm1": tf.math.expm1,
    "floor": tf.floor,
    "gelu": lambda x: keras.ops.gelu(x, approximate=False),
    "gelu_tanh": lambda x: keras.ops.gelu(x, approximate=True),
    "hard_shrink": keras.ops.hard_shrink,
    "hard_sigmoid": keras.ops.hard_sigmoid,
    "hard_silu": keras.ops.hard_silu,
    "hard_tanh": keras.ops.hard_tanh,
    "is_finite": tf.math.is_finite,
    "is_inf": tf.math.is_inf,
    "is_nan": tf.math.is_nan,
    "leaky_relu": tf.nn.leaky_relu,
    "log": tf.math.log,
    "log1p": tf.math.log1p,
    "log_sigmoid": tf.math.log_sigmoid,
    "mish": keras.activations.mish,
    "negative": tf.negative,
    "reciprocal": tf.math.reciprocal,
    "relu": tf.nn.relu,
    "relu6": tf.nn.relu6,
    "round": tf.round,
    "rsqrt": tf.math.rsqrt,
    "selu": tf.nn.selu,
    "sigmoid": tf.sigmoid,
    "sign": tf.sign,
    "silu": tf.nn.silu,
    "sinh": tf.sinh,
    "soft_shrink": keras.ops.soft_shrink,
    "softplus": tf.math.softplus,
    "softsign": tf.math.softsign,
    "sqrt": tf.sqrt,
    "square": tf.square,
    "squareplus": keras.ops.squareplus,
    "tanh": tf.tanh,
    "tanh_shrink": keras.ops.tanh_shrink,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_at_their_ends(name):
    # At infinity a product such as x · sigmoid(x) is 0 · ∞ for TensorFlow too, or not: by function.
    x = X.astype("float32")
    hand, computed = Elementwise(name).evaluate(x), FUNCTIONS[name](x).numpy()
    assert hand.dtype == computed.dtype
    np.testing.assert_allclose(hand.astype(float), computed.astype(float), rtol=2e-5, atol=1e-6)


PAIRS = {
    "add": tf.add,
    "atan2": tf.atan2,
    "divide": tf.divide,
    "divide_no_nan": tf.math.divide_no_nan,
    "floor_divide": tf.math.floordiv,
    "greater": tf.greater,
    "less_equal": tf.less_equal,
    "maximum": tf.maximum,
    "minimum": tf.minimum,
    "mod": tf.math.floormod,
    "multiply_no_nan": tf.math.multiply_no_nan,
    "not_equal": tf.not_equal,
    "power": tf.pow,
    "squared_difference": tf.math.squared_difference,
    "truncate_mod": tf.truncatemod,
    "x_divided_by_y": tf.math.xdivy,
    "x_log_y": tf.math.xlogy,
}


@pytest.mark.parametrize("name", PAIRS)
def test_functions_of_two(name):
    x = np.array([-3.5, -1, 0, 0.5, 2, 7], "float32")[:, None]
    y = np.array([-2, -0.5, 0, 1, 3], "float32")
    hand, computed = Elementwise(name).evaluate(x, y), PAIRS[name](x, y).numpy()
    assert hand.dtype == computed.dtype
    np.testing.assert_allclose(hand.astype(float), computed.astype(float), rtol=2e-5, atol=1e-6)


GRADIENTS = {
    "relu_grad": tf.raw_ops.ReluGrad,
    "relu6_grad": tf.raw_ops.Relu6Grad,
    "leaky_relu_grad": tf.raw_ops.LeakyReluGrad,
    "softplus_grad": tf.raw_ops.SoftplusGrad,
    "softsign_grad": tf.raw_ops.SoftsignGrad,
    "elu_grad": tf.raw_ops.EluGrad,
    "selu_grad": tf.raw_ops.SeluGrad,
    "tanh_grad": tf.raw_ops.TanhGrad,
    "sigmoid_grad": tf.raw_ops.SigmoidGrad,
    "sqrt_grad": tf.raw_ops.SqrtGrad,
    "rsqrt_grad": tf.raw_ops.RsqrtGrad,
    "reciprocal_grad": tf.raw_ops.ReciprocalGrad,
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_slopes(name):
    first, second = floats(40), floats(40, seed=1) * 3
    if name in {"elu_grad", "selu_grad"}:
        names = ("gradients", "outputs")
    elif name in {"tanh_grad", "sigmoid_grad", "sqrt_grad", "rsqrt_grad", "reciprocal_grad"}:
        names = ("y", "dy")
    else:
        names = ("gradients", "features")
    computed = GRADIENTS[name](**dict(zip(names, (first, second), strict=True)))
    agree(Elementwise(name).evaluate(first, second), computed)


def test_whole_numbers_stay_whole():
    x, y = np.array([-7, 7, 8]), np.array([2, -2, 3])
    for name, computed in (
        ("floor_divide", tf.math.floordiv),
        ("mod", tf.math.floormod),
        ("multiply", tf.multiply),
        ("power", None),
    ):
        hand = Elementwise(name).evaluate(x, np.abs(y) if computed is None else y)
        expected = tf.pow(x, np.abs(y)) if computed is None else computed(x, y)
        assert hand.dtype == expected.numpy().dtype
        np.testing.assert_array_equal(hand, expected)


def test_choosing_and_changing_the_type():
    condition = np.array([[True], [False]])
    yes, no = floats(3), floats(2, 1)
    agree(Elementwise("where").evaluate(condition, yes, no), tf.where(condition, yes, no))
    x = np.array([-1.7, 0.2, 2.9], "float32")
    np.testing.assert_array_equal(Elementwise("cast", ("int32",)).evaluate(x), tf.cast(x, "int32"))
    np.testing.assert_array_equal(
        Elementwise("bucketize", (-1.0, 0.2, 2.0)).evaluate(x),
        tf.raw_ops.Bucketize(input=x, boundaries=[-1.0, 0.2, 2.0]),
    )
    agree(Elementwise("add_n").evaluate(x, x, x), tf.add_n([x, x, x]))
    agree(Elementwise("clip", (-1.0, 1.0)).evaluate(x), tf.clip_by_value(x, -1.0, 1.0))


def test_layout():
    x = floats(4, 6, 4, 2)
    for block, around in (((2, 2), ((0, 0), (0, 0))), ((3, 2), ((1, 2), (2, 0)))):
        agree(SpaceToBatch(block, around).evaluate(x), tf.space_to_batch(x, block, around))
    for block, crops in (((2, 2), ((1, 0), (0, 3))), ((4, 1), ((0, 0), (0, 0)))):
        agree(BatchToSpace(block, crops).evaluate(x), tf.batch_to_space(x, block, crops))
    for mode in ("constant", "reflect", "symmetric"):
        widths = ((0, 0), (2, 1), (1, 0), (1, 1))
        agree(Pad(widths, mode).evaluate(x), tf.pad(x, widths, mode))
    agree(Tile((1, 2, 1, 3)).evaluate(x), tf.tile(x, (1, 2, 1, 3)))
    agree(Roll((1, -2), (1, 2)).evaluate(x), tf.roll(x, (1, -2), (1, 2)))
    agree(Diagonal(1).evaluate(x), tf.linalg.diag_part(x, k=1))
    agree(Band(1, 0).evaluate(x), tf.linalg.band_part(x, 1, 0))
    agree(Band(-1, 1).evaluate(x), tf.linalg.band_part(x, -1, 1))


def test_taking_rows():
    x = floats(3, 4, 5)
    places = np.array([[3, 0], [1, 1], [2, 3]])
    for axis, batch in ((0, 0), (1, 0), (2, 0), (1, 1), (2, 1)):
        numbers = places % x.shape[axis]
        agree(
            Gather(axis, batch).evaluate(x, numbers),
            tf.gather(x, numbers, axis=axis, batch_dims=batch),
        )
    for axis in (-1, 0, 1):
        agree(
            OneHot(4, axis, 2.0, -1.0).evaluate(places),
            tf.one_hot(places, 4, 2.0, -1.0, axis=axis),
        )
