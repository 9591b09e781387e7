"""A built layer with its data, ready to be trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from layers.inputs.cells import Edit
from layers.inputs.description import SEED
from layers.recording import record
from layers.recording.given import clean, unique
from layers.recording.owners import owned
from layers.runs.edits import Placed, apply_edits
from layers.runs.prepare import Call
from layers.runs.run import state_put_back
from layers.training.running.data import Data
from layers.training.running.loop import TrainingLoop
from layers.training.running.teacher import outputs_of
from layers.training.settings import Settings
from layers.training.subject import Subject
from layers.training.targets import make_targets

TEACHER_SEED = 1_000
"""How far a teacher's seed is from the layer's."""


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A built layer with its data.

    Attributes:
        layer: as its seed made it, edits included.
        arguments: of its call.
        keywords: likewise, by name.
        inputs: the arrays in them, by name.
        targets: float32, of the first output's shape.
        axes: input or weight → one word for each of its axes.
        teacher: a teacher's weights by path; empty where there is none.
        refused: why edits could not be made.
        script: Python that makes inputs and layer, and prints one call; empty where there is none.
        outputs: how many arrays the layer returns.
    """

    layer: Any
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    inputs: Mapping[str, np.ndarray]
    targets: np.ndarray
    axes: Mapping[str, tuple[str, ...]]
    teacher: Mapping[str, np.ndarray] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    script: str = ""
    outputs: int = 1
    _loops: list[TrainingLoop] = field(default_factory=list, repr=False, compare=False)

    def loop(self, settings: Settings) -> TrainingLoop:
        """Return its loop for a training: the one that is there, if that has these settings."""
        if not self._loops or self._loops[0].settings != settings:
            data = Data.of(self.layer, self.arguments, self.targets, settings, self.keywords)
            self._loops[:] = [TrainingLoop(data, settings)]
        return self._loops[0]


def with_edits(layer: Any, call: Call, edits: Sequence[Edit]) -> Placed:
    """Put a visitor's numbers into the layer's weights and the call's arrays, in place."""
    if not edits:
        return Placed()
    with state_put_back(layer):
        trace = record(layer, *call.arguments, **call.named)
    return apply_edits(trace, layer, (call,), edits)


def targets_of(
    subject: Subject,
    first: np.ndarray,
    shape: tuple[int, ...],
    make: Callable[[int], Any],
    arguments: tuple[Any, ...],
    keywords: Mapping[str, Any],
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the targets, and a teacher's weights by path.

    Args:
        subject: what is trained.
        first: its first input, (batch, …).
        shape: of its first output.
        make: returns the layer for a seed.
        arguments: of its call.
        keywords: likewise, by name.
    """
    if isinstance(subject.targets, np.ndarray):
        return subject.targets.astype("float32"), {}
    if subject.targets != "teacher":
        return make_targets(subject.targets, first, shape, subject.seed), {}
    teacher = make((subject.seed + TEACHER_SEED) % (SEED.maximum + 1))
    weights: dict[str, np.ndarray] = {}
    targets = outputs_of(teacher, arguments, keywords)[0].astype("float32")
    for known in owned(teacher).values():
        if known.trainable:
            weights[unique(clean(known.path), weights)] = np.array(known.variable.numpy())
    return targets, weights
