"""One process with TensorFlow, from which the commands of these tests are forked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.warm import WarmPython


@pytest.fixture(scope="session")
def warm_python() -> Iterator[WarmPython]:
    """Return what runs ``python -m …``. Tests with it belong in the xdist group ``warm_python``."""
    warm = WarmPython()
    yield warm
    warm.end()
