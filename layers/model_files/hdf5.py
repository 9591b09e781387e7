"""HDF5 files read safely: hard links only, and datasets whose data is as large as they claim."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from layers.model_files.arrays import EXTENSION_DTYPES, Index
from layers.model_files.model import item_bytes, refuse

MAXIMUM_OBJECTS = 100_000
MAXIMUM_DEPTH = 32
MAXIMUM_CHUNK = 64 * 2**20
MAXIMUM_UNFOLDING = 200
"""How many times its stored bytes a compressed dataset may claim; random weights reach 1.1."""
HDF5_ERRORS = (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError, MemoryError)
"""The errors that h5py raises for damaged files; it defines none of its own."""
_HINT = "Save the model again with Keras."


class Hdf5Array:
    """A dataset's numbers, a piece at a time."""

    def __init__(self, dataset: h5py.Dataset, dtype: np.dtype, name: str) -> None:
        self._dataset = dataset
        self._name = name
        self.shape: tuple[int, ...] = dataset.shape
        self.dtype = dtype

    def read(self, index: Index) -> np.ndarray:
        """Return a copy of a piece.

        Raises:
            BadInputError: the file is damaged there.
        """
        try:
            piece = np.asarray(self._dataset[index] if self.shape else self._dataset[()])
        except HDF5_ERRORS as error:
            raise refuse(
                self._name,
                "whole data",
                f"damage in {self._dataset.name[:60]!r}: {_message(error)}",
                _HINT,
            ) from None
        return piece.view(self.dtype) if piece.dtype != self.dtype else piece


class SafeHdf5:
    """An open HDF5 file of which only hard links are followed.

    Args:
        file: the open file.
        name: the file's name in error messages.
    """

    def __init__(self, file: h5py.File, name: str) -> None:
        self.file = file
        self.name = name
        self._seen = 0

    def child(self, group: h5py.Group, key: str) -> h5py.Group | h5py.Dataset | None:
        """Return the group or dataset of a name; None where there is none.

        Raises:
            BadInputError: a soft or external link, which is never followed, or damage.
        """
        try:
            link = group.get(key, getlink=True)
            if link is None:
                return None
            if not isinstance(link, h5py.HardLink):
                raise refuse(
                    self.name,
                    "everything inside the file",
                    f"{key[:60]!r}, a link to elsewhere ({type(link).__name__}), which is never "
                    "followed",
                    _HINT,
                )
            return group[key]
        except KeyError:
            return None
        except (OSError, RuntimeError, TypeError) as error:
            raise self.damage(key, error) from None

    def children(self, group: h5py.Group) -> Iterator[tuple[str, h5py.Group | h5py.Dataset]]:
        """Yield a group's members by name, ``dense_2`` before ``dense_10``.

        Raises:
            BadInputError: too many members, too deep a group, a link to elsewhere, or damage.
        """
        try:
            keys = sorted(group.keys(), key=_natural)
        except HDF5_ERRORS as error:
            raise self.damage(str(group.name), error) from None
        self._seen += len(keys)
        if self._seen > MAXIMUM_OBJECTS:
            raise refuse(
                self.name, f"at most {MAXIMUM_OBJECTS:,} groups and datasets", "more", _HINT
            )
        if str(group.name).count("/") > MAXIMUM_DEPTH:
            raise refuse(self.name, f"groups at most {MAXIMUM_DEPTH} deep", "more", _HINT)
        for key in keys:
            found = self.child(group, key)
            if found is not None:
                yield key, found

    def at(self, where: str) -> h5py.Group | h5py.Dataset:
        """Return the group or dataset at a path, by hard links only.

        Raises:
            BadInputError: there is none, a link to elsewhere, or damage.
        """
        found: Any = self.file
        for key in where.strip("/").split("/"):
            found = self.child(found, key) if isinstance(found, h5py.Group) else None
            if found is None:
                raise refuse(self.name, f"{where[:60]!r} in it", "nothing there", _HINT)
        return found

    def text(self, group: h5py.Group | h5py.Dataset, key: str) -> str:
        """Return an attribute as text; empty where there is none."""
        value = self._attribute(group, key)
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        return value if isinstance(value, str) else ""

    def texts(self, group: h5py.Group, key: str) -> list[str] | None:
        """Return a list of names, which Keras splits where it is long; None without one."""
        pieces = [self._attribute(group, key)]
        if pieces[0] is None:
            pieces = []
            while (piece := self._attribute(group, f"{key}{len(pieces)}")) is not None:
                pieces.append(piece)
        if not pieces:
            return None
        return [
            item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)
            for piece in pieces
            for item in np.atleast_1d(piece)
        ]

    def array(self, dataset: h5py.Dataset) -> tuple[Hdf5Array | None, str, str]:
        """Return a dataset as an array, its dtype, and why its numbers cannot be shown.

        Returns:
            (array, dtype, ""), or (None, dtype, a sentence).
        """
        dtype = self.text(dataset, "dtype")
        numpy_type, word = dataset.dtype, str(dataset.dtype)
        extension = EXTENSION_DTYPES.get(dtype)
        if extension and numpy_type.kind == "V" and numpy_type.itemsize == extension.itemsize:
            numpy_type, word = extension, dtype
        if problem := self._problem(dataset, numpy_type, word):
            return None, word[:40], problem
        return Hdf5Array(dataset, numpy_type, self.name), word, ""

    def damage(self, key: str, error: Exception) -> Exception:
        """Return the error for a damaged file."""
        return refuse(
            self.name, "a whole file", f"damage at {key[:60]!r}: {_message(error)}", _HINT
        )

    def _problem(self, dataset: h5py.Dataset, dtype: np.dtype, word: str) -> str:
        name = str(dataset.name).rpartition("/")[2][:60]

        def say(expected: str, received: str) -> str:
            return f"{name!r} cannot be shown: expected {expected}. Received {received}. {_HINT}"

        try:
            if dataset.shape is None or not (
                dtype in EXTENSION_DTYPES.values() or (dtype.kind in "biuf" and item_bytes(word))
            ):
                return say("whole or floating numbers", f"the type {word[:40]}")
            if dataset.is_virtual or dataset.external:
                return say("numbers inside the file", "a link to another file, never followed")
            claimed = math.prod(dataset.shape) * dtype.itemsize
            stored = dataset.id.get_storage_size()
            if dataset.chunks and math.prod(dataset.chunks) * dtype.itemsize > MAXIMUM_CHUNK:
                return say(f"chunks of at most {MAXIMUM_CHUNK:,} bytes", str(dataset.chunks))
        except HDF5_ERRORS as error:
            return say("a whole dataset", _message(error))
        unfolds = MAXIMUM_UNFOLDING if dataset.chunks else 1
        if claimed > stored * unfolds:
            return say(
                f"{claimed:,} bytes, as its shape says", f"{stored:,} bytes stored in the file"
            )
        return ""

    def _attribute(self, group: h5py.Group | h5py.Dataset, key: str) -> Any:
        try:
            return group.attrs.get(key)
        except HDF5_ERRORS:
            return None


def _natural(name: str) -> list[tuple[bool, int, str]]:
    parts, word = [], ""
    for letter in name:
        if word and letter.isdecimal() != word[-1].isdecimal():
            parts.append(word)
            word = ""
        word += letter
    parts.append(word)
    return [(p.isdecimal(), int(p[:18]) if p.isdecimal() else 0, p) for p in parts]


def _message(error: Exception) -> str:
    return (str(error) or type(error).__name__).split("(")[0].strip()[:80]
