"""The way to the workers: processes of their own in which TensorFlow lives.

``Workers`` has the interface of ``concurrent.futures.Executor``, so that another executor (a
cluster's, say) could stand in its place. A computation that hangs, dies or takes too much memory
takes down its own process only, and a fresh one replaces it.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shared import worker as worker_module
from pages.shared.settings import configured_workers
from pages.shared.worker import (
    AuthorWorker,
    ComputationLostError,
    ComputationStoppedError,
    IdleDeathError,
    Worker,
)

__all__ = [
    "ComputationLostError",
    "ComputationStoppedError",
    "Workers",
    "author_workers",
    "workers",
]
TIME_LIMIT = float(os.environ.get("LAYERSCOPE_TIME_LIMIT", "20"))
"""Seconds that one computation may take."""
RUNS = 500
"""Computations after which a worker's kernels are cleared while another worker is idle: 500 leave
up to 35 MB. In a pool that is never idle they are cleared after four times as many."""
REPLACED_ABOVE = 0.5
"""The part of the memory limit above which an idle worker is replaced."""
_ATTEMPTS = 3
_ENDED = "The computation was lost: expected the server to run. Received its end. Start it again."
_LOG = logging.getLogger("layerscope")


@dataclass(frozen=True, kw_only=True)
class _Job:
    """A computation that waits; of a visitor, or of nobody in particular."""

    visitor: str
    function: Callable[..., Any]
    arguments: tuple
    named: dict[str, Any]
    future: Future = field(default_factory=Future)


class Workers(Executor):
    """A few warm worker processes, one computation at a time in each.

    The queue is fair: next is the first job of the visitor who has the fewest running, and a
    visitor who has one running never gets the last idle worker.
    """

    def __init__(
        self,
        count: int = 2,
        time_limit: float = TIME_LIMIT,
        memory_limit: int = worker_module.MEMORY_LIMIT,
        kind: type[Worker] = Worker,
    ) -> None:
        """Start the first worker, and when it is warm the next: it has the machine to itself."""
        self.warm = threading.Event()
        self.computations = 0
        """How many have been started in this pool's life."""
        self._time_limit = time_limit
        self._memory_limit = memory_limit
        self._kind = kind
        self._threads = ThreadPoolExecutor(count + 1, thread_name_prefix="worker")
        self._lock = threading.RLock()
        self._waiting: list[_Job] = []
        self._running: Counter[str] = Counter()
        # Last in, first out: the worker that has just computed is the one with warm caches.
        self._idle: list[Worker] = []
        self._alive: set[Worker] = set()
        self._failed = False
        self._closed = False
        self._in_background(lambda: [self._add() for _ in range(count)])

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Run ``fn`` in the next free worker.

        The future fails with ``ComputationLostError`` where the worker dies, is not back in time or
        takes too much memory; what ``fn`` itself raises comes through, as
        ``layers.api.processes.guarded`` raises it.
        """
        context = get_script_run_ctx(suppress_warning=True)
        visitor = context.session_id if context else ""
        job = _Job(visitor=visitor, function=fn, arguments=args, named=kwargs)
        with self._lock:
            if self._closed:
                raise RuntimeError("The workers have been shut down.")
            self._waiting.append(job)
        self._dispatch()
        return job.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:
        """Kill all workers; what still runs in them is lost."""
        with self._lock:
            self._closed = True
            waiting, self._waiting = self._waiting, []
            alive = tuple(self._alive)
        for worker in alive:
            worker.kill()
        for job in waiting:
            if not job.future.cancel():
                job.future.set_exception(ComputationLostError(_ENDED))
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _dispatch(self) -> None:
        """Give idle workers to waiting jobs."""
        with self._lock:
            while self._waiting and not self._closed:
                if self._failed and not self._alive:
                    self._refuse(self._waiting.pop(0))
                    continue
                job = self._next()
                if job is None:
                    return
                self._waiting.remove(job)
                # A job whose worker had died before it began is already marked as running.
                if job.future.running() or job.future.set_running_or_notify_cancel():
                    self._running[job.visitor] += 1
                    self.computations += 1
                    self._threads.submit(self._run, job, self._idle.pop())

    def _next(self) -> _Job | None:
        """Return the job to run now; None where all have to wait."""
        fits = [job for job in self._waiting if len(self._idle) > (1 if self._load(job) else 0)]
        return min(fits, key=self._load, default=None)

    def _load(self, job: _Job) -> int:
        """Return how many computations of a job's visitor run; 0 where no visitor is known."""
        return self._running[job.visitor] if job.visitor else 0

    def _run(self, job: _Job, worker: Worker) -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            result = worker.run(
                job.function,
                *job.arguments,
                time_limit=self._time_limit,
                memory_limit=self._memory_limit,
                **job.named,
            )
        except IdleDeathError:
            self._replace(worker)
            with self._lock:
                self._running[job.visitor] -= 1
                self._waiting.insert(0, job)
            self._dispatch()
            return
        except ComputationLostError as lost:
            self._replace(worker)
            error = lost
        except BaseException as raised:  # noqa: BLE001 (whatever the computation raises is its result)
            self._free(worker)
            error = raised
        else:
            self._free(worker)
        with self._lock:
            self._running[job.visitor] -= 1
        if error is not None:
            job.future.set_exception(error)
        else:
            job.future.set_result(result)
        self._dispatch()

    def _free(self, worker: Worker) -> None:
        """Put a worker among the idle ones, or clear it first where that makes nobody wait."""
        with self._lock:
            others_idle = bool(self._idle) and not self._waiting
            due = worker.runs >= (RUNS if others_idle else 4 * RUNS)
            if not due and not (others_idle and self._is_large(worker)):
                self._idle.append(worker)
                return
        self._in_background(lambda: self._clear(worker))

    def _is_large(self, worker: Worker) -> bool:
        limit = max(REPLACED_ABOVE * self._memory_limit, 1.5 * worker.memory_at_start)
        return worker.memory() > limit

    def _clear(self, worker: Worker) -> None:
        """Clear a worker's kernels, or replace it where it takes too much memory."""
        try:
            worker.clear_kernels(self._time_limit)
        except Exception:  # noqa: BLE001 (a worker that cannot be cleared is replaced)
            self._replace(worker)
            return
        if self._is_large(worker):
            self._replace(worker)
            return
        with self._lock:
            self._idle.insert(0, worker)
        self._dispatch()

    def _replace(self, worker: Worker) -> None:
        self._discard(worker)
        self._in_background(self._add)

    def _discard(self, worker: Worker) -> None:
        with self._lock:
            self._alive.discard(worker)
        worker.kill()

    def _add(self) -> None:
        """Start a worker, and put it among the idle ones once it is warm."""
        for attempt in range(1, _ATTEMPTS + 1):
            if self._closed:
                return
            worker = self._kind()
            with self._lock:
                self._alive.add(worker)
            try:
                worker.warm_up()
            except Exception:  # noqa: BLE001 (whatever keeps TensorFlow from starting is logged)
                self._discard(worker)
                if self._closed:
                    return
                _LOG.exception("A worker did not start, attempt %d of %d.", attempt, _ATTEMPTS)
                time.sleep(1)
            else:
                if self._closed:
                    self._discard(worker)
                    return
                with self._lock:
                    self._idle.append(worker)
                self.warm.set()
                self._dispatch()
                return
        self._failed = True  # where others are alive, they go on without it
        self.warm.set()
        self._dispatch()

    @staticmethod
    def _refuse(job: _Job) -> None:
        job.future.set_exception(
            ComputationLostError(
                "Nothing can be computed: expected a process with TensorFlow to start. Received "
                f"{_ATTEMPTS} failures, named in the server's log. Install the requirements and "
                "start the server again."
            )
        )

    @staticmethod
    def _in_background(work: Callable[[], Any]) -> None:
        threading.Thread(target=work, daemon=True).start()


@cache
def workers() -> Workers:
    """Return the server's workers; the first call starts them."""
    return _started(Worker)


@cache
def author_workers() -> Workers:
    """Return the workers of an author's own code; the first call starts them.

    Whatever a layer does to its process (it patches Keras, say, or leaves a thread behind), all
    other numbers are computed elsewhere, those of the module's other layers too.
    """
    return _started(AuthorWorker)


def _started(kind: type[Worker]) -> Workers:
    started = Workers(configured_workers(), kind=kind)
    atexit.register(started.shutdown, wait=False)
    return started
