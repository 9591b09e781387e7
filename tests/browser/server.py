"""The real server on a free port, in a session of its own: all its processes can be found."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Server:
    """A running server: its process, and the address it answers at."""

    process: subprocess.Popen
    address: str
    log: Path

    def end(self, ending: signal.Signals) -> None:
        """End the server's own process, and wait for it."""
        self.process.send_signal(ending)
        self.process.wait(timeout=15)

    def processes(self) -> set[int]:
        """Return the processes of the server's session that have not ended, its own included."""
        found = set()
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
            except (FileNotFoundError, ProcessLookupError):
                continue  # ended while we looked
            if int(session) == self.process.pid and state != "Z":
                found.add(int(stat.parent.name))
        return found

    def left_after(self, seconds: float) -> set[int]:
        """Return the processes that have not ended by themselves after so many seconds."""
        deadline = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left


@contextmanager
def serving(log: Path, path: str = "", **settings: str) -> Generator[Server]:
    """Start the app and yield as soon as its port answers; end every process of it afterwards.

    Args:
        log: where its output goes.
        path: below which it serves, as its settings say.
        settings: environment variables of its own.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    command += ["--server.address=127.0.0.1", f"--server.port={port}"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, **settings},
        )
    server = Server(process, f"http://127.0.0.1:{port}", log)
    try:
        _wait_until_it_answers(server, path)
        yield server
    finally:
        for pid in {process.pid, *server.processes()}:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(timeout=15)


def _wait_until_it_answers(server: Server, path: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.process.poll() is None:
        address = f"{server.address}{path}/_stcore/health"
        with suppress(OSError), urllib.request.urlopen(address):  # noqa: S310
            return
        time.sleep(0.05)
    raise RuntimeError(f"The server did not answer:\n{server.log.read_text()}")
