"""What moved between a file that is there and the one that would be written."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

import numpy as np

from pictures.page import numbers_in
from pictures.png import description_in

_SHOWN = 5
_NOT_OURS = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
    zipfile.BadZipFile,
    ElementTree.ParseError,
)
"""What reading a file may raise that was cut off, or is of another program."""
_SVG = "{http://www.w3.org/2000/svg}"


def differences(ending: str, there: bytes, new: bytes) -> str:
    """Return in a sentence which numbers moved; empty where the bytes are equal."""
    if there == new:
        return ""
    after = _numbers(ending, new)
    try:
        before = _numbers(ending, there)
    except _NOT_OURS:
        return "it is no such file as is written here"
    moved = [
        f"{name} was {before.get(name, 'not there')} and is {after.get(name, 'not there')}"
        for name in [*after, *(name for name in before if name not in after)]
        if before.get(name) != after.get(name)
    ]
    if not moved:
        return "its numbers are the same, and its bytes are not"
    more = f", and {len(moved) - _SHOWN:,} more" if len(moved) > _SHOWN else ""
    return "; ".join(moved[:_SHOWN]) + more


def _numbers(ending: str, data: bytes) -> dict[str, str]:
    """Return what a file says, number by number, by where it stands."""
    if ending == ".svg":
        return dict(_of_svg(data))
    if ending == ".png":
        return dict(_of_sentences(description_in(data)))
    if ending == ".json":
        tensors = json.loads(data)["tensors"]
        return dict(_of_arrays({name: np.array(t["values"]) for name, t in tensors.items()}))
    if ending == ".html":
        return dict(_of_arrays(numbers_in(data.decode())))
    if ending == ".npz":
        with np.load(io.BytesIO(data)) as file:
            return dict(_of_arrays(dict(file)))
    return {}


def _of_svg(data: bytes) -> Iterator[tuple[str, str]]:
    root = ElementTree.fromstring(data)  # noqa: S314 (the author's own file)
    for group in root.iter(f"{_SVG}g"):
        if name := group.get("data-tensor"):
            written = list(group.iter(f"{_SVG}text"))
            cells = [text for text in written if text.get("text-anchor") == "middle"]
            across, down = (
                {place: at for at, place in enumerate(sorted({_place(c, axis) for c in cells}))}
                for axis in ("x", "y")
            )
            for text in cells:
                row, column = down[_place(text, "y")], across[_place(text, "x")]
                yield f"{name} at row {row}, column {column}", text.text or ""
            for number, text in enumerate(text for text in written if text not in cells):
                yield f"line {number + 1} under {name}", text.text or ""
    for element in root:
        if element.tag in (f"{_SVG}title", f"{_SVG}desc"):
            yield from _of_sentences(element.text or "")


def _place(text: ElementTree.Element, axis: str) -> float:
    return float(text.get(axis, "0"))


def _of_sentences(text: str) -> Iterator[tuple[str, str]]:
    for number, sentence in enumerate(re.split(r"(?<=\.) ", text)):
        yield f"sentence {number + 1}", repr(sentence)


def _of_arrays(arrays: dict[str, np.ndarray]) -> Iterator[tuple[str, str]]:
    for name, values in arrays.items():
        for index, value in np.ndenumerate(values):
            yield (
                ".".join(map(str, (name, *index))),
                f"{value:.6g}" if values.dtype.kind == "f" else str(value),
            )
