"""Every class of ``keras.layers``: shown and held to its declaration, or left out for a reason."""

import inspect
import json
import pickle
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from layers.catalog.keras_layers.table import NOT_SHOWN, TABLE
from layers.catalog.registry import LAYERS, NAMES, get
from layers.catalog.signatures import ACTIVATIONS, KERNEL_INITIALIZERS, VECTOR_INITIALIZERS
from layers.catalog.stock import LINES, name_of
from layers.catalog.stock_arguments import arguments
from layers.inputs.description import SEED
from layers.inputs.fields import (
    BadInputError,
    BoolField,
    ChoiceField,
    FloatField,
    IntField,
    ShapeField,
)
from layers.runs.prepare import prepare_call
from layers.runs.refusing import refusing
from layers.runs.run import run as record_run
from tests.layers.recording.test_stock import assert_redone

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*softmax over axis:UserWarning"),  # Keras, of one column
]
CLASSES = {
    name: cls
    for name, cls in inspect.getmembers(keras.layers, inspect.isclass)
    if not name.startswith("_")
}
STOCK = [pytest.param(name, id=name) for name in LINES]
FIXED = {
    *("dense", "einsum_dense", "embedding", "conv1d", "conv2d", "conv3d", "conv2d_transpose"),
    *("separable_conv2d", "depthwise_conv1d", "max_pooling2d", "global_average_pooling2d"),
    *("lstm", "gru", "simple_rnn", "lstm_cell", "conv_lstm2d", "bidirectional", "rnn"),
    *("time_distributed", "spectral_normalization", "multi_head_attention", "attention"),
    *("additive_attention", "group_query_attention", "layer_normalization", "add", "concatenate"),
    *("batch_normalization", "group_normalization", "rms_normalization", "unit_normalization"),
    *("relu", "leaky_relu", "prelu", "elu", "softmax", "activation", "dropout", "gaussian_noise"),
    *("zero_padding2d", "up_sampling2d", "repeat_vector", "permute", "flatten", "reshape"),
    *("normalization", "rescaling", "category_encoding", "discretization", "resizing"),
    *("center_crop", "masking", "identity", "stft_spectrogram", "random_flip", "cropping1d"),
}


def outputs_of(layer, call):
    return [np.asarray(each) for each in keras.tree.flatten(layer(*call.arguments, **call.named))]


def run(name, values, seed=3):
    spec = get(name)
    layer, (call,) = prepare_call(spec, values, seed=seed)
    with refusing(spec.title):
        return layer, call, outputs_of(layer, call)


def recorded(name, values):
    """The recording of a run, and the sentence with which the layer refuses the values, if any."""
    try:
        return record_run(get(name), values, seed=3), ""
    except BadInputError as refusal:
        return None, str(refusal)


def ends(field):
    """The values at the ends of a field, or a few of its choices."""
    if isinstance(field, (IntField, FloatField)):
        found = [field.minimum, field.maximum]
    elif isinstance(field, BoolField):
        found = [not field.default]
    elif isinstance(field, ChoiceField):
        few = field.name.endswith(("activation", "initializer"))
        found = [field.choices[0], field.choices[-1]] if few else field.choices
    else:
        assert isinstance(field, ShapeField)
        rest = (1,) * (len(field.default) - 1)
        found = [(field.minimum_axis,) * len(field.default), (field.maximum_axis, *rest)]
    return [value for value in found if value != field.default]


def test_every_class_of_keras_is_shown_or_has_a_reason():
    shown = {id(CLASSES[line.cls]) for lines in TABLE.values() for line in lines}
    left_out = {id(CLASSES[name]) for name in NOT_SHOWN}
    assert shown & left_out == set()
    unclassified = [n for n, cls in CLASSES.items() if id(cls) not in shown | left_out]
    assert unclassified == []
    assert len(shown) == len(LINES) == sum(map(len, TABLE.values()))
    assert all(reason.endswith(".") for reason in NOT_SHOWN.values())


