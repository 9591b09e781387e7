"""A run as one page's data: its picture at every place of its sliders, and all numbers in it.

What the app asks its server for stands in the page, as far as there is room; the rest is named.
"""

from __future__ import annotations

import base64
import itertools
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from layers.inputs.fields import Field, IntField
from layers.traces.trace import Tensor, Trace, wide
from views.blocks import Block
from views.explore.arithmetic import Arithmetic, arithmetic
from views.explore.planes import free_axes
from views.explore.view import View

MOST_PLANES = 400
"""Planes of all tensors together: of more, a slider stays where it is."""
MOST_TIMES = 40
MOST_CELLS = 2**16
"""Of one tensor whose numbers stand in the page."""
FIXED = "The numbers of this page are fixed. Open its link in Layerscope to change them."
_TIME = "time"

Read = Callable[[Field], Any]
Draw = Callable[[str], dict[str, Any]]
"""Tensor name → its figure, as it is sent."""


@dataclass(frozen=True, kw_only=True)
class PageSource:
    """What a page is made of.

    Attributes:
        trace: the run.
        view: values of fields → what of the run is shown.
        block: view → the picture.
        draw: view → what draws a tensor by its name, as it stands in that picture.
    """

    trace: Trace
    view: Callable[[Read], View]
    block: Callable[[View], Block]
    draw: Callable[[View], Draw]


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A page's data, as ``Page`` of ``browser/wire.d.ts``; ``missing`` says what is not in it."""

    page: dict[str, Any]
    missing: tuple[str, ...]


def whole(source: PageSource, read: Read, below: Iterable[Block] = ()) -> Whole:
    """Return a page's data.

    Args:
        source: what the page is made of.
        read: returns the value of a field, as the link has it.
        below: blocks that stand beneath the picture.
    """
    sliders: dict[str, dict[str, Any]] = {}

    def noted(field: Field) -> Any:
        value = read(field)
        if isinstance(field, IntField) and (field.name == _TIME or field.name.startswith("at_")):
            own = {"name": field.name, "label": field.label, "most": field.maximum, "value": value}
            sliders[field.name] = own
        return value

    views = [source.view(noted)]
    first, missing = views[0], []
    if (steps := sliders.get(_TIME)) and steps["most"] < MOST_TIMES:
        views = [source.view(_at(read, time)) for time in range(steps["most"] + 1)]
    elif steps:
        del sliders[_TIME]
        missing.append(f"time steps other than {steps['value']}")
    blocks = [source.block(view) for view in views]
    tensors = source.trace.tensors
    names = list(dict.fromkeys(name for block in blocks for name in _names(block)))
    for name in _fixed(sliders, [tensors[each] for each in names], first):
        label = sliders.pop(name)["label"].partition(" shown")[0]
        missing.append(f"other places along {label.lower()}")
    book = _Figures(source, {name: own["most"] + 1 for name, own in sliders.items()})
    pictures = [book.picture(*each) for each in zip(blocks, views, strict=True)]
    worked = arithmetic(source.trace, _most_wanted(source.trace, names))
    numbers, absent = _numbers(tensors, [*names, *sorted(worked.reads)])
    missing += _unexplained(worked, absent)
    page = {
        "pictures": pictures,
        "links": book.links,
        "blocks": list(below),
        "figures": [_lean(each, numbers) for each in book.found],
        "sliders": list(sliders.values()),
        "numbers": numbers,
        "forms": worked.forms,
        "says": worked.says,
        "cell": str(first.cell or ""),
    }
    return Whole(page=page, missing=tuple(missing))


def _at(read: Read, time: int) -> Read:
    return lambda field: time if field.name == _TIME else read(field)


def _fixed(sliders: Mapping[str, Any], tensors: Sequence[Tensor], view: View) -> list[str]:
    """Return the sliders for whose places there is no room, the last ones first."""
    names, fixed = [name for name in sliders if name != _TIME], []
    while names and sum(_planes(each, view, sliders, names) for each in tensors) > MOST_PLANES:
        fixed.append(names.pop())
    return fixed


def _planes(tensor: Tensor, view: View, sliders: Mapping[str, Any], names: Iterable[str]) -> int:
    own = _sliders_of(tensor, view)
    return math.prod(sliders[name]["most"] + 1 for name in names if name in own)


def _sliders_of(tensor: Tensor, view: View) -> dict[str, str]:
    """Return the sliders that move a tensor, by name, and the words of their axes."""
    words = free_axes([tensor], view.rows, view.columns)
    return {f"at_{word.replace(' ', '_')}": word for word in words}


def still(blocks: Iterable[Block]) -> Whole:
    """Return a page of blocks whose cells do not answer."""
    empty: dict[str, Any] = {"pictures": [], "links": [], "figures": [], "sliders": []}
    empty |= {"numbers": {}, "forms": {}, "says": {}, "cell": ""}
    return Whole(page=empty | {"blocks": list(blocks)}, missing=())


