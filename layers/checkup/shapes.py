"""The input of a check-up: its shapes and its dtype.

There is one shape, a list of several, or one for each argument of ``call``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from layers.inputs.fields import BadInputError

Shape = tuple[int | None, ...]
Shapes = Shape | list[Shape] | dict[str, Shape]
DTYPES = (
    *("float16", "float32", "float64", "bfloat16", "bool", "string"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
)


def validate_shapes(shapes: Any) -> Shapes:
    """Return the shapes as tuples of whole numbers.

    Args:
        shapes: a tuple or list of lengths, batch first; a list of such shapes; or a dict of them
            by argument of ``call``. A length may be None.

    Raises:
        BadInputError: anything else.
    """
    if isinstance(shapes, Mapping):
        return {str(name): _shape(shape) for name, shape in shapes.items()}
    several = isinstance(shapes, Sequence) and any(isinstance(s, (tuple, list)) for s in shapes)
    return [_shape(shape) for shape in shapes] if several else _shape(shapes)


def validate_dtype(dtype: str) -> str:
    """Return the dtype if an input can have it.

    Raises:
        BadInputError: it is not one of ``DTYPES``.
    """
    if dtype not in DTYPES:
        raise BadInputError(
            f"The dtype cannot be used: expected one of {', '.join(DTYPES)}. "
            f"Received {dtype[:60]!r}. Choose one of them."
        )
    return dtype


def parse_shapes(texts: Sequence[str]) -> Shapes:
    """Read shapes from the command line.

    Args:
        texts: each ``8,10``, or ``query=8,4,10`` for an argument of ``call``.

    Raises:
        BadInputError: anything else.
    """
    named = [re.fullmatch(r"([A-Za-z_]\w*)=(.*)", text) for text in texts]
    if all(named):
        return {match[1]: _parse(match[2]) for match in named if match}
    parsed = [_parse(text) for text in texts]
    return parsed[0] if len(parsed) == 1 else parsed


def map_shapes(function: Callable[[Shape], Any], shapes: Shapes) -> Any:
    """Apply a function to every shape, and return the results in the same structure."""
    if isinstance(shapes, dict):
        return {name: function(shape) for name, shape in shapes.items()}
    if isinstance(shapes, list):
        return [function(shape) for shape in shapes]
    return function(shapes)


def all_shapes(shapes: Shapes) -> list[Shape]:
    """Return every shape, in order."""
    if isinstance(shapes, dict):
        return list(shapes.values())
    return shapes if isinstance(shapes, list) else [shapes]


def format_shapes(shapes: Shapes) -> str:
    """Return shapes as text: ``(8, 10)``, or ``a (8, 10), b (8, 3)`` for arguments."""
    if isinstance(shapes, dict):
        return ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    return ", ".join(map(str, all_shapes(shapes)))


def _parse(text: str) -> Shape:
    parts = re.split(r"\s*[,x×]\s*|\s+", text.strip(" ()").removesuffix(","))
    if not all(re.fullmatch(r"\d{1,9}", part) for part in parts):
        raise _bad_shape(text)
    return _shape(tuple(map(int, parts)))


def _shape(shape: Any) -> Shape:
    if not isinstance(shape, (tuple, list)) or not shape:
        raise _bad_shape(shape)
    for length in shape:
        if length is not None and (type(length) is not int or length < 1):
            raise _bad_shape(shape)
    return tuple(shape)


def _bad_shape(received: object) -> BadInputError:
    return BadInputError(
        "The input shape cannot be used: expected whole numbers from 1, the batch first, such as "
        f"`8,10`. Received {repr(received)[:60]}. Write one shape, or one `argument=shape` for "
        "each argument of `call`."
    )
