"""What is drawn in each tensor's place: its value, its gradient, its update or its change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from layers.inputs.cells import Cell
from layers.traces.trace import Tensor
from layers.training.history import Moment
from layers.training.step import StepTraces
from views.tensors import kind_of
from views.train.link import CHANGE, GRADIENT, UPDATE, VALUE

PREFIXES = {VALUE: "", GRADIENT: "gradient/", UPDATE: "update/", CHANGE: "change/"}
"""What stands before a tensor's name in a cell, by what is shown of it."""
_UNMOVED = "The optimizer moves only weights."


@dataclass(frozen=True, kw_only=True)
class Places:
    """What a switch shows of one step.

    Attributes:
        show: which of the four.
        drawn: tensor of the forward pass → the name of what is drawn in its place.
        tensors: that name → the numbers.
        kinds: that name → the label of its colour range.
        missing: tensor of the forward pass → why nothing is drawn in its place.
    """

    show: str
    drawn: Mapping[str, str]
    tensors: Mapping[str, Tensor]
    kinds: Mapping[str, str]
    missing: Mapping[str, str] = field(default_factory=dict)


def places(show: str, traces: StepTraces, moment: Moment, start: StepTraces) -> Places:
    """Return what is drawn in each tensor's place.

    Args:
        show: ``value``, ``gradient``, ``update`` or ``change``.
        traces: of the step that is shown.
        moment: its numbers.
        start: the traces of step 0, for changes.
    """
    drawn, tensors, kinds, missing = {}, {}, {}, {}
    for name, tensor in traces.forward.tensors.items():
        found = _found(show, name, tensor, traces, moment, start)
        if isinstance(found, str):
            missing[name] = found
            continue
        drawn[name], tensors[found[0]] = found
        of = kind_of(tensor)
        own = f"{show.capitalize()}s of {'results' if of == 'Results' else of.lower()}"
        kinds.setdefault(found[0], of if show == VALUE else own)
    return Places(show=show, drawn=drawn, tensors=tensors, kinds=kinds, missing=missing)


def _found(
    show: str, name: str, tensor: Tensor, traces: StepTraces, moment: Moment, start: StepTraces
) -> tuple[str, Tensor] | str:
    """Return what is drawn and its name, or why nothing is."""
    if show == VALUE:
        return name, tensor
    if show == GRADIENT:
        if name == traces.forward.output_names[-1]:
            return "It is the loss itself: its gradient is 1."
        if name not in traces.gradients:
            return traces.missing.get(name, "It has none.")
        gradient = traces.gradients[name]
        return gradient, traces.whole.tensors[gradient]
    if show == UPDATE:
        variable = name.removesuffix("_before")
        if variable not in moment.updates or tensor.role not in ("weight", "state", "constant"):
            return _UNMOVED
        if name == variable and f"{name}_before" in traces.forward.tensors:
            return "It is the value after the step."
        values = moment.updates[variable]
        return f"{PREFIXES[UPDATE]}{name}", _new(tensor, values, "update")
    before = start.whole.tensors.get(name)
    if before is None or before.values.shape != tensor.values.shape:
        return "It is not in the first step, or has another shape there."
    if tensor.values.dtype.kind in "biu":
        return "It holds integers or truth values."
    with np.errstate(all="ignore"):
        change = tensor.values.astype("float64") - before.values.astype("float64")
    return f"{PREFIXES[CHANGE]}{name}", _new(tensor, change, "update")


def _new(tensor: Tensor, values: np.ndarray, role: str) -> Tensor:
    return replace(tensor, values=values.copy(), role=role)


def shown_as(cell: Cell | None, show: str) -> Cell | None:
    """Return the cell in the same place when the switch is turned to ``show``.

    >>> str(shown_as(Cell("gradient/kernel", (0, 1)), "update"))
    'update/kernel.0.1'
    """
    return cell and Cell(f"{PREFIXES[show]}{bare(cell.tensor)[0]}", cell.index)


def bare(name: str) -> tuple[str, str]:
    """Return a tensor's name without what is shown of it, and what that is."""
    for show, prefix in PREFIXES.items():
        if prefix and name.startswith(prefix):
            return name.removeprefix(prefix), show
    return name, VALUE


def resolved(cell: Cell, traces: StepTraces, found: Places) -> Cell:
    """Return the cell of what a name stands for: of a shared gradient, the one that is drawn."""
    name, show = bare(cell.tensor)
    if cell.tensor in found.tensors or cell.tensor in traces.whole.tensors:
        return cell
    if show == GRADIENT and name in traces.gradients:
        return Cell(traces.gradients[name], cell.index)
    return Cell(name, cell.index) if name in traces.whole.tensors else cell
