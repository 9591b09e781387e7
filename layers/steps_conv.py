"""What the layers of a small CNN do, redone by hand in NumPy: nothing here imports TensorFlow.

Each operation evaluates itself, knows which block of its operand made an output cell (``sources``),
and writes that cell's arithmetic out (``terms``). Cells are indexed as tensors are: batch first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from layers.steps import ACTIVATIONS

Block = tuple[slice, ...]
Index = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Arithmetic:
    """How one cell came to be: ``function(Σ products + bias)``, or the largest of its terms.

    Attributes:
        window: what of the input went in, zeros of the padding included; (height, width, channels),
            or one row.
        weights: what it was multiplied by, of the same shape; None where nothing was.
        bias: what was added; None where nothing was.
        function: the activation's name; ``max`` for the largest, empty for none.
        block: where the window lies in the input, cut at the edges.
        value: what it comes to.
    """

    window: np.ndarray
    weights: np.ndarray | None = None
    bias: float | None = None
    function: str = ""
    block: Block
    value: float

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.window.nbytes + (0 if self.weights is None else self.weights.nbytes)

    @property
    def products(self) -> np.ndarray:
        """The terms that are added up, or of which the largest is taken."""
        return self.window if self.weights is None else self.window * self.weights


@dataclass(frozen=True)
class _Windows:
    """Windows that step over height and width.

    ``same`` padding puts zeros around the input, one more below and right where they are odd.
    """

    size: tuple[int, int]
    strides: tuple[int, int]
    padding: str

    def before(self, length: int, axis: int) -> int:
        """Return how much padding stands before an axis."""
        if self.padding != "same":
            return 0
        steps = -(-length // self.strides[axis])
        return max(0, (steps - 1) * self.strides[axis] + self.size[axis] - length) // 2

    def steps(self, length: int, axis: int) -> int:
        """Return how many windows fit on an axis."""
        if self.padding == "same":
            return -(-length // self.strides[axis])
        return (length - self.size[axis]) // self.strides[axis] + 1

    def block(self, index: Index, shape: tuple[int, ...]) -> Block:
        """Return the window of the output's cell at ``index``, cut at the input's edges."""
        found = [slice(index[0], index[0] + 1)]
        for axis in (0, 1):
            start = index[axis + 1] * self.strides[axis] - self.before(shape[axis + 1], axis)
            found.append(slice(max(0, start), min(shape[axis + 1], start + self.size[axis])))
        return (*found, slice(0, shape[3]))

    def padded(self, values: np.ndarray, fill: float) -> np.ndarray:
        """Return the input with its padding, wide enough for the last window."""
        widths = []
        for axis in (0, 1):
            length = values.shape[axis + 1]
            before = self.before(length, axis)
            reach = (self.steps(length, axis) - 1) * self.strides[axis] + self.size[axis]
            widths.append((before, max(0, reach - length - before)))
        return np.pad(values, ((0, 0), *widths, (0, 0)), constant_values=fill)

    def window(self, index: Index, values: np.ndarray, fill: float) -> np.ndarray:
        """Return the numbers in the window of one output cell: (height, width, channels)."""
        top, left = (index[axis + 1] * self.strides[axis] for axis in (0, 1))
        padded = self.padded(values[index[0] : index[0] + 1], fill)
        return padded[0, top : top + self.size[0], left : left + self.size[1]]

    def all(self, values: np.ndarray, fill: float) -> np.ndarray:
        """Return every window: (batch, rows, columns, channels, height, width)."""
        padded = self.padded(values, fill)
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.size, axis=(1, 2))
        return windows[:, :: self.strides[0], :: self.strides[1]]


@dataclass(frozen=True)
class Conv2D:
    """A kernel (height, width, in, out) over every window, plus a bias, through an activation."""

    strides: tuple[int, int] = (1, 1)
    padding: str = "valid"
    activation: str = "linear"

    def evaluate(self, values: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
        """Multiply and add, window by window."""
        windows = self._windows(kernel.shape).all(values, 0.0)
        return ACTIVATIONS[self.activation](np.einsum("bhwcyx,yxco->bhwo", windows, kernel) + bias)

    def sources(self, index: Index, values: tuple[int, ...], kernel: tuple[int, ...]) -> Block:
        """Return the window of the input that made an output cell."""
        return self._windows(kernel).block(index, values)

    def terms(
        self, index: Index, values: np.ndarray, kernel: np.ndarray, bias: np.ndarray
    ) -> Arithmetic:
        """Return the window, the filter, and what they come to."""
        windows = self._windows(kernel.shape)
        window = windows.window(index, values, 0.0).astype("float64")
        weights = kernel[..., index[-1]].astype("float64")
        added = float(bias[index[-1]])
        total = np.array([(window * weights).sum() + added])
        return Arithmetic(
            window=window,
            weights=weights,
            bias=added,
            function=self.activation,
            block=windows.block(index, values.shape),
            value=float(ACTIVATIONS[self.activation](total)[0]),
        )

    def _windows(self, kernel: tuple[int, ...]) -> _Windows:
        return _Windows((kernel[0], kernel[1]), self.strides, self.padding)


@dataclass(frozen=True)
class MaxPool2D:
    """The largest number of every window, channel by channel."""

    size: tuple[int, int] = (2, 2)
    strides: tuple[int, int] = (2, 2)
    padding: str = "valid"

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Take the largest; padding is never it."""
        return self._windows().all(values, -np.inf).max(axis=(-2, -1))

    def sources(self, index: Index, values: tuple[int, ...]) -> Block:
        """Return the window of the input that made an output cell, in its channel alone."""
        *place, _ = self._windows().block(index, values)
        return (*place, slice(index[-1], index[-1] + 1))

    def terms(self, index: Index, values: np.ndarray) -> Arithmetic:
        """Return the window, and the largest in it."""
        block = self.sources(index, values.shape)
        window = values[block][0].astype("float64")
        return Arithmetic(window=window, function="max", block=block, value=float(window.max()))

    def _windows(self) -> _Windows:
        return _Windows(self.size, self.strides, self.padding)


