"""Reading compared with Keras's own loading, over layer families and formats."""

from __future__ import annotations

import json
import struct

import h5py
import keras
import ml_dtypes
import numpy as np
import pytest
from keras.src.utils.naming import to_snake_case

from layers.model_files.kinds import snake_case
from layers.model_files.read import array
from tests.layers.model_files.families import (
    FAMILIES,
    FORMATS,
    dense,
    leaves,
    opened,
    randomised,
    recurrent,
    saved,
    source,
    values,
    whole,
)

# Keras's own affair: how it asks TensorFlow for an array, and that it prefers its newer format.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning", "ignore:.*build.*:UserWarning"
)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_weight_is_read_as_keras_loads_it(tmp_path, family, form):
    model = randomised(family())
    path = saved(model, tmp_path / f"model{form}")
    if form == ".weights.h5":
        loaded = family()
        loaded.load_weights(path)
        # Names count on from model to model; the file has those of the one that was saved.
        expected = dict(zip(leaves(model), leaves(loaded).values(), strict=True))
    else:
        expected = leaves(keras.models.load_model(path))
    found = opened(path)
    rows = {layer.path: layer for layer in found.layers if not layer.is_model}
    assert set(rows) == set(expected)
    for name, layer in expected.items():
        stored = values(path, rows[name])
        assert len(stored) == len(layer.weights)
        for variable in layer.weights:
            same = [
                ours
                for ours, numbers in stored.items()
                if numbers.shape == variable.shape and np.array_equal(numbers, variable.numpy())
            ]
            assert len(same) == 1, (name, variable.path)
            # Without a configuration nobody can tell a lone gamma from a lone beta.
            own = same[0].rpartition("/")[2]
            assert own == variable.name or (own == "gamma or beta" and form == ".weights.h5")
    assert found.parameters == model.count_params()
    trained = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    assert found.trainable_parameters == trained


@pytest.mark.parametrize("form", [".keras", ".h5"])
def test_layers_come_in_the_models_order(tmp_path, form):
    model = recurrent()
    found = opened(saved(model, tmp_path / f"model{form}"))
    assert [layer.name for layer in found.layers] == [layer.name for layer in model.layers]
    assert [layer.kind for layer in found.layers] == [type(own).__name__ for own in model.layers]
    assert found.version == keras.__version__


@pytest.mark.parametrize("form", [".keras", ".h5"])
def test_gates_heads_and_axes_are_named(tmp_path, form):
    x = keras.Input((5, 4))
    lstm = keras.layers.LSTM(3, return_sequences=True)(x)
    gru = keras.layers.Bidirectional(keras.layers.GRU(2, return_sequences=True))(lstm)
    attention = keras.layers.MultiHeadAttention(3, 2)(gru, gru)
    model = keras.Model(x, keras.layers.Conv1D(2, 3)(attention))
    found = opened(saved(model, tmp_path / f"model{form}"))
    by_kind = {layer.kind: {w.name: w for w in layer.weights} for layer in found.layers}
    kernel = by_kind["LSTM"]["kernel"]
    assert kernel.axes == ("features", "gates × units")
    assert [(p.name, p.start, p.stop) for p in kernel.parts] == [
        ("input gate", 0, 3),
        ("forget gate", 3, 6),
        ("cell candidate", 6, 9),
        ("output gate", 9, 12),
    ]
    assert [p.name for p in by_kind["Bidirectional"]["backward/recurrent_kernel"].parts] == [
        "update gate",
        "reset gate",
        "candidate",
    ]
    query = by_kind["MultiHeadAttention"]["query/kernel"]
    assert query.axes == ("features", "heads", "size")
    assert [(p.axis, p.start, p.stop) for p in query.parts] == [(1, 0, 1), (1, 1, 2), (1, 2, 3)]
    assert by_kind["Conv1D"]["kernel"].axes == ("length", "in", "out")


def test_the_forget_gate_is_where_keras_puts_it(tmp_path):
    """Keras starts the forget gate's bias at one, and no other."""
    model = keras.Sequential([keras.Input((4, 2)), keras.layers.LSTM(3)])
    path = saved(model, tmp_path / "model.keras")
    layer = opened(path).layers[0]
    bias = next(weight for weight in layer.weights if weight.name == "bias")
    (ones,) = [part for part in bias.parts if part.name == "forget gate"]
    assert np.flatnonzero(values(path, layer)["bias"]).tolist() == list(
        range(ones.start, ones.stop)
    )


def test_every_stock_class_is_called_as_keras_calls_it():
    classes = [name for name in dir(keras.layers) if name[0].isupper()]
    assert len(classes) > 100
    assert [snake_case(name) for name in classes] == [to_snake_case(name) for name in classes]