def test_names_are_keras_own_in_snake_case():
    assert set(LINES) >= FIXED
    assert all(name == name.lower() and name.isidentifier() for name in LINES)
    assert (name_of("ReLU"), name_of("PReLU"), name_of("ConvLSTM1D")) == (
        "relu",
        "prelu",
        "conv_lstm1d",
    )


def test_the_catalogue_begins_with_the_posts_and_declares_keras_layers_when_asked():
    assert LAYERS.names[: len(NAMES)] == NAMES
    assert [spec.name for spec in LAYERS] == list(LAYERS.names)
    assert LAYERS[:2] == (LAYERS[0], LAYERS[1])
    assert get("lstm") is get("lstm")


def test_descriptions_are_plain_data_that_say_something():
    for description in pickle.loads(pickle.dumps([get(name).describe() for name in LINES])):  # noqa: S301
        assert description == get(description.name).describe()
        assert description.summary[0].isupper()
        assert description.summary.endswith(".")
        assert len(description.summary) < 80
        names = [field.name for field in description.fields]
        assert len(names) == len(set(names))
        assert not {"layer", "batch", "seed", "input", "cell", "edits", "constant"} & set(names)
        assert description.training == ("training" in names)
        for field in description.fields:
            assert field.parse(field.text(field.default)) == field.default
            assert field.parse(field.default) == field.default
        for each in description.inputs:
            assert len(each.axes) == len(each.shape(description.check({})))


def test_every_word_of_a_choice_is_known_to_keras():
    assert all(callable(keras.activations.get(name)) for name in ACTIVATIONS)
    for name in (*KERNEL_INITIALIZERS, *VECTOR_INITIALIZERS):
        assert keras.initializers.get(name)


@pytest.mark.parametrize("name", STOCK)
def test_a_layer_runs_at_its_defaults_and_the_same_seed_gives_the_same_numbers(name):
    _, call, outputs = run(name, {})
    assert all(np.isfinite(output).all() for output in outputs)
    assert all(0 < array.size <= 64 for array in call.arrays.values()), "fits a first screen"
    assert all(0 < output.size <= 100 for output in outputs)
    random.random()  # noqa: S311 (as whatever else in the process may draw)
    _, again_call, again = run(name, {})
    for array in call.arrays:
        np.testing.assert_array_equal(again_call.arrays[array], call.arrays[array])
    for output, same in zip(outputs, again, strict=True):
        np.testing.assert_array_equal(same, output)


@pytest.mark.parametrize("name", [name for name in LINES if name != "stft_spectrogram"])
def test_another_seed_draws_other_weights_and_each_weight_other_numbers(name):
    first, other = (run(name, {}, seed=seed)[0].trainable_weights for seed in (3, 4))
    drawn = [weight.numpy() for weight in first if np.unique(weight.numpy()).size > 4]
    for weight, mine in zip(other, first, strict=True):
        if np.unique(mine.numpy()).size > 4:  # and not a constant, or a few of them
            assert not np.array_equal(weight.numpy(), mine.numpy()), weight.path
    assert len({weight.tobytes() for weight in drawn}) == len(drawn)


def assert_runs_or_says_why_not(name, values):
    """What runs is explained to its last operation, and each can be redone; what does not is told.

    A longer axis runs the same operations: there the call alone is tried.
    """
    large = any(isinstance(value, tuple) and max(value) > 8 for value in values.values())
    trace, said = None, ""
    if large:
        try:
            run(name, values)
        except BadInputError as refusal:
            said = str(refusal)
    else:
        trace, said = recorded(name, values)
    if trace:
        assert trace.unexplained == (), values
        assert_redone(trace)
    elif said:
        assert ": expected " in said, values
        assert "Received " in said, values
        assert len(said) < 600, values


@pytest.mark.parametrize("name", STOCK)
def test_a_layer_is_explained_or_says_why_not_at_both_ends_of_every_field(name):
    assert_runs_or_says_why_not(name, {})
    for field in get(name).fields:
        for value in ends(field):
            assert_runs_or_says_why_not(name, {field.name: value})


