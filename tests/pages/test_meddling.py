"""An author's own layer may do anything to its process: everybody else's numbers stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layers.api import explore as explore_api
from layers.api import train as train_api
from layers.checkup.pairs import POSTED
from layers.checkup.report import Report
from layers.training.subject import Subject
from layers.worker import AuthorWorker, ComputationLostError
from pages.shared import compute
from pages.shared.module_watcher import ModuleWatcher
from pages.shared.workers import Workers
from tests.pages.session import assert_sound, explored, opened, registered
from tests.pages.test_checkup import examined, visited, watched

MODULE = """
import os
import random
import sys
import threading
import time
import keras
import numpy as np
import tensorflow as tf


@keras.saving.register_keras_serializable(package="layerscope", name="Linear")
class Meddles(keras.layers.Layer):
    def __init__(self, units: int = 3):
        super().__init__()
        random.seed(1)
        np.random.seed(1)
        keras.utils.set_random_seed(2)
        keras.config.set_floatx("float16")
        keras.config.set_dtype_policy("mixed_float16")
        keras.config.set_epsilon(0.5)
        keras.config.set_image_data_format("channels_first")
        keras.config.enable_unsafe_deserialization()
        np.seterr(all="raise")
        np.set_printoptions(precision=1)
        os.environ["TF_DETERMINISTIC_OPS"] = "1"
        os.chdir("/")
        sys.path.insert(0, "/nowhere")
        sys.setrecursionlimit(500)
        tf.config.run_functions_eagerly(True)
        tf.random.set_seed(3)
        keras.layers.Dense.call = lambda self, x: x * 0
        keras.layers.Layer.count_params = lambda self: 7
        keras.activations.relu = keras.ops.relu = tf.nn.relu = lambda x: x + 1
        keras.optimizers.SGD.update_step = lambda *_: None
        tf.tensordot = lambda a, b, axes: a
        np.random.default_rng = np.random.RandomState
        sys.modules["layers.runs.run"].Trace = None
        sys.modules["layers.operations.layout"] = sys.modules["layers.catalog.linear"] = os
        threading.Thread(target=again_and_again, daemon=True).start()

    def call(self, x):
        return x + 1


@keras.saving.register_keras_serializable(package="mine")
class Plain(keras.layers.Layer):
    def __init__(self, units: int = 3):
        super().__init__()
        self.dense = keras.layers.Dense(units)

    def call(self, x):
        return tf.nn.relu(self.dense(x))


class Ends(keras.layers.Layer):
    def call(self, x):
        os._exit(0)


def again_and_again():
    while True:
        keras.config.set_floatx("float64")
        keras.layers.Layer.add_weight = None
        time.sleep(0.001)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleWatcher]:
    """Start the server with a module that meddles, and with a worker that is thrown away."""
    path = tmp_path / "meddling.py"
    path.write_text(MODULE)
    watcher = ModuleWatcher(str(path))
    monkeypatch.setattr("pages.shared.module_watcher.module_watcher", lambda: watcher)
    meddled = Workers(count=1, kind=AuthorWorker)
    monkeypatch.setattr(compute, "author_workers", lambda: meddled)
    assert meddled.warm.wait(timeout=120)
    yield watcher
    meddled.shutdown()


def numbers() -> dict[str, np.ndarray]:
    """Compute what visitors see of the catalogue, afresh in every worker."""
    found = {}
    for turn in range(4):  # more than there are workers
        for name in registered():
            run = explored(name, seed=5)
            for tensor, values in run.trace.tensors.items():
                found[f"{turn} {name} {tensor}"] = values.values
            found[f"{turn} {name} parameters"] = np.array(run.parameters.total)
        for name in ("mlp_block", "linear" + POSTED):
            for place, array in enumerate(watched(name).arrays):
                found[f"{turn} {name} at work {place}"] = array
    return found


def reports() -> list[Report]:
    return [examined(name) for name in ("linear", "center_zero" + POSTED)]


@pytest.mark.usefixtures("module")
def test_what_a_layer_does_to_its_process_changes_nobody_elses_numbers():
    before, told = numbers(), [report.findings for report in reports()]
    session = opened(layer="own.Meddles", shape="2,3")
    assert "own.Meddles" in session.query_params["layer"]
    visited(layer="own.Meddles", shape="2,3")
    compute._cache.clear()
    after = numbers()
    assert after.keys() == before.keys()
    for name, values in before.items():
        assert values.dtype == after[name].dtype
        np.testing.assert_array_equal(after[name], values, err_msg=name)
    assert [report.findings for report in reports()] == told
    assert_sound(opened(layer="linear"))


def own_run(watcher: ModuleWatcher, name: str, **values: object) -> explore_api.Exploration:
    """Run an own layer afresh."""
    compute._cache.clear()
    given: dict[str, Any] = {"batch": None, "seed": 4, "source": "normal", "constant": 1.0}
    module = watcher.current().module
    function = explore_api.explore
    return compute.compute(function, name, values, **given, own=module, author_code=True)[0]


def test_what_a_layer_does_to_its_process_changes_no_other_own_layer(module: ModuleWatcher):
    before = own_run(module, "own.Plain")
    for units in (3, 4):
        own_run(module, "own.Meddles", units=units)
    after = own_run(module, "own.Plain")
    assert after.trace.tensors.keys() == before.trace.tensors.keys()
    for name, tensor in before.trace.tensors.items():
        assert after.trace.tensors[name].values.dtype == tensor.values.dtype
        np.testing.assert_array_equal(after.trace.tensors[name].values, tensor.values, err_msg=name)


def test_a_layer_that_ends_its_process_is_a_sentence_and_the_others_go_on(module: ModuleWatcher):
    with pytest.raises(ComputationLostError, match="the process died"):
        own_run(module, "own.Ends")
    assert own_run(module, "own.Plain").trace.outputs[0].shape == (8, 3)


def test_an_own_layer_is_trained_as_if_no_other_had_run(module: ModuleWatcher):
    subject = Subject(name="own.Plain", own=module.current().module)

    def losses() -> np.ndarray:
        how = {"steps": 3, "loss": "mean_squared_error", "optimizer": "sgd"}
        compute._cache.clear()
        training, _ = compute.compute(train_api.train, subject, how, author_code=True)
        return training.history.losses

    before = losses()
    own_run(module, "own.Meddles")
    np.testing.assert_array_equal(losses(), before)
