"""What there is to say about a run in figures: parameters, weights one by one, invariants."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.traces.trace import Trace

if TYPE_CHECKING:
    from layers.catalog.spec import Invariant


@dataclass(frozen=True, kw_only=True)
class WeightRow:
    """One of ``layer.get_weights()``, summed up; figures are over the finite numbers."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    trainable: bool
    minimum: float
    mean: float
    maximum: float
    deviation: float
    zeros: float
    distinct_columns: int
    values: np.ndarray

    def __post_init__(self) -> None:
        """Lock the array, because runs are shared between visitors."""
        self.values.setflags(write=False)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Lock it again, because unpickled arrays come back writable."""
        self.__dict__.update(state)
        self.values.setflags(write=False)


@dataclass(frozen=True, kw_only=True)
class InvariantResult:
    """An invariant and the figure measured in this run; None where it was not tested."""

    sentence: str
    figure: str
    measured: float | None
    tolerance: float

    @property
    def holds(self) -> bool | None:
        """Whether it holds; None where it was not tested."""
        return None if self.measured is None else self.measured <= self.tolerance


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Parameter counts of a layer."""

    total: int
    trainable: int
    non_trainable: int


def weight_row(name: str, values: np.ndarray, *, trainable: bool) -> WeightRow:
    """Sum one weight up.

    Args:
        name: as the trace names it.
        values: a copy of its numbers, of any rank.
        trainable: whether training moves it.
    """
    finite = values[np.isfinite(values)].astype("float64") if values.size else values
    if not finite.size:
        finite = np.array([np.nan])
    columns = values.reshape(math.prod(values.shape[:-1]), *(values.shape[-1:] or (1,)))
    return WeightRow(
        name=name,
        shape=tuple(values.shape),
        dtype=str(values.dtype),
        trainable=trainable,
        minimum=float(finite.min()),
        mean=float(finite.mean()),
        maximum=float(finite.max()),
        deviation=float(finite.std()),
        zeros=float((values == 0).mean()) if values.size else 0.0,
        distinct_columns=_distinct(columns.T) if values.size else 0,
        values=values,
    )


def _distinct(rows: np.ndarray) -> int:
    same_zero = np.where(rows == 0, rows.dtype.type(0), rows)  # of two zeros: -0.0 is 0.0
    return len({row.tobytes() for row in same_zero})


def measure(invariant: Invariant, trace: Trace) -> InvariantResult:
    """Measure one invariant in one run."""
    return InvariantResult(
        sentence=invariant.sentence,
        figure=invariant.figure,
        measured=invariant.measure(trace),
        tolerance=invariant.tolerance,
    )
