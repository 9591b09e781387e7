"""What results of the Models page say of their size, for the cache that is bounded by it."""

from __future__ import annotations

import pickle
import tracemalloc

import pytest

from layers.api.models import ResultList
from layers.model_files.model import LayerEntry, ModelFile, WeightEntry
from layers.networks.comparison import match


def model() -> ModelFile:
    weights = [
        WeightEntry(
            name=name, where=f"/{at}/{name}", shape=(at, 3), dtype="float32", axes=("a", "b")
        )
        for at in range(200)
        for name in ("kernel", "bias")
    ]
    layers = tuple(
        LayerEntry(
            path=f"dense_{at}",
            name=f"dense_{at}",
            kind="Dense",
            depth=0,
            settings={"units": at, "initializer": {"class_name": "Zeros", "config": {"seed": at}}},
            weights=(weights[2 * at], weights[2 * at + 1]),
        )
        for at in range(200)
    )
    return ModelFile(name="m", form="f", version="3", layers=layers)


@pytest.mark.parametrize("make", [model, lambda: ResultList(match(model(), model()))])
def test_a_result_counts_about_as_many_bytes_as_it_takes(make):
    found = make()
    data = pickle.dumps(found)
    tracemalloc.start()
    copy = pickle.loads(data)  # noqa: S301 (our own)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / 2 < copy.nbytes < 2 * taken
