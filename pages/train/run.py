"""Long work in a worker while the page says how far it is, and stops it where it is asked to."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from layers.api import explore as explore_api
from layers.api import train as train_api
from layers.api.train import Training
from layers.training.progress import FileProgress
from layers.training.subject import Subject
from pages.shared.compute import STARTING, hashable
from pages.shared.internals import give_way
from pages.shared.session import session, widget_key
from pages.shared.temporary import server_folder
from pages.shared.workers import TIME_LIMIT, author_workers, workers

SHOWN_AFTER = 0.7
"""Seconds after which progress is shown."""
_LOOK = 0.2
_LONGEST = 0.7 * TIME_LIMIT
"""Seconds after which a training is stopped, so that its steps are kept: a worker that is not back
within the time limit is replaced, and all is lost."""

TOO_LONG = (
    f"The training was stopped for its time: expected at most {_LONGEST:g} seconds. Received a "
    "longer one. Train fewer steps, or a smaller layer."
)


@dataclass(kw_only=True)
class LongJob:
    """Long work of one visitor in a worker: a training, or the measuring of a plane.

    Attributes:
        key: what is computed, as something that can be compared.
        future: its result.
        progress: how far it is, and how it is stopped.
        first: when its first step was seen, by the monotonic clock; None before.
        stopped_for_time: whether it was stopped because it took too long.
    """

    key: Any
    future: Future
    progress: FileProgress = field(repr=False)
    first: float | None = None
    stopped_for_time: bool = False

    def stop(self) -> None:
        """Ask to stop; the folder is gone where it has just ended by itself."""
        with suppress(FileNotFoundError):
            self.progress.stop()


def trained(subject: Subject, how: Mapping[str, Any]) -> Training:
    """Return a training: the one that is there, where nothing changed.

    Raises:
        ValueError: what the training refuses; always a sentence.
    """
    own = subject.own is not None
    job = current(session().training, train_api.train, subject, dict(how), own=own)
    session().training = job
    try:
        return finished(job, how["steps"], "training")
    except ValueError:
        session().training = None  # what is asked for again is tried again
        raise


def current(
    job: LongJob | None, function: Callable[..., Any], *arguments: Any, own: bool
) -> LongJob:
    """Return the job that does this work: the one that is there, if it does, or a new one.

    Args:
        job: what was begun before; it is stopped where it does other work.
        function: of ``layers.api``; its last argument is how it says how far it is.
        arguments: the others.
        own: whether an author's code runs in it.
    """
    key = hashable((function, *arguments))
    if job is not None and job.key == key:
        return job
    if job is not None:
        job.stop()
    folder = Path(tempfile.mkdtemp(prefix="training-", dir=server_folder()))
    progress = FileProgress(path=str(folder / "progress"))
    pool = author_workers() if own else workers()
    future = pool.submit_long(explore_api.timed, function, *arguments, progress)
    future.add_done_callback(lambda _: shutil.rmtree(folder, ignore_errors=True))
    return LongJob(key=key, future=future, progress=progress)


def finished(job: LongJob, steps: int, work: str, unit: str = "steps") -> Any:
    """Return a job's result; until it is done, show how far it is, with a button that stops it.

    Raises:
        ValueError: what the work refuses; always a sentence.
    """
    if not workers().warm.is_set():
        with st.spinner(STARTING, show_time=True):
            workers().warm.wait()
    started, bar = time.monotonic(), None
    place = st.empty()
    while not wait([job.future], timeout=_LOOK).done:
        give_way()
        taken = job.progress.read()
        now = time.monotonic()
        job.first = job.first or (now if taken else None)
        if job.first and now - job.first > _LONGEST:
            job.stopped_for_time = True
            job.stop()
        if now - started < SHOWN_AFTER:
            continue
        if bar is None:
            with place.container(horizontal=True, vertical_alignment="center"):
                bar = st.progress(0.0)
                key = widget_key(f"stop_{work}")
                st.button(f"Stop {work}", key=key, on_click=job.stop, width="content")
        if taken:
            share = min(1.0, taken[0] / steps)
            bar.progress(share, f"{taken[0]:,} of {steps:,} {unit}, loss {taken[1]:.4g}")
        else:
            bar.progress(0.0, f"The {work} is about to begin")
    place.empty()
    return job.future.result()[0]
