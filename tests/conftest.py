"""Settings of all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# No assertion about time: machines are shared. Tests of the limits themselves set their own.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")
os.environ.setdefault("LAYERSCOPE_TIME_LIMIT", "60")
