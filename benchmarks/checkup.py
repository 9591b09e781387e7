"""How long a check-up takes, against what it spares: one step of fit, saved and loaded."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.results import Comparison, Effort, Result
from layers.api.checkup import PostLayer
from layers.checkup.engine import check
from layers.checkup.processes import shared_process

LAYER, SHAPE = "linear", (8, 10)
LIMIT = 20  # times the layer's own fit, save and load


def measure(_: Browser, effort: Effort) -> Result:
    """Examine a small layer and fit, save and load it in turn, in one warm process."""
    checked, fitted = [], []
    for _turn in range(effort.visits + 1):
        started = time.perf_counter()
        check(PostLayer(LAYER), SHAPE)
        checked.append(1e3 * (time.perf_counter() - started))
        fitted.append(shared_process()(fit_save_load, LAYER, SHAPE, time_limit=120))
    shared_process().end()
    return Result(
        comparisons=(
            Comparison(
                what="check-up; fit, save and load",
                unit="ms",
                ours=tuple(checked[1:]),  # the first turn of each starts the process
                naive=tuple(fitted[1:]),
                limit=LIMIT,
            ),
        )
    )


def fit_save_load(name: str, shape: tuple[int, ...]) -> float:
    """Return the milliseconds of one step of ``fit``, saving and loading, as one writes them."""
    import keras
    import numpy as np

    started = time.perf_counter()
    model = keras.Sequential([keras.Input(batch_shape=shape), PostLayer(name)()])
    model.compile("sgd", "mse")
    inputs = np.ones(shape, "float32")
    model.fit(inputs, np.ones(model.output_shape, "float32"), batch_size=shape[0], verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.keras"
        model.save(file)
        keras.models.load_model(file)
    return 1e3 * (time.perf_counter() - started)
