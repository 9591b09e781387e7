"""Bit for bit what Keras's own objects do in a plain loop; every step kept or computed again."""

import pickle
from typing import Any

import keras
import numpy as np
import pytest

from layers.inputs.fields import BadInputError
from layers.training import History, moment, train
from layers.training.settings import LOSSES, OPTIMIZERS, settings
from tests.layers.training.plain import dense, normal, plain_loop

X, Y = normal(8, 4), normal(8, 3, seed=7)
ONE_HOT = np.eye(3, dtype="float32")[[0, 2, 1, 0, 1, 2, 2, 0]]

LOSS_CASES = {
    "mean_squared_error": (keras.losses.MeanSquaredError, {}, Y, "linear"),
    "mean_absolute_error": (keras.losses.MeanAbsoluteError, {}, Y, "linear"),
    "huber": (keras.losses.Huber, {"delta": 0.3}, Y, "linear"),
    "binary_crossentropy": (keras.losses.BinaryCrossentropy, {}, ONE_HOT, "sigmoid"),
    "binary_crossentropy from logits": (
        keras.losses.BinaryCrossentropy,
        {"from_logits": True, "label_smoothing": 0.1},
        ONE_HOT,
        "linear",
    ),
    "categorical_crossentropy": (keras.losses.CategoricalCrossentropy, {}, ONE_HOT, "softmax"),
    "categorical_crossentropy from logits": (
        keras.losses.CategoricalCrossentropy,
        {"from_logits": True},
        ONE_HOT,
        "linear",
    ),
}
OPTIMIZER_CASES = {
    "sgd": (keras.optimizers.SGD, {}),
    "sgd momentum": (keras.optimizers.SGD, {"momentum": 0.9}),
    "sgd nesterov": (keras.optimizers.SGD, {"momentum": 0.9, "nesterov": True}),
    "rmsprop": (keras.optimizers.RMSprop, {}),
    "rmsprop centered": (
        keras.optimizers.RMSprop,
        {"rho": 0.8, "momentum": 0.5, "centered": True, "epsilon": 1e-4},
    ),
    "adam": (keras.optimizers.Adam, {}),
    "adam amsgrad": (keras.optimizers.Adam, {"beta_1": 0.8, "beta_2": 0.9, "amsgrad": True}),
    "adamw": (keras.optimizers.AdamW, {"weight_decay": 0.1}),
}


def equal(left, right):
    assert set(left) == set(right)
    for name in left:
        np.testing.assert_array_equal(left[name], right[name], strict=True)


def same_as_plain(history, layer, plain, losses, gradients):
    np.testing.assert_array_equal(history.losses, losses)
    for name, variable in (("kernel", plain.kernel), ("bias", plain.bias)):
        np.testing.assert_array_equal(history.weights[name][-1], variable.numpy())
    for step, (kernel, bias) in enumerate(gradients):
        np.testing.assert_array_equal(history.gradients["kernel"][step], kernel)
        np.testing.assert_array_equal(history.gradients["bias"][step], bias)
    np.testing.assert_array_equal(layer.kernel.numpy(), plain.kernel.numpy())


@pytest.mark.parametrize("case", LOSS_CASES)
def test_each_loss_is_kerass_own(case):
    cls, arguments, targets, activation = LOSS_CASES[case]
    layer, plain = dense(activation=activation), dense(activation=activation)
    history = train(
        layer, X, targets, steps=5, loss=case.split()[0], loss_arguments=arguments,
        optimizer="sgd", learning_rate=0.1, seed=0,
    )  # fmt: skip
    found = plain_loop(plain, X, targets, 5, cls(**arguments), keras.optimizers.SGD(0.1))
    same_as_plain(history, layer, plain, *found)


