"""``compute``: run a function of ``layers.api`` in a worker, with a named progress."""

from __future__ import annotations

import hashlib
import pickle
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import fields
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np
import streamlit as st
from cachetools import LRUCache

from layers.api import explore as explore_api
from layers.api.explore import OwnModule
from layers.inputs.description import Description
from layers.training.history import History
from layers.training.settings import Settings
from layers.training.subject import Subject
from pages.shared.workers import Workers, author_workers, workers

CACHE_BYTES = 64 * 2**20
_OVERHEAD = 6
"""How much more memory Python's objects take than their pickle: 4.2 to 5.4 times, measured on runs
of ``linear``, ``dense``, ``lstm`` and ``multi_head_attention``."""


def size_in_memory(result: Any) -> int:
    """Return about how many bytes a result takes: its arrays exactly, the rest at most."""
    arrays: list[pickle.PickleBuffer] = []
    rest = pickle.dumps(result, protocol=5, buffer_callback=arrays.append)
    return sum(array.raw().nbytes for array in arrays) + _OVERHEAD * len(rest)


_cache: LRUCache = LRUCache(CACHE_BYTES, getsizeof=size_in_memory)
_running: dict[Any, Future] = {}
_lock = threading.Lock()
STARTING = "Starting TensorFlow in a process of its own: about ten seconds, once."


def compute(
    function: Callable[..., Any], *arguments: Any, author_code: bool = False, **named: Any
) -> tuple[Any, dict]:
    """Run a function of ``layers.api`` in a worker and wait for it.

    Results are read-only: visitors share a cache of them, bounded by their bytes in memory.

    Args:
        function: of ``layers.api``.
        arguments: its positional arguments, plain data.
        author_code: whether an author's own code has to run for it, in workers of its own.
        named: its named arguments, plain data.

    Returns:
        The result, and milliseconds by stage: ``queue`` (waiting and passing on), ``worker``.

    Raises:
        ValueError: what the function refuses, or a ``ComputationLostError``; always a sentence.
    """
    key = (function, hashable(arguments), hashable(named))
    started = time.perf_counter()
    pool = author_workers() if author_code else workers()
    with _lock:
        if (known := _cache.get(key)) is not None:
            return known, {"queue": 0.0, "worker": 0.0}
        future = _running.get(key)
        is_new = future is None  # else another visitor has just asked for the same
        if future is None:
            future = _running[key] = pool.submit(explore_api.timed, function, *arguments, **named)
    if is_new:
        future.add_done_callback(partial(_remember, key))
    result, spent = wait(pool, future)
    waited = 1e3 * (time.perf_counter() - started)
    return result, {"queue": max(0.0, waited - spent), "worker": spent}


def _remember(key: Any, future: Future) -> None:
    """Keep a result: who asks finds it in the cache or among what runs, and never in neither."""
    has_result = not future.cancelled() and future.exception() is None
    result = future.result()[0] if has_result else None
    fits = has_result and size_in_memory(result) <= CACHE_BYTES // 8
    with _lock:
        _running.pop(key, None)
        if fits:
            _cache[key] = result


@cache
def registered() -> tuple[Description, ...]:
    """Return the plain data of every registered layer; the same for the server's whole life."""
    pool = workers()
    return wait(pool, pool.submit(explore_api.timed, explore_api.describe))[0]


@lru_cache(maxsize=4)
def author_layers(module: OwnModule) -> tuple[Description, ...]:
    """Return the plain data of the layers in an author's module; errors are not remembered.

    Raises:
        ValueError: the module cannot be used; a sentence.
    """
    pool = author_workers()
    return wait(pool, pool.submit(explore_api.timed, explore_api.describe_own, module))[0]


def wait(pool: Workers, future: Future) -> tuple[Any, float]:
    """Wait for a result, and say so while TensorFlow starts."""
    if pool.warm.is_set():
        return future.result()
    with st.spinner(STARTING, show_time=True):
        return future.result()


def hashable(value: Any) -> Any:
    """Return a small hashable stand-in that is equal for equal arguments.

    Of an array the digest: caches count the bytes of results, not of what they are found by.
    """
    if isinstance(value, np.ndarray):
        return (value.shape, str(value.dtype), hashlib.sha256(value.tobytes()).digest())
    if isinstance(value, Mapping):
        return tuple(sorted((name, hashable(item)) for name, item in value.items()))
    if isinstance(value, tuple):
        return tuple(hashable(item) for item in value)
    if isinstance(value, Subject | History | Settings):  # of dicts and arrays, which have no hash
        own = ((each.name, hashable(getattr(value, each.name))) for each in fields(value))
        return (type(value), *own)
    return value
