"""A weight's numbers, read a piece at a time: from memory or from a mapped file."""

from __future__ import annotations

import math
import mmap
from typing import Protocol

import ml_dtypes
import numpy as np

Index = tuple[slice, ...]
EXTENSION_DTYPES = {
    name: np.dtype(getattr(ml_dtypes, name))
    for name in ("bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3", "float8_e8m0fnu")
    if hasattr(ml_dtypes, name)
}
"""By name, the number types that NumPy lacks."""


class Array(Protocol):
    """What every kind of file provides: a shape, a dtype, and numbers for slices."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of its axes."""
        ...

    @property
    def dtype(self) -> np.dtype:
        """The type of its numbers."""
        ...

    def read(self, index: Index) -> np.ndarray:
        """Return a copy of a piece: one slice an axis, each with a step of 1."""
        ...


class MemoryArray:
    """An array in memory."""

    def __init__(self, values: np.ndarray) -> None:
        self._values = np.asarray(values)
        self.shape = self._values.shape
        self.dtype = self._values.dtype

    def read(self, index: Index) -> np.ndarray:
        """Return a copy of a piece."""
        return np.array(self._values[index])


class MmapArray:
    """Numbers in row-major order within a mapped file; pages are released after each reading."""

    def __init__(
        self, mapped: mmap.mmap, offset: int, shape: tuple[int, ...], dtype: np.dtype
    ) -> None:
        self._mapped = mapped
        self._offset = offset
        self.shape = shape
        self.dtype = dtype

    def read(self, index: Index) -> np.ndarray:
        """Return a copy of a piece."""
        count = math.prod(self.shape)
        if not count:
            return np.zeros(
                [
                    len(range(length)[piece])
                    for length, piece in zip(self.shape, index, strict=True)
                ],
                self.dtype,
            )
        flat = np.frombuffer(self._mapped, self.dtype, count, self._offset)
        piece = np.array(flat.reshape(self.shape)[index])
        del flat
        if hasattr(
            self._mapped, "madvise"
        ):  # else the file's pages would count as this process's memory
            self._mapped.madvise(mmap.MADV_DONTNEED)
        return piece


def to_float(values: np.ndarray) -> np.ndarray:
    """Return numbers of any supported dtype as float32, or as float64 if float32 loses digits."""
    if (
        values.dtype in EXTENSION_DTYPES.values()
        or values.dtype.itemsize <= 2
        or values.dtype == "float32"
    ):
        return values.astype("float32")
    return values.astype("float64")
