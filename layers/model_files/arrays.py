"""A weight's numbers, read a piece at a time: an HDF5 dataset or a stretch of bytes."""

from __future__ import annotations

import math
import mmap
from typing import Protocol

import ml_dtypes
import numpy as np

Index = tuple[slice, ...]
YOUNG = {
    name: np.dtype(getattr(ml_dtypes, name))
    for name in ("bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3", "float8_e8m0fnu")
    if hasattr(ml_dtypes, name)
}
"""Number types that NumPy does not have by itself."""


class Array(Protocol):
    """What every kind of file gives: a shape, a type, and numbers for slices."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of its axes."""
        ...

    @property
    def dtype(self) -> np.dtype:
        """Its type."""
        ...

    def read(self, index: Index) -> np.ndarray:
        """Return a copy of a piece: one slice an axis, each with a step of 1."""
        ...


class Held:
    """An array that is in memory already."""

    def __init__(self, values: np.ndarray) -> None:
        self._values = np.asarray(values)
        self.shape = self._values.shape
        self.dtype = self._values.dtype

    def read(self, index: Index) -> np.ndarray:
        """Return a copy of a piece."""
        return np.array(self._values[index])


class Bytes:
    """Numbers in row-major order somewhere in a mapped file; pages that were read are let go."""

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
        if hasattr(self._mapped, "madvise"):  # else a streamed file would count as our memory
            self._mapped.madvise(mmap.MADV_DONTNEED)
        return piece


def numbers(values: np.ndarray) -> np.ndarray:
    """Return any supported type as float32 or float64, in which NumPy can count."""
    if values.dtype in YOUNG.values() or values.dtype.itemsize <= 2 or values.dtype == "float32":
        return values.astype("float32")
    return values.astype("float64")
