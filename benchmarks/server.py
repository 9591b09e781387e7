"""A Streamlit server in a process group of its own: started, waited for, always ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from benchmarks.apps import App

START_LIMIT = 60  # seconds until the port must answer
STOP_LIMIT = 5  # seconds between asking a server to end and ending it


class Unmeasured(Exception):  # noqa: N818 - it is not an error of the program
    """A measurement could not be made; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server.

    Args:
        app: what it serves.
        address: its scheme, host and port.
        session: the session id that its process and all it starts share.
        started: when its process was started, in seconds since 1970.
    """

    app: App
    address: str
    session: int
    started: float

    def url(self, seed: int = 0) -> str:
        """Return the address at which the job is shown."""
        return self.address + self.app.path(seed)


@contextmanager
def running(app: App) -> Generator[Server]:
    """Serve an app on a free port, from when the port answers to the end of the block.

    Raises:
        Unmeasured: the server ended, or did not answer within ``START_LIMIT``.
    """
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(app.script)]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    with tempfile.TemporaryFile("w+") as log:
        started = time.time()
        process = subprocess.Popen(
            command,
            cwd=app.directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that its workers can be found, counted and ended with it
        )
        try:
            _wait_for(process, port, app, log)
            yield Server(
                app=app,
                address=f"http://127.0.0.1:{port}",
                session=process.pid,
                started=started,
            )
        finally:
            _end(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(process: subprocess.Popen, port: int, app: App, log: IO[str]):
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    log.seek(0)
    said = log.read().strip()[-2000:] or "nothing"
    raise Unmeasured(
        f"{app.script.name} was not served: expected its port to answer within {START_LIMIT} s. "
        f"Received exit status {process.poll()}; it said:\n{said}"
    )


def _end(process: subprocess.Popen) -> None:
    """Ask the server to end, then end whatever is left of its group, workers included."""
    with suppress(ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(STOP_LIMIT)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
