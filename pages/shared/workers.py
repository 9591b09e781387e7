"""The way to the workers: processes of their own in which TensorFlow lives.

``Workers`` has the interface of ``concurrent.futures.Executor``. A computation that hangs, dies or
takes too much memory takes down its own process only, and a fresh one replaces it. Where the server
has a cluster, the cluster's workers take part: what may leave the machine goes to them first.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

from streamlit.runtime.scriptrunner import get_script_run_ctx

from layers.api import processes
from layers.cluster.leaving import may_leave
from layers.worker import (
    MEMORY_LIMIT,
    RUNS,
    AuthorWorker,
    ComputationLostError,
    ComputationStoppedError,
    IdleDeathError,
    Worker,
)
from pages.shared.settings import MOST_WORKERS, configured_cluster, configured_workers
from pages.shared.temporary import server_folder
from pages.shared.turns import Job, Turns

if TYPE_CHECKING:
    from pages.shared.cluster import Cluster

__all__ = [
    "ComputationLostError",
    "ComputationStoppedError",
    "Workers",
    "author_workers",
    "workers",
]
TIME_LIMIT = float(os.environ.get("LAYERSCOPE_TIME_LIMIT", "20"))
"""Seconds that one computation may take."""
_ATTEMPTS = 3
_ENDED = "The computation was lost: expected the server to run. Received its end. Start it again."
_LOG = logging.getLogger("layerscope")


class Workers(Executor):
    """A few warm worker processes, one computation at a time in each; ``Turns`` says whose."""

    def __init__(
        self,
        count: int = 2,
        time_limit: float = TIME_LIMIT,
        memory_limit: int = MEMORY_LIMIT,
        kind: type[Worker] = Worker,
    ) -> None:
        """Start the first worker, and when it is warm the next: it has the machine to itself."""
        self.cluster: Cluster | None = None
        """Whose workers take part; None where there is none."""
        self.warm = threading.Event()
        self.computations = 0
        """How many have been started in this pool's life."""
        self._time_limit = time_limit
        self._memory_limit = memory_limit
        self._kind = kind
        self._threads = ThreadPoolExecutor(count + MOST_WORKERS, thread_name_prefix="worker")
        self._lock = threading.RLock()
        self._turns = Turns()
        # Last in, first out: the worker that has just computed is the one with warm caches.
        self._idle: list[Worker] = []
        self._alive: set[Worker] = set()
        self._failed = False
        self._closed = False
        self._in_thread(lambda: [self._add() for _ in range(count)])

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Run ``fn`` in the next free worker.

        The future fails with ``ComputationLostError`` where the worker dies, is not back in time or
        takes too much memory; what ``fn`` itself raises comes through, as
        ``layers.api.processes.guarded`` raises it.
        """
        return self._submit(fn, args, kwargs)

    def submit_long(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Run ``fn``, which takes seconds, as ``submit`` does, and let others go first.

        It gives way to whatever else wants a processor, and takes the worker that has waited
        longest: the one with warm caches stays for the others.
        """
        return self._submit(processes.in_background, (fn, *args), kwargs, is_long=True)

    def _submit(
        self, function: Callable[..., Any], arguments: tuple, named: dict, *, is_long: bool = False
    ) -> Future:
        context = get_script_run_ctx(suppress_warning=True)
        job = Job(
            visitor=context.session_id if context else "",
            function=function,
            arguments=arguments,
            named=named,
            is_long=is_long,
            leaves=self.cluster is not None and may_leave(function, *arguments, **named),
        )
        with self._lock:
            if self._closed:
                raise RuntimeError("The workers have been shut down.")
            self._turns.waiting.append(job)
        self._dispatch()
        return job.future

    def use(self, cluster: Cluster) -> None:
        """Let the workers of a cluster take part from now on."""
        self.cluster = cluster
        cluster.start(self.arrange)

    def arrange(self, elsewhere: Collection[Worker]) -> None:
        """Let these workers elsewhere take part, and no others."""
        with self._lock:
            before = {worker for worker in self._alive if worker.is_elsewhere}
            self._alive -= before - set(elsewhere)
            self._idle = [worker for worker in self._idle if worker in self._alive]
            new = set(elsewhere) - before
            self._alive |= new
            self._idle += new
        if new:
            self.warm.set()
            self._dispatch()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:
        """Kill all workers; what still runs in them is lost."""
        with self._lock:
            self._closed = True
            waiting = self._turns.take_out()
            alive = tuple(self._alive)
        for worker in alive:
            worker.kill()
        if self.cluster is not None:
            self.cluster.end()
        for job in waiting:
            if not job.future.cancel():
                job.future.set_exception(ComputationLostError(_ENDED))
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _dispatch(self) -> None:
        """Give idle workers to waiting jobs."""
        with self._lock:
            if self._failed:
                for job in self._turns.take_out(lambda job: not any(map(job.fits, self._alive))):
                    self._refuse(job)
            while not self._closed and (found := self._turns.next(self._idle)) is not None:
                job, worker = found
                self._turns.waiting.remove(job)
                # A job whose worker had died before it began is already marked as running.
                again = job.future.running()
                if again or job.future.set_running_or_notify_cancel():
                    self._turns.begin(job)
                    self.computations += not again
                    self._idle.remove(worker)
                    self._threads.submit(self._run, job, worker)

    def _run(self, job: Job, worker: Worker) -> None:
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
            if self._again(job):
                return
            error = ComputationLostError(_ENDED)
        except ComputationLostError as lost:
            self._replace(worker)
            error = lost
        except BaseException as raised:  # noqa: BLE001 (whatever the computation raises is its result)
            self._free(worker)
            error = raised
        else:
            self._free(worker)
        with self._lock:
            self._turns.end(job)
        if error is not None:
            job.future.set_exception(error)
        else:
            job.future.set_result(result)
        self._dispatch()

    def _again(self, job: Job) -> bool:
        """Put a job that has not begun back to the front; return False where all has ended."""
        with self._lock:
            if self._closed:
                return False
            self._turns.put_back(job)
        self._dispatch()
        return True

    def _free(self, worker: Worker) -> None:
        """Put a worker among the idle ones, or clear it first where that makes nobody wait."""
        with self._lock:
            if worker not in self._alive:  # elsewhere, and it takes part no longer
                return
            others_idle = bool(self._idle) and not self._turns.waiting
            # In a pool that is never idle they are cleared after four times as many.
            due = worker.runs >= (RUNS if others_idle else 4 * RUNS)
            if not due and not (others_idle and worker.is_large(self._memory_limit)):
                self._idle.append(worker)
                return
        self._in_thread(lambda: self._clear(worker))

    def _clear(self, worker: Worker) -> None:
        """Clear a worker's kernels, or replace it where it takes too much memory."""
        try:
            worker.clear_kernels(self._time_limit)
        except Exception:  # noqa: BLE001 (a worker that cannot be cleared is replaced)
            self._replace(worker)
            return
        if worker.is_large(self._memory_limit):
            self._replace(worker)
            return
        with self._lock:
            self._idle.insert(0, worker)
        self._dispatch()

    def _replace(self, worker: Worker) -> None:
        self._discard(worker)
        if not worker.is_elsewhere:  # there they replace it themselves
            self._in_thread(self._add)

    def _discard(self, worker: Worker) -> None:
        with self._lock:
            self._alive.discard(worker)
        worker.kill()

    def _add(self) -> None:
        """Start a worker, and put it among the idle ones once it is warm."""
        for attempt in range(1, _ATTEMPTS + 1):
            if self._closed:
                return
            worker = self._kind(str(server_folder()))
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
    def _refuse(job: Job) -> None:
        job.future.set_exception(
            ComputationLostError(
                "Nothing can be computed: expected a process with TensorFlow to start. Received "
                f"{_ATTEMPTS} failures, named in the server's log. Install the requirements and "
                "start the server again."
            )
        )

    @staticmethod
    def _in_thread(work: Callable[[], Any]) -> None:
        threading.Thread(target=work, daemon=True).start()


@cache
def workers() -> Workers:
    """Return the server's workers; the first call starts them, and looks for the cluster's."""
    pool = _started(Worker)
    if address := configured_cluster():
        from pages.shared.cluster import Cluster

        pool.use(Cluster(address))
    return pool


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
