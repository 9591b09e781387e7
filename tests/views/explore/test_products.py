"""What is drawn of a product is an equation, whatever planes are chosen."""

import numpy as np
import pytest

from layers.operations.contraction import Contract
from layers.traces.layout import layout
from layers.traces.rows import ProductNotation
from layers.traces.trace import Step, Tensor, Trace
from tests.layers.traces.test_layout import text
from views.explore.planes import AUTO, plane_of
from views.explore.products import products

RNG = np.random.default_rng(1)
LENGTHS = {"a": 2, "b": 3, "c": 4, "d": 2, "e": 5, "o": 3}
WORDS = {"a": "batch", "b": "time", "c": "features", "d": "heads", "e": "keys", "o": "units"}


def trace_of(subscripts):
    op = Contract(subscripts)
    arrays = [RNG.normal(size=[LENGTHS[at] for at in letters]) for letters in op.inputs]
    arrays.append(op.evaluate(*arrays))
    tensors = {
        name: Tensor(values=values, axes=tuple(WORDS[at] for at in letters), role=role, path="")
        for name, values, letters, role in zip(
            "xwy",
            arrays,
            (*op.inputs, op.output),
            ("input", "weight", "output"),
            strict=True,
        )
    }
    step = Step(op=op, operands=("x", "w"), result="y")
    return Trace(tensors=tensors, steps=(step,), output_names=("y",), input_names=("x",))


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
        turned = zip((left, right), product.turned, strict=True)
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
    written = products(trace, trace.steps, {})
    (row,) = layout(trace, "product", products=written).rows
    assert text(row) == EQUATIONS[subscripts]


@pytest.mark.parametrize("subscripts", EQUATIONS)
@pytest.mark.parametrize("at", [{}, {"batch": 1, "heads": 1, "time": 2, "features": 3, "keys": 4}])
def test_the_planes_of_an_equation_make_the_plane_of_its_result(subscripts, at):
    trace = trace_of(subscripts)
    words = [WORDS[letter] for letter in dict.fromkeys(subscripts) if letter in WORDS]
    equations = 0
    for rows in (AUTO, *words):
        for columns in (AUTO, *(word for word in words if word != rows)):
            product = products(trace, trace.steps, at, rows, columns).get("y", ProductNotation())
            if product.is_equation:
                equations += 1
                found = as_written(trace, product, at, rows, columns)
                expected = drawn(trace, "y", at, rows, columns)
                if found.shape != expected.shape:
                    found = found.T  # a column that is drawn as a line
                np.testing.assert_allclose(found, expected, atol=1e-12)
    assert equations or subscripts == "abc,bco->ao"
