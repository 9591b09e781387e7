"""Wrappers, attention, layers and models called several times: opened and run as Keras does."""

from __future__ import annotations

import itertools
import json

import keras
import numpy as np
import pytest

from layers.inputs.fields import BadInputError
from layers.model_files import config
from layers.model_files.config import LayerConfig
from layers.networks.running import run as running
from layers.networks.running import stock, wiring
from layers.networks.running.activations import activate
from layers.networks.running.run import run
from layers.networks.running.runnable import index, runnable_model
from tests.layers.model_files.families import saved, source

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning", "ignore:You are using a softmax"
)
L = keras.layers
DRAW = np.random.default_rng(4)
MODELS = {}


def model(function):
    MODELS[function.__name__] = function
    return function


def steps(layer):
    first = keras.Input((5, 6))
    return keras.Model(first, layer(first))


@model
def bidirectional():
    return steps(L.Bidirectional(L.LSTM(2)))


@model
def bidirectional_sum_of_sequences():
    return steps(L.Bidirectional(L.GRU(2, return_sequences=True, reset_after=False), "sum"))


@model
def bidirectional_of_two_layers():
    back = L.SimpleRNN(2, activation="relu", go_backwards=True, return_sequences=True)
    forth = L.SimpleRNN(2, return_sequences=True)
    return steps(L.Bidirectional(forth, "ave", backward_layer=back))


@model
def bidirectional_rnn():
    return steps(L.Bidirectional(L.RNN(L.GRUCell(2))))


@model
def rnn():
    return steps(L.RNN(L.LSTMCell(3, use_bias=False), return_sequences=True, go_backwards=True))


@model
def simple_rnn_cell():
    return steps(L.RNN(L.SimpleRNNCell(3, "relu")))


@model
def time_distributed():
    return steps(L.TimeDistributed(L.Dense(2, "relu")))


@model
def time_distributed_convolution():
    first = keras.Input((3, 6, 6, 2))
    return keras.Model(first, L.TimeDistributed(L.Conv2D(3, 2, strides=2))(first))


@model
def time_distributed_normalization():
    return steps(L.TimeDistributed(L.BatchNormalization()))


@model
def spectral():
    return steps(L.SpectralNormalization(L.Dense(3), power_iterations=2))


@model
def attention_with_heads():
    query, value = keras.Input((4, 6)), keras.Input((5, 3))
    layer = L.MultiHeadAttention(2, 3, value_dim=4, output_shape=5, use_bias=False, name="heads")
    return keras.Model([query, value], layer(query, value=value))


@model
def attention_with_a_key():
    query, value, key = keras.Input((4, 6)), keras.Input((5, 3)), keras.Input((5, 2))
    return keras.Model([query, value, key], L.MultiHeadAttention(2, 3)(query, value, key))


@model
def causal_attention():
    first = keras.Input((5, 6))
    layer = L.MultiHeadAttention(2, 3)
    return keras.Model(first, layer(first, first, use_causal_mask=True))


@model
def grouped_attention():
    query, value = keras.Input((4, 6)), keras.Input((5, 6))
    return keras.Model([query, value], L.GroupQueryAttention(3, 4, 2)(query, value))


@model
def plain_attention():
    query, value = keras.Input((4, 6)), keras.Input((5, 6))
    outputs = [
        L.Attention(use_scale=True)([query, value]),
        L.Attention(score_mode="concat")([query, value]),
        L.AdditiveAttention()([query, value]),
    ]
    return keras.Model([query, value], L.Concatenate()(outputs))


@model
def causal_plain_attention():
    query, value = keras.Input((4, 6)), keras.Input((4, 6))
    outputs = [
        L.Attention()([query, value], use_causal_mask=True),
        L.AdditiveAttention(use_scale=False)([query, value], use_causal_mask=True),
    ]
    return keras.Model([query, value], L.Concatenate()(outputs))


@model
def encoder_and_decoder():
    first, second = keras.Input((4, 3)), keras.Input((5, 2))
    _, hidden, cell = L.LSTM(3, return_state=True)(first)
    return keras.Model([first, second], L.LSTM(3)(second, initial_state=[hidden, cell]))


@model
def one_layer_called_in_a_row():
    first = keras.Input((4,))
    same = L.Dense(4, "tanh", name="same")
    return keras.Model(first, same(same(same(first))))


