"""Convolutions: a kernel on every window of an image. Channels stand last.

A cell of padding is zero and adds nothing: the written arithmetic leaves it out, and says how many
there were.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from layers.operations.arithmetic import Expression, Number, OperandCell, Product, Sum
from layers.operations.op import Index, Op, Spans
from layers.operations.pooling import AveragePool, MaxPool, Patches
from layers.operations.spans import Span, Table, whole
from layers.operations.windows import (
    Padding,
    Spread,
    Window,
    padded,
    pieces,
    same_padding,
    windows,
)

__all__ = [
    "AveragePool",
    "Conv",
    "ConvTranspose",
    "DepthwiseConv",
    "MaxPool",
    "Patches",
    "same_padding",
]


Channels = list[tuple[int, tuple[int, ...]]]
"""(channel of the image, the kernel's index behind its size)."""


class _Convolution(Op):
    """What all convolutions share."""

    infix: ClassVar[bool] = True

    @property
    def noun(self) -> str:
        """``convolved``."""
        return "convolved"

    @property
    def sign(self) -> str:
        """``*``."""
        return "*"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "convolution"

    def latex(self, *operands: str) -> str:
        r"""Write ``X \ast W``."""
        return r" \ast ".join(operands)


def _sum_of_products(
    index: Index,
    own: tuple[Window, ...],
    values: np.ndarray,
    kernel: np.ndarray,
    channels: Channels,
) -> Sum:
    """Return the products of a window with a kernel, zeros of the padding counted.

    Args:
        index: of the result's cell.
        own: the windows.
        values: the image.
        kernel: (*size, …).
        channels: (channel of the image, the kernel's index behind its size).
    """
    terms: list[Expression] = []
    padding = 0
    for tap in np.ndindex(*(window.size for window in own)):
        spatial = tuple(w.cell(at, t) for w, at, t in zip(own, index[1:-1], tap, strict=True))
        inside = all(w.holds(at, t) for w, at, t in zip(own, index[1:-1], tap, strict=True))
        for channel, rest in channels:
            weight = OperandCell(1, (*tap, *rest), kernel[(*tap, *rest)])
            if inside:
                at = (index[0], *spatial, channel)
                terms.append(Product((OperandCell(0, at, values[at]), weight)))
            elif np.isfinite(weight.value):
                padding += 1
            else:  # zero times infinity is NaN, for TensorFlow as well
                terms.append(Product((Number(0.0), weight)))
    return Sum(tuple(terms), padding)


@dataclass(frozen=True)
class Conv(_Convolution):
    """A kernel (*size, in ÷ groups, out) on every window: a sum of products each.

    Attributes:
        strides: from one window to the next, one number a spatial axis.
        padding: zeros (before, after) each spatial axis.
        dilation: from one cell of a window to the next.
        groups: parts of the channels that do not mix.
    """

    strides: tuple[int, ...]
    padding: Padding
    dilation: tuple[int, ...]
    groups: int = 1

    def _windows(self, values: np.ndarray, kernel: np.ndarray) -> tuple[Window, ...]:
        return windows(
            values.shape[1:-1], kernel.shape[:-2], self.strides, self.padding, self.dilation
        )

    def evaluate(self, values: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        """Multiply and add, tap by tap."""
        own = self._windows(values, kernel)
        split = (self.groups, kernel.shape[-2])
        shape = (len(values), *(window.count for window in own))
        out = kernel.shape[-1] // self.groups
        found = np.zeros((*shape, self.groups, out), np.result_type(values, kernel))
        with np.errstate(all="ignore"):
            for tap, piece in pieces(padded(values, self.padding), own):
                grouped = piece.reshape(*shape, *split)
                weights = kernel[tap].reshape(kernel.shape[-2], self.groups, out)
                found += np.einsum("...gi,igo->...go", grouped, weights, optimize=True)
        return found.reshape(*shape, kernel.shape[-1])

    def spans(self, values: np.ndarray, kernel: np.ndarray) -> tuple[Spans, ...]:
        """Return the window in the group's channels, and the filter where it meets no padding."""
        own = self._windows(values, kernel)
        last, size = values.ndim - 1, kernel.shape[-2]
        every = kernel.shape[-1] // self.groups
        group = Span(last, size, size, every=every) if self.groups > 1 else whole(size)
        image = tuple(window.span(axis + 1) for axis, window in enumerate(own))
        taps = tuple(window.taps(axis + 1) for axis, window in enumerate(own))
        return (Span(0), *image, group), (*taps, whole(size), Span(last))

    def expression(self, index: Index, values: np.ndarray, kernel: np.ndarray) -> Expression:
        """Return the products of the window and the filter, channel by channel in each tap."""
        size, out = kernel.shape[-2:]
        first = index[-1] // (out // self.groups) * size
        channels: Channels = [(first + at, (at, index[-1])) for at in range(size)]
        return _sum_of_products(index, self._windows(values, kernel), values, kernel, channels)


@dataclass(frozen=True)
class DepthwiseConv(_Convolution):
    """A kernel (*size, channels, multiplier) on every window of each channel alone.

    Attributes:
        strides: from one window to the next, one number a spatial axis.
        padding: zeros (before, after) each spatial axis.
        dilation: from one cell of a window to the next.
    """

    strides: tuple[int, ...]
    padding: Padding
    dilation: tuple[int, ...]

    @property
    def says(self) -> str:
        """The sign in words."""
        return "convolution of each channel alone"

    _windows = Conv._windows

    def evaluate(self, values: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        """Multiply and add, tap by tap."""
        own = self._windows(values, kernel)
        shape = (len(values), *(window.count for window in own))
        found = np.zeros((*shape, *kernel.shape[-2:]), np.result_type(values, kernel))
        with np.errstate(all="ignore"):
            for tap, piece in pieces(padded(values, self.padding), own):
                found += piece[..., None] * kernel[tap]
        return found.reshape(*shape, -1)

    def spans(self, values: np.ndarray, kernel: np.ndarray) -> tuple[Spans, ...]:
        """Return the window in the one channel, and the filter where it meets no padding."""
        own = self._windows(values, kernel)
        last, times = values.ndim - 1, kernel.shape[-1]
        image = tuple(window.span(axis + 1) for axis, window in enumerate(own))
        taps = tuple(window.taps(axis + 1) for axis, window in enumerate(own))
        channel = Span(last, every=times)
        return (Span(0), *image, channel), (*taps, channel, Span(last, wrap=times))

    def expression(self, index: Index, values: np.ndarray, kernel: np.ndarray) -> Expression:
        """Return the products of the window and the channel's filter."""
        channel, times = divmod(index[-1], kernel.shape[-1])
        own = self._windows(values, kernel)
        return _sum_of_products(index, own, values, kernel, [(channel, (channel, times))])


@dataclass(frozen=True)
class ConvTranspose(_Convolution):
    """A convolution turned round: every cell adds its multiple of the kernel (*size, out, in).

    Attributes:
        strides: those of the convolution that it transposes.
        padding: that of the convolution that it transposes; it is cut off here.
        size: the spatial lengths of the result.
        dilation: that of the convolution that it transposes; none if empty.
        groups: parts of the channels that do not mix; the kernel is (*size, out ÷ groups, in).
    """

    strides: tuple[int, ...]
    padding: Padding
    size: tuple[int, ...]
    dilation: tuple[int, ...] = ()
    groups: int = 1

    @property
    def says(self) -> str:
        """The sign in words."""
        return "transposed convolution"

    @property
    def sign(self) -> str:
        """``*ᵀ``."""
        return "*ᵀ"

    def _spreads(self, values: np.ndarray, kernel: np.ndarray) -> tuple[Spread, ...]:
        before = tuple(first for first, _ in self.padding)
        dilation = self.dilation or (1,) * len(self.strides)
        return tuple(
            Spread(*each)
            for each in zip(
                self.size,
                values.shape[1:-1],
                kernel.shape[:-2],
                self.strides,
                before,
                dilation,
                strict=True,
            )
        )

    def evaluate(self, values: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        """Add every cell's multiple of the kernel, tap by tap, then cut the padding off."""
        own = self._spreads(values, kernel)
        lengths = tuple(
            max(s.before + s.length, (s.count - 1) * s.stride + (s.size - 1) * s.dilation + 1)
            for s in own
        )
        out, each = kernel.shape[-2], kernel.shape[-1] // self.groups
        shape = (len(values), *lengths, self.groups, out)
        found = np.zeros(shape, np.result_type(values, kernel))
        grouped = values.reshape(*values.shape[:-1], self.groups, each)
        with np.errstate(all="ignore"):
            for tap in np.ndindex(*kernel.shape[:-2]):
                cuts = tuple(
                    slice(t * s.dilation, t * s.dilation + (s.count - 1) * s.stride + 1, s.stride)
                    for t, s in zip(tap, own, strict=True)
                )
                if values.size:
                    weights = kernel[tap].reshape(out, self.groups, each)
                    found[(slice(None), *cuts)] += np.einsum(
                        "...gi,ogi->...go", grouped, weights, optimize=True
                    )
        inside = tuple(slice(spread.before, spread.before + spread.length) for spread in own)
        return found[(slice(None), *inside)].reshape(len(values), *self.size, self.groups * out)

    def spans(self, values: np.ndarray, kernel: np.ndarray) -> tuple[Spans, ...]:
        """Return the cells whose window reaches the result's cell, and their taps."""
        own = self._spreads(values, kernel)
        last = values.ndim - 1
        tables: list[tuple[Table, Table]] = [s.spans(axis + 1) for axis, s in enumerate(own)]
        out, each = kernel.shape[-2], kernel.shape[-1] // self.groups
        split = self.groups > 1
        channels = Span(last, each, each, every=out) if split else whole(values.shape[-1])
        image = (Span(0), *(places for places, _ in tables), channels)
        filters = Span(last, wrap=out if split else 0)
        return image, (*(taps for _, taps in tables), filters, channels)

    def expression(self, index: Index, values: np.ndarray, kernel: np.ndarray) -> Expression:
        """Return the products of the cells and their taps."""
        own = self._spreads(values, kernel)
        pairs = [spread.pairs(at) for spread, at in zip(own, index[1:-1], strict=True)]
        terms = []
        group, own_filter = divmod(index[-1], kernel.shape[-2])
        each = kernel.shape[-1] // self.groups
        for found in itertools.product(*pairs):
            places, taps = tuple(at for at, _ in found), tuple(tap for _, tap in found)
            for channel in range(group * each, (group + 1) * each):
                cell = (index[0], *places, channel)
                weight = (*taps, own_filter, channel)
                terms.append(
                    Product(
                        (OperandCell(0, cell, values[cell]), OperandCell(1, weight, kernel[weight]))
                    )
                )
        return Sum(tuple(terms))

    def latex(self, *operands: str) -> str:
        r"""Write ``X \ast^{\top} W``."""
        return r" \ast^{\top} ".join(operands)
