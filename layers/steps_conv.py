"""The operations of a small CNN that ``layers.steps`` lacks, by hand in NumPy, as those are.

Images are (batch, height, width, channels). ``same`` padding puts zeros around them, one more below
and right where they are odd.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from layers.spans import Shape, Span, digits, whole
from layers.steps import Op, Terms


def _before(length: int, span: Span, padding: str) -> int:
    """Return how many cells of padding stand before an axis of that length."""
    if padding != "same":
        return 0
    windows = -(-length // span.stride)
    return max(0, (windows - 1) * span.stride + span.size - length) // 2


def _window(
    shape: Shape, size: tuple[int, ...], strides: tuple[int, ...], padding: str
) -> tuple[Span, Span]:
    """Return the spans of height and width: a window that steps over an image."""
    plain = (Span(1, size[0], strides[0]), Span(2, size[1], strides[1]))
    down, across = (
        Span(span.axis, span.size, span.stride, -_before(length, span, padding))
        for span, length in zip(plain, shape[1:3], strict=True)
    )
    return down, across


def _padded(values: np.ndarray, window: tuple[Span, Span], fill: float) -> np.ndarray:
    """Return the image in its padding, which is wide enough for every window on either side."""
    widths = [(-span.offset, span.size) for span in window]
    return np.pad(values, ((0, 0), *widths, (0, 0)), constant_values=fill)


def _windows(
    values: np.ndarray, window: tuple[Span, Span], padding: str, fill: float
) -> np.ndarray:
    """Return every window: (batch, rows, columns, channels, height, width)."""
    down, across = window
    counts = [
        -(-length // span.stride) if padding == "same" else (length - span.size) // span.stride + 1
        for span, length in zip(window, values.shape[1:3], strict=True)
    ]
    cut = np.lib.stride_tricks.sliding_window_view(
        _padded(values, window, fill), (down.size, across.size), axis=(1, 2)
    )
    return cut[:, :: down.stride, :: across.stride][:, : counts[0], : counts[1]]


@dataclass(frozen=True)
class Conv2D(Op):
    """A kernel (height, width, in, out) on every window of an image: a sum of products each."""

    strides: tuple[int, int] = (1, 1)
    padding: str = "valid"
    says: ClassVar[str] = "convolution"
    sign: ClassVar[str] = "*"

    def evaluate(self, values: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        """Multiply and add, window by window."""
        window = _window(values.shape, kernel.shape[:2], self.strides, self.padding)
        cut = _windows(values, window, self.padding, 0.0)
        return np.einsum("bhwcyx,yxco->bhwo", cut, kernel)

    def spans(self, values: Shape, kernel: Shape) -> tuple[tuple[Span, ...], ...]:
        """Return the window in all channels, and the filter."""
        window = _window(values, kernel[:2], self.strides, self.padding)
        return (Span(0), *window, whole(values[3])), (*map(whole, kernel[:3]), Span(3))

    def terms(self, index: tuple[int, ...], values: np.ndarray, kernel: np.ndarray) -> Terms:
        """Return the products of the window, zeros of the padding included, and the filter."""
        window = _window(values.shape, kernel.shape[:2], self.strides, self.padding)
        padded = _padded(values[index[0] : index[0] + 1], window, 0.0)[0]
        down, across = (
            slice(span.stride * at, span.stride * at + span.size)
            for span, at in zip(window, index[1:3], strict=True)
        )
        cells, weights = padded[down, across], kernel[..., index[3]]
        return Terms(tuple(zip(cells.ravel().tolist(), weights.ravel().tolist(), strict=True)))

    def latex(self, values: str, kernel: str) -> str:
        r"""Write ``X \ast W``."""
        return rf"{values} \ast {kernel}"


@dataclass(frozen=True)
class MaxPool2D(Op):
    """The largest number of every window, channel by channel."""

    size: tuple[int, int] = (2, 2)
    strides: tuple[int, int] = (2, 2)
    padding: str = "valid"
    infix: ClassVar[bool] = False
    says: ClassVar[str] = "the largest of each window"
    sign: ClassVar[str] = "max"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Take the largest; padding is never it."""
        window = _window(values.shape, self.size, self.strides, self.padding)
        return _windows(values, window, self.padding, -np.inf).max(axis=(-2, -1))

    def spans(self, values: Shape) -> tuple[tuple[Span, ...], ...]:
        """Return the window, in the cell's channel alone."""
        return ((Span(0), *_window(values, self.size, self.strides, self.padding), Span(3)),)

    def terms(self, index: tuple[int, ...], values: np.ndarray) -> Terms:
        """Return the numbers of which one is the largest."""
        return Terms(super().terms(index, values).factors, "max")

    def latex(self, values: str) -> str:
        r"""Write ``\max(…)``."""
        return rf"\max({values})"


@dataclass(frozen=True)
class Flatten(Op):
    """All axes but the batch in one, the last the fastest."""

    infix: ClassVar[bool] = False
    says: ClassVar[str] = "rows one after another"
    sign: ClassVar[str] = "flatten"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Write rows one after another."""
        return values.reshape(len(values), -1)

    def spans(self, values: Shape) -> tuple[tuple[Span, ...], ...]:
        """Return the one cell: its place on each axis is a digit of the result's index."""
        return ((Span(0), *digits(values[1:], 1)),)

    def latex(self, values: str) -> str:
        r"""Write ``\mathrm{flatten}(…)``."""
        return rf"\mathrm{{flatten}}({values})"