@model
def one_model_called_twice():
    into = keras.Input((4,))
    shared = L.Dense(4, "tanh", name="twice")
    inner = keras.Model(into, shared(L.Dense(4)(shared(into))), name="inner")
    left, right = keras.Input((4,)), keras.Input((4,))
    return keras.Model([left, right], L.Subtract()([inner(left), inner(inner(right))]))


@model
def one_sequential_called_twice():
    inner = keras.Sequential([keras.Input((4,)), L.Dense(4, "relu"), L.Dense(4)], name="inner")
    left, right = keras.Input((4,)), keras.Input((4,))
    return keras.Model([left, right], L.Concatenate()([inner(left), inner(right)]))


@model
def a_model_of_two_outputs():
    into = keras.Input((4,))
    inner = keras.Model(into, [L.Dense(3, name="a")(into), L.Dense(3, name="b")(into)], name="two")
    first = keras.Input((4,))
    left, right = inner(first)
    return keras.Model(first, L.Subtract()([right, left]))


@model
def a_sequential_in_a_sequential():
    inner = keras.Sequential([L.Dense(3), L.Bidirectional(L.LSTM(2))], name="inner")
    return keras.Sequential([keras.Input((5, 6)), inner, L.Dense(1)])


def drawn(network):
    for variable in network.weights:  # variances must be positive
        variable.assign(DRAW.uniform(0.1, 0.9, variable.shape).astype("float32"))
    return network


KERAS_CANNOT_LOAD = {("plain_attention", ".h5"), ("causal_plain_attention", ".h5")}
"""What Keras saves, and mistakes a word in it for a function when it loads it."""


@pytest.mark.parametrize("form", [".keras", ".h5"])
@pytest.mark.parametrize("name", MODELS)
def test_a_network_is_run_as_keras_own_loading_runs_it(tmp_path, name, form):
    network = drawn(MODELS[name]())
    path = saved(network, tmp_path / f"model{form}")
    loaded = network if (name, form) in KERAS_CANNOT_LOAD else keras.models.load_model(path)
    found = index(source(path))
    assert found.no_activations == ""
    own = runnable_model(source(path))
    inputs = tuple(
        DRAW.normal(size=(1, *(n or 1 for n in shape[1:]))).astype("float32")
        for shape in own.input_shapes
    )
    expected = loaded(list(inputs) if len(inputs) > 1 else inputs[0])
    made = run(own, inputs)
    np.testing.assert_allclose(made[own.calls[-1].name], expected, rtol=1e-5, atol=1e-6)
    assert all(
        row.output_shape for row in found.layers if not row.is_model and row.kind != "InputLayer"
    )


@pytest.mark.parametrize("name", MODELS)
def test_the_output_of_every_layer_is_explained(tmp_path, name):
    path = saved(drawn(MODELS[name]()), tmp_path / "model.keras")
    for row in index(source(path)).layers:
        if row.is_model or row.kind == "InputLayer":
            continue
        found = activate(source(path), row.path, "normal", seed=0, cell=())
        assert found.unexplained == ()
        # A mask of −10⁹ leaves float32 no digit of the score that it is added to.
        assert found.difference < (100 if name == "causal_plain_attention" else 1e-5)
        last = found.arithmetic[-1]
        by_hand = float(last.text.rpartition("= ")[2].replace("−", "-"))
        np.testing.assert_allclose(by_hand, found.computed, rtol=1e-4, atol=1e-5)


def test_each_of_two_inputs_of_an_attention_is_shown(tmp_path):
    path = saved(drawn(attention_with_heads()), tmp_path / "model.keras")
    found = activate(source(path), "heads", "ramp", seed=0, cell=(1, 2))
    assert [maps.shape for maps in found.inputs.values()] == [(4, 6), (5, 3)]


