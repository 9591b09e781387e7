"""Work that takes more than a moment, done batch by batch, with a bar that says how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import streamlit as st

BATCH_BYTES = 64 * 2**20
"""Bytes that are read in one computation, which has a time limit."""
BATCH = 100
SHOWN_AFTER = 1.0
"""Seconds after which progress is shown."""


def in_batches(
    items: list[Any],
    work: Callable[[tuple], Any],
    size_of: Callable[[Any], int] = lambda entry: entry.bytes,
    what: str = "weights",
) -> list:
    """Return what ``work`` makes of all items, batch by batch, with progress over a second."""
    started = time.monotonic()
    bar, results = None, []
    place = st.empty()
    for batch in _batches(items, size_of):
        results += work(batch)
        if time.monotonic() - started > SHOWN_AFTER:
            bar = bar or place.progress(0.0)
            bar.progress(len(results) / len(items), f"{len(results):,} of {len(items):,} {what}")
    place.empty()
    return results


def _batches(items: list[Any], size_of: Callable[[Any], int]) -> Iterator[tuple]:
    batch: list[Any] = []
    batch_bytes = 0
    for item in items:
        if batch and (batch_bytes + size_of(item) > BATCH_BYTES or len(batch) >= BATCH):
            yield tuple(batch)
            batch, batch_bytes = [], 0
        batch.append(item)
        batch_bytes += size_of(item)
    if batch:
        yield tuple(batch)
