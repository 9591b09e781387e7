"""Every layer that can be run: built by Keras, saved in each format, opened and run by us."""

from __future__ import annotations

import contextlib
import itertools
import json

import keras
import numpy as np
import pytest

from layers.inputs.fields import BadInputError
from layers.model_files.config import LayerConfig, parse
from layers.model_files.model import FileSource, LayerEntry
from layers.networks.running import runnable, stock, wiring
from layers.networks.running.run import run
from layers.networks.running.runnable import RunnableModel, index, runnable_model
from layers.networks.running.weights import StoredWeights, read_at_build
from tests.layers.model_files.families import opened, saved, source, values
from tests.layers.networks.stock_cases import CASES, IN_MODELS, MERGING

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning",
    "ignore:(?s).*You are using a softmax:UserWarning",
)
DRAW = np.random.default_rng(3)
KINDS = sorted({*CASES, *MERGING})


def first(outputs):
    """Return a layer's output, of several the first."""
    return outputs[0] if isinstance(outputs, list | tuple) else outputs


def model_of(kind: str) -> keras.Model:
    """Return a model with a branch for each of a layer's cases, and positive random weights."""
    cls = getattr(keras.layers, kind)
    inputs, outputs = [], []
    for arguments, shape in CASES.get(kind, []):
        inputs.append(keras.Input(shape, dtype="int32" if kind == "Embedding" else "float32"))
        outputs.append(first(cls(**arguments)(inputs[-1])))
    for arguments in MERGING.get(kind, []):
        inputs += [keras.Input((3, 4)), keras.Input((3, 4))]
        outputs.append(cls(**arguments)(inputs[-2:]))
    model = keras.Model(inputs, outputs)
    for variable in model.weights:  # variances must be positive
        variable.assign(DRAW.uniform(0.1, 0.9, variable.shape).astype("float32"))
    return model


def layers_of(model: keras.Model) -> list[keras.layers.Layer]:
    return [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]