@pytest.mark.parametrize("case", OPTIMIZER_CASES)
def test_each_optimizer_is_kerass_own(case):
    cls, arguments = OPTIMIZER_CASES[case]
    layer, plain = dense(), dense()
    history = train(
        layer, X, Y, steps=6, loss="mean_squared_error", optimizer=case.split()[0],
        optimizer_arguments=arguments, learning_rate=0.05, seed=0,
    )  # fmt: skip
    optimizer = cls(learning_rate=0.05, **arguments)
    found = plain_loop(plain, X, Y, 6, keras.losses.MeanSquaredError(), optimizer)
    same_as_plain(history, layer, plain, *found)
    kept = [variable.numpy() for variable in optimizer.variables]
    assert len(kept) == len(history.slots)
    for last in kept:
        assert any(np.array_equal(last, frames[-1]) for frames in history.slots.values())


def test_every_loss_and_optimizer_has_its_case():
    assert {case.split()[0] for case in LOSS_CASES} == set(LOSSES)
    assert {case.split()[0] for case in OPTIMIZER_CASES} == set(OPTIMIZERS)


@pytest.mark.parametrize(
    ("clip", "argument"),
    [("norm", "clipnorm"), ("value", "clipvalue"), ("global_norm", "global_clipnorm")],
)
def test_clipping_is_kerass_own(clip, argument):
    layer, plain = dense(), dense()
    history = train(layer, X, Y, steps=4, clip=clip, clip_at=0.05, learning_rate=0.1)
    optimizer = keras.optimizers.SGD(0.1, **{argument: 0.05})
    found = plain_loop(plain, X, Y, 4, keras.losses.MeanSquaredError(), optimizer)
    same_as_plain(history, layer, plain, *found)
    free = train(dense(), X, Y, steps=4, learning_rate=0.1)
    assert not np.array_equal(free.losses, history.losses)


def test_regularizers_are_part_of_the_loss():
    layer, plain = (dense(kernel_regularizer="l2") for _ in range(2))
    history = train(layer, X, Y, steps=3)
    found = plain_loop(plain, X, Y, 3, keras.losses.MeanSquaredError(), keras.optimizers.SGD(0.01))
    same_as_plain(history, layer, plain, *found)


def test_rows_are_drawn_by_the_seed_and_each_once_an_epoch():
    order = [np.random.default_rng([5, epoch]).permutation(8) for epoch in range(2)]
    rows = [each[at : at + 3] for each in order for at in (0, 3, 6)]
    assert sorted(np.concatenate(rows[:3])) == list(range(8))
    layer, plain = dense(), dense()
    history = train(layer, X, Y, steps=6, seed=5, batch_size=3)
    optimizer = keras.optimizers.SGD(0.01)
    found = plain_loop(plain, X, Y, 6, keras.losses.MeanSquaredError(), optimizer, rows)
    same_as_plain(history, layer, plain, *found)
    other = train(dense(), X, Y, steps=6, seed=6, batch_size=3)
    assert not np.array_equal(other.losses, history.losses)


def dropping():
    return keras.Sequential([dense(5), keras.layers.Dropout(0.5, seed=3), dense(3, seed=2)])


@pytest.mark.parametrize("batch_size", [None, 3])
def test_steps_between_keyframes_are_computed_again_bit_for_bit(batch_size):
    given: dict[str, Any] = {"steps": 23, "optimizer": "adam", "batch_size": batch_size, "seed": 4}
    full = train(dropping(), X, Y, **given)
    model = dropping()
    thin = train(model, X, Y, maximum_bytes=5000, **given)
    assert full.full
    assert not thin.full
    assert 2 < len(thin.kept) < 24
    assert thin.kept[-1] == 23
    frames = [*thin.weights.values(), *thin.slots.values()]
    assert sum(each.nbytes for each in frames) <= 5000
    after = [weight.numpy() for weight in model.weights]
    for step in (0, 1, thin.kept[1], thin.kept[1] + 1, 22, 23):
        left, right = full.moment(step), moment(thin, step, model, X, Y)
        for kind in ("weights", "slots", "gradients", "updates"):
            own = dict(zip(getattr(left, kind), getattr(right, kind).values(), strict=True))
            equal(getattr(left, kind), own)  # Keras numbers the layers of a process: other names
        np.testing.assert_equal(left.loss, right.loss)
    for weight, values in zip(model.weights, after, strict=True):
        np.testing.assert_array_equal(weight.numpy(), values)  # the layer is left as it was


