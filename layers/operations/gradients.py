"""What a backward pass computes of windows: the gradients of kernels, of pools and of slices.

The gradient of a convolution by its image is a ``ConvTranspose``, that of a bias a ``Reduce``, that
of a matrix product a ``Contract``; of functions of single cells see ``derivatives``.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from layers.operations.arithmetic import Expression, OperandCell, Product, Sum
from layers.operations.op import Index, Spans
from layers.operations.resizing import ResizeGradient
from layers.operations.spans import AnySpan, Span, Table, whole
from layers.operations.spreading import (
    AveragePoolGradient,
    Gradient,
    MaxPoolGradient,
    SliceGradient,
)
from layers.operations.windows import Padding, Window, covering, over, padded, pieces, windows

__all__ = [
    "AveragePoolGradient",
    "ConvFilterGradient",
    "DepthwiseInputGradient",
    "MaxPoolGradient",
    "ResizeGradient",
    "SliceGradient",
]


@dataclass(frozen=True)
class ConvFilterGradient(Gradient):
    """The gradient of a convolution's kernel (*size, in ÷ groups, out): every window adds to it.

    The operands are the convolution's image, and the gradient of its result.

    Attributes:
        size: the kernel's spatial lengths.
        strides: the convolution's.
        padding: the convolution's.
        dilation: the convolution's.
        groups: the convolution's.
        depthwise: of a convolution of each channel alone; the kernel is (*size, channels, times).
    """

    size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: Padding
    dilation: tuple[int, ...]
    groups: int = 1
    depthwise: bool = False

    @property
    def sign(self) -> str:
        """``Σ windows``."""
        return "Σ windows"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "each window times the gradient of its cell, added up"

    def _windows(self, values: np.ndarray) -> tuple[Window, ...]:
        return windows(values.shape[1:-1], self.size, self.strides, self.padding, self.dilation)

    def evaluate(self, values: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """Multiply and add, tap by tap."""
        own, channels = self._windows(values), values.shape[-1]
        groups = channels if self.depthwise else self.groups
        out = gradient.shape[-1] // groups
        split = gradient.reshape(*gradient.shape[:-1], groups, out)
        rest = (channels, out) if self.depthwise else (channels // groups, groups * out)
        found = np.zeros((*self.size, *rest), np.result_type(values, gradient))
        order = "gio" if self.depthwise else "igo"
        with np.errstate(all="ignore"):
            for tap, piece in pieces(padded(values, self.padding), own):
                grouped = piece.reshape(*split.shape[:-1], channels // groups)
                added = np.einsum(f"...gi,...go->{order}", grouped, split, optimize=True)
                found[tap] = added.reshape(rest)
        return found

    def spans(self, values: np.ndarray, gradient: np.ndarray) -> tuple[Spans, ...]:
        """Return the cells under the tap in all windows, and the gradients of their results."""
        last = values.ndim - 1
        under: list[AnySpan] = []
        windows_of: list[AnySpan] = []
        for axis, window in enumerate(self._windows(values)):
            taps = np.arange(window.size)
            start = window.dilation * taps - window.padding[0]
            first = np.maximum(0, -(start // window.stride))
            end = np.minimum(window.count, -((start - window.length) // window.stride))
            under.append(
                Span(axis, window.count, window.dilation, -window.padding[0], 1, 0, window.stride)
            )
            windows_of.append(Table((axis,), first, np.maximum(0, end - first)))
        times = gradient.shape[-1] // values.shape[-1]
        channel: AnySpan = Span(last - 1)
        result: AnySpan = Span(last)
        if self.depthwise:
            result = Span(((last - 1, times), (last, 1)))
        elif self.groups > 1:
            each = values.shape[-1] // self.groups
            group = np.arange(gradient.shape[-1]) // (gradient.shape[-1] // self.groups)
            channel = Table((last - 1, last), np.arange(each)[:, None] + each * group)
        batch = whole(len(values))
        return (batch, *under, channel), (batch, *windows_of, result)

    def expression(self, index: Index, values: np.ndarray, gradient: np.ndarray) -> Expression:
        """Return the sum of the products, window by window, without those that meet padding."""
        own = self._windows(values)
        tap = index[:-2]
        if self.depthwise:
            times = gradient.shape[-1] // values.shape[-1]
            channel, result = index[-2], index[-2] * times + index[-1]
        else:
            each = values.shape[-1] // self.groups
            group = index[-1] // (gradient.shape[-1] // self.groups)
            channel, result = group * each + index[-2], index[-1]
        terms = []
        for at in itertools.product(range(len(values)), *(range(w.count) for w in own)):
            taps = list(zip(own, at[1:], tap, strict=True))
            if all(w.holds(place, t) for w, place, t in taps):
                cell = (at[0], *(w.cell(place, t) for w, place, t in taps), channel)
                slope = (*at, result)
                terms.append(
                    Product(
                        (OperandCell(0, cell, values[cell]), OperandCell(1, slope, gradient[slope]))
                    )
                )
        return Sum(tuple(terms))


@dataclass(frozen=True)
class DepthwiseInputGradient(Gradient):
    """The gradient of the image of a convolution of each channel alone.

    The operands are the gradient of its result, and the kernel (*size, channels, times).

    Attributes:
        lengths: the image's spatial lengths.
        strides: the convolution's.
        padding: the convolution's.
        dilation: the convolution's.
    """

    lengths: tuple[int, ...]
    strides: tuple[int, ...]
    padding: Padding
    dilation: tuple[int, ...]

    @property
    def sign(self) -> str:
        """``*ᵀ``."""
        return "*ᵀ"

    @property
    def says(self) -> str:
        """The sign in words."""
        return "transposed convolution of each channel alone"

    def _windows(self, kernel: np.ndarray) -> tuple[Window, ...]:
        return windows(self.lengths, kernel.shape[:-2], self.strides, self.padding, self.dilation)

    def evaluate(self, gradient: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        """Add every gradient's multiple of the kernel, tap by tap, then cut the padding off."""
        own, (channels, times) = self._windows(kernel), kernel.shape[-2:]
        split = gradient.reshape(*gradient.shape[:-1], channels, times)
        wide = [n + sum(width) for n, width in zip(self.lengths, self.padding, strict=True)]
        dtype = np.result_type(gradient, kernel)
        found = np.zeros((len(gradient), *wide, channels), dtype)
        with np.errstate(all="ignore"):
            for tap, piece in pieces(found, own):  # each piece is a view of what is found
                np.add(piece, (split * kernel[tap]).sum(axis=-1), out=piece)
        inside = tuple(
            slice(a, a + n) for (a, _), n in zip(self.padding, self.lengths, strict=True)
        )
        return found[(slice(None), *inside)]

    def spans(self, gradient: np.ndarray, kernel: np.ndarray) -> tuple[Spans, ...]:
        """Return the results whose window holds the cell, and their taps."""
        last, times = gradient.ndim - 1, kernel.shape[-1]
        tables = [over(window, axis + 1) for axis, window in enumerate(self._windows(kernel))]
        image = (Span(0), *(places for places, _ in tables), Span(last, times, times))
        return image, (*(taps for _, taps in tables), Span(last), whole(times))

    def expression(self, index: Index, gradient: np.ndarray, kernel: np.ndarray) -> Expression:
        """Return the products of the gradients and their taps."""
        times = kernel.shape[-1]
        own = self._windows(kernel)
        pairs = [covering(window, cell) for window, cell in zip(own, index[1:-1], strict=True)]
        terms = []
        for found in itertools.product(*pairs):
            places, taps = tuple(at for at, _ in found), tuple(tap for _, tap in found)
            for more in range(times):
                cell = (index[0], *places, index[-1] * times + more)
                weight = (*taps, index[-1], more)
                terms.append(
                    Product(
                        (
                            OperandCell(0, cell, gradient[cell]),
                            OperandCell(1, weight, kernel[weight]),
                        )
                    )
                )
        return Sum(tuple(terms))