def inputs_for(model: keras.Model) -> list[np.ndarray]:
    return [
        DRAW.integers(0, 5, (2, *tensor.shape[1:])).astype("int32")
        if tensor.dtype == "int32"
        else DRAW.normal(size=(2, *tensor.shape[1:])).astype("float32")
        for tensor in model.inputs
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_layer_is_opened_from_each_format_and_gives_keras_own_outputs(tmp_path, kind):
    model = model_of(kind)
    layers = layers_of(model)
    inputs = inputs_for(model)
    expected = [
        output.numpy() for output in (model(inputs) if len(layers) > 1 else [model(inputs)])
    ]
    for form in (".keras", ".h5", ".weights.h5"):
        path = saved(model, tmp_path / f"model{form}")
        rows = [row for row in opened(path).layers if row.kind != "InputLayer"]
        by_name = {row.name: row for row in rows}
        for layer in layers:
            weights = values(path, by_name[layer.name])
            assert len(weights) == len(layer.weights), (form, layer.name)
            for variable in layer.weights:
                equal = [name for name, array in weights.items() if np.array_equal(array, variable)]
                assert len(equal) == 1, (form, variable.path)
                if form != ".weights.h5":
                    assert equal == [variable.name]
        if form == ".weights.h5":
            continue
        assert [row.kind for row in rows] == [kind] * len(layers)
        found = index(source(path))
        assert found.no_activations == ""
        for row, layer in zip(
            (row for row in found.layers if row.kind != "InputLayer"), layers, strict=True
        ):
            assert row.output_shape == tuple(first(layer.output).shape), row.name
        made = run(runnable_model(source(path)), tuple(inputs))
        for layer, output in zip(layers, expected, strict=True):
            np.testing.assert_allclose(made[layer.name], output, rtol=1e-5, atol=1e-6)


def test_every_layer_that_can_be_run_is_among_the_cases():
    assert set(KINDS) | IN_MODELS == set(stock.ALLOWED)


@pytest.mark.parametrize("kind", KINDS)
def test_every_setting_is_taken_over_and_tried_at_another_value(kind):
    tried = set()
    for case in CASES.get(kind, MERGING.get(kind, [])):
        arguments = case[0] if isinstance(case, tuple) else case
        settings = json.loads(json.dumps(getattr(keras.layers, kind)(**arguments).get_config()))
        made = stock.make(LayerConfig(name="x", class_name=kind, settings=settings))
        config = json.loads(json.dumps(made.get_config()))
        for name in stock.ALLOWED[kind]:
            assert config[name] == settings[name], name
        tried |= set(arguments)
    assert set(stock.ALLOWED[kind]) <= tried


ODD = (0, -1, 10**7, None, [], [0], [-1, 2], [2, 2, 2], [[1]], [[0, -5], [1, 1]], True, 1.5, 1e300)
ODD += (float("nan"), -0.5, "same", "relu", {"a": 1})


@pytest.mark.parametrize("kind", sorted(CASES))
def test_any_value_of_any_setting_is_a_sentence_or_an_output(kind):
    """Keras checks few of them, and raises whatever comes of the others."""
    arguments, shape = CASES[kind][0]
    data = np.ones((1, *shape), "int32" if kind == "Embedding" else "float32")
    no_weights = LayerEntry(path="x", name="x", kind=kind, depth=0)
    for setting, value in itertools.product(stock.ALLOWED[kind], ODD):
        layer = {"class_name": kind, "config": {"name": "x", **arguments, setting: value}}
        model = {"class_name": "Sequential", "config": {"layers": [layer]}}
        config = parse(json.dumps({**model, "build_config": {"input_shape": [None, *shape]}}), "m")
        assert isinstance(wiring.output_shapes(config), dict)
        with contextlib.suppress(BadInputError):
            (call,) = wiring.calls(config)
            made = stock.make(call.config)
            no_file = FileSource(path="", name="", stamp=(0, 0))
            read_at_build(made, StoredWeights(no_weights, no_file))
            runnable._built(made, call, ((None, *shape),))
            model = RunnableModel(calls=(call,), layers={"x": made}, input_shapes=())
            assert set(run(model, (data,))) == {"", "x"}


@pytest.mark.parametrize("name", stock.ACTIVATIONS)
def test_every_activation_is_keras_own(name):
    settings = {"activation": name}
    layer = stock.make(LayerConfig(name="x", class_name="Activation", settings=settings))
    inputs = DRAW.normal(size=(2, 4)).astype("float32")
    expected = keras.activations.get(name)(inputs)
    np.testing.assert_array_equal(layer(inputs), expected)


@pytest.mark.parametrize("slope", [0.25, {"class_name": "__numpy__", "config": {"value": 0.25}}])
def test_keras_2_wrote_the_slope_of_leaky_relu_as_alpha(slope):
    settings = {"name": "x", "alpha": slope}
    layer = stock.make(LayerConfig(name="x", class_name="LeakyReLU", settings=settings))
    np.testing.assert_array_equal(layer(np.array([[-4.0, 4.0]], "float32")), [[-1, 4]])


@pytest.mark.parametrize(
    ("kind", "settings", "word"),
    [
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 2, "use_gate": True}, "use_gate"),
        ("Dense", {"units": 2, "lora_rank": 1}, "lora_rank"),
        ("ZeroPadding2D", {"padding": 1, "data_format": "channels_first"}, "data_format"),
        ("LayerNormalization", {"rms_scaling": True}, "rms_scaling"),
        ("Dense", {"units": 2, "of a later Keras": "yes"}, "of a later Keras"),
    ],
)
def test_a_setting_that_would_change_the_numbers_and_is_not_taken_over_is_named(
    kind, settings, word
):
    with pytest.raises(BadInputError, match=word):
        stock.make(LayerConfig(name="x", class_name=kind, settings=settings))


def test_words_that_are_padding_are_masked_as_in_keras(tmp_path):
    model = keras.Sequential(
        [
            keras.Input((5,), dtype="int32"),
            keras.layers.Embedding(7, 3, mask_zero=True),
            keras.layers.LSTM(2, return_sequences=True, zero_output_for_mask=True),
            keras.layers.GlobalAveragePooling1D(),
        ]
    )
    path = saved(model, tmp_path / "model.keras")
    given = np.array([[3, 1, 0, 0, 0]], "int32")
    own = runnable_model(source(path))
    made = run(own, (given,))[own.calls[-1].name]
    np.testing.assert_allclose(made, model(given), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("form", [".keras", ".h5"])
def test_a_tensor_that_is_passed_by_name_is_not_left_out_in_silence(tmp_path, form):
    steps, mask = keras.Input((4, 3)), keras.Input((4,), dtype="bool")
    model = keras.Model([steps, mask], keras.layers.LSTM(2)(steps, mask=mask))
    found = index(source(saved(model, tmp_path / f"model{form}")))
    assert "'mask'" in found.no_activations
