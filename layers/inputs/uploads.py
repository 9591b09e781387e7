"""A visitor's own array, read from a file that nobody trusts: nothing in it is executed."""

from __future__ import annotations

import csv
import io
import math
import re
import tokenize

import numpy as np

from layers.inputs.fields import BadInputError
from layers.inputs.sources import MAXIMUM_ELEMENTS, format_shape

MAXIMUM_BYTES = 8 * 2**20
MAXIMUM_RANK = 5
_BROKEN_HEADER = (
    ValueError,
    TypeError,
    SyntaxError,
    EOFError,
    tokenize.TokenError,
    MemoryError,
    RecursionError,
)
_DECIMAL_COMMA = re.compile(r"^(\s*[+-]?\d*),(?=\d+(?:[eE][+-]?\d+)?\s*$)")
"""The comma in a number, where commas do not part the columns."""
_HINT = "Bring a CSV of numbers, or an NPY saved by numpy.save."


def read_array(name: str, data: bytes) -> np.ndarray:
    """Return the array in a CSV or NPY file as float32.

    Sizes are checked from the header before memory is spent on the data.

    Args:
        name: the file's name; ``.npy`` or anything else, which is read as CSV.
        data: its bytes.

    Raises:
        BadInputError: empty, too large, ragged, not numeric, truncated, or with objects inside.
    """
    if not data:
        raise _refuse(name, "a file with numbers", "an empty file")
    if len(data) > MAXIMUM_BYTES:
        raise _refuse(
            name, f"at most {MAXIMUM_BYTES:,} bytes", f"{len(data):,}", "Cut a part out of it."
        )
    is_npy = name.lower().endswith(".npy") or data.startswith(b"\x93NUMPY")
    array = _read_npy(name, data) if is_npy else _read_csv(name, data)
    with np.errstate(all="ignore"):  # what float32 cannot hold becomes an infinity, and is marked
        return np.ascontiguousarray(array, "float32")


def _refuse(name: str, expected: str, received: str, hint: str = _HINT) -> BadInputError:
    return BadInputError(
        f"`{name[:60]}` cannot be read: expected {expected}. Received {received}. {hint}"
    )


def _read_npy(name: str, data: bytes) -> np.ndarray:
    stream = io.BytesIO(data)
    try:  # a header is a Python literal, and a hostile one ends the parser in many ways
        version = np.lib.format.read_magic(stream)
        read_header = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, by_columns, dtype = read_header(stream)
    except _BROKEN_HEADER as error:
        raise _refuse(
            name, "an NPY header", f"one that says: {str(error)[:80] or type(error).__name__}"
        ) from None
    if dtype.hasobject:
        raise _refuse(name, "numbers", "Python objects, which are never loaded")
    if dtype.kind not in "biuf":
        raise _refuse(name, "whole or floating numbers", f"the type {dtype}")
    if not all(type(length) is int and length > 0 for length in shape):
        raise _refuse(name, "axes of 1 or more", f"the shape {format_shape(shape)}")
    if len(shape) > MAXIMUM_RANK:
        raise _refuse(name, f"at most {MAXIMUM_RANK} axes", f"the shape {format_shape(shape)}")
    elements = math.prod(shape)
    if elements > MAXIMUM_ELEMENTS:
        raise _refuse(
            name,
            f"at most {MAXIMUM_ELEMENTS:,} numbers",
            f"the shape {format_shape(shape)}",
            "Cut a part out of it.",
        )
    available = len(data) - stream.tell()
    if available < elements * dtype.itemsize:
        raise _refuse(
            name,
            f"{elements * dtype.itemsize:,} bytes of data, as its header says",
            f"{available:,}",
        )
    flat = np.frombuffer(data, dtype, count=elements, offset=stream.tell())
    return flat.reshape(shape, order="F" if by_columns else "C")


def _rows(name: str, data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refuse(name, "text in UTF-8", "bytes that are not") from None
    first = text.lstrip().split("\n", 1)[0]
    delimiter = next((mark for mark in "\t;," if mark in first), None)
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MAXIMUM_ELEMENTS:
        raise _refuse(
            name,
            f"at most {MAXIMUM_ELEMENTS:,} numbers",
            f"{len(lines):,} rows",
            "Cut a part out of it.",
        )
    try:
        rows = (
            list(csv.reader(lines, delimiter=delimiter))
            if delimiter
            else [line.split() for line in lines]
        )
    except csv.Error as error:
        raise _refuse(name, "a table of numbers", f"text that says: {error}") from None
    if delimiter != ",":
        rows = [[_DECIMAL_COMMA.sub(r"\1.", cell) for cell in row] for row in rows]
    if not rows:
        raise _refuse(name, "at least one row of numbers", "none")
    if len(rows) > 1 and "".join(rows[0]).strip() and not any(map(_is_number, rows[0])):
        del rows[0]  # a line of column names
    return rows


def _read_csv(name: str, data: bytes) -> np.ndarray:
    rows = _rows(name, data)
    width = len(rows[0])
    if len(rows) * width > MAXIMUM_ELEMENTS:
        raise _refuse(
            name,
            f"at most {MAXIMUM_ELEMENTS:,} numbers",
            f"{len(rows)} × {width}",
            "Cut a part out of it.",
        )
    for number, row in enumerate(rows, 1):
        if len(row) != width:
            raise _refuse(
                name,
                f"{width} numbers in every row, as in the first",
                f"{len(row)} in row {number}",
                "Fill the row up or cut it.",
            )
        for column, cell in enumerate(row, 1):
            if cell.strip() and not _is_number(cell):
                raise _refuse(
                    name,
                    "numbers",
                    f"{cell.strip()[:30]!r} in row {number}, column {column}",
                    "Replace it by a number; an empty cell is read as NaN.",
                )
    return np.array([[float(cell) if cell.strip() else np.nan for cell in row] for row in rows])


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
