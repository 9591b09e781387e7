"""safetensors files: eight bytes of length, a header in JSON, and the numbers as raw bytes."""

from __future__ import annotations

import math
import mmap
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from layers.model_files.arrays import EXTENSION_DTYPES, MmapArray
from layers.model_files.model import LayerEntry, WeightEntry, parse_json, refuse

MAXIMUM_HEADER = 16 * 2**20
MAXIMUM_RANK = 16
_HINT = "Save the file again with safetensors."
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
    """Return whether a file's first bytes are a length and the start of a JSON object."""
    return len(start) > 8 and start[8:9] == b"{" and int.from_bytes(start[:8], "little") < 2**40


def header(stream: BinaryIO, name: str) -> tuple[dict[str, Any], int]:
    """Return the header's tensors by name, and the offset of their numbers in bytes.

    Raises:
        BadInputError: the header is too long, not JSON, or has no named tensors.
    """
    end = stream.seek(0, 2)
    stream.seek(0)
    length = int.from_bytes(stream.read(8), "little")
    if length > min(MAXIMUM_HEADER, end - 8):
        most = min(MAXIMUM_HEADER, max(0, end - 8))
        raise refuse(name, f"a header of at most {most:,} bytes", f"{length:,}", _HINT)
    try:
        parsed = parse_json(stream.read(length), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise refuse(
            name, "a header in JSON", f"one with the error: {str(error)[:80]}", _HINT
        ) from None
    if not isinstance(parsed, dict) or not all(isinstance(v, dict) for v in parsed.values()):
        raise refuse(name, "a header of named tensors", "something else", _HINT)
    parsed.pop("__metadata__", None)
    return parsed, 8 + length


def layers(stream: BinaryIO, name: str) -> tuple[LayerEntry, ...]:
    """Return the tensors as layers: the part of a name before its last dot is the layer.

    Raises:
        BadInputError: a broken header. A broken tensor has its problem in its own entry.
    """
    tensors, start = header(stream, name)
    data_bytes = stream.seek(0, 2) - start
    grouped: dict[str, list[WeightEntry]] = {}
    for key in sorted(tensors, key=lambda key: _offset(tensors[key])):
        head, _, tail = key.rpartition("." if "." in key else "/")
        entry = _entry(key, tail, tensors[key], data_bytes)
        grouped.setdefault(head or name, []).append(entry)
    return tuple(
        LayerEntry(path=path, name=path, kind="", depth=0, weights=tuple(weights))
        for path, weights in grouped.items()
    )


def array(stream: BinaryIO, mapped: mmap.mmap, where: str, name: str) -> MmapArray:
    """Return one tensor as an array.

    Raises:
        BadInputError: there is none, or its data does not match the header.
    """
    tensors, start = header(stream, name)
    if where not in tensors:
        raise refuse(name, f"{where[:60]!r} in it", "nothing of that name", _HINT)
    data_bytes = stream.seek(0, 2) - start
    entry = _entry(where, where, tensors[where], data_bytes)
    if entry.problem:
        raise refuse(name, "a whole tensor", f"{where[:60]!r}, which is not", _HINT)
    dtype = EXTENSION_DTYPES.get(entry.dtype) or np.dtype(entry.dtype)
    return MmapArray(mapped, start + tensors[where]["data_offsets"][0], entry.shape, dtype)


def _entry(key: str, name: str, tensor: Mapping[str, Any], data_bytes: int) -> WeightEntry:
    shape: Any = tensor.get("shape")
    dtype: Any = tensor.get("dtype")
    offsets: Any = tensor.get("data_offsets")
    problem = ""

    def say(expected: str, received: str) -> str:
        return f"{key[:60]!r} cannot be shown: expected {expected}. Received {received}. {_HINT}"

    if not _is_shape(shape):
        problem, shape = say("a shape of whole numbers", repr(shape)[:60]), []
    elif not isinstance(dtype, str) or dtype not in TYPES:
        problem = say(f"one of the types {', '.join(TYPES)}", repr(dtype)[:40])
    else:
        wanted = math.prod(shape) * _bytes(TYPES[dtype])
        if (
            not _is_shape(offsets)
            or len(offsets) != 2
            or not offsets[0] <= offsets[1] <= data_bytes
        ):
            problem = say(f"data within the {data_bytes:,} bytes there are", f"{offsets!r}"[:60])
        elif offsets[1] - offsets[0] != wanted:
            problem = say(f"{wanted:,} bytes, as its shape says", f"{offsets[1] - offsets[0]:,}")
    axes = tuple(f"axis {axis}" for axis in range(len(shape))) if len(shape) > 1 else ("index",)
    return WeightEntry(
        name=name,
        where=key,
        shape=tuple(shape),
        dtype=TYPES.get(str(dtype), str(dtype)[:40]),
        axes=axes[: len(shape)],
        problem=problem,
    )


def _bytes(dtype: str) -> int:
    return (EXTENSION_DTYPES.get(dtype) or np.dtype(dtype)).itemsize


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
        raise ValueError("it has a name twice")
    return found