# Keras 3.15 writes RandomShear's factors with a sign that its own constructor refuses.
@pytest.mark.parametrize("name", [name for name in LINES if name != "random_shear"])
def test_a_config_brings_back_a_layer_that_does_the_same(name):
    layer, call, outputs = run(name, {})
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    copy = keras.saving.deserialize_keras_object(config)
    copy(*call.arguments, **call.named)
    copy.set_weights(layer.get_weights())
    if not (get(name).training and call.named["training"]):  # else state has moved, draws go on
        for output, same in zip(outputs, outputs_of(copy, call), strict=True):
            np.testing.assert_array_equal(same, output)


@pytest.mark.parametrize("name", ["multi_head_attention", "bidirectional", "dropout", "lstm"])
def test_the_state_of_the_process_stays_as_it_is(name):
    tf.random.set_seed(1)
    expected = random.getstate(), tf.random.uniform(()).numpy()
    tf.random.set_seed(1)
    run(name, {"training": True} if get(name).training else {})
    assert (random.getstate(), tf.random.uniform(()).numpy()) == expected


@pytest.mark.parametrize(
    "name", ["dropout", "batch_normalization", "random_flip", "gaussian_noise"]
)
def test_the_training_switch_changes_the_outputs(name):
    (first,), (other,) = (
        run(name, {"training": on} | ({"dropout": 0.5} if name == "gru" else {}))[2]
        for on in (True, False)
    )
    assert not np.array_equal(first, other)


def test_heads_and_directions_start_with_weights_of_their_own():
    """Keras copies an initialiser with its seed into the layers inside."""
    layer, _, _ = run("multi_head_attention", {})
    kernels = {weight.path: weight.numpy() for weight in layer.weights if "kernel" in weight.path}
    query, key, value = (
        next(k for path, k in kernels.items() if f"/{part}/" in path)
        for part in ("query", "key", "value")
    )
    assert not np.array_equal(query, key)
    assert not np.array_equal(key, value)
    layer, _, _ = run("bidirectional", {})
    forward, backward = layer.forward_layer.get_weights(), layer.backward_layer.get_weights()
    assert not np.array_equal(forward[0], backward[0])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("dense", {"shape": (4096, 256), "units": 257}),
        ("repeat_vector", {"shape": (64, 4096), "n": 64}),
        ("up_sampling2d", {"shape": (1, 512, 512, 1), "size": (8, 8)}),
        ("embedding", {"shape": (1024, 1024), "output_dim": 256}),
        ("multi_head_attention", {"shape": (1, 1024, 4), "value_shape": (1, 1024, 4)}),
        ("multi_head_attention", {"shape": (1024, 1024, 1), "key_dim": 64}),
        ("einsum_dense", {"shape": (1, 1024, 1024), "equation": "abc,bcd->ad", "units": 256}),
    ],
)
def test_what_is_too_large_is_refused_before_it_is_made(name, values):
    spec = get(name)
    with pytest.raises(BadInputError, match=r"at most|from 1 to"):
        prepare_call(spec, values)


def test_arguments_are_those_that_differ_from_keras_own():
    spec, (_, line) = get("conv2d"), LINES["conv2d"]
    values = spec.check({"kernel_initializer": "ones", "padding": "same", "strides": (2, 2)})
    given = arguments(line, keras.layers.Conv2D, values, 3)
    assert given == {
        "filters": 2,
        "kernel_size": 3,
        "strides": 2,
        "padding": "same",
        "kernel_initializer": "ones",
    }
    assert list(
        arguments(
            LINES["max_pooling2d"][1],
            keras.layers.MaxPooling2D,
            {"pool_size": (3, 3), "strides": (3, 3), "padding": "valid"},
            0,
        )
    ) == ["pool_size"]


def test_a_seed_out_of_range_is_refused():
    with pytest.raises(BadInputError, match="seed"):
        prepare_call(get("dense"), {}, seed=SEED.maximum + 1)
