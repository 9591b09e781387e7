"""Results come from a worker once, and then from a cache: bounded by bytes, shared, read-only."""

from __future__ import annotations

import os
import pickle
import signal
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from cachetools import LRUCache

from layers.api import explore as explore_api
from layers.inputs.fields import BadInputError
from layers.traces.trace import Tensor
from pages.shared import compute as module
from pages.shared.compute import CACHE_BYTES, compute, hashable
from pages.shared.workers import Workers
from tests.pages.session import assert_drawn, assert_one_complaint, explored, opened, type_beside

DEFAULTS: dict[str, Any] = {"batch": None, "seed": 0, "source": "example", "constant": 1.0}


def computed(values: dict, **changes: Any) -> tuple[explore_api.Exploration, dict]:
    named: dict[str, Any] = {**DEFAULTS, **changes}
    return compute(explore_api.explore, "linear", values, **named)


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    module._cache.clear()
    yield
    module._cache.clear()


@pytest.fixture
def sent(pool: Workers, monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """Watch what is submitted to the workers."""
    seen: list[tuple] = []
    submit = pool.submit

    def watched(*job, **named):
        seen.append(job)
        return submit(*job, **named)

    monkeypatch.setattr(pool, "submit", watched)
    return seen


def test_equal_arguments_are_computed_once(sent: list[tuple]):
    first, spent = computed({"units": 3, "features": 4})
    again, saved = computed({"features": 4, "units": 3})
    assert again is first
    assert len(sent) == 1
    assert spent["worker"] > 0
    assert saved["worker"] == saved["queue"] == 0


@pytest.mark.parametrize(
    ("values", "changes"),
    [
        ({"units": 4}, {}),
        ({}, {"seed": 1}),
        ({}, {"batch": 2}),
        ({}, {"source": "normal"}),
        ({}, {"source": "constant"}),
        ({}, {"constant": 2.0}),
        ({"use_bias": False}, {}),
    ],
)
def test_any_other_argument_is_another_result(sent: list[tuple], values: dict, changes: dict):
    computed({})
    computed(values, **changes)
    assert len(sent) == 2


def test_equal_arrays_hit_and_others_miss(sent: list[tuple]):
    array = np.arange(20, dtype="float32").reshape(2, 10)

    def explore(source: np.ndarray) -> explore_api.Exploration:
        return computed({}, source=source)[0]

    first = explore(array)
    assert explore(array.copy()) is first
    assert explore(np.asfortranarray(array)) is first
    assert len(sent) == 1
    other = array.copy()
    other[1, 3] = np.nextafter(other[1, 3], 99)
    assert explore(other).trace["inputs"][1, 3] == other[1, 3]
    assert len(sent) == 2


def test_the_same_bytes_in_another_shape_are_another_array():
    wide, tall = np.ones((2, 10), "float32"), np.ones((5, 4), "float32")
    one, _ = computed({}, source=wide)
    with pytest.raises(BadInputError, match="5 × 4"):
        computed({}, source=tall)
    assert one.trace["inputs"].shape == (2, 10)


def test_two_functions_with_one_argument_are_two_results(sent: list[tuple]):
    compute(explore_api.read_array, "a.csv", b"1,2\n")
    compute(explore_api.read_array, "b.csv", b"1,2\n")
    compute(explore_api.read_array, "a.csv", b"1,2\n")
    assert len(sent) == 2


def test_what_is_refused_is_not_kept(sent: list[tuple]):
    for _ in range(2):
        with pytest.raises(BadInputError, match="nowhere"):
            compute(explore_api.explore, "nowhere", {}, **DEFAULTS)
    assert len(sent) == 2
    assert len(module._cache) == 0


def test_results_are_read_only_because_visitors_share_them():
    run, _ = compute(explore_api.explore, "repeated_dense", {}, **DEFAULTS)
    for tensor in run.trace.tensors.values():
        with pytest.raises(ValueError, match="read-only"):
            tensor.values[...] = 0
    array, _ = compute(explore_api.read_array, "a.csv", b"1,2\n")
    with pytest.raises(ValueError, match="read-only"):
        array[...] = 0


def test_the_weights_and_the_history_are_read_only_too():
    run, _ = compute(explore_api.explore, "running_sum", {}, **DEFAULTS)
    with pytest.raises(ValueError, match="read-only"):
        run.trace.history[...] = 0
    with pytest.raises(ValueError, match="read-only"):
        run.weights[0].values[...] = 0


LIMIT = 400_000


def test_the_cache_is_bounded_by_bytes(monkeypatch: pytest.MonkeyPatch):
    small = LRUCache(LIMIT, getsizeof=module._cache.getsizeof)
    monkeypatch.setattr(module, "_cache", small)
    results = [computed({}, seed=seed)[0] for seed in range(4)]
    assert small.currsize == sum(module.size_in_memory(result) for result in results)
    big = {"features": 100, "units": 100}
    for seed in range(4):
        computed(big, seed=seed)
    assert small.currsize <= LIMIT
    assert len(small) < 8


@pytest.mark.parametrize("name", ["linear", "mlp_block", "lstm"])
def test_a_result_counts_what_it_takes_in_memory(name: str):
    data = pickle.dumps(explored(name))
    tracemalloc.start()
    kept = [pickle.loads(data) for _ in range(20)]  # noqa: S301 (our own)
    taken = tracemalloc.get_traced_memory()[0] / 20
    tracemalloc.stop()
    assert taken <= module.size_in_memory(kept[0]) < 3 * taken


def test_a_result_counts_all_its_arrays():
    run, _ = computed({})
    tensors = {name: tensor.values.nbytes for name, tensor in run.trace.tensors.items()}
    assert all(isinstance(tensor, Tensor) for tensor in run.trace.tensors.values())
    assert sum(tensors.values()) <= run.nbytes <= 3 * sum(tensors.values()) + len(run.code)


def test_a_result_larger_than_an_eighth_of_the_cache_is_not_kept(
    sent: list[tuple], monkeypatch: pytest.MonkeyPatch
):
    run, _ = computed({})
    monkeypatch.setattr(module, "CACHE_BYTES", 8 * module.size_in_memory(run) - 8)
    module._cache.clear()
    for _ in range(2):
        computed({})
    assert len(sent) == 3
    assert CACHE_BYTES <= 2**28, "beside a server of some 100 MB"


def test_a_computation_that_takes_too_long_is_a_sentence_and_the_page_goes_on(
    pool: Workers, monkeypatch: pytest.MonkeyPatch
):
    session = opened(layer="linear")
    with monkeypatch.context() as hasty:
        hasty.setattr(pool, "_time_limit", 1e-6)
        type_beside(session, "units", 77)
    assert_one_complaint(session, "stopped", "smaller dimensions")
    session.run()
    assert_drawn(session, explored("linear", {"units": 77}, source="normal"))


def test_visitors_notice_nothing_of_a_worker_that_was_killed(pool: Workers):
    session = opened(layer="linear")
    os.kill(pool.submit(os.getpid).result(), signal.SIGKILL)
    time.sleep(0.3)  # until its pool has noticed
    for seed in (101, 102):
        session.number_input(key="seed").set_value(seed).run()
        assert_drawn(session, explored("linear", seed=seed, source="normal"))


def test_what_a_result_is_found_by_is_small_however_large_the_array():
    array = np.arange(2**17, dtype="float32").reshape(2, -1)
    key = hashable({"source": array, "batch": 2})
    assert len(repr(key)) < 300, "the bound counts results, and no arrays beside them"
    assert hash(key) == hash(hashable({"batch": 2, "source": array.copy()}))
    changed = array.copy()
    changed[-1, -1] += 1
    for other in (changed, array.reshape(4, -1), array.astype("float64"), array.view("int32")):
        assert hashable({"source": other, "batch": 2}) != key


def test_who_asks_while_a_result_is_kept_does_not_compute_it_again(
    sent: list[tuple], monkeypatch: pytest.MonkeyPatch
):
    """The result has come, and its size is being measured: it is in the cache in a moment."""
    seen: list[explore_api.Exploration] = []
    size = module.size_in_memory

    def measured(result: Any) -> int:
        if not seen:
            seen.append(computed({"units": 7})[0])
        return size(result)

    monkeypatch.setattr(module, "size_in_memory", measured)
    result, _ = computed({"units": 7})
    for _ in range(100):
        if module._cache:
            break
        time.sleep(0.05)
    assert seen == [result]
    assert len(sent) == 1
    assert not module._running
