"""Trains in a worker while the page says how far it is, and stops it where it is asked to."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping
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
class Job:
    """A training of one visitor.

    Attributes:
        key: what it trains and how, as something that can be compared.
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


def trained(subject: Subject, how: Mapping[str, Any]) -> Training:
    """Return a training: the one that is there, where nothing changed.

    Raises:
        ValueError: what the training refuses; always a sentence.
    """
    key = hashable((subject, dict(how)))
    job = session().training
    if job is None or job.key != key:
        if job:
            _stop(job)
        job = session().training = _started(key, subject, how)
    _watch(job, how["steps"])
    try:
        return job.future.result()[0]
    except ValueError:
        session().training = None  # what is asked for again is tried again
        raise


def _started(key: Any, subject: Subject, how: Mapping[str, Any]) -> Job:
    folder = Path(tempfile.mkdtemp(prefix="training-", dir=server_folder()))
    progress = FileProgress(path=str(folder / "progress"))
    pool = author_workers() if subject.own else workers()
    future = pool.submit(explore_api.timed, train_api.train, subject, dict(how), progress)
    future.add_done_callback(lambda _: shutil.rmtree(folder, ignore_errors=True))
    return Job(key=key, future=future, progress=progress)


def _watch(job: Job, steps: int) -> None:
    """Show how far a training is, with a button that stops it, until it is done."""
    if not workers().warm.is_set():
        with st.spinner(STARTING, show_time=True):
            workers().warm.wait()
    started, bar = time.monotonic(), None
    place = st.empty()
    while not wait([job.future], timeout=_LOOK).done:
        taken = job.progress.read()
        now = time.monotonic()
        job.first = job.first or (now if taken else None)
        if job.first and now - job.first > _LONGEST:
            job.stopped_for_time = True
            _stop(job)
        if now - started < SHOWN_AFTER:
            continue
        if bar is None:
            with place.container(horizontal=True, vertical_alignment="center"):
                bar = st.progress(0.0)
                st.button(
                    "Stop training",
                    key=widget_key("stop_training"),
                    on_click=_stop,
                    args=(job,),
                    width="content",
                )
        if taken:
            share = min(1.0, taken[0] / steps)
            bar.progress(share, f"{taken[0]:,} of {steps:,} steps, loss {taken[1]:.4g}")
        else:
            bar.progress(0.0, "The training is about to begin")
    place.empty()


def _stop(job: Job) -> None:
    """Ask to stop; the folder is gone where it has just ended by itself."""
    with suppress(FileNotFoundError):
        job.progress.stop()
