"""What is drawn with signs between is an equation, whatever planes are chosen."""

from dataclasses import replace

import numpy as np
import pytest

from layers.inputs.cells import Cell, Edit
from layers.operations.contraction import Contract
from layers.operations.elementwise import Elementwise
from layers.operations.window import Conv, ConvTranspose, DepthwiseConv
from layers.traces.layout import layout
from layers.traces.rows import Notation
from layers.traces.trace import Step, Tensor, Trace
from tests.layers.traces.test_layout import text
from tests.views.runs import explored
from views.explore.equations import notations
from views.explore.planes import AUTO, plane_of

RNG = np.random.default_rng(1)
LENGTHS = {"a": 2, "b": 3, "c": 4, "d": 2, "e": 5, "o": 3}
WORDS = {"a": "batch", "b": "time", "c": "features", "d": "heads", "e": "keys", "o": "units"}


def trace_of(subscripts):
    op = Contract(subscripts)
    return trace(op, *(tensor(*letters) for letters in op.inputs), axes=op.output)


def tensor(*letters, lengths=LENGTHS):
    shape = [lengths[at] for at in letters]
    axes = tuple(WORDS[at] for at in letters)
    return Tensor(values=RNG.normal(size=shape), axes=axes, role="weight", path="")


def trace(op, *operands, axes):
    """A run of one operation; ``axes`` are letters or words."""
    values = op.evaluate(*(each.values for each in operands))
    words = tuple(WORDS.get(axis, axis) for axis in axes)
    result = Tensor(values=values, axes=words, role="output", path="")
    named = dict(zip("xwvy", operands, strict=False))
    step = Step(op=op, operands=tuple(named), result="y")
    return Trace(
        tensors={**named, "y": result}, steps=(step,), output_names=("y",), input_names=("x",)
    )


def drawn(trace, name, at, rows, columns):
    """The numbers that stand in the picture of a tensor."""
    tensor = trace.tensors[name]
    plane = plane_of(tensor, at, rows, columns)
    if tensor.values.ndim < 2:
        return tensor.values[None]
    index = [plane.at.get(axis, slice(None)) for axis in range(tensor.values.ndim)]
    found = tensor.values[tuple(index)]
    turned = plane.row_axis % tensor.values.ndim > plane.column_axis % tensor.values.ndim
    return found.T if turned else found


def as_written(trace, product, at, rows, columns):
    """What comes of the planes as they are written: turned, and added up over what is named."""
    total = 0
    lengths = [LENGTHS[next(k for k, word in WORDS.items() if word == w)] for w in product.sums]
    for places in np.ndindex(*lengths):
        here = {**at, **dict(zip(product.sums, places, strict=True))}
        left, right = (drawn(trace, name, here, rows, columns) for name in "xw")
        turned = zip((left, right), product.turned or (False, False), strict=True)
        left, right = (each.T if is_turned else each for each, is_turned in turned)
        total = total + left @ right
    return total


EQUATIONS = {
    "bc,co->bo": "x · w = y",
    "abc,co->abo": "x · w = y",
    "abc,aec->abe": "x · w ᵀ = y",
    "acb,aeb->ace": "x · w ᵀ = y",
    "abdc,dco->abo": "Σ heads x · w = y",
    "abdc,aedc->adbe": "x · w ᵀ = y",
    "abc,bco->ao": "x , w →Σ time, features y",
}


@pytest.mark.parametrize("subscripts", EQUATIONS)
def test_a_product_is_written_as_it_is_drawn(subscripts):
    trace = trace_of(subscripts)
    written = notations(trace, trace.steps)
    (row,) = layout(trace, "product", notations=written).rows
    assert text(row) == EQUATIONS[subscripts]


@pytest.mark.parametrize("subscripts", EQUATIONS)
@pytest.mark.parametrize("at", [{}, {"batch": 1, "heads": 1, "time": 2, "features": 3, "keys": 4}])
def test_the_planes_of_an_equation_make_the_plane_of_its_result(subscripts, at):
    trace = trace_of(subscripts)
    words = [WORDS[letter] for letter in dict.fromkeys(subscripts) if letter in WORDS]
    equations = 0
    for rows in (AUTO, *words):
        for columns in (AUTO, *(word for word in words if word != rows)):
            product = notations(trace, trace.steps, rows, columns).get("y", Notation())
            if product.is_equation:
                equations += 1
                found = as_written(trace, product, at, rows, columns)
                expected = drawn(trace, "y", at, rows, columns)
                if found.shape != expected.shape:
                    found = found.T  # a column that is drawn as a line
                np.testing.assert_allclose(found, expected, atol=1e-12)
    assert equations or subscripts == "abc,bco->ao"


