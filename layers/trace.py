"""What one run of a layer leaves behind: named tensors, and the steps between them. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from layers.steps import Op

Role = Literal["input", "weight", "state", "constant", "intermediate", "output"]


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """One array of a run.

    Attributes:
        values: the array; read-only, because runs are shared between visitors.
        axes: one word an axis (``"batch"``, ``"features"``, ``"units"``).
        role: what it is to the layer.
        symbol: its LaTeX symbol in the formula, such as ``X`` or ``W_{1}``.
    """

    values: np.ndarray
    axes: tuple[str, ...]
    role: Role
    symbol: str

    def __post_init__(self) -> None:
        """Check that every axis has a word, and lock the array."""
        # Of rank 0 TensorFlow gives a NumPy scalar, which is no array and cannot be locked.
        object.__setattr__(self, "values", np.asarray(self.values))
        if len(self.axes) != self.values.ndim:
            raise ValueError(
                f"a tensor cannot be described: expected one word for each of its "
                f"{self.values.ndim} axes. Received {self.axes}. Name every axis."
            )
        self.values.setflags(write=False)

    def __reduce__(self) -> tuple:
        """Rebuild through the constructor, because unpickled arrays come back writable."""
        return _tensor, (self.values, self.axes, self.role, self.symbol)


def _tensor(values: np.ndarray, axes: tuple[str, ...], role: Role, symbol: str) -> Tensor:
    return Tensor(values=values, axes=axes, role=role, symbol=symbol)


@dataclass(frozen=True)
class Step:
    """One operation of a run: ``result = op(*operands)``, all by tensor name.

    ``shown=False`` marks a result that is only passed on (``X W`` on its way to ``X W + b``): it is
    in the trace and in downloads, but the picture goes straight on to the next operation.
    """

    op: Op
    operands: tuple[str, ...]
    result: str
    axes: tuple[str, ...]
    symbol: str
    shown: bool = True


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One run: ``tensors`` by name, in the order they came to be, and the ``steps`` between them.

    ``history`` holds, for a layer with state, the state after each call: (calls, *state).
    """

    tensors: Mapping[str, Tensor]
    steps: tuple[Step, ...]
    history: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Lock the history, as the tensors are."""
        if self.history is not None:
            self.history.setflags(write=False)

    def __reduce__(self) -> tuple:
        """Rebuild through the constructor, because unpickled arrays come back writable."""
        return _trace, (self.tensors, self.steps, self.history)

    def __getitem__(self, name: str) -> np.ndarray:
        """Return the values of one tensor."""
        return self.tensors[name].values

    def redo(self) -> dict[str, np.ndarray]:
        """Redo every step in NumPy, in float64, from the inputs and weights alone.

        Returns:
            result name → float64 array: an independent second opinion on TensorFlow's values.
        """
        made = {name: t.values.astype("float64") for name, t in self.tensors.items()}
        redone: dict[str, np.ndarray] = {}
        with np.errstate(all="ignore"):  # infinities and NaN are the input's own, and are compared
            for step in self.steps:
                operands = [redone.get(name, made[name]) for name in step.operands]
                redone[step.result] = step.op.evaluate(*operands)
        return redone

    def disagreement(self) -> float:
        """Return the largest absolute difference between TensorFlow's run and ``redo``.

        Where both are NaN, or the same infinity, they agree; where only one is, the answer is inf.
        """
        return max((largest_difference(self[k], v) for k, v in self.redo().items()), default=0.0)


def _trace(
    tensors: Mapping[str, Tensor], steps: tuple[Step, ...], history: np.ndarray | None
) -> Trace:
    return Trace(tensors=tensors, steps=steps, history=history)


def largest_difference(left: np.ndarray, right: np.ndarray) -> float:
    """Return max |left − right|: equal NaN and infinities agree, unequal ones differ by inf.

    >>> largest_difference(np.array([1.0, np.nan]), np.array([1.5, np.nan]))
    0.5
    """
    if left.shape != right.shape:
        return float("inf")
    same = (left == right) | (np.isnan(left) & np.isnan(right))
    if same.all():
        return 0.0
    difference = np.abs(left[~same].astype("float64") - right[~same].astype("float64"))
    return float("inf") if np.isnan(difference).any() else float(difference.max())
