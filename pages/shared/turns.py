"""Whose turn it is: the computations that wait for a worker, and how many run for each visitor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

from layers.worker import Worker


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """A computation that waits.

    Attributes:
        visitor: whose it is; empty for nobody in particular.
        function: what is computed.
        arguments: the function's.
        named: those with names.
        is_long: whether it takes seconds; then it takes the worker that has waited longest.
        leaves: whether it may be computed on another machine.
        future: of its result.
    """

    visitor: str
    function: Callable[..., Any]
    arguments: tuple
    named: dict[str, Any]
    is_long: bool = False
    leaves: bool = False
    future: Future = field(default_factory=Future)

    def fits(self, worker: Worker) -> bool:
        """Return whether a worker may have it."""
        return self.leaves or not worker.is_elsewhere


class Turns:
    """A fair queue. It has no lock of its own: threads that share it need one.

    Next is the first job of the visitor who has the fewest running, and a visitor who has one
    running never gets the last idle worker.
    """

    def __init__(self) -> None:
        self.waiting: list[Job] = []
        self._running: Counter[str] = Counter()

    def next(self, idle: Sequence[Worker]) -> tuple[Job, Worker] | None:
        """Return the job to run now, and where; None where all have to wait.

        Args:
            idle: the workers without a computation, the one that has waited longest first.
        """
        for job in sorted(self.waiting, key=self._load) if idle else ():
            order = idle if job.is_long else reversed(idle)
            usable = [worker for worker in order if job.fits(worker)]
            if len(usable) > (1 if self._load(job) else 0):
                return job, max(usable, key=lambda worker: worker.is_elsewhere)
        return None

    def begin(self, job: Job) -> None:
        """Count a job among those that run."""
        self._running[job.visitor] += 1

    def end(self, job: Job) -> None:
        """Stop counting a job that has ended."""
        self._running[job.visitor] -= 1
        if not self._running[job.visitor]:
            del self._running[job.visitor]

    def put_back(self, job: Job) -> None:
        """Put a job that has not begun back to the front; only this machine may run it now."""
        self.end(job)
        self.waiting.insert(0, replace(job, leaves=False))

    def take_out(self, which: Callable[[Job], bool] = lambda _: True) -> Iterable[Job]:
        """Take waiting jobs out of the queue, all of them or some, and return them."""
        taken = [job for job in self.waiting if which(job)]
        self.waiting = [job for job in self.waiting if job not in taken]
        return taken

    def _load(self, job: Job) -> int:
        """Return how many computations of a job's visitor run; 0 where no visitor is known."""
        return self._running[job.visitor] if job.visitor else 0