def test_an_axis_that_two_sliders_move_apart_is_no_equation():
    left, right = tensor("b", "a", "c"), tensor("b", "c", "o")
    product = trace(Contract("nac,nco->nao"), left, right, axes="bao")
    assert notations(product, product.steps, "batch", "features")["y"].is_equation
    right = replace(right, axes=("depth", *right.axes[1:]))
    product = trace(Contract("nac,nco->nao"), left, right, axes="bao")
    assert not notations(product, product.steps, "batch", "features")["y"].is_equation


PLUS = Elementwise("add")
SUMS = {
    ("b", "c", "o"): {
        ("time", "units"): "x + w = y",
        ("units", "time"): "x + w = y",
        ("batch", "features"): "x + w [units shown] = y",
    },
    ("o",): {
        ("features", "units"): "x + w = y",
        ("units", "features"): "x + w ᵀ = y",
        ("time", "features"): "x + w [units shown] = y",
    },
    ("c", "o"): {
        ("features", "units"): "x + w = y",
        ("time", "units"): "x + w [features shown] = y",
        ("units", "time"): "x + w [features shown] ᵀ = y",
        ("batch", "time"): "x + w [features, units shown] = y",
    },
}


@pytest.mark.parametrize("letters", SUMS)
def test_a_bias_is_added_where_the_sliders_stand(letters):
    added = trace(PLUS, tensor(*"abco"), tensor(*letters), axes="abco")
    for (rows, columns), expected in SUMS[letters].items():
        written = notations(added, added.steps, rows, columns)
        (row,) = layout(added, "sum", notations=written).rows
        assert text(row) == expected


def test_what_is_no_equation_is_a_list_before_an_arrow():
    scale = replace(tensor("b", "c", "o"), axes=("heads", "features", "units"))
    times = trace(Elementwise("multiply"), tensor(*"bco"), scale, axes="bco")
    (row,) = layout(times, "product", notations=notations(times, times.steps)).rows
    assert text(row) == "x , w →× y"


SIZES = {"n": 2, "h": 5, "w": 4, "c": 3, "d": 4, "f": 2, "k": 3, "l": 2, "1": 1}
IMAGE, LINE = ("batch", "rows", "columns", "channels"), ("batch", "time", "channels")
TAPS = ("kernel rows", "kernel columns")
CONVOLUTIONS = {
    "image": (Conv((1, 1), ((0, 0),) * 2, (1, 1)), "nhwc", IMAGE, "klcf", (*TAPS, "channels")),
    "grey image": (Conv((1, 1), ((0, 0),) * 2, (1, 1)), "nhw1", IMAGE, "kl1f", (*TAPS, "channels")),
    "line": (Conv((1,), ((0, 0),), (1,)), "nhc", LINE, "kcf", ("kernel steps", "channels")),
    "groups": (Conv((1, 1), ((0, 0),) * 2, (1, 1), 3), "nhwc", IMAGE, "kl1c", (*TAPS, "channels")),
    "two in a group": (Conv((1,), ((0, 0),), (1,), 2), "nhd", LINE, "1ff", ("steps", "channels")),
    "one each": (DepthwiseConv((1, 1), ((0, 0),) * 2, (1, 1)), "nhwc", IMAGE, "klc1", TAPS),
    "two each": (DepthwiseConv((1, 1), ((0, 0),) * 2, (1, 1)), "nhwc", IMAGE, "klcf", TAPS),
    "on a line": (DepthwiseConv((1,), ((0, 0),), (1,)), "nhc", LINE, "kc1", ("kernel steps",)),
    "transposed": (
        *(ConvTranspose((1, 1), ((0, 0),) * 2, (7, 5)), "nhwc", IMAGE, "klfc"),
        (*TAPS, "filters"),
    ),
}
WRITTEN = {
    "image": "Σ channels x * w = y",
    "grey image": "x * w = y",
    "line": "Σ kernel steps x * w = y",
    "groups": "x , w →* y",
    "two in a group": "x , w →* y",
    "one each": "x * w = y",
    "two each": "x , w →* y",
    "on a line": "x , w →* y",
    "transposed": "Σ channels x *ᵀ w = y",
}


def convolution(name):
    op, letters, axes, own, words = CONVOLUTIONS[name]
    last = {"one each": "channels", "on a line": "channels"}.get(name, "filters")
    if isinstance(op, DepthwiseConv):
        words = (*words, "channels", "multiplier")
    elif name == "transposed":
        words = (*words, "channels")
    else:
        words = (*words, "filters")
    image, kernel = (
        Tensor(values=RNG.normal(size=[SIZES[at] for at in part]), axes=its, role="input", path="")
        for part, its in ((letters, axes), (own, words))
    )
    return trace(op, image, kernel, axes=(*axes[:-1], last))


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_a_convolution_is_written_as_it_is_drawn(name):
    made = convolution(name)
    (row,) = layout(made, "convolution", notations=notations(made, made.steps)).rows
    assert text(row) == WRITTEN[name]


