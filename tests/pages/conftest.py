"""One pool of workers for all tests of the pages: it starts once, and ends with them."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from layers.api import explore as explore_api
from layers.inputs.description import Description
from pages.shared.workers import Workers, author_workers, workers


@pytest.fixture(scope="session", autouse=True)
def pool() -> Iterator[Workers]:
    """Start the page's own workers."""
    pool = workers()
    assert pool.warm.wait(timeout=120)
    yield pool
    pool.shutdown()
    if author_workers.cache_info().currsize:  # some test ran an author's own layers
        author_workers().shutdown()


@pytest.fixture(autouse=True)
def _no_tensorflow() -> Iterator[None]:
    """Hold each test to it that AppTest's process, which is Streamlit's, loads no TensorFlow."""
    yield
    assert not {"tensorflow", "keras"} & sys.modules.keys()


@pytest.fixture(scope="session")
def layers(pool: Workers) -> dict[str, Description]:
    """Ask a worker what layers there are."""
    return {layer.name: layer for layer in pool.submit(explore_api.describe).result()}
