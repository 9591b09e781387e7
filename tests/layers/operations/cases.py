"""One table of operations on small arrays, on which every property of an operation is tested.

Numbers are generic, so that no two cells agree by chance. To test another operation, add a line.
"""

from dataclasses import dataclass

import numpy as np

from layers.operations.arithmetic.derivatives import DERIVATIVES
from layers.operations.colours import HsvToRgb, RgbToHsv
from layers.operations.contraction import Contract, dense, matmul
from layers.operations.counting import Count
from layers.operations.elementwise import Elementwise
from layers.operations.fourier import Fourier
from layers.operations.gradients import (
    AveragePoolGradient,
    ConvFilterGradient,
    DepthwiseInputGradient,
    ResizeGradient,
    SliceGradient,
)
from layers.operations.largest import Largest, PlacesOfLargest
from layers.operations.layout import (
    Band,
    BatchToSpace,
    BroadcastTo,
    Concatenate,
    Diagonal,
    Gather,
    GatherNd,
    OneHot,
    Pad,
    Repeat,
    Reshape,
    Resize,
    Reverse,
    Roll,
    Slice,
    SpaceToBatch,
    Stack,
    Tile,
    Transpose,
)
from layers.operations.normalize import Normalize
from layers.operations.op import Op
from layers.operations.pixels import DepthToSpace, SpaceToDepth
from layers.operations.reduction import ArgReduce, Reduce
from layers.operations.resizing import Resample
from layers.operations.running import Cumulative, Softmax
from layers.operations.solving import Solve
from layers.operations.window import (
    AveragePool,
    Conv,
    ConvTranspose,
    DepthwiseConv,
    MaxPool,
    Patches,
    same_padding,
)

SMALL = (1e-4,)
"""Moves that leave the largest the largest."""
MOVES = (1e-4, 7.0, -7.0)
"""Moves of which one changes whatever depends on a cell."""


@dataclass(frozen=True)
class Case:
    id: str
    op: Op
    operands: tuple[np.ndarray, ...]
    moves: tuple[float, ...] = MOVES
    limit: int = 1000  # whole numbers stay below it


def floats(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def positive(*shape):
    return np.abs(floats(*shape)) + 0.1


def case(name, op, *operands, **options):
    return Case(name, op, operands, **options)


def same(*axes):
    """Return the padding of (length, size, stride, dilation) an axis."""
    return tuple(same_padding(*axis) for axis in axes)


UNARY = [
    "abs",
    "acosh",
    "asinh",
    "atan",
    "celu",
    "cos",
    "cosh",
    "elu",
    "erf",
    "erfc",
    "exp",
    "expm1",
    "gelu",
    "gelu_tanh",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "identity",
    "leaky_relu",
    "log_sigmoid",
    "mish",
    "negative",
    "reciprocal",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "sin",
    "sinh",
    "soft_shrink",
    "softplus",
    "softsign",
    "square",
    "squareplus",
    "swish",
    "tan",
    "tanh",
    "tanh_shrink",
    "stop_gradient",
    "floor",
    "ceil",
    "round",
    "truncate",
    "sign",
]
POSITIVE = ["log", "log1p", "sqrt", "rsqrt", "acosh"]
BINARY = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "floor_divide",
    "mod",
    "power",
    "maximum",
    "minimum",
    "squared_difference",
    "divide_no_nan",
    "multiply_no_nan",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "truncate_mod",
    "atan2",
    "x_divided_by_y",
    "x_log_y",
]

_IMAGE = floats(2, 5, 4, 3)
_LINE = floats(2, 7, 2)
WAVES = floats(2, 3) + 1j * floats(2, 3, seed=1)
_TRUTH = np.array([[True, False, True], [False, False, True]])

