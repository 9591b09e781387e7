"""Depth to space and back: the channels of one cell are the cells of a block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.operations.op import LayoutOp, Spans
from layers.operations.spans import Span, Table


@dataclass(frozen=True)
class DepthToSpace(LayoutOp):
    """Each cell's channels become a block of cells: pixel shuffle.

    Attributes:
        block: rows and columns of a block.
    """

    block: int

    @property
    def noun(self) -> str:
        """``blocks``."""
        return "blocks"

    @property
    def sign(self) -> str:
        """``depth to space``."""
        return "depth to space"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Unfold the channels."""
        batch, rows, columns, channels = values.shape
        n = self.block
        parts = values.reshape(batch, rows, columns, n, n, channels // n**2)
        return parts.transpose(0, 1, 3, 2, 4, 5).reshape(batch, rows * n, columns * n, -1)

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the one cell."""
        _, rows, columns, channels = values.shape
        n, left = self.block, channels // self.block**2
        row, column, channel = np.ix_(range(rows * n), range(columns * n), range(left))
        own = ((row % n) * n + column % n) * left + channel
        return ((Span(0), Span(1, every=n), Span(2, every=n), Table((1, 2, 3), own)),)


@dataclass(frozen=True)
class SpaceToDepth(LayoutOp):
    """Each block of cells becomes the channels of one: the inverse of ``DepthToSpace``.

    Attributes:
        block: rows and columns of a block.
    """

    block: int

    @property
    def noun(self) -> str:
        """``channels``."""
        return "channels"

    @property
    def sign(self) -> str:
        """``space to depth``."""
        return "space to depth"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Fold the blocks."""
        batch, rows, columns, channels = values.shape
        n = self.block
        parts = values.reshape(batch, rows // n, n, columns // n, n, channels)
        return parts.transpose(0, 1, 3, 2, 4, 5).reshape(
            batch, rows // n, columns // n, n * n * channels
        )

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return the one cell."""
        _, rows, columns, channels = values.shape
        n = self.block
        place = np.arange(n * n * channels) // channels
        row = np.arange(rows // n)[:, None] * n + place // n
        column = np.arange(columns // n)[:, None] * n + place % n
        own = (Span(0), Table((1, 3), row), Table((2, 3), column), Span(3, wrap=channels))
        return (own,)
