"""Settings of all tests."""

from __future__ import annotations

from hypothesis import settings

# No assertion about time: machines are shared.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")
