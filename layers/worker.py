"""One worker: a process in which TensorFlow lives, with a time limit and a memory limit."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

from loky.process_executor import BrokenProcessPool

from layers import process
from layers.api import explore as explore_api
from layers.api import forks, processes
from layers.fork import ForkDiedError

MEMORY_LIMIT = int(os.environ.get("LAYERSCOPE_MEMORY_LIMIT", "3072")) * 2**20
"""Bytes that one worker may take; the environment's number is in megabytes."""
RUNS = 500
"""Computations after which a worker's kernels are cleared: 500 leave up to 35 MB."""
REPLACED_ABOVE = 0.5
"""The part of the memory limit above which an idle worker is replaced."""
_LOOK = 0.1
"""Seconds between two looks at the memory of a worker that computes."""
DIED = (
    "The computation was lost: expected its process to answer. Received word that the process "
    "died. A fresh one is taking its place: try again, and with smaller dimensions if it happens "
    "twice."
)


class ComputationLostError(ValueError):
    """A computation was lost: too slow, too large, or its process died; a sentence for the page."""


class ComputationStoppedError(ComputationLostError):
    """It was too slow, or took too much memory."""


class IdleDeathError(Exception):
    """The process had died before the computation was sent to it: nothing is lost."""


def too_slow(time_limit: float) -> ComputationStoppedError:
    """Return the error of a computation that was not back in time, a limit in seconds."""
    return ComputationStoppedError(
        f"The computation was stopped: expected a result within {time_limit:g} seconds. Received "
        "none. Choose smaller dimensions, or try again."
    )


class Worker:
    """One process, one computation at a time."""

    is_elsewhere = False
    """Whether it may be on another machine."""

    def __init__(self, folder: str) -> None:
        """Start the process; ``warm_up`` waits for it.

        Args:
            folder: for temporary files; the process removes it when its parent has ended.
        """
        self.runs = 0
        """Computations since its kernels were last cleared."""
        self.pid = 0
        self.memory_at_start = 0
        self._executor = process.start(folder=folder, environment={"TMPDIR": folder})

    def warm_up(self) -> None:
        """Import TensorFlow in the process, and wait until that is done."""
        self._executor.submit(self._duties()[0]).result()
        self.pid = self._executor.submit(os.getpid).result()
        self.memory_at_start = self.memory()

    def run(
        self,
        function: Callable[..., Any],
        /,
        *arguments: Any,
        time_limit: float,
        memory_limit: int,
        **named: Any,
    ) -> Any:
        """Run a function in the process, and return what it returns.

        Args:
            function: by reference; its arguments and its result must be picklable.
            arguments: for the function.
            time_limit: in seconds.
            memory_limit: of the whole process, in bytes.
            named: for the function.

        Raises:
            IdleDeathError: the process had died before.
            ComputationStoppedError: it was not back in time, or took too much memory. The worker
                must be replaced, as after every ComputationLostError.
            ComputationLostError: the process died.
            Exception: what the function raises.
        """
        try:
            future = self._executor.submit(self._duties()[1], function, *arguments, **named)
        except BrokenProcessPool:
            raise IdleDeathError from None
        self.runs += 1
        try:
            return self._result(future, time_limit, memory_limit)
        except (BrokenProcessPool, ForkDiedError):
            raise ComputationLostError(DIED) from None

    def _result(self, future: Future, time_limit: float, memory_limit: int) -> Any:
        deadline = time.monotonic() + time_limit
        while not wait([future], timeout=min(_LOOK, max(0.0, deadline - time.monotonic()))).done:
            if time.monotonic() >= deadline:
                raise too_slow(time_limit)
            if self.memory() > memory_limit:
                raise ComputationStoppedError(
                    "The computation was stopped: expected its process to take at most "
                    f"{memory_limit // 2**20:,} MB of memory. Received more. Choose smaller "
                    "dimensions, or start the server with a larger LAYERSCOPE_MEMORY_LIMIT."
                )
        return future.result()

    def clear_kernels(self, time_limit: float) -> None:
        """Let TensorFlow drop what it keeps of earlier computations; errors as ``run``."""
        future = self._executor.submit(self._duties()[2])
        self._result(future, time_limit, MEMORY_LIMIT)
        self.runs = 0

    def memory(self) -> int:
        """Return the bytes of memory that the process takes; 0 where the system does not say.

        Of a process and its forks, those of the one that takes most.
        """
        own = Path(f"/proc/{self.pid}")
        try:
            children = (own / "task" / str(self.pid) / "children").read_text(encoding="ascii")
        except OSError:
            children = ""
        return max(map(_memory, [str(self.pid), *children.split()]))

    def is_large(self, memory_limit: int) -> bool:
        """Return whether it should be replaced as soon as nobody waits for it."""
        return self.memory() > max(REPLACED_ABOVE * memory_limit, 1.5 * self.memory_at_start)

    def kill(self) -> None:
        """End the process; what it computes is lost."""
        self._executor.shutdown(wait=False, kill_workers=True)

    def _duties(self) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
        """Return what starts the process, what runs a function in it, and what clears it."""
        return explore_api.warm_up, processes.guarded, processes.clear_kernels


class AuthorWorker(Worker):
    """One process for an author's own code; each layer runs in a fork of it."""

    def _duties(self) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
        return forks.prepare, forks.guarded, forks.end_all


def _memory(pid: str) -> int:
    try:
        status = Path(f"/proc/{pid}/statm").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(status.split()[1]) * os.sysconf("SC_PAGE_SIZE")
