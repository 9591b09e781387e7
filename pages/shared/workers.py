"""The way to the workers: processes of their own in which TensorFlow lives.

``Workers`` has the interface of ``concurrent.futures.Executor``, so that another executor (a
cluster's, say) could stand in its place. Each worker is a process pool of one: a computation that
hangs or dies takes down its own process only, and a fresh one replaces it.
"""

from __future__ import annotations

import atexit
import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import cache
from typing import Any

from loky.process_executor import BrokenProcessPool, ProcessPoolExecutor

from layers.api import explore as explore_api
from layers.checkup.processes import die_with

COUNT = 2
"""One serves while the other hangs, dies or starts. A run takes milliseconds; more would idle."""
TIME_LIMIT = float(os.environ.get("LAYERSCOPE_TIME_LIMIT", "20"))
"""Seconds that one computation may take."""
_ATTEMPTS = 3
_LOG = logging.getLogger("layerscope")


class ComputationLostError(ValueError):
    """A computation did not come back: too slow, or its process died; a sentence for the page."""


class ComputationStoppedError(ComputationLostError):
    """It was too slow."""


class Workers(Executor):
    """A few warm worker processes, one computation at a time in each."""

    def __init__(self, count: int = COUNT, time_limit: float = TIME_LIMIT) -> None:
        """Start the first worker, and when it is warm the next: it has the machine to itself."""
        self.warm = threading.Event()
        self._time_limit = time_limit
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="worker")
        # Last in, first out: the worker that has just computed is the one with warm caches.
        self._idle: queue.LifoQueue[ProcessPoolExecutor | None] = queue.LifoQueue()
        self._alive: set[ProcessPoolExecutor] = set()
        self._closed = False
        self._in_background(lambda: [self._add() for _ in range(count)])

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Run ``fn`` in the next free worker.

        The future fails with ``ComputationLostError`` where the worker dies or is not back in time;
        what ``fn`` itself raises is raised unchanged.
        """
        return self._threads.submit(self._run, fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:
        """Kill all workers; what still runs in them is lost."""
        self._closed = True
        for worker in tuple(self._alive):
            worker.shutdown(wait=False, kill_workers=True)
        self._idle.put(None)
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _run(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        worker = self._idle.get()
        if worker is None:
            self._idle.put(None)
            raise ComputationLostError(
                "Nothing can be computed: expected a process with TensorFlow to start. Received "
                f"{_ATTEMPTS} failures, named in the server's log. Install the requirements and "
                "start the server again."
            )
        try:
            future = worker.submit(fn, *args, **kwargs)
        except BrokenProcessPool:  # it died while idle: nothing is lost, the next one takes it
            self._replace(worker)
            return self._run(fn, *args, **kwargs)
        try:
            result = future.result(timeout=self._time_limit)
        except BrokenProcessPool:
            self._replace(worker)
            raise ComputationLostError(
                "The computation was lost: expected its process to answer. Received word that the "
                "process died. A fresh one is taking its place: try again, and with smaller "
                "dimensions if it happens twice."
            ) from None
        except (TimeoutError, FutureTimeoutError):  # one and the same from Python 3.11
            if future.done():  # the computation itself raised it, or came back in the last moment
                self._idle.put(worker)
                return future.result()
            self._replace(worker)
            raise ComputationStoppedError(
                f"The computation was stopped: expected a result within {self._time_limit:g} "
                "seconds. Received none. Choose smaller dimensions, or try again."
            ) from None
        except BaseException:
            self._idle.put(worker)
            raise
        self._idle.put(worker)
        return result

    def _replace(self, worker: ProcessPoolExecutor) -> None:
        self._discard(worker)
        self._in_background(self._add)

    def _discard(self, worker: ProcessPoolExecutor) -> None:
        self._alive.discard(worker)
        worker.shutdown(wait=False, kill_workers=True)

    def _add(self) -> None:
        """Start a worker, and put it among the idle ones once it is warm."""
        for attempt in range(1, _ATTEMPTS + 1):
            worker = ProcessPoolExecutor(
                max_workers=1,
                timeout=None,
                initializer=die_with,
                initargs=(os.getpid(),),
                env={"CUDA_VISIBLE_DEVICES": "-1"},
            )
            self._alive.add(worker)
            try:
                worker.submit(explore_api.warm_up).result()
            except Exception:  # noqa: BLE001 (whatever keeps TensorFlow from starting is logged)
                self._discard(worker)
                if self._closed:
                    return
                _LOG.exception("A worker did not start, attempt %d of %d.", attempt, _ATTEMPTS)
                time.sleep(1)
            else:
                self._idle.put(worker)
                self.warm.set()
                return
        if not self._alive:  # else the others go on without it
            self._idle.put(None)
        self.warm.set()

    @staticmethod
    def _in_background(work: Callable[[], Any]) -> None:
        threading.Thread(target=work, daemon=True).start()


@cache
def workers() -> Workers:
    """Return the server's workers; the first call starts them."""
    return _started()


@cache
def author_workers() -> Workers:
    """Return the workers of an author's own code; the first call starts them.

    Whatever it does to its process (it patches Keras, say, or leaves a thread behind), all other
    numbers are computed elsewhere.
    """
    return _started()


def _started() -> Workers:
    started = Workers()
    atexit.register(started.shutdown, wait=False)
    return started