@dataclass(frozen=True)
class Flatten:
    """All axes but the batch in one, the last the fastest."""

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        """Write rows one after another."""
        return values.reshape(len(values), -1)

    def sources(self, index: Index, values: tuple[int, ...]) -> Block:
        """Return the one cell that an output cell is."""
        place, left = [], index[1]
        for length in reversed(values[1:]):
            left, at = divmod(left, length)
            place.append(at)
        return tuple(slice(at, at + 1) for at in (index[0], *reversed(place)))

    def terms(self, index: Index, values: np.ndarray) -> Arithmetic:
        """Return the cell itself."""
        block = self.sources(index, values.shape)
        window = values[block].reshape(1, 1, 1).astype("float64")
        return Arithmetic(window=window, block=block, value=float(window[0, 0, 0]))


@dataclass(frozen=True)
class Dense:
    """A row times a column of the kernel (features, units), plus a bias, through an activation."""

    activation: str = "linear"

    def evaluate(self, values: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
        """Multiply over the last axis."""
        return ACTIVATIONS[self.activation](np.einsum("...p,pd->...d", values, kernel) + bias)

    def sources(self, index: Index, values: tuple[int, ...]) -> Block:
        """Return the whole row that made an output cell."""
        return (*(slice(at, at + 1) for at in index[:-1]), slice(0, values[-1]))

    def terms(
        self, index: Index, values: np.ndarray, kernel: np.ndarray, bias: np.ndarray
    ) -> Arithmetic:
        """Return the row, the column, and what they come to; a softmax sees the other units too."""
        row = values[index[:-1]].astype("float64")
        all_units = row @ kernel.astype("float64") + bias
        value = ACTIVATIONS[self.activation](all_units)[index[-1]]
        return Arithmetic(
            window=row[None, :, None],
            weights=kernel[None, :, index[-1], None].astype("float64"),
            bias=float(bias[index[-1]]),
            function=self.activation,
            block=self.sources(index, values.shape),
            value=float(value),
        )


Op = Conv2D | MaxPool2D | Flatten | Dense


def written(arithmetic: Arithmetic, most: int = 6) -> str:
    """Write a cell's arithmetic out, ``most`` terms of it.

    >>> one = np.array([[[1.0], [-2.0]]])
    >>> written(Arithmetic(window=one, weights=one / 2, bias=0.5, function="relu",
    ...                    block=(), value=3.0))
    'relu(1 × 0.5 + −2 × −1 + 0.5) = 3'
    """
    window = arithmetic.window.ravel()
    if arithmetic.weights is not None:
        pairs = zip(window, arithmetic.weights.ravel(), strict=True)
        terms = [f"{_number(x)} × {_number(w)}" for x, w in list(pairs)[:most]]
    else:
        terms = [_number(x) for x in window[:most]]
    if window.size > most:
        terms.append(f"… ({window.size - most:,} more)")
    joined = (", " if arithmetic.function == "max" else " + ").join(terms)
    if arithmetic.bias is not None:
        joined += f" + {_number(arithmetic.bias)}"
    name = "" if arithmetic.function in {"", "linear"} else arithmetic.function
    return (
        f"{name}({joined}) = {_number(arithmetic.value)}"
        if name
        else (f"{joined} = {_number(arithmetic.value)}")
    )


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    return f"{value + 0.0:.3g}".replace("-", "−")
