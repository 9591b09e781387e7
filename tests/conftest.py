"""Settings of all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.warm import WarmPython

# No assertion about time: machines are shared. Tests of the limits themselves set their own.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")
os.environ.setdefault("LAYERSCOPE_TIME_LIMIT", "60")


@pytest.fixture(scope="session")
def warm_python() -> Iterator[WarmPython]:
    """Return what runs ``python -m …``. Tests with it belong in the xdist group ``warm_python``."""
    warm = WarmPython()
    yield warm
    warm.end()
