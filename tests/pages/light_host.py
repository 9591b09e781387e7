"""The workers' preload, with a process that is warm at once."""

from __future__ import annotations

import os
from unittest.mock import patch

from distributed import Worker

from layers.cluster import host


async def dask_setup(worker: Worker) -> None:
    """Start the process; in the Dask worker alone nothing is warmed up."""
    patch("layers.api.explore.warm_up", os.getpid).start()
    await host.dask_setup(worker)