def only_drawn(tensor, at, rows, columns):
    """The numbers of a tensor, and zeros where it is not drawn."""
    if tensor.values.ndim < 2:
        return tensor.values
    plane = plane_of(tensor, at, rows, columns)
    index = tuple(plane.at.get(axis, slice(None)) for axis in range(tensor.values.ndim))
    kept = np.zeros_like(tensor.values)
    kept[index] = tensor.values[index]
    return kept


def worked_out(trace, step, notation, at, lengths, rows, columns):
    """The plane of a result, from the planes of its operands as they are written."""
    if isinstance(step.op, Elementwise):
        parts = []
        for number, name in enumerate(step.operands):
            tensor, part = trace.tensors[name], drawn(trace, name, at, rows, columns)
            plane = plane_of(tensor, at, rows, columns)
            own = trace.tensors[step.result].axes[trace[step.result].ndim - tensor.values.ndim :]
            along = own if tensor.values.ndim > 1 else ("", "", *own)
            for axis, word in enumerate((along[plane.row_axis], along[plane.column_axis])):
                if notation.places and word in notation.places[number]:
                    part = part.take([at[word]], axis)
            parts.append(part.T if any(notation.turned[number : number + 1]) else part)
        return step.op.evaluate(*parts)
    total = 0
    for places in np.ndindex(*(lengths[word] for word in notation.sums)):
        here = {**at, **dict(zip(notation.sums, places, strict=True))}
        parts = [only_drawn(trace.tensors[name], here, rows, columns) for name in step.operands]
        total = total + step.op.evaluate(*parts)
    found = replace(trace.tensors[step.result], values=total)
    summed = replace(trace, tensors={**trace.tensors, step.result: found})
    return drawn(summed, step.result, at, rows, columns)


def assert_true(trace, place):
    """Every equation is true, whatever planes are chosen; return how many there are."""
    words = dict.fromkeys(word for tensor in trace.tensors.values() for word in tensor.axes)
    lengths: dict[str, int] = {}
    for tensor in trace.tensors.values():
        for word, length in zip(tensor.axes, tensor.values.shape, strict=True):
            lengths[word] = max(length, lengths.get(word, 1))
    at = {word: min(place, length - 1) for word, length in lengths.items()}
    count = 0
    for rows in (AUTO, *words):
        for columns in (AUTO, *(word for word in words if word != rows)):
            written = notations(trace, trace.steps, rows, columns)
            for step in trace.steps:
                notation = written.get(step.result, Notation())
                if not (step.op.infix and len(step.operands) > 1 and notation.is_equation):
                    continue
                count += 1
                found = worked_out(trace, step, notation, at, lengths, rows, columns)
                expected = drawn(trace, step.result, at, rows, columns)
                what = f"{step.result} with {rows} down and {columns} across"
                assert np.broadcast_shapes(found.shape, expected.shape) == expected.shape, what
                found = np.broadcast_to(found, expected.shape)
                np.testing.assert_allclose(found, expected, atol=1e-5, err_msg=what)
    return count


@pytest.mark.parametrize("letters", SUMS)
@pytest.mark.parametrize("place", [0, 1])
def test_the_planes_of_a_sum_make_the_plane_of_its_result(letters, place):
    assert assert_true(trace(PLUS, tensor(*"abco"), tensor(*letters), axes="abco"), place)


@pytest.mark.parametrize("name", CONVOLUTIONS)
@pytest.mark.parametrize("place", [0, 1])
def test_the_planes_of_a_convolution_make_the_plane_of_its_result(name, place):
    found = assert_true(convolution(name), place)
    assert found or name in ("groups", "two in a group", "two each", "on a line")


LAYERS = (
    *("nd_dense", "einsum_dense", "multi_head_attention", "group_query_attention", "dot"),
    *("additive_attention", "conv1d", "conv2d", "separable_conv2d", "conv2d_transpose"),
    *("conv_lstm1d", "mel_spectrogram"),
)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("place", [0, 1])
def test_no_slider_makes_a_false_equation_of_a_layer(name, place):
    weights = explored(name).trace.tensors
    edits = tuple(  # else biases are zeros, and any sum with them is true
        Edit(Cell(weight, index), RNG.normal())
        for weight, tensor in weights.items()
        for index in np.ndindex(tensor.values.shape)
        if weight.endswith("bias")
    )
    assert assert_true(explored(name, edits=edits).trace, place)


def test_a_kernel_stands_transposed_where_its_image_does():
    made = convolution("image")
    written = notations(made, made.steps, "columns", "rows")
    (row,) = layout(made, "convolution", notations=written).rows
    assert text(row) == "Σ channels x * w ᵀ = y"
