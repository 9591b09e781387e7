"""A process of its own for an author's code: killed and replaced where it does not answer."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import cache
from typing import Any

from loky.process_executor import BrokenProcessPool, ProcessPoolExecutor

START_LIMIT = 120
"""Seconds that a process may take to import TensorFlow."""


class HungError(Exception):
    """What was asked for did not come back in time."""


class KilledError(Exception):
    """The process died before it answered."""


class Process:
    """One process, started when it is first needed and again when it was lost."""

    def __init__(self) -> None:
        self._executor: ProcessPoolExecutor | None = None

    def __call__(self, function: Callable[..., Any], *arguments: Any, time_limit: float) -> Any:
        """Run a function there, and return what it returns.

        Raises:
            HungError: it was not back within ``time_limit`` seconds; its process is killed.
            KilledError: its process died.
        """
        if self._executor is None:
            self._start()
        assert self._executor  # noqa: S101 (for the type checker)
        future = self._executor.submit(function, *arguments)
        try:
            return future.result(timeout=time_limit)
        except BrokenProcessPool:
            self.end()
            raise KilledError from None
        except (TimeoutError, FutureTimeoutError):
            if future.done():
                return future.result()
            self.end()
            raise HungError from None

    def end(self) -> None:
        """Kill the process, where there is one."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, kill_workers=True)
            self._executor = None

    def _start(self) -> None:
        self._executor = ProcessPoolExecutor(
            max_workers=1,
            timeout=None,
            initializer=die_with,
            initargs=(os.getpid(),),
            env={"CUDA_VISIBLE_DEVICES": "-1"},
        )
        self._executor.submit(warm).result(timeout=START_LIMIT)


def warm() -> None:
    """Import TensorFlow, before any time is measured."""
    import layers.checkup.examination.examine  # noqa: F401


def die_with(parent: int) -> None:
    """In a process: watch its parent from a thread, and end with it however it ends."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="die-with-parent").start()


@cache
def process() -> Process:
    """Return this process's own; it is shared by all checks, and ends with it."""
    own = Process()
    atexit.register(own.end)
    return own