def test_keras_2_counts_the_model_itself_as_its_first_call():
    def dense(name):
        return {"class_name": "Dense", "name": name, "config": {"name": name, "units": 2}}

    def entry(name):
        shape = {"name": name, "batch_input_shape": [None, 2]}
        return {"class_name": "InputLayer", "name": name, "config": shape, "inbound_nodes": []}

    inner = {
        "class_name": "Sequential",
        "name": "inner",
        "config": {"name": "inner", "layers": [dense("d")]},
        "inbound_nodes": [[["a", 0, 0, {}]], [["b", 0, 0, {}]]],
    }
    last = {
        "class_name": "Subtract",
        "name": "last",
        "config": {"name": "last"},
        "inbound_nodes": [[["inner", 1, 0, {}], ["inner", 2, 0, {}]]],
    }
    whole = {
        "name": "whole",
        "layers": [entry("a"), entry("b"), inner, last],
        "input_layers": [["a", 0, 0], ["b", 0, 0]],
        "output_layers": [["last", 0, 0]],
    }
    parsed = config.parse(json.dumps({"class_name": "Functional", "config": whole}), "model")
    made = [(call.path, call.name, call.inputs) for call in wiring.calls(parsed)]
    assert made == [
        ("a", "a", ()),
        ("b", "b", ()),
        ("inner/d", "inner/d", ("a",)),
        ("inner/d", "inner:2/d", ("b",)),
        ("last", "last", ("inner/d", "inner:2/d")),
    ]


def test_models_that_multiply_each_other_are_refused(monkeypatch):
    monkeypatch.setattr(wiring, "MAXIMUM_CALLS", 100)
    into = keras.Input((2,))
    whole = keras.Model(into, L.Dense(2)(into))
    for _ in range(8):
        into = keras.Input((2,))
        whole = keras.Model(into, whole(whole(into)))
    text = json.dumps({"class_name": "Functional", "config": whole.get_config()})
    refusal = wiring.reason_not_runnable(config.parse(text, "model"))
    assert "at most 100 calls" in refusal


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        ("TimeDistributed", {"layer": {"class_name": "Lambda", "config": {}}}, "within it"),
        ("TimeDistributed", {"layer": {"class_name": "Sequential", "config": {}}}, "within it"),
        ("TimeDistributed", {"layer": "Dense"}, "within it"),
        ("Bidirectional", {"layer": {"class_name": "Dense", "config": {"units": 1}}}, "within it"),
        ("RNN", {"cell": {"class_name": "os.system", "config": {}}}, "within it"),
        (
            "TimeDistributed",
            {"layer": {"class_name": "Dense", "config": {"units": 1, "activation": "evil"}}},
            "activation among",
        ),
        ("MultiHeadAttention", {"num_heads": "two", "key_dim": 2}, "num_heads"),
        ("Attention", {"score_mode": "evil"}, "score_mode"),
    ],
)
def test_what_is_within_a_wrapper_is_held_to_the_same_list(kind, settings, words):
    with pytest.raises(BadInputError, match=words):
        stock.make(LayerConfig(name="x", class_name=kind, settings=settings))


def test_an_attention_that_claims_more_than_the_file_holds_is_never_made(tmp_path, monkeypatch):
    path = saved(drawn(causal_attention()), tmp_path / "model.keras")
    make = stock.make

    def claiming(layer, **more):
        if layer.class_name != "MultiHeadAttention":
            return make(layer, **more)
        return L.MultiHeadAttention(num_heads=10_000, key_dim=10_000)

    monkeypatch.setattr(stock, "make", claiming)
    with pytest.raises(BadInputError, match="query/kernel of 6 × 10000 × 10000"):
        runnable_model(source(path))


def test_each_call_of_a_layer_is_shown(tmp_path):
    path = saved(drawn(one_layer_called_in_a_row()), tmp_path / "model.keras")
    (row,) = (row for row in index(source(path)).layers if row.name == "same")
    assert row.calls == 3
    calls = [
        activate(source(path), "same", "ramp", seed=0, cell=(), number=number)
        for number in (1, 2, 3)
    ]
    for before, after in itertools.pairwise(calls):
        np.testing.assert_array_equal(before.outputs.values, after.inputs["inputs"].values)
    assert len({found.computed for found in calls}) == 3


def test_an_attention_between_too_many_steps_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "MAXIMUM_OUTPUT", 49)
    path = saved(drawn(causal_attention()), tmp_path / "model.keras")
    with pytest.raises(BadInputError, match="at most 49 scores"):
        activate(source(path), index(source(path)).layers[-1].path, "ramp", seed=0, cell=())


@pytest.mark.parametrize("name", ["d:2", "d#1"])
def test_names_that_could_be_mistaken_for_another_call_are_refused(name):
    first = keras.Input((2,), name="x")
    same, other = L.Dense(2, name="d"), L.Dense(2, name="other")
    network = keras.Model(first, other(same(same(first))))
    text = json.dumps({"class_name": "Functional", "config": network.get_config()})
    parsed = config.parse(text.replace('"other"', f'"{name}"'), "model")
    assert "unique names" in wiring.reason_not_runnable(parsed)
