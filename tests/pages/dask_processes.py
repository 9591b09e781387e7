"""A Dask scheduler and Dask workers as processes, started as docs/deploy.md says."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.pages.session import ROOT

LIGHT = "tests.pages.light_host"
"""A preload in place of ours, whose process imports no TensorFlow before it is asked to."""


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something holds, and fail where it does not."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


class Dask:
    """One scheduler's port, and what runs of it."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._folder = folder
        self._processes: list[subprocess.Popen] = []

    def scheduler(self, **settings: str) -> subprocess.Popen:
        """Start the scheduler, and wait until it listens."""
        place = ["--host", "127.0.0.1", "--port", str(self._port), "--dashboard-address", ":0"]
        process = self._start("scheduler", *place, **settings)
        until(self._listens)
        return process

    def worker(self, preload: str = LIGHT, **settings: str) -> subprocess.Popen:
        """Start a worker with its nanny; it registers when it is warm."""
        more = {"DASK_DISTRIBUTED__WORKER__PRELOAD": f"['{preload}']", **settings}
        return self._start("worker", self.address, "--nthreads", "1", "--no-dashboard", **more)

    def end(self, process: subprocess.Popen) -> None:
        """Kill a process with all that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=15)

    def end_all(self) -> None:
        """Kill everything."""
        for process in self._processes:
            self.end(process)

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1):
            return True
        return False

    def _start(self, kind: str, *arguments: str, **settings: str) -> subprocess.Popen:
        config = {"DASK_CONFIG": str(ROOT / "deploy" / "dask.yaml")}
        with (self._folder / f"{kind}{len(self._processes)}").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", kind, *arguments],
                cwd=ROOT,
                env={**os.environ, **config, **settings},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._processes.append(process)
        return process
