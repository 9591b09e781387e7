"""What the Check-up page shows of a layer at work, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, kw_only=True)
class VariableShown:
    """One variable that a layer has.

    Attributes:
        name: the way to it: ``self.w``.
        known: whether Keras knows it, as one of ``layer.weights``.
        trainable: as it was declared.
        values: before training.
        gradient: of the first step; None where there is none.
    """

    name: str
    known: bool
    trainable: bool
    values: np.ndarray
    gradient: np.ndarray | None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A layer trained, saved and loaded.

    Attributes:
        layer: its class.
        variables: known ones first.
        parameters: as Keras counts them.
        losses: before the first step, and after each.
        changes: how far each trainable number is from where it started: (steps + 1, numbers).
        before: what the trained model returns.
        after: what the loaded one returns; None where there is none.
        reload: why the saved model could not be loaded; empty where it could. ``after`` is then of
            a fresh model with the saved weights.
    """

    layer: str
    variables: tuple[VariableShown, ...]
    parameters: int
    losses: tuple[float, ...]
    changes: np.ndarray
    before: np.ndarray
    after: np.ndarray | None
    reload: str

    @property
    def arrays(self) -> list[np.ndarray]:
        """All arrays."""
        own = [a for v in self.variables for a in (v.values, v.gradient) if a is not None]
        return [a for a in (*own, self.changes, self.before, self.after) if a is not None]

    @property
    def nbytes(self) -> int:
        """Bytes of all the arrays, for a cache that is bounded by them."""
        return 200 + sum(array.nbytes for array in self.arrays)

    @property
    def apart(self) -> float | None:
        """How far the loaded model's outputs are from the saved one's."""
        if self.after is None or self.after.shape != self.before.shape:
            return None
        return float(np.abs(self.after - self.before).max(initial=0.0))

    def __post_init__(self) -> None:
        """Lock the arrays, because results are shared between visitors."""
        for array in self.arrays:
            array.setflags(write=False)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Lock them again, because unpickled arrays come back writable."""
        self.__dict__.update(state)
        for array in self.arrays:
            array.setflags(write=False)