CASES = [
    # contractions
    case("matmul", matmul(2, 2), floats(3, 4), floats(4, 2)),
    case("matmul-batch", matmul(3, 3), floats(2, 3, 4), floats(2, 4, 2)),
    case("matmul-batch-4", matmul(4, 4), floats(2, 2, 3, 4), floats(2, 2, 4, 2)),
    case("matmul-left", matmul(2, 2, transpose_left=True), floats(4, 3), floats(4, 2)),
    case("matmul-right", matmul(3, 3, transpose_right=True), floats(2, 3, 4), floats(2, 5, 4)),
    case("matmul-both", matmul(2, 2, True, True), floats(4, 3), floats(2, 4)),
    case("matmul-broadcast", matmul(3, 3), floats(1, 3, 4), floats(2, 4, 2)),
    case("matmul-ranks", matmul(2, 3), floats(3, 4), floats(2, 4, 2)),
    case("dense-1", dense(1), floats(4), floats(4, 2)),
    case("dense-3", dense(3), floats(2, 3, 4), floats(4, 2)),
    case("dense-empty-sum", dense(2), floats(2, 0), floats(0, 3)),
    case("einsum-heads", Contract("abc,cde->abde"), floats(2, 3, 4), floats(4, 2, 3)),
    case("einsum-scores", Contract("aecd,abcd->acbe"), floats(2, 3, 2, 4), floats(2, 3, 2, 4)),
    case("einsum-two-sums", Contract("abcd,cde->abe"), floats(2, 2, 3, 2), floats(3, 2, 3)),
    case("einsum-outer", Contract("a,b->ab"), floats(3), floats(2)),
    case("einsum-three", Contract("a,ab,b->"), floats(3), floats(3, 2), floats(2)),
    case("einsum-one", Contract("abc->ca"), floats(2, 3, 2)),
    case("einsum-summed-broadcast", Contract("ab,bc->ac"), floats(2, 1), floats(3, 2)),
    # elementwise
    *(case(name, Elementwise(name), floats(2, 3)) for name in UNARY if name != "acosh"),
    *(case(name, Elementwise(name), positive(2, 3) + 1, moves=(1e-4, 7.0)) for name in POSITIVE),
    *(case(name, Elementwise(name), positive(2, 3) + 1.5, positive(2, 3) + 0.1) for name in BINARY),
    *(
        case(name, Elementwise(name), positive(2, 3) + 1.5, positive(2, 3) + 0.1)
        for name in DERIVATIVES
    ),
    case("leaky-grad", Elementwise("leaky_relu_grad", (0.3,)), floats(3), -positive(3)),
    case("elu-grad", Elementwise("elu_grad"), floats(3), -positive(3)),
    case("selu-grad", Elementwise("selu_grad"), floats(3), -positive(3)),
    case("prelu", Elementwise("prelu"), -positive(2, 3), floats(3)),
    case("add-bias", Elementwise("add"), floats(2, 3), floats(3)),
    case("add-column", Elementwise("add"), floats(2, 1), floats(2, 3)),
    case("add-scalar", Elementwise("add"), floats(2, 3), floats()),
    case("subtract-both-broadcast", Elementwise("subtract"), floats(2, 1), floats(1, 3)),
    case("multiply-rank", Elementwise("multiply"), floats(3), floats(2, 4, 3)),
    case("add-integers", Elementwise("add"), np.array([[1, 2], [3, 4]]), np.array([10, 20])),
    case("equal", Elementwise("equal"), np.array([1, 2, 3]), np.array([2, 3, 4])),
    case("not_equal", Elementwise("not_equal"), np.array([1, 2, 3]), np.array([1, 2, 3])),
    case("and", Elementwise("and"), np.array([True, True]), np.array([True, True])),
    case("or", Elementwise("or"), np.array([False, False]), np.array([False, False])),
    case("xor", Elementwise("xor"), np.array([False, True]), np.array([False, False])),
    case("not", Elementwise("not"), _TRUTH),
    case("add_n", Elementwise("add_n"), floats(2, 3), floats(2, 3, seed=1), floats(2, 3, seed=2)),
    case("where", Elementwise("where"), _TRUTH, floats(2, 3), floats(2, 3, seed=1)),
    case("where-row", Elementwise("where"), _TRUTH, floats(3), floats(2, 1)),
    case("leaky_relu-alpha", Elementwise("leaky_relu", (0.3,)), floats(2, 3)),
    case("celu-alpha", Elementwise("celu", (0.5,)), floats(2, 3)),
    case("cast-int", Elementwise("cast", ("int32",)), floats(2, 3) * 4),
    case("cast-float", Elementwise("cast", ("float32",)), np.array([[1, 2], [3, 4]])),
    case("cast-bool", Elementwise("cast", ("float32",)), _TRUTH),
    case("clip", Elementwise("clip", (-0.5, 0.5)), floats(2, 3)),
    case("bucketize", Elementwise("bucketize", (-0.5, 0.0, 0.5)), floats(2, 3)),
    *(
        case(
            f"bits-{name}",
            Elementwise(name),
            np.array([[12, 5], [3, 9]]),
            np.array([1, 2]),
            limit=32,
        )
        for name in ("left_shift", "right_shift", "bits_and", "bits_or", "bits_xor")
    ),
    case("bits-not", Elementwise("bits_not"), np.array([12, 5])),
    # Fourier
    case("complex", Elementwise("complex"), floats(2, 3), floats(3)),
    case("complex-product", Elementwise("multiply"), WAVES, floats(3)),
    *(case(name, Elementwise(name), WAVES) for name in ("real", "imaginary", "conjugate", "angle")),
    case("complex-abs", Elementwise("abs"), WAVES),
    case("complex-cast", Elementwise("cast", ("complex128",)), floats(2, 3)),
    case("fourier", Fourier((5,)), WAVES[:, [0, 1, 2, 0, 1]]),
    case("fourier-2d", Fourier((2, 3)), floats(2, 2, 3)),
    case("fourier-inverse", Fourier((3,), inverse=True), WAVES),
    case("fourier-half", Fourier((6,), half=True), floats(2, 6)),
    case("fourier-cut", Fourier((4,), half=True), floats(2, 6)),
    case("fourier-filled", Fourier((5,), half=True), floats(2, 3)),
    case("fourier-2d-half", Fourier((2, 4), half=True), floats(2, 4)),
    case("fourier-half-inverse", Fourier((5,), inverse=True, half=True), WAVES),
    # colours and places
    case("rgb-to-hsv", RgbToHsv(), positive(2, 4, 3)),
    case("hsv-to-rgb", HsvToRgb(), np.random.default_rng(3).uniform(0.1, 0.9, (2, 4, 3))),
    case("top", Largest(2), floats(3, 4), moves=SMALL),
    case("top-places", PlacesOfLargest(2), floats(3, 4)),
    case("depth-to-space", DepthToSpace(2), floats(2, 2, 3, 8)),
    case("space-to-depth", SpaceToDepth(2), floats(2, 4, 6, 2)),
    case("gather-nd", GatherNd(), floats(3, 4, 2), np.array([[[0, 1], [2, 3]]]), limit=3),
    case("gather-nd-all", GatherNd(), floats(3, 4), np.array([[0, 1], [2, 2], [1, 0]]), limit=3),
    # windows
    case("conv-1d", Conv((1,), ((0, 0),), (1,)), _LINE, floats(3, 2, 4)),
    case("conv-1d-causal", Conv((1,), ((2, 0),), (1,)), _LINE, floats(3, 2, 2)),
    case("conv-1d-causal-dilated", Conv((1,), ((4, 0),), (2,)), _LINE, floats(3, 2, 2)),
    case("conv-1d-full", Conv((1,), ((2, 2),), (1,)), _LINE, floats(3, 2, 2)),
    case("conv-2d", Conv((1, 1), ((0, 0),) * 2, (1, 1)), _IMAGE, floats(2, 3, 3, 2)),
    case(
        "conv-2d-same-strided",
        Conv((2, 1), same((5, 3, 2), (4, 2, 1)), (1, 1)),
        _IMAGE,
        floats(3, 2, 3, 2),
    ),
    case(
        "conv-2d-dilated",
        Conv((1, 1), same((5, 2, 1, 3), (4, 3, 1, 2)), (3, 2)),
        _IMAGE,
        floats(2, 3, 3, 2),
    ),
    case(
        "conv-2d-groups",
        Conv((2, 2), ((1, 1), (0, 0)), (1, 1), 2),
        floats(1, 4, 4, 4),
        floats(2, 2, 2, 6),
    ),
    case("conv-2d-gaps", Conv((3, 3), ((0, 0),) * 2, (1, 1)), _IMAGE, floats(1, 2, 3, 1)),
    case(
        "conv-3d",
        Conv((1, 2, 1), ((0, 0), (0, 1), (1, 1)), (1, 1, 1)),
        floats(1, 2, 3, 2, 1),
        floats(2, 2, 3, 1, 2),
    ),
    case(
        "depthwise",
        DepthwiseConv((1, 1), same((5, 3, 1), (4, 2, 1)), (1, 1)),
        _IMAGE,
        floats(3, 2, 3, 2),
    ),
    case("depthwise-1d", DepthwiseConv((2,), ((0, 0),), (2,)), _LINE, floats(2, 2, 1)),
    case("transpose-1d", ConvTranspose((2,), ((0, 0),), (9,)), floats(1, 4, 2), floats(3, 2, 2)),
    case("transpose-same", ConvTranspose((2,), ((0, 1),), (8,)), floats(1, 4, 2), floats(3, 3, 2)),
    case("transpose-odd", ConvTranspose((2,), ((1, 1),), (7,)), floats(1, 4, 1), floats(3, 1, 1)),
    case("transpose-gaps", ConvTranspose((3,), ((0, 0),), (9,)), floats(1, 3, 1), floats(2, 1, 1)),
    case(
        "transpose-2d",
        ConvTranspose((2, 1), ((1, 0), (1, 1)), (6, 3)),
        floats(2, 3, 3, 2),
        floats(3, 3, 2, 2),
    ),
    case(
        "transpose-groups",
        ConvTranspose((2,), ((0, 1),), (6,), groups=2),
        floats(1, 3, 4),
        floats(3, 2, 4),
    ),
    case(
        "transpose-dilated",
        ConvTranspose((1,), ((0, 0),), (8,), (2,)),
        floats(1, 4, 2),
        floats(3, 1, 2),
    ),
    case(
        "transpose-strided-dilated",
        ConvTranspose((2,), ((1, 1),), (9,), (3,)),
        floats(1, 3, 1),
        floats(3, 1, 1),
    ),
    case("max-1d", MaxPool((2,), (2,), ((0, 0),)), _LINE, moves=SMALL),
    case("max-2d", MaxPool((2, 2), (2, 2), ((0, 0),) * 2), _IMAGE, moves=SMALL),
    case("max-same", MaxPool((3, 2), (2, 1), ((1, 1), (0, 1))), _IMAGE - 9, moves=SMALL),
    case(
        "max-3d", MaxPool((1, 2, 2), (1, 1, 2), ((0, 0),) * 3), floats(1, 2, 3, 4, 2), moves=SMALL
    ),
    case("average-1d", AveragePool((3,), (2,), ((1, 1),)), _LINE),
    case("average-2d", AveragePool((2, 2), (1, 2), ((0, 1), (0, 0))), _IMAGE),
    case("patches", Patches((2, 2), (2, 1), (1, 1), ((0, 0),) * 2), _IMAGE),
    case("patches-padded", Patches((2, 3), (2, 2), (2, 1), ((1, 0), (1, 1))), _IMAGE),
    # backward
    case(
        "filter-gradient",
        ConvFilterGradient((3, 2), (2, 1), same((5, 3, 2), (4, 2, 1)), (1, 1)),
        _IMAGE,
        floats(2, 3, 4, 2),
    ),
    case(
        "filter-gradient-dilated",
        ConvFilterGradient((2,), (1,), ((3, 0),), (3,)),
        _LINE,
        floats(2, 7, 2),
    ),
    case(
        "filter-gradient-groups",
        ConvFilterGradient((2, 2), (2, 2), ((1, 1), (0, 0)), (1, 1), 2),
        floats(1, 4, 4, 4),
        floats(1, 3, 2, 6),
    ),
    case(
        "filter-gradient-depthwise",
        ConvFilterGradient((3,), (2,), ((1, 1),), (1,), depthwise=True),
        _LINE,
        floats(2, 4, 6),
    ),
    case(
        "depthwise-gradient",
        DepthwiseInputGradient((5, 4), (2, 1), same((5, 3, 2), (4, 2, 1)), (1, 1)),
        floats(1, 3, 4, 4),
        floats(3, 2, 2, 2),
    ),
    case(
        "average-gradient",
        AveragePoolGradient((5, 4), (2, 2), (1, 2), ((0, 1), (0, 0))),
        floats(1, 5, 2, 2),
    ),
    case(
        "average-gradient-gaps",
        AveragePoolGradient((7,), (2,), (3,), ((0, 0),)),
        floats(2, 2, 1),
    ),
    case(
        "resize-gradient",
        ResizeGradient(Resize((7, 5), "bilinear", half_pixel=True), (4, 3)),
        floats(1, 7, 5, 1),
    ),
    case(
        "upsample-gradient", ResizeGradient(Resize((4, 6), "nearest"), (2, 3)), floats(1, 4, 6, 1)
    ),
    case("slice-gradient", SliceGradient((2, 5), (0, 1), (1, 2)), floats(2, 2)),
    case("slice-gradient-back", SliceGradient((5,), (4,), (-2,)), floats(2)),
    case("slice-gradient-row", SliceGradient((3, 4), (1, 1), (1, 1), (0,)), floats(2)),
    case("slice-gradient-cell", SliceGradient((1, 1), (0, 0), (1, 1), (0, 1)), floats()),
    # reductions
    *(
        case(f"{how}-{axes}-{keep}", Reduce(how, axes, keep), floats(2, 3, 2), moves=moves)
        for how, moves in (
            ("sum", MOVES),
            ("mean", MOVES),
            ("max", SMALL),
            ("min", SMALL),
            ("prod", MOVES),
            ("variance", MOVES),
            ("euclidean_norm", MOVES),
        )
        for axes, keep in (((1,), False), ((0, 2), True), ((0, 1, 2), False), ((-1,), True))
    ),
    case("sum-integers", Reduce("sum", (0,)), np.array([[1, 2], [3, 4]])),
    case("any", Reduce("any", (1,)), np.zeros((2, 3), bool)),
    case("all", Reduce("all", (1,)), np.ones((2, 3), bool)),
    case("softmax", Softmax(), floats(2, 3)),
    case("softmax-axis", Softmax(1), floats(2, 3, 2)),
    case("log-softmax", Softmax(-1, log=True), floats(2, 3)),
    case("argmax", ArgReduce("max", 1), floats(3, 4)),
    case("argmin", ArgReduce("min", 0), floats(3, 4)),
    *(
        case(
            f"cumulative-{how}-{exclusive}-{reverse}",
            Cumulative(how, 1, exclusive, reverse),
            floats(2, 4),
        )
        for how in ("sum", "prod")
        for exclusive in (False, True)
        for reverse in (False, True)
    ),
    # normalising
    case(
        "normalize-layer",
        Normalize((-1,), 0.001),
        floats(2, 3),
        floats(2, 1),
        positive(2, 1),
        floats(3),
        floats(3, seed=1),
        moves=SMALL,
    ),
    case(
        "normalize-groups",
        Normalize((1, 2), 0.001, groups=2),
        floats(2, 3, 6),
        floats(2, 1, 2, 1),
        positive(2, 1, 2, 1),
        floats(6),
        floats(6, seed=1),
        moves=SMALL,
    ),
    case(
        "normalize-batch",
        Normalize((0,), 0.01, has_scale=False),
        floats(2, 3),
        floats(3),
        positive(3),
        floats(3, seed=1),
        moves=SMALL,
    ),
    case(
        "normalize-plain",
        Normalize((0,), 0.01, False, False),
        floats(2, 3),
        floats(3),
        positive(3),
        moves=SMALL,
    ),
    # layout
    case("reshape-flat", Reshape((12,)), floats(2, 3, 2)),
    case("reshape-batch", Reshape((2, 6)), floats(2, 3, 2)),
    case("reshape-split", Reshape((2, 2, 3)), floats(2, 6)),
    case("reshape-across", Reshape((4, 3)), floats(2, 6)),
    case("reshape-uneven", Reshape((4, 2, 3)), floats(6, 4)),
    case("reshape-new-axes", Reshape((1, 2, 1, 3, 1)), floats(2, 3)),
    case("reshape-squeeze", Reshape((2, 3)), floats(2, 1, 3, 1)),
    case("reshape-scalar", Reshape(()), floats(1, 1)),
    case("transpose", Transpose((2, 0, 1)), floats(2, 3, 4)),
    case("slice", Slice((0, 1), (2, 2), (1, 1)), floats(2, 4)),
    case("slice-step", Slice((1, 3), (1, 2), (1, -2), (0,)), floats(2, 4)),
    case("slice-scalar", Slice((1, 2), (1, 1), (1, 1), (0, 1)), floats(2, 4)),
    case("concatenate", Concatenate(1), floats(2, 3), floats(2, 1), floats(2, 2)),
    case("stack", Stack(1), floats(2, 3), floats(2, 3, seed=1)),
    case("stack-first", Stack(0), floats(2), floats(2, seed=1)),
    case("stack-numbers", Stack(0), floats(), floats(seed=1), floats(seed=2)),
    case("where-numbers", Elementwise("where"), _TRUTH, floats(), floats(seed=1)),
    case("where-number", Elementwise("where"), np.array(True), floats(2), floats()),
    case("stack-last", Stack(-1), floats(2), floats(2, seed=1)),
    case("pad", Pad(((1, 0), (2, 1)), value=3.0), floats(2, 3)),
    case("pad-reflect", Pad(((1, 0), (2, 1)), "reflect"), floats(2, 3)),
    case("pad-symmetric", Pad(((1, 0), (2, 1)), "symmetric"), floats(2, 3)),
    case("tile", Tile((2, 3)), floats(2, 3)),
    case("tile-one", Tile((1, 3)), floats(2, 1)),
    case("repeat", Repeat(3, 1), floats(2, 3)),
    case("repeat-first", Repeat(2, 0), floats(2, 3)),
    case("gather", Gather(), floats(4, 2), np.array([[3, 0, 3], [1, 1, 2]]), limit=4),
    case("gather-axis", Gather(1), floats(2, 4, 2), np.array([2, 0, 2]), limit=4),
    case("gather-batch", Gather(1, 1), floats(2, 4, 2), np.array([[2, 0], [1, 3]]), limit=4),
    case("gather-one", Gather(1), floats(2, 4), np.array(3), limit=4),
    case("one-hot", OneHot(4), np.array([[3, 0], [1, 2]]), limit=4),
    case("one-hot-axis", OneHot(4, 0, 2.0, -1.0), np.array([3, 0]), limit=4),
    case("reverse", Reverse((1,)), floats(2, 3)),
    case("broadcast", BroadcastTo((2, 3)), floats(3)),
    case("broadcast-scalar", BroadcastTo((2, 3)), floats()),
    case("broadcast-column", BroadcastTo((4, 2, 3)), floats(2, 1)),
    case("roll", Roll((1, -1), (0, 1)), floats(2, 3)),
    case("space-to-batch", SpaceToBatch((2, 2), ((0, 0), (1, 1))), floats(2, 4, 2, 2)),
    case("space-to-batch-1d", SpaceToBatch((2,), ((2, 1),)), floats(1, 5, 2)),
    case("batch-to-space", BatchToSpace((2, 2), ((0, 1), (1, 0))), floats(8, 2, 2, 1)),
    case("batch-to-space-uneven", BatchToSpace((3, 2), ((0, 0),) * 2), floats(6, 1, 2, 2)),
    case("upsample", Resize((4, 6), "nearest"), floats(1, 2, 3, 2)),
    case("resize-nearest", Resize((3, 5), "nearest", half_pixel=True), floats(1, 4, 3, 1)),
    case("resize-bilinear", Resize((3, 5), "bilinear", half_pixel=True), floats(1, 4, 3, 1)),
    case("resize-corners", Resize((3, 5), "bilinear", align_corners=True), floats(1, 4, 3, 1)),
    case("resize-bicubic", Resize((7,), "bicubic", half_pixel=True), floats(1, 5, 1)),
    case("resample", Resample((5, 3), (1.3, 0.7), (0, 0), "lanczos3"), floats(1, 4, 4, 1)),
    case("resample-wide", Resample((2,), (0.4,), (0,), "triangle", True), floats(1, 5, 1)),
    case("resample-cubic", Resample((7,), (1.4,), (0.3,), "keyscubic"), floats(1, 5, 1)),
    case("count", Count(4), np.array(2.0), np.array(0.5)),
    case("solve", Solve(), floats(2, 3, 3), floats(2, 3, 2), moves=SMALL),
    case("solve-transposed", Solve(True), floats(3, 3), floats(3, 1), moves=SMALL),
    case("diagonal", Diagonal(), floats(2, 3, 3)),
    case("diagonal-above", Diagonal(1), floats(2, 3, 4)),
    case("band", Band(0, -1), floats(2, 3, 3)),
    case("band-narrow", Band(1, 1), floats(4, 4)),
]
