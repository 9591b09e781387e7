"""What makes a Dask worker one of Layerscope's: it holds a process with TensorFlow.

deploy/dask.yaml names this module as the workers' preload. The process and its limits are those of
a server's own workers: one that is too slow or too large is ended and replaced. The Dask worker
itself passes bytes on. It registers with the scheduler once its process is warm, and takes nothing
while it is being replaced.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from distributed import Status, WorkerPlugin, get_worker
from distributed import Worker as DaskWorker

from layers.cluster.call import packed_error, run_packed
from layers.cluster.versions import versions
from layers.training.progress import FileProgress
from layers.worker import RUNS, ComputationLostError, IdleDeathError, Worker

NAME = "layerscope"
BEGUN = "begun"
TAKEN = "taken"
_PATIENCE = 1.0
"""Seconds that a computation waits for a process that is being replaced; then another takes it."""
_LOOK = 0.2
"""Seconds between two looks at how far a training is."""
_LOG = logging.getLogger("distributed.layerscope")


async def dask_setup(worker: DaskWorker) -> None:
    """Start the process; Dask calls this before the worker registers with its scheduler."""
    host = Host(worker)
    await asyncio.to_thread(host.start)
    worker.startup_information[NAME] = lambda _: versions()
    await worker.plugin_add(host, name=NAME, catch_errors=False)


def compute(name: str, call: bytes, topic: str, limits: tuple[float, int]) -> bytes | None:
    """Run a call in this worker's process; what Dask runs.

    Args:
        name: of the computation.
        call: by ``layers.cluster.call.packed``.
        topic: where to say that it has begun, and how far it is.
        limits: its time in seconds, and the process's memory in bytes.

    Returns:
        What ``layers.cluster.call.result_of`` takes; None where it was not begun.
    """
    host = get_worker().plugins[NAME]
    assert isinstance(host, Host)  # noqa: S101 (we have put it there)
    return host.compute(name, call, topic, limits)


def stop(name: str, dask_worker: DaskWorker) -> None:
    """Ask a training of this name to stop, where this worker runs it."""
    host = dask_worker.plugins[NAME]
    if isinstance(host, Host):
        host.stop(name)


class Host(WorkerPlugin):
    """The process of one Dask worker; it takes one computation at a time."""

    def __init__(self, dask: DaskWorker) -> None:
        self._dask = dask
        self._folder = Path(tempfile.mkdtemp(prefix="layerscope-"))
        self._worker: Worker | None = None
        self._idle: Worker | None = None
        self._changed = threading.Condition()
        self._running = ""

    def start(self) -> None:
        """Start a process, and wait until it is warm."""
        self._worker = worker = Worker(str(self._folder))
        worker.warm_up()
        self._put(worker)

    def teardown(self, worker: DaskWorker) -> None:  # noqa: ARG002 (Dask passes it)
        """End the process, and remove the folder."""
        if self._worker is not None:
            self._worker.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def compute(
        self, name: str, call: bytes, topic: str, limits: tuple[float, int]
    ) -> bytes | None:
        """Run a call in the process; see the function of this name."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._idle, timeout=_PATIENCE):
                return None
            worker, self._idle = self._idle, None
        assert worker is not None  # noqa: S101 (it was waited for)
        self._running = name
        ended = threading.Event()
        arguments = (name, topic, ended)
        threading.Thread(target=self._report, args=arguments, daemon=True).start()
        try:
            return self._outcome(worker, call, name, limits)
        finally:
            self._running = ""
            ended.set()

    def stop(self, name: str) -> None:
        """Ask the training of this name to stop, where it runs here."""
        if self._running == name:
            self._progress(name).stop()

    def _outcome(
        self, worker: Worker, call: bytes, name: str, limits: tuple[float, int]
    ) -> bytes | None:
        time_limit, memory_limit = limits
        run = partial(worker.run, run_packed, call, self._progress(name).path)
        try:
            answer = run(time_limit=time_limit, memory_limit=memory_limit)
        except IdleDeathError:
            self._replace(worker)
            return None
        except ComputationLostError as lost:
            self._replace(worker)
            return packed_error(lost)
        except Exception as raised:  # noqa: BLE001 (whatever the computation raises is its result)
            if not isinstance(raised, ValueError):  # else it is a sentence for the page
                _LOG.error("A computation failed.", exc_info=raised)
            answer = packed_error(raised)
        if worker.runs >= RUNS or worker.is_large(memory_limit):
            self._clear(worker, time_limit, memory_limit)
        else:
            self._put(worker)
        return answer

    def _report(self, name: str, topic: str, ended: threading.Event) -> None:
        """Say that a computation has begun, and how far it is."""
        self._dask.log_event(topic, {BEGUN: name})
        progress, before = self._progress(name), None
        while not ended.wait(_LOOK):
            if (taken := progress.read()) and taken != before:
                before = taken
                self._dask.log_event(topic, {TAKEN: name, "step": taken[0], "loss": taken[1]})
        for file in self._folder.glob(f"{name}*"):
            file.unlink(missing_ok=True)

    def _progress(self, name: str) -> FileProgress:
        return FileProgress(path=str(self._folder / name))

    def _put(self, worker: Worker) -> None:
        with self._changed:
            self._idle = worker
            self._changed.notify_all()

    def _replace(self, worker: Worker) -> None:
        """Start another process instead; meanwhile the scheduler sends nothing here."""
        worker.kill()
        self._while_paused(self.start)

    def _clear(self, worker: Worker, time_limit: float, memory_limit: int) -> None:
        """Clear a worker's kernels, or replace it where it takes too much memory."""

        def clear() -> None:
            with suppress(Exception):  # a worker that cannot be cleared is replaced
                worker.clear_kernels(time_limit)
                if not worker.is_large(memory_limit):
                    self._put(worker)
                    return
            worker.kill()
            self.start()

        self._while_paused(clear)

    def _while_paused(self, work: Any) -> None:
        self._set_status(Status.paused)

        def do() -> None:
            try:
                work()
            except Exception:  # noqa: BLE001 (whatever keeps TensorFlow from starting is logged)
                # The nanny starts a whole worker instead, as often as it takes.
                _LOG.exception("The process with TensorFlow did not start.")
                self._dask.loop.add_callback(self._dask.close, reason="no process", nanny=False)
            else:
                self._set_status(Status.running)

        threading.Thread(target=do, daemon=True).start()

    def _set_status(self, status: Status) -> None:
        self._dask.loop.add_callback(setattr, self._dask, "status", status)
