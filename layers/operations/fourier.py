"""Discrete Fourier transforms: every cell of a spectrum is a sum over all cells of a signal."""

from __future__ import annotations

import cmath
import itertools
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from layers.operations.arithmetic import (
    Expression,
    Function,
    Number,
    OperandCell,
    Product,
    Quotient,
    Sum,
)
from layers.operations.op import Index, Op, Spans
from layers.operations.spans import Span


@dataclass(frozen=True)
class Fourier(Op):
    """The discrete Fourier transform along the last axes, or its inverse.

    Attributes:
        lengths: of the signal along each of these axes; it is cut there, or filled up with zeros.
        inverse: from a spectrum to a signal.
        half: the signal is real: of the spectrum's last axis only the first half is there, because
            the other half is its mirror image.
    """

    lengths: tuple[int, ...]
    inverse: bool = False
    half: bool = False

    @property
    def noun(self) -> Literal["signal", "spectrum"]:
        """``spectrum``, or ``signal``."""
        return "signal" if self.inverse else "spectrum"

    @property
    def sign(self) -> str:
        """``Fourier``."""
        return "inverse Fourier" if self.inverse else "Fourier"

    @property
    def says(self) -> str:
        """The sign in words."""
        return f"{'inverse ' if self.inverse else ''}Fourier transform"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Transform."""
        kind = f"{'i' if self.inverse else ''}{'r' if self.half else ''}fftn"
        axes = range(-len(self.lengths), 0)
        return getattr(np.fft, kind)(values, s=self.lengths, axes=axes)

    def spans(self, values: np.ndarray) -> tuple[Spans, ...]:
        """Return all cells along the transformed axes, as far as they are read."""
        batch = values.ndim - len(self.lengths)
        read = [Span(size=length) for length in self._read(values)]
        return ((*(Span(axis) for axis in range(batch)), *read),)

    def expression(self, index: Index, values: np.ndarray) -> Expression:
        """Return the sum of the cells, each times its turn of the circle."""
        batch = values.ndim - len(self.lengths)
        place, terms = index[batch:], []
        for own in itertools.product(*map(range, self._read(values))):
            at = (*index[:batch], *own)
            terms.append(self._term(OperandCell(0, at, values[at]), own, place))
        total = Sum(tuple(terms))
        return Quotient(total, Number(math.prod(self.lengths))) if self.inverse else total

    def latex(self, *operands: str) -> str:
        r"""Write ``\mathcal{F}(X)``."""
        power = "^{-1}" if self.inverse else ""
        return rf"\mathcal{{F}}{power}({operands[0]})"

    def _read(self, values: np.ndarray) -> list[int]:
        """Return how many cells of each transformed axis are read."""
        lengths = list(self.lengths)
        if self.inverse and self.half:
            lengths[-1] = lengths[-1] // 2 + 1
        return [min(pair) for pair in zip(lengths, values.shape[-len(lengths) :], strict=True)]

    def _term(self, cell: OperandCell, own: Index, place: Index) -> Expression:
        turns = sum(a * b / n for a, b, n in zip(own, place, self.lengths, strict=True)) % 1
        turn = cmath.exp((2j if self.inverse else -2j) * math.pi * turns)
        if self.inverse and self.half:
            twice = 0 < own[-1] < self.lengths[-1] / 2  # the mirror image adds as much
            part = Product((cell, _tidy(turn * (2 if twice else 1))))
            return Function((part,), name="real")
        return Product((cell, _tidy(turn)))


def _tidy(turn: complex) -> Number:
    """Return a number without the rounding of sines: i, and not 6e−17 + i."""
    return Number(complex(round(turn.real, 14), round(turn.imag, 14)))
