"""Settings of all tests."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling

from tests.warm import WarmPython

# No assertion about time: machines are shared. Tests of the limits themselves set their own.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")
os.environ.setdefault("LAYERSCOPE_TIME_LIMIT", "60")
# The garbage collector looks through all that TensorFlow has imported. At Python's own thresholds
# that is a twentieth of the tests' time.
gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def warm_python() -> Iterator[WarmPython]:
    """Return what runs ``python -m …``. Tests with it belong in the xdist group ``warm_python``."""
    warm = WarmPython()
    yield warm
    warm.end()


class ByFunction(LoadGroupScheduling):
    """Give a process all parameters of a test function at once.

    xdist's own gives it one test at a time, and before each it counts all tests that the process
    has had. With thousands of tests that takes seconds.
    """

    def _split_scope(self, nodeid: str) -> str:
        scope = super()._split_scope(nodeid)
        return scope.split("[")[0] if scope == nodeid else scope


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFunction | None:
    """Schedule as ``--dist loadgroup`` does, by function."""
    return ByFunction(config, log) if config.option.dist == "loadgroup" else None
