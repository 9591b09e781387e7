"""The workers' preload, with a process that is warm at once."""

from __future__ import annotations

import os
from unittest.mock import patch

from layers.cluster.host import dask_setup

__all__ = ["dask_setup"]
patch("layers.api.explore.warm_up", os.getpid).start()
