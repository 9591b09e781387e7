"""One step in full: which tensor is the gradient of which, and where each number comes from."""

import pickle
from typing import Any

import keras
import numpy as np
import pytest

from layers.catalog.registry import get
from layers.operations import explain
from layers.training import finite_difference, step_traces, train
from tests.layers.training.plain import dense, normal

X = np.array([[1.0, 2.0], [3.0, -1.0]], "float32")


def step_of(layer, inputs, targets, **given):
    given.setdefault("learning_rate", 0.5)
    history = train(layer, inputs, targets, steps=1, **given)
    return history, step_traces(history, 0, layer, inputs, targets)


def set_dense(kernel, bias, **more):
    layer = keras.layers.Dense(len(bias), **more)
    layer.build((None, len(kernel)))
    layer.set_weights([np.array(kernel), np.array(bias)])
    return layer


def test_a_dense_layers_gradients_by_hand():
    layer = set_dense([[1.0], [2.0]], [0.5])
    _, found = step_of(layer, X, np.array([[4.5], [0.5]]))
    # y = 1+4+0.5 = 5.5 and 3−2+0.5 = 1.5; y − t = 1 and 1; L = (1 + 1)/2
    assert found.loss == 1
    whole = found.whole
    np.testing.assert_array_equal(whole[found.gradients["outputs"]], [[1], [1]])  # 2(y − t)/2
    np.testing.assert_array_equal(whole[found.gradients["kernel"]], [[4], [1]])  # xᵀ g
    np.testing.assert_array_equal(whole[found.gradients["bias"]], [2])
    np.testing.assert_array_equal(whole[found.gradients["inputs"]], [[1, 2], [1, 2]])  # g Wᵀ
    np.testing.assert_array_equal(whole[found.updated["kernel"]], [[-1], [1.5]])  # w − 0.5 g
    assert found.gradients["kernel"] == "gradient/kernel"
    cell = explain(whole, "gradient/kernel", (0, 0))
    assert cell.value == 4
    assert cell.text == "1 × 1 + 3 × 1 = 4"
    assert cell.sources["inputs"] == [(0, 0), (1, 0)]
    assert explain(whole, "updated/kernel", (1, 0)).text == ("2 − (2 × 1 + (−1) × 1) × 0.5 = 1.5")


def test_the_parts_make_the_whole_and_each_follows_the_one_before():
    layer = dense(3, activation="relu")
    _, found = step_of(layer, normal(4, 2), normal(4, 3), optimizer="adam")
    parts = (found.forward, found.backward, found.update)
    results = [step.result for part in parts for step in part.steps]
    assert sorted(results) == sorted(step.result for step in found.whole.steps)
    assert found.forward.output_names == ("outputs", "loss")
    assert set(found.backward.output_names) == set(found.gradients.values())
    assert set(found.update.output_names) == set(found.updated.values())
    for name, slope in found.gradients.items():
        assert found.whole[slope].shape == found.whole[name].shape
        assert found.whole.tensors[slope].role == "gradient"
    for name in ("kernel", "bias", "inputs"):
        assert found.whole.tensors[f"gradient/{name}"].axes == found.whole.tensors[name].axes
    for part in parts:
        assert set(part.made_by) <= set(part.tensors)
        for name in part.tensors:
            assert part.tensors[name] is found.whole.tensors[name]
    assert found.whole.disagreement() < 1e-6
    assert found.note == ""
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own
    assert again.gradients == found.gradients


def test_a_recorded_step_has_the_historys_own_numbers():
    layer = keras.Sequential(
        [dense(4, activation="tanh", name="first"), dense(3, seed=2, name="second")]
    )
    inputs, targets = normal(5, 2), normal(5, 3)
    history = train(layer, inputs, targets, steps=5, optimizer="adam", optimizer_arguments={})
    before = [weight.numpy() for weight in layer.weights]
    for step in (0, 3, 4):
        found = step_traces(history, step, layer, inputs, targets)
        assert found.loss == history.losses[step]
        moment = history.moment(step)
        for name, gradient in moment.gradients.items():
            np.testing.assert_array_equal(found.whole[found.gradients[name]], gradient)
            np.testing.assert_array_equal(found.whole[name], moment.weights[name])
            new = found.whole[found.updated[name]]
            np.testing.assert_array_equal(new, history.weights[name][step + 1])
    for weight, values in zip(layer.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), values)


def test_the_copies_of_a_repeated_column_are_added_up():
    layer = get("repeated_dense").build({"units": 3}, 0)
    inputs = normal(4, 2)
    _, found = step_of(layer, inputs, normal(4, 3))
    pre = found.whole[found.gradients["outputs"]] * (found.whole["outputs"] > 0)  # its relu
    np.testing.assert_allclose(
        found.whole["gradient/kernel"][:, 0], (inputs.T @ pre).sum(axis=1), rtol=1e-5
    )
    copies = found.whole[found.gradients["kernel_repeated"]]
    np.testing.assert_allclose(
        found.whole["gradient/kernel"], copies.sum(axis=1, keepdims=True), rtol=1e-5
    )
    cell = explain(found.whole, "gradient/kernel", (1, 0))
    assert cell.value == pytest.approx(copies[1].sum(), rel=1e-5)


