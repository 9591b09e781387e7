"""Cells that become several: tiled, repeated, broadcast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from layers.operations.op import LayoutOp, Spans
from layers.operations.spans import Span, along, broadcast, whole


@dataclass(frozen=True)
class Tile(LayoutOp):
    """The whole array again and again along each axis."""

    multiples: tuple[int, ...]
    copies: ClassVar[bool] = True

    @property
    def noun(self) -> str:
        """``tiled``."""
        return "tiled"

    @property
    def sign(self) -> str:
        """``tile 1 × 3``."""
        return f"tile {' × '.join(map(str, self.multiples))}"

    @property
    def says(self) -> str:
        """The sign in words."""
        times = ", ".join(map(str, self.multiples))
        return f"the whole again and again: {times} times along each axis"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Tile."""
        return np.tile(values, self.multiples)

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell, begun anew after every length."""
        return (
            tuple(
                whole(1) if n == 1 else Span(axis, wrap=0 if times == 1 else n)
                for axis, (n, times) in enumerate(zip(values.shape, self.multiples, strict=True))
            ),
        )


@dataclass(frozen=True)
class Repeat(LayoutOp):
    """Each cell several times along an axis.

    Attributes:
        times: how often.
        axis: along which.
    """

    times: int
    axis: int
    copies: ClassVar[bool] = True

    @property
    def noun(self) -> str:
        """``repeated``."""
        return "repeated"

    @property
    def sign(self) -> str:
        """``repeat ×5``."""
        return f"repeat ×{self.times}"

    @property
    def says(self) -> str:
        """The sign in words."""
        return f"repeat {self.times} times"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Repeat."""
        return np.repeat(values, self.times, axis=self.axis)

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the cell, which stays the same for several of the result."""
        if not values.ndim:
            return ((),)  # one number, repeated
        axis = self.axis % values.ndim
        spans = list(along(values.shape))
        spans[axis] = whole(1) if values.shape[axis] == 1 else Span(axis, every=self.times)
        return (tuple(spans),)

    def latex(self, *operands: str) -> str:
        r"""Write ``\mathrm{repeat}_{5}(w)``."""
        return rf"\mathrm{{repeat}}_{{{self.times}}}({operands[0]})"


@dataclass(frozen=True)
class BroadcastTo(LayoutOp):
    """The same numbers for every index of the axes that an operand lacks."""

    shape: tuple[int, ...]
    copies: ClassVar[bool] = True

    @property
    def noun(self) -> str:
        """``repeated``."""
        return "repeated"

    @property
    def sign(self) -> str:
        """``repeat to 2 × 3``."""
        return f"repeat to {' × '.join(map(str, self.shape)) or 'one number'}"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Broadcast."""
        return np.broadcast_to(values, self.shape).copy()

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the one cell that was repeated."""
        return (broadcast(values.shape, len(self.shape)),)

    def latex(self, *operands: str) -> str:
        """Write the operand alone: it is the same numbers."""
        return operands[0]