def test_custom_layers_show_their_weights_and_are_not_looked_up(tmp_path):
    @keras.saving.register_keras_serializable(package="nowhere")
    class Twice(keras.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = keras.layers.Dense(2)

        def build(self, shape):
            self.inner.build(shape)
            self.factor = self.add_weight(name="factor", shape=(2,))

        def call(self, x):
            return self.inner(x) * self.factor

    model = randomised(keras.Sequential([keras.Input((3,)), Twice()]))
    for form in FORMATS:
        path = saved(model, tmp_path / f"model{form}")
        (layer,) = opened(path).layers
        assert sum(weight.size for weight in layer.weights) == 10
        held = list(values(path, layer).values())
        for expected in model.get_weights():
            assert any(np.array_equal(expected, ours) for ours in held)


def test_a_subclassed_model_shows_its_layers(tmp_path):
    class Mine(keras.Model):
        def __init__(self):
            super().__init__()
            self.front = keras.layers.Dense(4)
            self.back = keras.layers.Dense(2)

        def call(self, x):
            return self.back(self.front(x))

    model = Mine()
    model(np.ones((1, 3), "float32"))
    for form in (".keras", ".weights.h5"):
        found = opened(saved(model, tmp_path / f"model{form}"))
        assert found.parameters == model.count_params()
        assert {weight.name for layer in found.layers for weight in layer.weights} == {
            "kernel",
            "bias",
        }


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
@pytest.mark.parametrize("form", [".keras", ".weights.h5"])
def test_other_number_types_are_read_exactly(tmp_path, dtype, form):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, dtype=dtype)])
    path = saved(model, tmp_path / f"model{form}")
    (layer,) = opened(path).layers
    kernel = values(path, layer)["kernel"]
    assert str(kernel.dtype) == layer.weights[0].dtype == dtype
    np.testing.assert_array_equal(
        kernel.astype("float64"), np.asarray(model.layers[0].kernel.value).astype("float64")
    )
    assert layer.bytes == 16 * kernel.itemsize


# --- The formats of Keras 1 and 2, written here as those versions wrote them


def keras_2(path, weights):
    config = {
        "class_name": "Sequential",
        "config": {
            "name": "sequential_1",
            "layers": [
                {
                    "class_name": "InputLayer",
                    "config": {"batch_input_shape": [None, 3], "name": "dense_1_input"},
                },
                {
                    "class_name": "Dense",
                    "config": {
                        "name": "dense_1",
                        "trainable": True,
                        "dtype": "float32",
                        "units": 2,
                        "activation": "relu",
                        "use_bias": True,
                    },
                },
                {"class_name": "Dropout", "config": {"name": "dropout_1", "rate": 0.5}},
            ],
        },
    }
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = b"2.4.0"
        file.attrs["backend"] = b"tensorflow"
        file.attrs["model_config"] = json.dumps(config).encode()
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"dense_1", b"dropout_1"]
        own = group.create_group("dense_1")
        own.attrs["weight_names"] = [b"dense_1/kernel:0", b"dense_1/bias:0"]
        own["dense_1/kernel:0"], own["dense_1/bias:0"] = weights
        group.create_group("dropout_1").attrs["weight_names"] = []
    return path


def test_a_file_of_keras_2_is_read_as_keras_3_loads_it(tmp_path):
    weights = [np.arange(6, dtype="f4").reshape(3, 2), np.array([7, 8], "f4")]
    path = keras_2(tmp_path / "old.h5", weights)
    expected = keras.models.load_model(path).get_weights()
    found = opened(path)
    assert found.version == "2.4.0"
    assert [(layer.name, layer.kind) for layer in found.layers] == [
        ("dense_1", "Dense"),
        ("dropout_1", "Dropout"),
    ]
    held = values(path, found.layers[0])
    assert list(held) == ["kernel", "bias"]
    for ours, keras_own, written in zip(held.values(), expected, weights, strict=True):
        np.testing.assert_array_equal(ours, keras_own)
        np.testing.assert_array_equal(ours, written)
    assert "nothing to learn" in found.layers[1].why_empty


