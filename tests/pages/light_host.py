"""The workers' preload, with a process that is warm at once."""

from __future__ import annotations

import os

from layers.api import explore as explore_api
from layers.cluster.host import dask_setup

__all__ = ["dask_setup"]
explore_api.warm_up = os.getpid
