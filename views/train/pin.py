"""The arithmetic of a pinned cell, whichever of the four it shows."""

from __future__ import annotations

from typing import Any

from figures.words import plain
from layers.inputs.cells import Cell, check_cell
from layers.inputs.fields import BadInputError
from layers.operations import explain
from layers.training.step import StepTraces
from views.explore.cells import pin as pin_of_trace
from views.explore.cells import place
from views.train.link import CHANGE, UPDATE
from views.train.one_step import OneStep
from views.train.places import Places, bare


def refused(cell: Cell, traces: StepTraces, found: Places) -> str:
    """Return why a cell cannot be pinned; nothing where it can."""
    tensors = dict(traces.whole.tensors) | dict(found.tensors)
    if cell.tensor not in tensors:
        return (
            f"The cell cannot be pinned: expected one of the tensors {', '.join(found.tensors)}. "
            f"Received `{cell}`. Click a cell of the picture."
        )
    shape = tensors[cell.tensor].values.shape
    if len(cell.index) == len(shape) and all(i < n for i, n in zip(cell.index, shape, strict=True)):
        return ""
    own = bare(cell.tensor)[0] if cell.tensor not in traces.whole.tensors else cell.tensor
    try:
        check_cell(traces.whole, Cell(own, cell.index), (own,))
    except BadInputError as refusal:
        return str(refusal)
    return f"The cell `{cell}` cannot be pinned: expected an index within {shape}. Click a cell."


def pin(cell: Cell, step: OneStep) -> dict[str, Any]:
    """Return a cell's arithmetic as a sentence and a figure of its terms.

    Args:
        cell: of what is drawn, or of any tensor of the step.
        step: all its numbers; the difference that was measured stands beside the gradient.
    """
    found, whole = step.found, step.traces.whole
    name, show = bare(cell.tensor)
    if show == UPDATE and cell.tensor in found.tensors:
        return _update(cell, name, step)
    if show == CHANGE and cell.tensor in found.tensors:
        now, before = whole[name][cell.index], step.start.whole[name][cell.index]
        change = plain(float(found.tensors[cell.tensor].values[cell.index]))
        said = f"= {_signed(now)} − {_bracketed(before)} = {change}: now minus at the start"
        return _pinned(cell, found, said)
    pinned = pin_of_trace(whole, cell)
    if step.difference:
        pinned["sentence"] += f". Measured: {step.difference.text}"
    return pinned


def _update(cell: Cell, name: str, step: OneStep) -> dict[str, Any]:
    found, traces = step.found, step.traces
    variable = name.removesuffix("_before")
    moved = float(found.tensors[cell.tensor].values[cell.index])
    new = traces.updated.get(variable, variable)
    said = f"= {plain(moved)}: what this step adds"
    if new in traces.whole.made_by:
        said += f". {new} = {explain(traces.whole, new, cell.index).text}"
    return _pinned(cell, found, said)


def _pinned(cell: Cell, found: Places, sentence: str) -> dict[str, Any]:
    where = place(cell, found.tensors[cell.tensor].axes)
    return {"cell": str(cell), "where": where, "sentence": sentence}


def _signed(value: float) -> str:
    return plain(float(value))


def _bracketed(value: float) -> str:
    return f"({_signed(value)})" if value < 0 else _signed(value)