def test_other_data_are_told_from_the_history():
    model = dense()
    thin = train(model, X, Y, steps=9, maximum_bytes=400)
    assert not thin.full
    step = next(step for step in range(9) if step not in thin.kept)
    with pytest.raises(BadInputError, match="cannot be computed again"):
        moment(thin, step, model, X + 1, Y)


def test_updates_are_the_difference_of_states():
    history = train(dense(), X, Y, steps=3, learning_rate=0.1)
    one = history.moment(1)
    exact = one.weights["kernel"].astype("float64") + one.updates["kernel"]
    np.testing.assert_array_equal(exact.astype("float32"), history.weights["kernel"][2])
    np.testing.assert_allclose(
        one.updates["kernel"], -0.1 * one.gradients["kernel"], atol=1e-7
    )  # 24 bits
    last = history.moment(3)
    assert np.isnan(last.loss)
    assert last.gradients == last.updates == {}
    with pytest.raises(BadInputError, match="from 0 to 3"):
        history.moment(4)


def test_progress_is_reported_and_a_stop_keeps_what_was_reached():
    seen = []
    history = train(
        dense(), X, Y, steps=50,
        progress=lambda step, loss: seen.append((step, loss)), stop=lambda: len(seen) == 4,
    )  # fmt: skip
    assert [step for step, _ in seen] == [1, 2, 3, 4]
    assert [loss for _, loss in seen] == list(history.losses)
    assert history.steps == 4
    assert len(history.weights["kernel"]) == 5
    assert "stopped after 4 of 50" in history.failure


def test_a_history_crosses_processes_locked():
    history = pickle.loads(pickle.dumps(train(dense(), X, Y, steps=2)))  # noqa: S301 - our own
    assert isinstance(history, History)
    for array in (history.losses, *history.weights.values(), *history.gradients.values()):
        assert not array.flags.writeable


def test_several_inputs_and_outputs():
    layer = keras.layers.LSTM(3, return_state=True)
    history = train(layer, normal(2, 4, 3), normal(2, 3), steps=2)
    assert "the first 1 of 3 outputs" in " ".join(history.notes)
    both = train(layer, normal(2, 4, 3), [normal(2, 3), normal(2, 3)], steps=2)
    assert both.losses[0] > 0
    attention = keras.layers.MultiHeadAttention(2, 2)
    history = train(attention, (normal(2, 3, 4), normal(2, 5, 4)), normal(2, 3, 4), steps=2)
    assert history.losses[1] < history.losses[0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"steps": 10**6}, "from 1 to 10000"),
        ({"steps": 0}, "from 1 to 10000"),
        ({"steps": 5, "learning_rate": -1}, "learning_rate"),
        ({"steps": 5, "learning_rate": "nan"}, "learning_rate"),
        ({"steps": 5, "loss": "cosine"}, "one of mean_squared_error"),
        ({"steps": 5, "optimizer": "lion"}, "one of sgd"),
        ({"steps": 5, "optimizer_arguments": {"beta_1": 0.5}}, "momentum, nesterov"),
        ({"steps": 5, "loss_arguments": {"delta": 1}}, "none"),
        ({"steps": 5, "optimizer": "adam", "optimizer_arguments": {"beta_2": 1}}, "below 1"),
        ({"steps": 5, "clip": "all"}, "global_norm"),
    ],
)
def test_a_setting_that_cannot_be_is_a_sentence(given, words):
    with pytest.raises(BadInputError, match=words):
        settings(**given)
