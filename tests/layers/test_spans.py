"""What is claimed of cells, against what TensorFlow does when one of them moves."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as some

from layers.catalog.registry import POSTS
from layers.runs.run import TENSORFLOW, run
from layers.spans import Span, block, digits, reached, whole
from layers.steps import Activation, Multiply
from layers.steps_conv import Conv2D, Flatten, MaxPool2D

SMALL = {
    "linear": {"features": 3, "units": 2, "activation": "relu"},
    "repeated_dense": {"features": 3, "units": 2},
    "nd_dense": {"shape": (2, 3, 2), "units": 4, "activation": "softmax"},
    "center_zero": {"rows": 3, "columns": 4, "hole_height": 1},
    "running_sum": {"features": 3},
    "mlp_block": {"features": 3, "width_1": 2, "width_2": 3, "width_3": 2},
}


def holds(part, cell):
    return all(span.start <= at < span.stop for span, at in zip(part, cell, strict=True))


def steps_of_all_layers():
    for spec in POSTS:
        for batch in (None, 2):
            trace = run(spec, SMALL.get(spec.name, {}), batch=batch if spec.batch else None)
            for step in trace.steps:
                shapes = tuple(trace[operand].shape for operand in step.operands)
                yield pytest.param(step.op, shapes, id=f"{spec.name}-{step.result}-{batch}")


EXTRA = [
    pytest.param(Multiply(), ((2, 3), (3,)), id="multiply-a-row"),
    pytest.param(Multiply(), ((2, 3, 2), (3, 1)), id="multiply-a-column"),
    pytest.param(Multiply(), ((2, 1), (1,)), id="multiply-one"),
    *(
        pytest.param(Activation(name), ((2, 3),), id=name)
        for name in ("linear", "elu", "sigmoid", "tanh", "softplus", "softmax")
    ),
]


def images():
    for padding, stride, size in itertools.product(
        ("same", "valid"), (1, 2, 3), ((1, 1), (2, 2), (3, 2), (5, 4))
    ):
        named = f"{padding}-{stride}-{size[0]}x{size[1]}"
        strides = (stride, stride)  # TensorFlow has one for both on a processor
        conv, image = Conv2D(strides, padding), (2, 6, 5, 2)
        # A filter's cell that lies in the padding helps to make a sum, and moves nothing.
        moving = 2 if padding == "valid" else 1
        yield pytest.param(conv, (image, (*size, 2, 3)), moving, id=f"conv-{named}")
        yield pytest.param(MaxPool2D(size, strides, padding), (image,), 1, id=f"pool-{named}")
    for shape in ((2, 3, 4, 2), (2, 3, 1, 2), (2, 1, 1, 3), (2, 3, 1, 1), (2, 3), (2, 1)):
        yield pytest.param(Flatten(), (shape,), 1, id=f"flatten-{'x'.join(map(str, shape))}")


@pytest.mark.parametrize(("op", "shapes", "moving"), [*images()])
def test_the_cells_of_an_image_that_move_in_tensorflow_are_those_claimed(op, shapes, moving):
    assert_moves(op, shapes, moving, by=10.0)  # more than any other, so that it is the largest


@pytest.mark.parametrize(("op", "shapes"), [*steps_of_all_layers(), *EXTRA])
def test_exactly_the_claimed_cells_move_in_tensorflow(op, shapes):
    assert_moves(op, shapes, len(shapes), by=0.25)


def assert_moves(op, shapes, moving, by):
    # Positive, so that a relu lets everything through and no product hides a move behind a zero.
    operands = [
        np.random.default_rng(1).uniform(0.5, 1.5, shape).astype("float32") for shape in shapes
    ]

    def computed():
        return TENSORFLOW[type(op)](op, *map(tf.constant, operands)).numpy()

    before = computed()
    spans = op.spans(*shapes)
    claimed_by_source = [
        {index: op.sources(index, *shapes)[number] for index in np.ndindex(before.shape)}
        for number in range(len(operands))
    ]
    for number, operand in enumerate(operands[:moving]):
        for cell in np.ndindex(operand.shape):
            kept = operand[cell]
            operand[cell] = kept + by
            moved = computed() != before
            operand[cell] = kept
            claimed = np.zeros(before.shape, bool)
            claimed[reached(spans[number], cell, before.shape)] = True
            np.testing.assert_array_equal(moved, claimed, err_msg=f"operand {number}, cell {cell}")
            for index, part in claimed_by_source[number].items():
                assert holds(part, cell) == moved[index]


@given(data=some.data(), stride=some.integers(1, 3), size=some.integers(1, 4))
def test_reached_is_sources_read_backwards(data, stride, size):
    offset = data.draw(some.integers(-3, 2))
    spans = (Span(1, size=size, stride=stride, offset=offset), whole(2))
    shape, result = (9, 2), (2, 5)
    made = {index: block(spans, index, shape) for index in itertools.product(range(2), range(5))}
    for cell in itertools.product(range(9), range(2)):
        claimed = reached(spans, cell, result)
        for index, part in made.items():
            inside = all(s.start <= at < s.stop for s, at in zip(part, cell, strict=True))
            assert inside == all(
                s.start <= at < s.stop for s, at in zip(claimed, index, strict=True)
            )


@given(shape=some.lists(some.integers(1, 4), min_size=1, max_size=4))
def test_digits_are_numpys_own_order(shape):
    spans = digits(tuple(shape), 0)
    for index, cell in enumerate(np.ndindex(*shape)):
        assert block(spans, (index,), tuple(shape)) == tuple(slice(at, at + 1) for at in cell)
        (made,) = reached(spans, cell, (np.prod(shape),))
        assert (made.start, made.stop) == (index, index + 1)


def test_a_window_is_cut_at_both_edges():
    spans = (Span(0, size=3, stride=2, offset=-1),)
    assert [block(spans, (at,), (4,)) for at in range(3)] == [
        (slice(0, 2),),
        (slice(1, 4),),
        (slice(3, 4),),
    ]


def test_what_a_cell_reaches_is_cut_at_both_edges():
    spans, result = (Span(0, size=3),), (4,)
    assert reached(spans, (0,), result) == (slice(0, 1),)
    assert reached(spans, (5,), result) == (slice(3, 4),)


def test_a_cell_that_no_window_holds_reaches_nothing():
    spans, result = (Span(0, size=2, stride=3),), (2,)
    for cell in (2, 5, 8):  # between windows, and beyond the last
        (part,) = reached(spans, (cell,), result)
        assert part.start == part.stop