class _Figures:
    """The figures of all pictures, each once, at every place of the sliders that move it."""

    def __init__(self, source: PageSource, places: Mapping[str, int]) -> None:
        self.source = source
        self.places = places
        self.found: list[dict[str, Any]] = []
        self.links: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}

    def picture(self, block: Block, view: View) -> Block:
        """Return a block that names its figures by their places here, and its links likewise."""
        linked = {**block.get("links", {}), "edges": {}, "fixed": FIXED}
        linked.pop("contrast", None)
        if linked not in self.links:
            self.links.append(linked)
        kept = {name: part for name, part in block.items() if name not in ("pin", "links")}
        exchanged = _exchanged(kept, lambda figure: self._number(figure, view))
        return exchanged | {"links": self.links.index(linked)}

    def _number(self, figure: dict[str, Any], view: View) -> int:
        key = json.dumps(figure, sort_keys=True)
        if key not in self._numbers:
            self._numbers[key] = len(self.found)
            own = _sliders_of(self.source.trace.tensors[figure["name"]], view)
            sliders = [name for name in own if name in self.places]
            planes = self._planes(figure, view, {name: own[name] for name in sliders})
            self.found.append({"figure": figure, "sliders": sliders, "planes": planes})
        return self._numbers[key]

    def _planes(
        self, figure: dict[str, Any], view: View, words: Mapping[str, str]
    ) -> dict[str, dict[str, Any]]:
        """Return a figure at every place of its sliders."""
        planes = {}
        if not words:
            return planes
        for at in itertools.product(*(range(self.places[name]) for name in words)):
            there = replace(view, at={**view.at, **dict(zip(words.values(), at, strict=True))})
            drawn = self.source.draw(there)(figure["name"])
            planes[",".join(map(str, at))] = json.loads(json.dumps(drawn))
        return planes


def _exchanged(block: Any, number: Callable[[dict[str, Any]], int]) -> Any:
    """Return a block with every figure exchanged for its number."""
    if isinstance(block, list):
        return [_exchanged(part, number) for part in block]
    if not isinstance(block, dict):
        return block
    return {
        name: number(json.loads(json.dumps(part))) if name == "figure" else _exchanged(part, number)
        for name, part in block.items()
    }


def _names(block: Block) -> list[str]:
    """Return the names of the tensors that a block draws, in order."""
    found: list[str] = []

    def note(figure: dict[str, Any]) -> int:
        found.append(figure["name"])
        return 0

    kept = {name: part for name, part in block.items() if name not in ("pin", "links")}
    _exchanged(kept, note)
    return found


def _most_wanted(trace: Trace, names: Sequence[str]) -> list[str]:
    """Return tensors in the order in which their arithmetic is wanted: the results first."""
    return sorted(names, key=lambda name: name not in trace.output_names)


def _numbers(
    tensors: Mapping[str, Tensor], names: Iterable[str]
) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """Return the numbers of tensors, and the names of those that are too large, or no numbers."""
    found, absent = {}, set()
    for name in dict.fromkeys(names):
        values = wide(tensors[name].values)
        if values.size > MOST_CELLS or values.dtype.kind not in "fiub":
            absent.add(name)
            continue
        exact = np.ascontiguousarray(values, "<f8")
        with np.errstate(all="ignore"):
            single = exact.astype("<f4")
        short = np.array_equal(single.astype("<f8"), exact, equal_nan=True)
        data = (single if short else exact).tobytes()
        found[name] = {
            "shape": list(values.shape),
            "bits": 32 if short else 64,
            "data": base64.b64encode(data).decode(),
        }
    return found, absent


def _unexplained(worked: Arithmetic, absent: set[str]) -> list[str]:
    """Drop the arithmetic that reads what is not there; say whose is not in the page."""
    gone = list(worked.left_out)
    for name, forms in list(worked.forms.items()):
        if absent.intersection(leaf for form in forms for leaf in form["leaves"]) or name in absent:
            del worked.forms[name]
            gone.append(name)
    for name in gone:
        worked.says[name] = "its arithmetic is not in this page"
    more = " and others" if len(gone) > 4 else ""
    return [f"the arithmetic of {', '.join(gone[:4])}{more}"] if gone else []


def _lean(found: dict[str, Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Return a figure, and of its other places what differs.

    Without the numbers of its cells, where the page has all of the tensor.
    """
    figure, planes = found["figure"], found["planes"]
    parts = [figure, *planes.values()]
    if figure["name"] in numbers and not any(part.get("block") for part in parts):
        for part in parts:
            del part["spec"]["data"][0]["z"]
    differing = {
        at: {
            name: part.get(name)
            for name in {**figure, **part}
            if part.get(name) != figure.get(name)
        }
        for at, part in planes.items()
    }
    return found | {"planes": differing}
