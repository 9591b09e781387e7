"""What workers do beside their computations."""

from __future__ import annotations

import numpy as np
from tensorflow.python.eager import context

from layers.api import explore, processes


def run() -> np.ndarray:
    found = explore.explore("linear", {"units": 3}, batch=2, seed=0, source="example", constant=1.0)
    return found.trace.tensors["outputs"].values


def test_layers_give_the_same_numbers_after_the_kernels_were_cleared(monkeypatch):
    calls = []
    clear = context.Context.clear_kernel_cache
    monkeypatch.setattr(
        context.Context, "clear_kernel_cache", lambda self: (calls.append(1), clear(self))
    )
    # Which also says how many threads TensorFlow gets: too late in a process that has run tests.
    monkeypatch.setattr(explore, "warm_up", lambda: calls.append(run().shape))
    before = run()
    processes.clear_kernels()
    assert calls == [1, before.shape]
    np.testing.assert_array_equal(run(), before)
