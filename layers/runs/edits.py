"""Numbers that a visitor puts into cells: of an input, or of a weight that the layer stores."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.inputs.cells import Cell, Edit
from layers.inputs.fields import BadInputError
from layers.recording.owners import owned
from layers.runs.prepare import Call
from layers.traces.trace import Trace

_HINT = "Edit a cell of the input or of a stored weight."
_WHY = {
    "constant": "a constant, which the layer makes by itself",
    "state": "a state, which the calls leave behind",
    "random": "a random number, which the layer draws",
}


@dataclass(frozen=True, kw_only=True)
class Placed:
    """What became of edits.

    Attributes:
        edits: those that were made, by the stored cells that they changed, one a cell.
        refused: a sentence for each that could not be made.
    """

    edits: tuple[Edit, ...] = ()
    refused: tuple[str, ...] = ()


def apply_edits(trace: Trace, layer: Any, calls: Sequence[Call], edits: Sequence[Edit]) -> Placed:
    """Put numbers into a layer's weights and into its input of every call, in place.

    A cell that repeats a stored number stands for that number, so all cells tied to it move.

    Args:
        trace: the last call, recorded without the edits.
        layer: the layer.
        calls: the arguments of its calls.
        edits: the edits, a later one of the same cell counts.
    """
    placed: dict[Cell, Edit] = {}
    refused: list[str] = []
    for edit in edits:
        with _collected(refused):
            cell = _stored(trace, edit.cell)
            _check_value(trace, cell, edit.value)
            placed[cell] = Edit(cell, edit.value)
    variables = {each.path: each.variable for each in owned(layer).values()}
    for edit in placed.values():
        name, index = edit.cell.tensor, edit.cell.index
        if name in trace.input_names:
            for call in calls:
                call.arrays[name][index] = edit.value
            continue
        variable = variables[trace.tensors[name].path]
        value = np.array(variable.numpy())
        value[index] = edit.value
        variable.assign(value)
    return Placed(edits=tuple(placed.values()), refused=tuple(dict.fromkeys(refused)))


@contextmanager
def _collected(refused: list[str]) -> Generator[None]:
    try:
        yield
    except BadInputError as refusal:
        refused.append(str(refusal))


def _stored(trace: Trace, cell: Cell) -> Cell:
    """Return the stored cell that a cell is, or is a copy of."""
    step = trace.made_by.get(cell.tensor)
    if step is not None and step.op.copies:
        _check(trace, cell)
        ((*axes,), *_) = step.op.sources(cell.index, *(trace[name] for name in step.operands))
        return _stored(trace, Cell(step.operands[0], tuple(indices[0] for indices in axes)))
    if _is_open(trace, cell.tensor):
        _check(trace, cell)
        return cell
    role = trace.tensors[cell.tensor].role if cell.tensor in trace.tensors else ""
    why = _WHY.get(role, "no stored cell")
    stored = ", ".join(name for name in trace.tensors if _is_open(trace, name))
    raise BadInputError(
        f"The number cannot be changed: expected a cell of {stored}. Received `{cell}`, {why}. "
        f"{_HINT}"
    )


def _is_open(trace: Trace, name: str) -> bool:
    if name not in trace.tensors or name in trace.made_by:
        return False
    return trace.tensors[name].role in ("input", "weight")


def _check(trace: Trace, cell: Cell) -> None:
    shape = trace[cell.tensor].shape
    if len(cell.index) != len(shape) or any(
        at >= length for at, length in zip(cell.index, shape, strict=True)
    ):
        last = Cell(cell.tensor, tuple(length - 1 for length in shape))
        raise BadInputError(
            f"The number cannot be put there: expected an index up to `{last}`. Received "
            f"`{cell}`. Make the tensor larger again, or go back to the seed's numbers."
        )


def _check_value(trace: Trace, cell: Cell, value: float) -> None:
    if trace[cell.tensor].dtype.kind in "iub" and not float(value).is_integer():
        raise BadInputError(
            f"The number cannot be put there: expected a whole number in `{cell}`. Received "
            f"{value:g}. Round it."
        )
