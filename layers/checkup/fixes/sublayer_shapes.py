"""Writes the input shapes of sublayers as code, from two measured calls of different sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from layers.checkup.shapes import Shape


class Called(NamedTuple):
    """The shapes of a sublayer's first call."""

    inputs: Shape
    outputs: Shape | None


Sizes = tuple[Shape, Shape]
"""A shape in both calls."""


def build_lines(
    children: Sequence[str],
    calls: Mapping[str, tuple[Called, Called]],
    given: Sizes,
    name: str,
) -> list[str]:
    """Return a line of code for each sublayer that builds it, whatever the input's size is.

    A length that is the same in both calls is written as a number, and one that follows the input
    as the input's. Else the shape is what another sublayer returns.

    Args:
        children: the sublayers to build, as the author writes them, such as ``self.dense``.
        calls: by sublayer, its two calls; also those that need not be built. In the order in which
            they return.
        given: the input's shapes in the two calls.
        name: of the argument of ``build``.

    Returns:
        The lines in that order; none if some shape cannot be written.
    """
    written: dict[str, str] = {}
    for path, (one, other) in calls.items():
        shape = _written((one.inputs, other.inputs), given, name)
        if shape is None:
            before = next((p for p in written if _outputs(calls[p]) == _inputs(calls[path])), None)
            shape = before and f"{before}.compute_output_shape({written[before]})"
        if shape:
            written[path] = shape
    if not set(children) <= written.keys():
        return []
    return [f"{path}.build({written[path]})" for path in written if path in children]


def _inputs(calls: tuple[Called, Called]) -> tuple[Shape, Shape]:
    return calls[0].inputs, calls[1].inputs


def _outputs(calls: tuple[Called, Called]) -> tuple[Shape | None, Shape | None]:
    return calls[0].outputs, calls[1].outputs


def _written(shape: Sizes, given: Sizes, name: str) -> str | None:
    one, other = shape
    if shape == given:
        return name
    if len(one) != len(other):
        return None
    leading = len(one) == len(given[0]) and (one[:-1], other[:-1]) == (given[0][:-1], given[1][:-1])
    start = len(one) - 1 if leading else 0
    lengths = [_length(at, shape, given, name) for at in range(start, len(one))]
    if None in lengths:
        return None
    parts = [f"*{name}[:-1]"] * leading + [str(length) for length in lengths]
    return f"({', '.join(parts)}{',' * (len(parts) == 1)})"


def _length(at: int, shape: Sizes, given: Sizes, name: str) -> str | None:
    here = shape[0][at], shape[1][at]
    if here[0] == here[1]:
        return str(here[0])
    rank, last = len(given[0]), len(given[0]) - 1
    places = [at if at < rank else last, last, *range(rank)]
    if at == len(shape[0]) - 1:
        places.insert(0, last)
    found = next((p for p in places if (given[0][p], given[1][p]) == here), None)
    return None if found is None else f"{name}[{-1 if found == last and found else found}]"