def test_a_file_of_keras_1_is_read(tmp_path):
    path = tmp_path / "older.h5"
    config = {
        "class_name": "Sequential",
        "config": [
            {"class_name": "Convolution2D", "config": {"name": "convolution2d_1", "nb_filter": 2}},
            {"class_name": "Dense", "config": {"name": "dense_1", "output_dim": 2}},
        ],
    }
    kernel = np.arange(18, dtype="f4").reshape(3, 3, 1, 2)
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = b"1.2.2"
        file.attrs["model_config"] = json.dumps(config).encode()
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"convolution2d_1", b"dense_1"]
        first = group.create_group("convolution2d_1")
        first.attrs["weight_names"] = [b"convolution2d_1_W:0", b"convolution2d_1_b:0"]
        first["convolution2d_1_W:0"], first["convolution2d_1_b:0"] = kernel, np.zeros(2, "f4")
        second = group.create_group("dense_1")
        second.attrs["weight_names"] = [b"dense_1_W", b"dense_1_b"]
        second["dense_1_W"], second["dense_1_b"] = np.ones((3, 2), "f4"), np.zeros(2, "f4")
    found = opened(path)
    assert [layer.kind for layer in found.layers] == ["Convolution2D", "Dense"]
    held = values(path, found.layers[0])
    np.testing.assert_array_equal(held["kernel"], kernel)
    assert list(held) == ["kernel", "bias"]
    assert [weight.name for weight in found.layers[1].weights] == ["kernel", "bias"]


def test_long_lists_of_names_are_put_together_again(tmp_path):
    layers = [keras.Input((1,))]
    layers += [keras.layers.Dense(1, name=f"{'long' * 45}_{at}") for at in range(360)]
    model = keras.Sequential(layers)
    path = saved(model, tmp_path / "many.h5")
    with h5py.File(path) as file:
        assert "layer_names" not in file["model_weights"].attrs
    found = opened(path)
    assert [layer.name for layer in found.layers] == [layer.name for layer in model.layers]
    assert found.parameters == 720


def test_weights_of_tensorflow_2_12_are_read(tmp_path):
    """It called the group of layers ``_layer_checkpoint_dependencies``, and gave no names."""
    path = saved(randomised(dense()), tmp_path / "model.weights.h5")
    expected = opened(path)
    with h5py.File(path, "a") as file:
        file.move("layers", "_layer_checkpoint_dependencies")
        for group in file["_layer_checkpoint_dependencies"].values():
            del group["vars"].attrs["name"]
    found = opened(path)
    assert [layer.name for layer in found.layers] == ["dense", "dense_1", "dropout"]
    assert found.parameters == expected.parameters
    ours = values(path, found.layers[0])
    assert [array.shape for array in ours.values()] == [(6, 5), (5,)]
    assert list(ours) == ["kernel", "bias"]


# --- safetensors, written here byte by byte as its specification says


def safetensors(tensors, **metadata):
    head, data = {}, b""
    if metadata:
        head["__metadata__"] = metadata
    for name, (dtype, numbers) in tensors.items():
        raw = np.ascontiguousarray(numbers).tobytes()
        head[name] = {
            "dtype": dtype,
            "shape": list(numbers.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text)) + text + data


def test_safetensors_of_all_types(tmp_path):
    draw = np.random.default_rng(0).normal(size=(3, 4))
    tensors = {
        "encoder.0.weight": ("F32", draw.astype("f4")),
        "encoder.0.bias": ("F16", draw[0].astype("f2")),
        "encoder.1.weight": ("BF16", draw.astype(ml_dtypes.bfloat16)),
        "small.weight": ("F8_E4M3", draw.astype(ml_dtypes.float8_e4m3fn)),
        "small.other": ("F8_E5M2", draw.astype(ml_dtypes.float8_e5m2)),
        "counts.steps": ("I64", np.array(7)),
        "counts.on": ("BOOL", np.array([True, False])),
        "empty.weight": ("F32", np.zeros((0, 4), "f4")),
    }
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors(tensors, format="pt"))
    found = opened(path)
    assert [layer.path for layer in found.layers] == [
        "encoder.0",
        "encoder.1",
        "small",
        "counts",
        "empty",
    ]
    for layer in found.layers:
        for name, held in values(path, layer).items():
            dtype, expected = tensors[f"{layer.path}.{name}"]
            assert held.dtype == expected.dtype, dtype
            assert held.tobytes() == expected.tobytes()
            assert held.shape == expected.shape


def test_a_piece_of_a_weight_is_read_alone(tmp_path):
    model = randomised(dense())
    path = saved(model, tmp_path / "model.keras")
    where = opened(path).layers[0].weights[0].where
    with array(source(path), where) as kernel:
        assert (kernel.shape, str(kernel.dtype)) == ((6, 5), "float32")
        piece = kernel.read((slice(2, 4), slice(1, 5)))
        expected = whole(kernel)
    np.testing.assert_array_equal(piece, expected[2:4, 1:5])
    np.testing.assert_array_equal(expected, model.layers[0].get_weights()[0])
