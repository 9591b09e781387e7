import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.catalog.registry import POSTS
from layers.inputs.fields import BadInputError
from layers.inputs.sources import MAXIMUM_ELEMENTS, SOURCES, check_size, code_of, format_shape

EVERY_SOURCE = {**SOURCES, **{spec.name: spec.example_input for spec in POSTS}}
shapes = st.lists(st.integers(1, 6), min_size=2, max_size=5).map(tuple)


@pytest.mark.parametrize("name", EVERY_SOURCE)
@settings(max_examples=25, deadline=None)
@given(shape=shapes, seed=st.integers(0, 999_999), constant=st.floats(-1e6, 1e6))
def test_the_code_shown_for_an_input_makes_the_same_array(name, shape, seed, constant):
    source = EVERY_SOURCE[name]
    made = source.make(shape, seed, constant)
    shown = code_of(source, shape, seed, constant)
    assert made.dtype == np.float32
    assert made.shape == shape
    np.testing.assert_array_equal(eval(shown, {"np": np}), made)  # noqa: S307 our own expression


def test_named_inputs_are_what_their_names_say():
    shape = (2, 3, 2)
    np.testing.assert_array_equal(SOURCES["ones"].make(shape, 0, 5.0), np.ones(shape))
    np.testing.assert_array_equal(SOURCES["constant"].make(shape, 0, -2.5), np.full(shape, -2.5))
    np.testing.assert_allclose(
        SOURCES["ramp"].make((2, 3), 0, 5.0),
        [[-1, -0.6, -0.2], [0.2, 0.6, 1]],
        atol=1e-7,  # tenths in float32
    )
    np.testing.assert_array_equal(
        SOURCES["one_hot"].make((4, 3), 0, 5.0), [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]
    )


def test_normal_numbers_are_normal_and_follow_the_seed():
    make = SOURCES["normal"].make
    drawn = make((64, 256), 3, 1.0)
    # Of 16,384 draws the mean and deviation are known to about one per cent.
    np.testing.assert_allclose(drawn.mean(), 0, atol=0.03)
    np.testing.assert_allclose(drawn.std(), 1, rtol=0.03)
    np.testing.assert_array_equal(make((64, 256), 3, 1.0), drawn)
    assert not np.array_equal(make((64, 256), 4, 1.0), drawn)


@pytest.mark.parametrize(("constant", "shown"), [(2.0, "2"), (-0.5, "-0.5"), (0.1, "0.1")])
def test_a_constant_is_shown_in_its_shortest_form(constant, shown):
    assert code_of(SOURCES["constant"], (2,), 0, constant) == f'np.full((2,), {shown}, "float32")'


def test_a_size_is_refused_from_the_shape_alone():
    check_size("input", (1024, 1024))
    tracemalloc.start()
    with pytest.raises(BadInputError) as refusal:
        check_size("input", (1000, 1000, 1000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert str(refusal.value) == (
        "The input cannot be made: expected at most 1,048,576 elements. Received the shape "
        "1000 × 1000 × 1000, which has 1,000,000,000. Make an axis shorter."
    )
    assert peak < 100_000
    assert MAXIMUM_ELEMENTS == 1_048_576


def test_shapes_are_spelled_as_they_are_said():
    assert [format_shape(shape) for shape in ((8, 10), (5,), ())] == ["8 × 10", "5", "one number"]
