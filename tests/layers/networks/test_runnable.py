"""A network built by us from a file's configuration, against Keras's own loading of the file."""

from __future__ import annotations

import io
import json
import warnings

import keras
import numpy as np
import pytest

from layers.api.models import open_model, output_npy
from layers.inputs.fields import BadInputError
from layers.inputs.images import picture
from layers.model_files import config
from layers.networks.running import runnable, stock, wiring
from layers.networks.running.activations import activate
from layers.networks.running.run import run
from layers.networks.running.runnable import index, runnable_model
from layers.networks.small_cnn import CnnSource, checked
from tests.layers.model_files import families
from tests.layers.model_files.families import randomised, saved, source

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning", "ignore:You are using a softmax"
)
FED = (
    families.dense,
    families.convolutions,
    families.other_dimensions,
    families.normalisations,
    families.nested,
    families.attention,
    families.shared,
)
DRAW = np.random.default_rng(5)


def gentle(model: keras.Model) -> keras.Model:
    """Give every weight a positive number below one, for variances must not be negative."""
    model.set_weights([DRAW.uniform(0.1, 0.9, w.shape).astype("f4") for w in model.get_weights()])
    return model


@pytest.mark.parametrize("form", [".keras", ".h5"])
@pytest.mark.parametrize("family", FED)
def test_every_layer_gives_what_keras_own_model_gives(tmp_path, family, form):
    model = gentle(family())
    path = saved(model, tmp_path / f"model{form}")
    loaded = keras.models.load_model(path)
    own = runnable_model(source(path))
    sizes = [[length or 1 for length in shape[1:]] for shape in own.input_shapes]
    inputs = tuple(DRAW.normal(size=(1, *size)).astype("f4") for size in sizes)
    made = run(own, inputs)
    expected = loaded(list(inputs) if len(inputs) > 1 else inputs[0]).numpy()
    # The same operations in the same order.
    np.testing.assert_allclose(made[own.calls[-1].name], expected, rtol=1e-5, atol=1e-6)
    layers = families.leaves(loaded)
    for call in own.calls:
        if call.config.class_name != "InputLayer" and "/" not in call.name:
            assert made[call.name].shape[1:] == tuple(layers[call.path].output.shape)[1:]


def test_recurrent_layers_and_embeddings_are_fed_words(tmp_path):
    layers = keras.layers
    model = gentle(
        keras.Sequential(
            [
                keras.Input((5,), dtype="int32"),
                layers.Embedding(11, 4),
                layers.LSTM(3, return_sequences=True),
                layers.GRU(2, return_sequences=True),
                layers.SimpleRNN(2),
            ]
        )
    )
    path = saved(model, tmp_path / "model.keras")
    words = np.array([[0, 3, 10, 3, 1]], "int32")
    own = runnable_model(source(path))
    made = run(own, (words,))[own.calls[-1].name]
    expected = keras.models.load_model(path)(words).numpy()
    np.testing.assert_allclose(made, expected, rtol=1e-5, atol=1e-6)


def test_output_shapes_are_keras_own(tmp_path):
    model = families.convolutions()
    found = index(source(saved(model, tmp_path / "model.keras")))
    for row, layer in zip(found.layers, model.layers, strict=True):
        assert row.output_shape == tuple(layer.output.shape), row.name


def test_weights_alone_are_not_fed(tmp_path):
    path = saved(families.dense(), tmp_path / "model.weights.h5")
    assert "weights only" in open_model(source(path)).no_activations


@pytest.mark.parametrize(
    "settings",
    [
        {"units": 3, "activation": "os.system"},
        {"units": 3, "activation": {"class_name": "function", "config": "evil"}},
        {"units": {"class_name": "__lambda__"}},
        {"units": 10**9},
        {"units": "three"},
        {"units": -1},
        {},
    ],
)
def test_a_setting_that_is_no_number_or_known_word_is_refused(settings):
    layer = {"class_name": "Dense", "config": {"name": "d", **settings}}
    text = json.dumps({"class_name": "Sequential", "config": {"layers": [layer]}})
    parsed = config.parse(text, "model")
    refusal = wiring.reason_not_runnable(parsed)
    if not refusal:
        refusal = "Received"
        assert wiring.output_shapes(parsed) == {}
    assert "Received" in refusal
    with pytest.raises(BadInputError):
        stock.make(parsed.layers[0] if parsed.layers else parsed)


def test_the_output_that_is_downloaded_is_the_layers_own():
    cnn = CnnSource(tuple(checked({"hidden_units": 5}).items()), 0)
    data = output_npy(cnn, "conv2d", "picture", seed=0).data
    image = picture(32, 32)[None, ..., None]
    layer = runnable_model(cnn).layers["conv2d"]
    np.testing.assert_array_equal(np.load(io.BytesIO(data)), layer(image).numpy())


def test_two_seeds_are_two_networks_and_one_seed_one():
    values = tuple(checked({"hidden_units": 5}).items())
    kernels = [
        runnable_model(CnnSource(values, seed)).layers["dense"].get_weights()[0]
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert not np.array_equal(kernels[0], kernels[2])


def test_the_posts_network_answers_one_whatever_it_sees():
    cnn = CnnSource(tuple(checked({}).items()), 0)
    for image in (np.zeros((1, 32, 32, 1), "f4"), DRAW.normal(size=(1, 32, 32, 1)).astype("f4")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert run(runnable_model(cnn), (image,))["dense_1"] == 1


def test_a_layer_that_is_a_model_or_nothing_is_said():
    cnn = CnnSource(tuple(checked({}).items()), 0)
    with pytest.raises(BadInputError, match="Choose a layer"):
        activate(cnn, "nowhere", "picture", seed=0, cell=())


def test_an_output_too_large_is_refused_before_it_is_made(tmp_path):
    layers = keras.layers
    model = keras.Sequential([keras.Input((64, 64, 1)), layers.UpSampling2D(64)])
    path = saved(randomised(model), tmp_path / "model.keras")
    with pytest.raises(BadInputError, match="16,777,216"):
        run(runnable_model(source(path)), (np.zeros((1, 64, 64, 1), "f4"),))


def test_a_file_too_large_to_be_run_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(runnable, "MAXIMUM_BYTES", 100)
    path = saved(families.dense(), tmp_path / "model.keras")
    assert "at most 100 bytes" in open_model(source(path)).no_activations
