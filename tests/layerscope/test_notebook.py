"""``show`` in somebody's own process: what it draws, and that it leaves the process as it was."""

import random
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from layerscope import show
from pictures.page import numbers_in

RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(5, 4)).astype("float32")
TARGETS = RNG.normal(size=(5, 2)).astype("float32")


def trained():
    model = keras.Sequential(
        [
            keras.layers.Input((4,)),
            keras.layers.Dense(3, activation="relu", name="hidden"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(2),
        ]
    )
    model.compile("sgd", "mse")
    model.fit(INPUTS, TARGETS, epochs=1, verbose=0)
    return model


def test_the_layer_is_shown_with_the_weights_that_it_has():
    model = trained()
    shown = numbers_in(show(model, INPUTS).html)
    np.testing.assert_array_equal(shown["hidden/kernel"], model.layers[0].kernel.numpy())
    np.testing.assert_array_equal(shown["inputs"], INPUTS)
    np.testing.assert_array_equal(shown["outputs"], model(INPUTS).numpy())


@pytest.mark.parametrize(
    "options",
    [{}, {"training": True}, {"gradients": TARGETS}, {"gradients": TARGETS, "training": True}],
)
def test_the_process_and_the_layer_are_as_before(options):
    model = trained()
    keras.utils.set_random_seed(3)
    before = [each.numpy() for each in model.variables]
    python, numpy = random.getstate(), repr(np.random.get_state())  # noqa: NPY002
    tf.config.run_functions_eagerly(run_eagerly=False)
    floatx = keras.config.floatx()
    show(model, INPUTS, **options)
    for old, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(variable.numpy(), old)
    assert random.getstate() == python
    assert repr(np.random.get_state()) == numpy  # noqa: NPY002
    assert not tf.config.functions_run_eagerly()
    assert keras.config.floatx() == floatx
    drawn = tf.random.normal((3,)).numpy(), keras.random.normal((3,)).numpy()
    keras.utils.set_random_seed(3)
    np.testing.assert_array_equal(drawn[0], tf.random.normal((3,)).numpy())
    np.testing.assert_array_equal(drawn[1], keras.random.normal((3,)).numpy())


def test_the_next_layers_have_the_names_that_they_would_have():
    def next_numbers():
        names = keras.layers.Dense(1).name, keras.Input((1,)).name
        return [int(re.sub(r"\D", "", name) or 0) for name in names]

    layer = keras.layers.LSTM(3)
    before = next_numbers()
    show(layer, np.ones((2, 4, 3), "float32"))
    assert layer.built
    assert next_numbers() == [number + 1 for number in before]


def test_several_inputs_a_mask_and_a_pinned_cell():
    layer = keras.layers.MultiHeadAttention(2, 3)
    query, value = RNG.normal(size=(2, 2, 4, 3)).astype("float32")
    mask = np.tril(np.ones((1, 4, 4), bool))
    shown = show(layer, query, value, attention_mask=mask, cell="outputs.0.1.2")
    assert "Pinned: outputs at batch 0" in shown.alt
    np.testing.assert_array_equal(numbers_in(shown.html)["query"], query)


def test_gradients_stand_in_each_tensors_place():
    layer = keras.layers.Dense(2)
    shown = numbers_in(show(layer, INPUTS, gradients=TARGETS).html)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((layer(INPUTS) - TARGETS) ** 2)
    kernel = tape.gradient(loss, layer.kernel.value)
    np.testing.assert_allclose(shown["gradient/kernel"], kernel, rtol=1e-5)  # float32


def test_a_model_alone_is_its_summary_and_its_weights():
    model = trained()
    html = show(model).html
    assert "hidden" in html
    for weight in ("hidden/kernel", "norm/gamma"):
        assert weight in html
    assert "not built" in show(keras.layers.Dense(2)).html


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: show(keras.layers.Dense(2), INPUTS, theme="pink"), "'pink'"),
        (lambda: show(keras.layers.Dense(2), INPUTS, cell="outputs.9.9"), "outputs.9.9"),
        (lambda: show(keras.layers.Conv2D(2, 3), INPUTS), "Conv2D failed"),
        (lambda: show(keras.layers.Dense(2), INPUTS, gradients=np.ones((5, 7))), "expected"),
    ],
)
def test_what_does_not_work_is_a_sentence(call, said):
    with pytest.raises(ValueError, match=r"expected .*\. Received") as refused:
        call()
    assert said in str(refused.value)


def test_an_unbuilt_layer_is_built_and_not_trained():
    layer = keras.layers.BatchNormalization()
    show(layer, INPUTS, training=True)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), np.zeros(4))
    show(layer, INPUTS, gradients=np.ones((5, 4)), training=True)
    np.testing.assert_array_equal(layer.gamma.numpy(), np.ones(4))


def test_hostile_names_cannot_leave_their_place():
    class Evil(keras.layers.Layer):
        def call(self, inputs):
            return {"</script><img src=x onerror=alert(1)>": 2 * inputs}

    Evil.__name__ = "</script><img src=x onerror=alert(1)>"
    shown = show(Evil(name="<img src=x onerror=alert(1)>"), INPUTS)
    assert shown.html.count("</script>") == 2
    assert "<img src=x" not in shown.html
    assert shown._repr_html_().count("<") == 2
