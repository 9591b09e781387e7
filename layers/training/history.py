"""What a training leaves behind: every step's loss, and states in full or as keyframes."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from layers.inputs.fields import BadInputError
from layers.training.settings import Settings

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One step in numbers.

    Attributes:
        step: from 0; the number of steps for what is there after the last.
        loss: before the step; NaN after the last, where no loss was computed.
        weights: every variable of the layer by its path, before the step.
        slots: what the optimizer remembers, before the step.
        gradients: of the weights that training moves; empty after the last step.
        updates: of the weights, what the step added, in float64 (in float32 the difference of two
            weights is exact wherever they are within a factor of two); empty after the last.
    """

    step: int
    loss: float
    weights: Arrays
    slots: Arrays
    gradients: Arrays
    updates: Arrays

    @property
    def nbytes(self) -> int:
        """Bytes of all the arrays."""
        kinds = (self.weights, self.slots, self.gradients, self.updates)
        return sum(array.nbytes for each in kinds for array in each.values())


@dataclass(frozen=True, kw_only=True)
class History:
    """All steps of a training. Plain data: it crosses between processes and is drawn by pages.

    States are numbered by the steps before them: state 0 is the start, step t goes from state t to
    state t + 1. ``losses`` has one more number than there are steps where the last loss was no
    finite number and so the step after it was not taken.

    Attributes:
        settings: how it was trained.
        steps: how many steps were taken.
        losses: of state 0, 1, …, float64 that hold TensorFlow's own numbers.
        kept: the states that are kept, ascending, 0 first; all of them while they are small.
        weights: variable path → (kept states, *shape).
        slots: slot name (``kernel/momentum``) → (kept states, *shape).
        gradients: weight path → (losses, *shape); empty where not all states are kept.
        full: whether all states and gradients are kept.
        fixed: path → why the weight does not move; those that training moves are not in it.
        failure: why it ended before its time; empty where it did not.
        notes: what is worth a sentence beside the curve.
    """

    settings: Settings
    steps: int
    losses: np.ndarray
    kept: tuple[int, ...]
    weights: Arrays
    slots: Arrays
    gradients: Arrays
    full: bool = True
    fixed: Mapping[str, str] = field(default_factory=dict)
    failure: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Lock every array: histories are shared between visitors."""
        for array in self._arrays():
            array.setflags(write=False)

    def __reduce__(self) -> tuple:
        """Rebuild through the constructor, because unpickled arrays come back writable."""
        return _history, (dict(vars(self)),)

    @property
    def nbytes(self) -> int:
        """Bytes of all the arrays."""
        return sum(array.nbytes for array in self._arrays())

    def keyframe(self, step: int) -> int:
        """Return the last kept state that is not after a step's.

        Raises:
            BadInputError: there is no such step.
        """
        self.check(step)
        return self.kept[bisect.bisect_right(self.kept, step) - 1]

    def near(self, step: int) -> History:
        """Return the little of it from which one step can be computed again, to be passed on.

        Raises:
            BadInputError: there is no such step.
        """
        start = self.keyframe(min(step, self.steps))
        at = slice(self.kept.index(start), self.kept.index(start) + 1)
        return replace(
            self,
            kept=(start,),
            weights={name: array[at].copy() for name, array in self.weights.items()},
            slots={name: array[at].copy() for name, array in self.slots.items()},
            gradients={},
            full=False,
        )

    def check(self, step: int) -> None:
        """Refuse a step that was not taken.

        Raises:
            BadInputError: in a sentence.
        """
        if not 0 <= step <= self.steps:
            raise BadInputError(
                f"The step cannot be shown: expected one from 0 to {self.steps}. Received {step}. "
                "Choose one that was taken."
            )

    def state(self, step: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Return the weights and the slots of a kept state.

        Raises:
            BadInputError: the state is not kept: ``layers.training.moment`` computes it again.
        """
        self.check(step)
        if step not in self.kept:
            raise BadInputError(
                f"The state cannot be read: expected one of {len(self.kept)} that are kept. "
                f"Received step {step}. Compute it again with `moment`, from the layer."
            )
        at = bisect.bisect_left(self.kept, step)
        return (
            {name: array[at] for name, array in self.weights.items()},
            {name: array[at] for name, array in self.slots.items()},
        )

    def moment(self, step: int) -> Moment:
        """Return one step of a history that is kept in full.

        Raises:
            BadInputError: there is no such step, or it is not kept.
        """
        weights, slots = self.state(step)
        taken = step < len(self.losses)
        if taken and not self.full:
            raise BadInputError(
                "The step's gradients cannot be read: expected a history that is kept in full. "
                f"Received keyframes every {self.kept[1] - self.kept[0]} steps. Compute it again "
                "with `moment`, from the layer."
            )
        after = self.state(step + 1)[0] if step < self.steps else {}
        return Moment(
            step=step,
            loss=float(self.losses[step]) if taken else float("nan"),
            weights=weights,
            slots=slots,
            gradients={n: array[step] for n, array in self.gradients.items()} if taken else {},
            updates=differences(weights, after),
        )

    def _arrays(self) -> list[np.ndarray]:
        states = (self.weights, self.slots, self.gradients)
        return [self.losses, *(array for each in states for array in each.values())]


def differences(before: Arrays, after: Arrays) -> dict[str, np.ndarray]:
    """Return after minus before in float64, of what both have and is a floating number."""
    with np.errstate(all="ignore"):
        return {
            name: after[name].astype("float64") - before[name].astype("float64")
            for name in before
            if name in after and before[name].dtype.kind not in "biu"
        }


def _history(fields: dict) -> History:
    return History(**fields)
