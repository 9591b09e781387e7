"""What the Check-up page shows of a layer that is trained, saved and loaded, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, kw_only=True)
class VariableShown:
    """One variable of a layer.

    Attributes:
        name: its path from the layer: ``self.w``.
        known: whether Keras tracks it, as one of ``layer.weights``.
        trainable: whether it is declared trainable.
        values: before training; float32.
        gradient: at the first step, with the shape of ``values``; None if there is none.
    """

    name: str
    known: bool
    trainable: bool
    values: np.ndarray
    gradient: np.ndarray | None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Measurements of a layer that was trained, saved and loaded.

    Attributes:
        layer: the name of its class.
        variables: the tracked ones first.
        parameters: the number that Keras counts.
        losses: before the first step, and after each.
        changes: how far each trainable number is from its start: float32, (steps + 1, numbers).
        before: the trained model's outputs, float32.
        after: the loaded model's outputs on the same inputs, float32; None if there is none.
        reload: why the saved model could not be loaded; empty if it could. If not, ``after`` is
            the output of a new model with the saved weights.
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
        per_variable = [a for v in self.variables for a in (v.values, v.gradient) if a is not None]
        return [a for a in (*per_variable, self.changes, self.before, self.after) if a is not None]

    @property
    def nbytes(self) -> int:
        """Bytes of all the arrays, for a cache that is bounded by them."""
        return 200 + sum(array.nbytes for array in self.arrays)

    @property
    def reload_difference(self) -> float | None:
        """The largest difference between ``after`` and ``before``.

        None if the saved model could not be loaded, or if the shapes differ.
        """
        if self.reload or self.after is None or self.after.shape != self.before.shape:
            return None
        return float(np.abs(self.after - self.before).max(initial=0.0))

    def __post_init__(self) -> None:
        """Lock the arrays, because results are shared between visitors."""
        for array in self.arrays:
            array.setflags(write=False)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Lock them again, because unpickled arrays are writable."""
        self.__dict__.update(state)
        for array in self.arrays:
            array.setflags(write=False)
