"""The zip of a ``.keras`` file: members are checked by their headers, and never written to disk."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO

from layers.model_files.model import refuse

MAXIMUM_MEMBERS = 2000
MAXIMUM_INFLATED = 64 * 2**20
"""Bytes of a compressed member after decompression; Keras itself stores members uncompressed."""
_HINT = "Save the model again with Keras."


def members(stream: BinaryIO, name: str) -> dict[str, zipfile.ZipInfo]:
    """Return the members by name.

    Raises:
        BadInputError: a broken zip, a path that leads out of it, or a member that does not match
            its header.
    """
    try:
        listed = zipfile.ZipFile(stream).infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError) as error:
        raise refuse(name, "a whole zip", f"one with the error: {str(error)[:80]}", _HINT) from None
    if len(listed) > MAXIMUM_MEMBERS:
        raise refuse(name, f"at most {MAXIMUM_MEMBERS} members", f"{len(listed)}", _HINT)
    end = stream.seek(0, io.SEEK_END)
    found: dict[str, zipfile.ZipInfo] = {}
    for member in listed:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
            raise refuse(
                name, "members inside the zip", f"the path {member.filename[:60]!r}", _HINT
            )
        if member.filename in found:
            raise refuse(name, "every member once", f"{member.filename[:60]!r} twice", _HINT)
        if member.flag_bits & 1:
            raise refuse(name, "a zip without a password", "an encrypted member", _HINT)
        stored = member.compress_type == zipfile.ZIP_STORED
        if member.header_offset + member.compress_size > end or (
            stored and member.compress_size != member.file_size
        ):
            raise refuse(
                name,
                f"{member.compress_size:,} bytes of {member.filename[:60]!r}",
                f"a file of {end:,}",
                _HINT,
            )
        if not stored and member.file_size > MAXIMUM_INFLATED:
            raise refuse(
                name,
                f"compressed members of at most {MAXIMUM_INFLATED:,} bytes",
                f"{member.filename[:60]!r}, which decompresses to {member.file_size:,}",
                _HINT,
            )
        found[member.filename] = member
    return found


def opened(stream: BinaryIO, member: zipfile.ZipInfo, name: str) -> BinaryIO:
    """Return a member as a file, read in place where it is stored uncompressed.

    Raises:
        BadInputError: it cannot be decompressed, or not to the size in its header.
    """
    if member.compress_type == zipfile.ZIP_STORED:
        stream.seek(member.header_offset + 26)
        lengths = stream.read(4)  # of the name and of the extra field that stand before the data
        skipped = int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
        start = member.header_offset + 30 + skipped
        return io.BufferedReader(_Window(stream, start, member.file_size), 2**16)
    try:
        with zipfile.ZipFile(stream).open(member) as compressed:
            data = compressed.read(MAXIMUM_INFLATED + 1)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError) as error:
        message = str(error)[:80] or type(error).__name__
        raise refuse(name, "a whole zip", f"one with the error: {message}", _HINT) from None
    except Exception as error:  # noqa: BLE001 (each compression method has its own errors)
        raise refuse(name, "a whole zip", f"one with a {type(error).__name__}", _HINT) from None
    if len(data) != member.file_size:
        raise refuse(
            name, f"{member.file_size:,} bytes after decompression", f"{len(data):,}", _HINT
        )
    return io.BytesIO(data)


class _Window(io.RawIOBase):
    """A range of a file's bytes as a file, read in place."""

    def __init__(self, stream: BinaryIO, start: int, size: int) -> None:
        self._stream = stream
        self._start = start
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # ty: ignore[incompatible-method-override]
        wanted = max(0, min(len(buffer), self._size - self._at))
        self._stream.seek(self._start + self._at)
        read = self._stream.readinto(memoryview(buffer)[:wanted])  # ty: ignore
        self._at += read or 0
        return read or 0
