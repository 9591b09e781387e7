"""An isolated block draws the same numbers each time, and does not start from nothing each time."""

import sys
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.saving import object_registration

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
    draw(710_006)  # TensorFlow has no seed of its own before the first
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


def test_what_a_block_patches_is_put_back_each_time():
    relu, name = keras.ops.relu, keras.layers.Dense.__name__
    for _ in range(2):  # the second block finds what the first has saved
        with isolated({}):
            keras.ops.relu = abs
            vars(keras.ops)["added"] = relu
            keras.layers.Dense.added = property(abs)
            del keras.layers.Dense.call
            vars(np).update(pi=np.zeros(3))  # an array has no one truth
        assert keras.ops.relu is relu
        assert np.pi == pytest.approx(3.14159, abs=1e-5)
        assert not any(hasattr(each, "added") for each in (keras.ops, keras.layers.Dense))
        assert keras.layers.Dense.__name__ == name
        assert keras.layers.Dense(2)(np.ones((1, 3), "f4")).shape == (1, 2)


def test_what_was_changed_between_two_blocks_stays(monkeypatch):
    with isolated({}):
        pass
    monkeypatch.setattr(keras.ops, "relu", abs)
    with isolated({}):
        assert keras.ops.relu is abs
        keras.ops.relu = None
    assert keras.ops.relu is abs


def test_a_block_registers_its_classes_and_leaves_those_of_modules_that_it_imports(monkeypatch):
    class Given(keras.layers.Layer): ...

    before = dict(object_registration.GLOBAL_CUSTOM_OBJECTS)
    with isolated({"mine>Given": Given}):
        assert keras.saving.get_registered_object("mine>Given") is Given

        @keras.saving.register_keras_serializable("mine")
        class Within(keras.layers.Layer): ...

        module = types.ModuleType("imported_in_a_block")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        imported = type("Imported", (keras.layers.Layer,), {"__module__": module.__name__})
        vars(module)["Imported"] = imported
        keras.saving.register_keras_serializable("mine")(imported)
    after = object_registration.GLOBAL_CUSTOM_OBJECTS
    assert {name: after[name] for name in after.keys() - before.keys()} == {
        "mine>Imported": imported
    }
    assert keras.saving.get_registered_name(imported) == "mine>Imported"
    assert keras.saving.get_registered_name(Given) == "Given"
    del after["mine>Imported"], object_registration.GLOBAL_CUSTOM_NAMES[imported]
