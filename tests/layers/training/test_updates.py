"""What an optimizer does to a weight, against the textbook's formulas in NumPy."""

import numpy as np
import pytest

from layers.operations import explain
from layers.training import step_traces, train
from tests.layers.training.plain import dense, normal

X, Y, RATE = normal(8, 4), normal(8, 3, seed=7), 0.05


def sgd(w, g, memory, _, momentum=0.0, nesterov=False):
    velocity = momentum * memory.get("m", 0) - RATE * g
    memory["m"] = velocity
    return w + (momentum * velocity - RATE * g if nesterov else velocity)


def rmsprop(w, g, memory, _, rho=0.9, epsilon=1e-7, momentum=0.0, centered=False):
    memory["v"] = v = rho * memory.get("v", 0) + (1 - rho) * g * g
    if centered:
        memory["a"] = a = rho * memory.get("a", 0) + (1 - rho) * g
        v = v - a * a
    memory["m"] = m = momentum * memory.get("m", 0) + RATE * g / np.sqrt(v + epsilon)
    return w - m


def adam(w, g, memory, t, beta_1=0.9, beta_2=0.999, epsilon=1e-7, weight_decay=0.0):
    w = w - RATE * weight_decay * w
    memory["m"] = m = beta_1 * memory.get("m", 0) + (1 - beta_1) * g
    memory["v"] = v = beta_2 * memory.get("v", 0) + (1 - beta_2) * g * g
    corrected_m, corrected_v = m / (1 - beta_1**t), v / (1 - beta_2**t)
    # Keras adds epsilon to the root of v as it is: the order that Kingma and Ba give as quicker.
    return w - RATE * corrected_m / (np.sqrt(corrected_v) + epsilon / np.sqrt(1 - beta_2**t))


CASES = {
    "sgd": (sgd, {}),
    "sgd momentum": (sgd, {"momentum": 0.9}),
    "sgd nesterov": (sgd, {"momentum": 0.9, "nesterov": True}),
    "rmsprop": (rmsprop, {}),
    "rmsprop centered": (rmsprop, {"rho": 0.8, "momentum": 0.5, "centered": True, "epsilon": 1e-3}),
    "adam": (adam, {}),
    "adam slow": (adam, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}),
    "adamw": (adam, {"weight_decay": 0.1}),
}


@pytest.mark.parametrize("case", CASES)
def test_each_step_is_the_textbooks(case):
    formula, arguments = CASES[case]
    history = train(
        dense(), X, Y, steps=6, optimizer=case.split()[0], optimizer_arguments=arguments,
        learning_rate=RATE,
    )  # fmt: skip
    for name in ("kernel", "bias"):
        w, memory = history.weights[name][0].astype("float64"), {}
        for step in range(6):
            w = formula(w, history.gradients[name][step].astype("float64"), memory, step + 1,
                        **arguments)  # fmt: skip
            # In float32 1 − 0.999 is off by 6e-5 of itself: 3e-5 of a step of RATE, six times.
            np.testing.assert_allclose(history.weights[name][step + 1], w, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("case", CASES)
def test_the_step_is_worked_out_by_hand_for_each_weight(case):
    _, arguments = CASES[case]
    layer = dense()
    history = train(
        layer, X, Y, steps=4, optimizer=case.split()[0], optimizer_arguments=arguments,
        learning_rate=RATE,
    )  # fmt: skip
    found = step_traces(history, 2, layer, X, Y)
    assert found.update.unexplained == ()
    for name in ("kernel", "bias"):
        new = found.updated[name]
        assert new == f"updated/{name}"
        assert found.whole.tensors[new].role == "update"
        np.testing.assert_array_equal(found.update[new], history.weights[name][3])
        for at in np.ndindex(found.whole[new].shape):
            cell = explain(found.whole, new, at)
            assert cell.value == pytest.approx(history.weights[name][(3, *at)], rel=1e-5, abs=1e-6)
    for name, frames in history.slots.items():
        if f"slots/{name}" in found.updated:
            np.testing.assert_array_equal(found.whole[f"updated/slots/{name}"], frames[3])


def test_the_step_of_adam_reads_as_one_line():
    layer = dense(1)
    history = train(layer, X, Y[:, :1], steps=3, optimizer="adam", learning_rate=0.01)
    found = step_traces(history, 2, layer, X, Y[:, :1])
    cell = explain(found.whole, "updated/kernel", (0, 0))
    assert cell.text.count("=") == 1
    for part in ("0.01", "√", "0.999^", "0.9^", "÷"):
        assert part in cell.text
    assert "kernel" in cell.sources


def test_clipping_shortens_all_gradients_as_one():
    layer = dense()
    history = train(layer, X, Y, steps=1, learning_rate=1.0, clip="global_norm", clip_at=0.1)
    step = history.moment(0)
    norm = np.sqrt(sum((g.astype("float64") ** 2).sum() for g in step.gradients.values()))
    assert norm > 0.1
    for name, gradient in step.gradients.items():
        np.testing.assert_allclose(step.updates[name], -0.1 / norm * gradient, atol=1e-6)
