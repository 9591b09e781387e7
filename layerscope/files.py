"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from layerscope.refusal import CANNOT_WRITE, Refusal


def write(path: Path, data: bytes) -> None:
    """Write a file beside its place, then move it there; leave nothing where that fails.

    Raises:
        Refusal: the folder or the file takes no writing.
    """
    made = ""
    try:
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:60]}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(made).chmod(0o666 & ~_mask())
        Path(made).replace(path)
    except (OSError, ValueError) as error:  # the latter of a name that no system takes
        if made:
            Path(made).unlink(missing_ok=True)
        why = getattr(error, "strerror", None) or error
        raise Refusal(
            f"The file cannot be written: expected a folder that takes files. Received "
            f"{str(path)!r}: {why}. Name another place with -o.",
            CANNOT_WRITE,
        ) from None


def write_to_standard_output(data: bytes) -> None:
    """Write bytes to standard output.

    Raises:
        Refusal: whoever read it has gone.
    """
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 (nothing more is to be flushed)
        raise Refusal(
            "The picture cannot be written: expected standard output to take it. Received "
            f"{error.strerror or error}. Name a file with -o.",
            CANNOT_WRITE,
        ) from None


def _mask() -> int:
    """Return the mask of new files' permissions, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