def test_a_masked_cell_gets_nothing():
    class Masked(keras.layers.Layer):
        def build(self, shape):
            self.kernel = self.add_weight(shape=(shape[-1], 2), name="kernel")
            self.mask = self.add_weight(
                shape=(shape[-1], 2), name="mask", trainable=False, initializer="ones"
            )

        def call(self, inputs):
            return keras.ops.matmul(inputs, self.kernel * self.mask)

    layer = Masked()
    layer.build((None, 3))
    layer.set_weights([normal(3, 2), np.array([[1, 0], [0, 1], [1, 1]], "float32")])
    _, found = step_of(layer, normal(4, 3), normal(4, 2))
    slope = found.whole[found.gradients["kernel"]]
    assert slope[0, 1] == slope[1, 0] == 0
    assert (slope != 0).sum() == 4
    assert explain(found.whole, "gradient/kernel", (0, 1)).value == 0
    assert found.missing["mask"] == "It is not trainable."


def test_relu_passes_on_only_what_is_above_zero():
    layer = set_dense([[1.0], [0.0]], [-2.0], activation="relu")
    _, found = step_of(layer, X, np.array([[5.0], [5.0]]))
    # z = −1 and 1, y = 0 and 1, ∂L/∂y = (y − t) = −5 and −4
    np.testing.assert_array_equal(found.whole[found.gradients["pre_activation"]], [[0], [-4]])
    np.testing.assert_array_equal(found.whole["gradient/kernel"], [[-12], [4]])


def test_softmax_and_cross_entropy_are_the_share_minus_the_target():
    layer = set_dense([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])
    targets = np.array([[1.0, 0.0], [0.0, 1.0]])
    given: dict[str, Any] = {
        "loss": "categorical_crossentropy",
        "loss_arguments": {"from_logits": True},
    }
    _, found = step_of(layer, X, targets, **given)
    shares = np.exp(X) / np.exp(X).sum(axis=1, keepdims=True)
    slope = found.whole[found.gradients["outputs"]]
    np.testing.assert_allclose(slope, (shares - targets) / 2, rtol=1e-6)
    assert found.whole.unexplained == ()
    for at in np.ndindex(slope.shape):
        cell = explain(found.whole, found.gradients["outputs"], at)
        assert cell.value == pytest.approx(slope[at], rel=1e-5)
    loss = -np.log(shares[targets == 1]).mean()
    assert found.loss == pytest.approx(loss, rel=1e-6)


def test_an_embeddings_rows_get_the_sum_of_where_they_were_read():
    layer = keras.layers.Embedding(4, 2)
    ids = np.array([[0, 1], [1, 3]])
    _, found = step_of(layer, ids, normal(2, 2, 2))
    rows = found.whole[found.gradients["outputs"]].reshape(4, 2)
    slope = found.whole["gradient/embeddings"]
    np.testing.assert_allclose(slope, [rows[0], rows[1] + rows[2], [0, 0], rows[3]], rtol=1e-6)
    cell = explain(found.whole, "gradient/embeddings", (1, 0))
    assert cell.value == pytest.approx(slope[1, 0], rel=1e-6)
    assert explain(found.whole, "gradient/embeddings", (2, 0)).value == 0
    assert found.whole.unexplained == ()


def test_moving_averages_are_states_of_the_forward_pass():
    layer = keras.layers.BatchNormalization()
    _, found = step_of(layer, normal(5, 3), normal(5, 3))
    assert "moving_mean" in found.forward.made_by
    assert found.missing["moving_mean_before"] == "It is not trainable."
    assert set(found.updated) >= {"gamma", "beta"}
    assert "moving_mean" not in found.updated


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x, w: keras.ops.round(x @ w), "Not differentiable"),
        (lambda x, w: x[:, :1] + 0 * keras.ops.stop_gradient(keras.ops.sum(w)), "differentiable"),
        (lambda x, w: keras.ops.cast(x @ w > 0, "float32"), "Not differentiable"),
    ],
)
def test_what_has_no_gradient_says_why(call, words):
    class Own(keras.layers.Layer):
        def build(self, _):
            self.kernel = self.add_weight(shape=(2, 1), name="kernel")

        def call(self, inputs):
            return call(inputs, self.kernel)

    layer = Own()
    history, found = step_of(layer, X, np.ones((2, 1)))
    assert words in found.missing["kernel"] or words in history.fixed["kernel"]
    assert "kernel" not in found.gradients
    np.testing.assert_array_equal(history.weights["kernel"][0], history.weights["kernel"][1])
    assert found.missing["targets"].startswith("The targets are given")


def test_frozen_and_tied_weights():
    class Tied(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner, self.frozen = dense(2), dense(2, seed=4)
            self.frozen.trainable = False

        def call(self, inputs):
            return self.frozen(self.inner(self.inner(inputs)))

    layer = Tied()
    inputs, targets = normal(4, 2), normal(4, 2, seed=3)
    history, found = step_of(layer, inputs, targets)
    assert set(found.updated) >= {"inner/kernel", "inner/bias"}
    assert "frozen/kernel" not in found.updated
    assert "frozen/kernel" in history.fixed
    for at in np.ndindex(2, 2):  # both uses of the tied kernel are in its gradient
        measured = finite_difference(
            history, 0, layer, inputs, targets, weight="inner/kernel", index=at, amount=1e-2
        )
        assert measured.slope == pytest.approx(measured.gradient, rel=2e-2, abs=1e-3)


def test_axes_have_the_words_of_what_they_are_of():
    _, found = step_of(dense(3), normal(4, 2), normal(4, 3))
    tensors = found.whole.tensors
    assert tensors["gradient/kernel"].axes == tensors["kernel"].axes == ("features", "units")
    assert tensors["updated/kernel"].axes == ("features", "units")
    assert tensors["gradient/inputs"].axes == ("batch", "features")
