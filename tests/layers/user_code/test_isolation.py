"""An isolated block draws the same numbers each time, and does not start from nothing each time."""

import numpy as np
import pytest
import tensorflow as tf

from layers.user_code.isolation import isolated

SEEDS = (710_001, 710_002)


def draw(seed):
    with isolated({}, seed=seed):
        return tf.random.uniform((3,)).numpy(), tf.random.normal((3,), seed=5).numpy()


def test_a_block_draws_the_same_numbers_whatever_ran_before():
    first = {seed: draw(seed) for seed in SEEDS}
    for seed in (*SEEDS, *reversed(SEEDS), SEEDS[0]):
        np.testing.assert_array_equal(draw(seed), first[seed])
    for one, other in zip(*first.values(), strict=True):
        assert (one != other).all()


def test_blocks_of_different_seeds_share_the_kernels_of_tensorflow(monkeypatch):
    cleared = []
    set_seed = tf.random.set_seed

    def clear(seed):
        cleared.append(seed)
        set_seed(seed)

    monkeypatch.setattr(tf.random, "set_seed", clear)
    for seed in (710_003, 710_004, 710_003, 710_004):
        draw(seed)
    assert cleared == [710_003]


def test_the_seed_of_the_process_is_put_back():
    tf.random.set_seed(4)
    expected = tf.random.uniform(()).numpy()
    tf.random.set_seed(4)
    draw(710_005)
    assert tf.random.uniform(()).numpy() == pytest.approx(expected, abs=0)
    tf.random.set_seed(None)
