"""safetensors: eight bytes of length, a JSON header, and the numbers as they are."""

from __future__ import annotations

import json
import math
import mmap
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from layers.model_files.arrays import YOUNG, Bytes
from layers.model_files.model import LayerEntry, WeightEntry, refuse

MAXIMUM_HEADER = 16 * 2**20
MAXIMUM_RANK = 16
_MEND = "Save the file again with safetensors."
TYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
}


def looks_like(start: bytes) -> bool:
    """Return whether a file may be one: a length, and then an object of JSON."""
    return len(start) > 8 and start[8:9] == b"{" and int.from_bytes(start[:8], "little") < 2**40


def header(stream: BinaryIO, name: str) -> tuple[dict[str, Any], int]:
    """Return the header's tensors by name, and where their numbers begin.

    Raises:
        BadInputError: a header that is too long, no JSON, or not of that form.
    """
    end = stream.seek(0, 2)
    stream.seek(0)
    length = int.from_bytes(stream.read(8), "little")
    if length > min(MAXIMUM_HEADER, end - 8):
        most = min(MAXIMUM_HEADER, max(0, end - 8))
        raise refuse(name, f"a header of at most {most:,} bytes", f"{length:,}", _MEND)
    try:
        parsed = json.loads(stream.read(length), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise refuse(name, "a header in JSON", f"one that says: {str(error)[:80]}", _MEND) from None
    if not isinstance(parsed, dict) or not all(isinstance(v, dict) for v in parsed.values()):
        raise refuse(name, "a header of named tensors", "something else", _MEND)
    parsed.pop("__metadata__", None)
    return parsed, 8 + length


def layers(stream: BinaryIO, name: str) -> tuple[LayerEntry, ...]:
    """Return the tensors as layers: what stands before a name's last dot is the layer.

    Raises:
        BadInputError: a broken header. One broken tensor is told in its own entry.
    """
    tensors, start = header(stream, name)
    held = stream.seek(0, 2) - start
    grouped: dict[str, list[WeightEntry]] = {}
    for key in sorted(tensors, key=lambda key: _offset(tensors[key])):
        head, _, tail = key.rpartition("." if "." in key else "/")
        entry = _entry(key, tail, tensors[key], held)
        grouped.setdefault(head or name, []).append(entry)
    return tuple(
        LayerEntry(path=path, name=path, kind="", depth=0, weights=tuple(weights))
        for path, weights in grouped.items()
    )


def array(stream: BinaryIO, mapped: mmap.mmap, where: str, name: str) -> Bytes:
    """Return one tensor's numbers, unread.

    Raises:
        BadInputError: there is none, or it is not what the header says.
    """
    tensors, start = header(stream, name)
    if where not in tensors:
        raise refuse(name, f"{where[:60]!r} in it", "nothing of that name", _MEND)
    held = stream.seek(0, 2) - start
    entry = _entry(where, where, tensors[where], held)
    if entry.problem:
        raise refuse(name, "a whole tensor", f"{where[:60]!r}, which is not", _MEND)
    dtype = YOUNG.get(entry.dtype) or np.dtype(entry.dtype)
    return Bytes(mapped, start + tensors[where]["data_offsets"][0], entry.shape, dtype)


def _entry(key: str, own: str, tensor: Mapping[str, Any], held: int) -> WeightEntry:
    shape: Any = tensor.get("shape")
    dtype: Any = tensor.get("dtype")
    offsets: Any = tensor.get("data_offsets")
    problem = ""

    def say(expected: str, received: str) -> str:
        return f"{key[:60]!r} cannot be shown: expected {expected}. Received {received}. {_MEND}"

    if not _is_shape(shape):
        problem, shape = say("a shape of whole numbers", repr(shape)[:60]), []
    elif not isinstance(dtype, str) or dtype not in TYPES:
        problem = say(f"one of the types {', '.join(TYPES)}", repr(dtype)[:40])
    else:
        wanted = math.prod(shape) * _bytes(TYPES[dtype])
        if not _is_shape(offsets) or len(offsets) != 2 or not offsets[0] <= offsets[1] <= held:
            problem = say(f"data within the {held:,} bytes there are", f"{offsets!r}"[:60])
        elif offsets[1] - offsets[0] != wanted:
            problem = say(f"{wanted:,} bytes, as its shape says", f"{offsets[1] - offsets[0]:,}")
    axes = tuple(f"axis {axis}" for axis in range(len(shape))) if len(shape) > 1 else ("index",)
    return WeightEntry(
        name=own,
        where=key,
        shape=tuple(shape),
        dtype=TYPES.get(str(dtype), str(dtype)[:40]),
        axes=axes[: len(shape)],
        problem=problem,
    )


def _bytes(dtype: str) -> int:
    return (YOUNG.get(dtype) or np.dtype(dtype)).itemsize


def _is_shape(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MAXIMUM_RANK
        and all(type(item) is int and 0 <= item < 2**48 for item in value)
    )


def _offset(tensor: Mapping[str, Any]) -> int:
    offsets = tensor.get("data_offsets")
    return offsets[0] if _is_shape(offsets) and offsets else 0


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands in it twice")
    return found
