"""As much of a trace as is explained; ``layers.traces.Trace`` is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from layers.operations.op import Op


class StepLike(Protocol):
    """One operation of a run: ``result = op(*operands)``, all by tensor name."""

    @property
    def op(self) -> Op:
        """The operation."""

    @property
    def operands(self) -> Sequence[str]:
        """The operands' names."""

    @property
    def result(self) -> str:
        """The result's name."""

    @property
    def shown(self) -> bool:
        """False where the result is only passed on, and written out in its place."""


class RunLike(Protocol):
    """Tensors by name, and the steps between them."""

    @property
    def tensors(self) -> Mapping[str, Any]:
        """The tensors by name."""

    @property
    def steps(self) -> Sequence[StepLike]:
        """The steps, each behind those that make its operands."""

    def __getitem__(self, name: str) -> np.ndarray:
        """Return the values of one tensor."""
