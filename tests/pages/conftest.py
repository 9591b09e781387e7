"""One pool of workers for all tests of the pages: it starts once, and ends with them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner

from layers.api import explore as explore_api
from layers.inputs.description import Description
from pages.shared.settings import WORKERS
from pages.shared.workers import Workers, author_workers, workers

# A worker imports TensorFlow for seconds, and each test is one visitor. What needs two starts two.
os.environ.setdefault(WORKERS, "1")


@pytest.fixture(scope="session", autouse=True)
def pool() -> Iterator[Workers]:
    """Start the page's own workers."""
    pool = workers()
    assert pool.warm.wait(timeout=120)
    yield pool
    pool.shutdown()
    if author_workers.cache_info().currsize:  # some test ran an author's own layers
        author_workers().shutdown()


@pytest.fixture(scope="session", autouse=True)
def _packages() -> Iterator[None]:
    """Look for components in the installed packages once, as a server does.

    Each AppTest starts with a look of its own, which takes ten times as long as our page.
    """
    with pytest.MonkeyPatch.context() as patch:
        look = manifest_scanner.scan_component_manifests
        patch.setattr(manifest_scanner, look.__name__, cache(look))
        yield


@pytest.fixture(autouse=True)
def _no_tensorflow() -> Iterator[None]:
    """Hold each test to it that AppTest's process, which is Streamlit's, loads no TensorFlow."""
    yield
    assert not {"tensorflow", "keras"} & sys.modules.keys()


@pytest.fixture(scope="session")
def layers(pool: Workers) -> dict[str, Description]:
    """Ask a worker what layers there are."""
    return {layer.name: layer for layer in pool.submit(explore_api.describe).result()}
