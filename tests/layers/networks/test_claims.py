"""Configurations that claim more than their files hold: refused before memory is spent on them."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from layers.inputs.fields import BadInputError
from layers.networks.running import run as running
from layers.networks.running.activations import activate
from layers.networks.running.runnable import index, runnable_model
from tests.layers.model_files.families import source

MEGABYTE = 2**20
linux = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="reads /proc")


def model_file(path: Path, layers: list[dict], shape: list[int | None], weights: dict) -> Path:
    """Write a .keras file of a Sequential model: layers, and each weight's array by its path."""
    config = {"name": "model", "layers": layers}
    text = {"class_name": "Sequential", "config": config, "build_config": {"input_shape": shape}}
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        for where, array in weights.items():
            file[where] = array
        file.require_group("layers")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(text))
        archive.writestr("model.weights.h5", stream.getvalue())
    return path


def dense(units: int, **more: object) -> dict:
    return {"class_name": "Dense", "config": {"name": "dense", "units": units, **more}}


def small(name: str) -> dict[str, np.ndarray]:
    return {
        f"layers/{name}/vars/0": np.ones((2, 2), "f4"),
        f"layers/{name}/vars/1": np.ones(2, "f4"),
    }


def peak() -> int:
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


@linux
@pytest.mark.parametrize(
    ("layer", "shape", "weights"),
    [
        (dense(50_000), [None, 2000], small("dense")),
        (dense(10_000_000), [None, 1_000_000], small("dense")),
        (
            {"class_name": "Embedding", "config": {"input_dim": 10**6, "output_dim": 200}},
            [None, 4],
            {"layers/embedding/vars/0": np.ones((2, 2), "f4")},
        ),
        (
            {"class_name": "LSTM", "config": {"units": 5000}},
            [None, 4, 3],
            small("lstm/cell"),
        ),
        (
            {"class_name": "Conv2D", "config": {"filters": 10**4, "kernel_size": 60}},
            [None, 64, 64, 3],
            small("conv2d"),
        ),
    ],
)
def test_a_layer_that_claims_more_than_the_file_holds_is_never_made(
    tmp_path, layer, shape, weights
):
    layer["config"].setdefault("name", "layer")
    path = model_file(tmp_path / "model.keras", [layer], shape, weights)
    assert index(source(path)).no_activations == ""
    Path("/proc/self/clear_refs").write_text("5")
    before = peak()
    with pytest.raises(BadInputError, match=r"as its configuration says\. Received 2"):
        runnable_model(source(path))
    assert peak() - before < 100 * MEGABYTE


def test_an_input_too_large_is_not_made(tmp_path):
    layer = {"class_name": "Flatten", "config": {"name": "flatten"}}
    path = model_file(tmp_path / "model.keras", [layer], [None, 2**20, 2**20, 2**20], {})
    for feed in ("normal", "ramp", "picture"):
        with pytest.raises(BadInputError, match="8,388,608 numbers"):
            activate(source(path), "flatten", feed, seed=0, cell=())


def test_the_outputs_of_all_layers_together_have_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "MAXIMUM_OUTPUTS", 1000)
    layers = [{"class_name": "ReLU", "config": {"name": f"relu_{at}"}} for at in range(4)]
    path = model_file(tmp_path / "model.keras", layers, [None, 300], {})
    with pytest.raises(BadInputError, match="at most 1,000 numbers"):
        activate(source(path), "relu_0", "normal", seed=0, cell=())


def test_layers_that_do_not_fit_together_are_a_sentence(tmp_path):
    layers = [
        {"class_name": "Reshape", "config": {"name": "reshape", "target_shape": [2, 150]}},
        {"class_name": "Reshape", "config": {"name": "again", "target_shape": [7]}},
    ]
    path = model_file(tmp_path / "model.keras", layers, [None, 300], {})
    with pytest.raises(BadInputError, match="'again'"):
        runnable_model(source(path))
