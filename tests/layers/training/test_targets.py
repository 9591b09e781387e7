"""What a layer may be asked to learn: the same for the same seed, and right by hand."""

import numpy as np
import pytest

from layers.inputs.fields import BadInputError
from layers.training.targets import RULES, make_targets, stripe_classes

IMAGES = np.zeros((2, 4, 4, 1), "float32")
IMAGES[0, ::2] = 1  # stripes across: it changes from row to row
IMAGES[1, :, ::2] = 1
ROWS = np.array([[1.0, 2.0, 3.0], [4.0, -5.0, 7.0]], "float32")


@pytest.mark.parametrize("name", RULES)
def test_each_rule_gives_the_same_for_the_same_seed(name):
    first = make_targets(name, IMAGES, (2, 3), 4)
    np.testing.assert_array_equal(first, make_targets(name, IMAGES, (2, 3), 4), strict=True)
    assert first.dtype == np.float32
    assert first.shape == (2, 3)


def test_what_is_drawn_changes_with_the_seed_and_is_not_the_input():
    for name in ("random", "classes"):
        assert (make_targets(name, ROWS, (2, 30), 1) != make_targets(name, ROWS, (2, 30), 2)).any()
    drawn = np.random.default_rng(1).normal(size=(2, 3)).astype("float32")
    assert (make_targets("random", ROWS, (2, 3), 1) != drawn).all()


def test_the_rules_by_hand():
    np.testing.assert_array_equal(make_targets("sum", ROWS, (2, 2), 0), [[6, 6], [6, 6]])
    np.testing.assert_array_equal(make_targets("mean", ROWS, (2, 1), 0), [[2], [2]])
    np.testing.assert_array_equal(make_targets("center", ROWS, (2, 2), 0), [[2, 2], [-5, -5]])
    np.testing.assert_array_equal(stripe_classes(IMAGES), [1, 0])
    np.testing.assert_array_equal(make_targets("stripes", IMAGES, (2, 2), 0), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(make_targets("stripes", IMAGES, (2, 1), 0), [[1], [0]])
    classes = make_targets("classes", ROWS, (2, 5), 3)
    np.testing.assert_array_equal(classes.sum(axis=1), [1, 1])


@pytest.mark.parametrize(
    ("name", "shape", "words"),
    [
        ("wishes", (2, 3), "one of random, sum"),
        ("sum", (5, 3), "as many rows of outputs as of inputs"),
        ("sum", (), "as many rows"),
        ("classes", (), "an output with rows"),
        ("random", (2**11, 2**11), "at most"),
    ],
)
def test_targets_that_cannot_be_made(name, shape, words):
    with pytest.raises(BadInputError, match=words):
        make_targets(name, ROWS, shape, 0)
