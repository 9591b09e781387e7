"""Bad input and layers that fail: a sentence each, and the steps before it kept."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from layers.inputs.fields import BadInputError
from layers.training import step_traces, train
from tests.layers.training.plain import dense, normal

X, Y = normal(6, 4), normal(6, 3, seed=7)


class FailsLater(keras.layers.Layer):
    """Raises in its fourth call; builds in its first."""

    def __init__(self):
        super().__init__()
        self.inner = dense()
        self.calls = 0

    def call(self, inputs):
        if not isinstance(inputs, keras.KerasTensor) and not tf.is_symbolic_tensor(inputs):
            self.calls += 1
        if self.calls > 3:
            raise RuntimeError("the fourth call is too much")
        return self.inner(inputs)


@pytest.mark.parametrize(
    ("targets", "given", "words"),
    [
        (normal(6, 2), {}, "expected the outputs' shape, 6 × 3. Received 6 × 2"),
        (normal(6), {}, "6 × 3"),
        (np.array([["a"] * 3] * 6), {}, "an array of numbers"),
        (Y, {"loss": "binary_crossentropy"}, "targets from 0 to 1"),
        (Y, {"loss": "categorical_crossentropy"}, "targets from 0 to 1"),
        (np.ones((6, 3)), {"loss": "categorical_crossentropy"}, "add up to 1"),
        (np.ones((6, 3)), {"loss": "binary_crossentropy"}, "Set from_logits"),
        (normal(5, 3), {"batch_size": 2}, "targets for 6 rows"),
    ],
)
def test_targets_and_losses_that_do_not_fit(targets, given, words):
    with pytest.raises(BadInputError, match=words):
        train(dense(), X, targets, steps=3, **given)


def test_one_output_has_no_classes():
    with pytest.raises(BadInputError, match="at least two classes"):
        train(dense(1), X, np.ones((6, 1)), steps=1, loss="categorical_crossentropy")


def test_integer_inputs_have_no_gradient_and_say_so():
    layer, inputs = keras.layers.Embedding(9, 3), np.arange(6)
    history = train(layer, inputs, Y, steps=2)
    found = step_traces(history, 1, layer, inputs, Y)
    assert found.missing["inputs"] == "It holds integers, which have no gradient."
    assert "inputs" not in found.gradients


def test_inputs_of_a_rank_that_a_layer_does_not_take():
    with pytest.raises(BadInputError, match="Training stopped at step 0"):
        train(keras.layers.Conv2D(2, 2), X, Y, steps=2)


def test_integer_outputs_have_no_gradient():
    layer = keras.layers.Discretization(bin_boundaries=[0.0])
    with pytest.raises(BadInputError, match=r"floating numbers\. Received int32"):
        train(layer, X, np.zeros((6, 4)), steps=1)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_bad_data_end_the_training_at_the_step_that_draws_them(bad):
    inputs = X.copy()
    order = np.random.default_rng([0, 0]).permutation(6)
    inputs[order[4], 2] = bad  # in the third batch of two
    history = train(dense(), inputs, Y, steps=9, batch_size=2, seed=0)
    assert history.steps == 2
    assert len(history.losses) == 3
    assert np.isfinite(history.losses[:2]).all()
    assert not np.isfinite(history.losses[2])
    assert "the input `inputs` holds 1 numbers that are NaN or infinite" in history.failure
    assert "2 steps before it are kept" in history.failure


def test_targets_that_are_nan():
    targets = Y.copy()
    targets[0, 0] = np.nan
    history = train(dense(), X, targets, steps=3)
    assert history.steps == 0
    assert "the targets hold 1 numbers that are NaN" in history.failure


def test_a_learning_rate_of_0_moves_nothing_and_says_so():
    history = train(dense(), X, Y, steps=3, learning_rate=0)
    assert np.ptp(history.losses) == 0
    assert "Nothing moves: the learning rate is 0." in history.notes


def test_a_learning_rate_of_a_billion_explodes_and_the_steps_before_are_kept():
    layer = dense()
    history = train(layer, X, Y, steps=50, learning_rate=1e9)
    assert 1 < history.steps < 20
    assert not np.isfinite(history.losses[-1])
    assert np.isfinite(history.losses[:-1]).all()
    assert len(history.losses) == history.steps + 1
    assert "Lower the learning rate" in history.failure
    found = step_traces(history, history.steps, layer, X, Y)  # where it first appears
    assert not np.isfinite(found.whole["loss"])


def test_a_call_that_fails_in_training_keeps_the_steps_before_it():
    layer = FailsLater()
    history = train(layer, X, Y, steps=10)
    assert 1 <= history.steps <= 3
    assert len(history.losses) == history.steps
    assert "RuntimeError: the fourth call is too much" in history.failure
    assert len(history.weights["inner/kernel"]) == history.steps + 1


def test_a_call_that_fails_at_once_is_a_sentence():
    class Fails(keras.layers.Layer):
        def call(self, inputs, training=False):
            if training:
                raise ValueError("not in training")
            return inputs

    with pytest.raises(BadInputError, match="ValueError: not in training"):
        train(Fails(), X, X, steps=3)


def test_a_layer_without_weights_says_that_nothing_moves():
    history = train(keras.layers.ReLU(), X, X, steps=2)
    assert "Nothing moves: no weight of this layer is trained." in history.notes[0]


def test_what_keras_does_not_track_does_not_move_and_says_why():
    class AsPosted(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.kernel = tf.Variable(normal(4, 3))

        def call(self, inputs):
            return tf.matmul(inputs, self.kernel)

    layer = AsPosted()
    history = train(layer, X, Y, steps=3)
    np.testing.assert_array_equal(history.weights["kernel"][0], history.weights["kernel"][-1])
    assert "not tracked" in history.fixed["kernel"]
    assert "Nothing moves" in history.notes[0]
    found = step_traces(history, 0, layer, X, Y)
    assert found.gradients["kernel"] == "gradient/kernel"  # it has one, and nobody takes it
    assert "kernel" not in found.updated


def test_weights_that_nothing_has_room_for():
    with pytest.raises(BadInputError, match="weights and optimizer fit 50 bytes"):
        train(dense(), X, Y, steps=3, maximum_bytes=100)
