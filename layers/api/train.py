"""What the Train page submits to a worker. TensorFlow is imported inside the functions only.

Everything that crosses is plain data. A step is asked for with the history, so that any worker can
answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.inputs.cells import Cell
from layers.inputs.fields import BadInputError
from layers.training.history import History, Moment
from layers.training.plane import LossPlane
from layers.training.progress import FileProgress
from layers.training.step import FiniteDifference, StepTraces
from layers.training.subject import Subject

__all__ = [
    "Subject",
    "Training",
    "measure_difference",
    "measure_plane",
    "show_moment",
    "show_step",
    "train",
]


@dataclass(frozen=True, kw_only=True)
class Training:
    """A history, what it was trained on, and the code that repeats it.

    Attributes:
        history: every step.
        inputs: by name.
        targets: float32, of the first output's shape.
        teacher: of a teacher's targets its weights by path, which training should find; else empty.
        code: plain Keras that prints the same losses; empty where there is none.
        refused: why edits could not be made.
    """

    history: History
    inputs: Mapping[str, np.ndarray]
    targets: np.ndarray
    teacher: Mapping[str, np.ndarray]
    code: str
    refused: tuple[str, ...] = ()

    @property
    def nbytes(self) -> int:
        """Bytes of all the arrays, for a cache that is bounded by them."""
        arrays = (*self.inputs.values(), self.targets, *self.teacher.values())
        return self.history.nbytes + sum(each.nbytes for each in arrays) + len(self.code)


def train(
    subject: Subject, how: Mapping[str, Any], progress: FileProgress | None = None
) -> Training:
    """Train a layer.

    Args:
        subject: which layer, on what.
        how: arguments of ``layers.training.train``: ``steps``, ``loss``, ``optimizer``, ….
        progress: where to note the steps taken; asked before each whether to stop.

    Raises:
        BadInputError: a setting, a layer, inputs or targets that do not fit.
    """
    from layers.training import train as run

    with _ready(subject) as ready:
        history = run(
            ready.layer,
            ready.arguments,
            ready.targets,
            call_arguments=ready.keywords,
            progress=progress,
            stop=progress.stopped if progress else None,
            **how,
        )
        return Training(
            history=history,
            inputs=ready.inputs,
            targets=ready.targets,
            teacher=ready.teacher,
            code=_code(ready, history),
            refused=ready.refused,
        )


def show_step(subject: Subject, history: History, step: int) -> StepTraces:
    """Return one step in full; errors as ``layers.training.step_traces``."""
    from layers.training import step_traces

    with _ready(subject, kept=True) as ready:
        return step_traces(
            history,
            step,
            ready.layer,
            ready.arguments,
            ready.targets,
            call_arguments=ready.keywords,
            input_axes=ready.axes,
            loop=ready.loop(history.settings),
        )


def show_moment(subject: Subject, history: History, step: int) -> Moment:
    """Return one step's numbers; errors as ``layers.training.moment``."""
    from layers.training import moment

    if history.full:
        return history.moment(step)
    with _ready(subject, kept=True) as ready:
        return moment(
            history,
            step,
            ready.layer,
            ready.arguments,
            ready.targets,
            call_arguments=ready.keywords,
        )


def measure_difference(
    subject: Subject, history: History, step: int, weight: str, index: tuple[int, ...]
) -> FiniteDifference:
    """Return what moving one number changes; errors as ``layers.training.finite_difference``."""
    from layers.training import finite_difference

    with _ready(subject, kept=True) as ready:
        return finite_difference(
            history,
            step,
            ready.layer,
            ready.arguments,
            ready.targets,
            weight=weight,
            index=index,
            call_arguments=ready.keywords,
            loop=ready.loop(history.settings),
        )


def measure_plane(
    subject: Subject,
    history: History,
    cells: tuple[Cell, ...] = (),
    progress: FileProgress | None = None,
) -> LossPlane:
    """Return the losses over a plane; arguments and errors as ``layers.training.loss_plane``."""
    from layers.training import loss_plane

    with _ready(subject, kept=True) as ready:
        return loss_plane(
            history,
            ready.layer,
            ready.arguments,
            ready.targets,
            cells=cells,
            call_arguments=ready.keywords,
            progress=progress,
            stop=progress.stopped if progress else None,
        )


def _ready(subject: Subject, *, kept: bool = False) -> AbstractContextManager[Any]:
    from layers.training.running.ready import ready

    return ready(subject, kept=kept)


def _code(ready: Any, history: History) -> str:
    from layers.training import code

    if not ready.script:
        return ""
    try:
        return code(
            history,
            ready.script,
            ready.targets,
            names=tuple(ready.inputs),
            outputs=ready.outputs,
            regularized=bool(ready.layer.losses),
        )
    except BadInputError:  # a layer whose script does not end in one call has no such code
        return ""
