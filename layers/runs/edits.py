"""Numbers that a visitor puts into cells: of the input, or of a weight that the layer stores."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from layers.catalog.spec import LayerSpec, Weight
from layers.inputs.cells import Cell, Edit
from layers.inputs.fields import BadInputError
from layers.runs.build import build
from layers.trace import Step

_ASK = "Edit a cell of the input or of a stored weight."


def put(
    spec: LayerSpec, layer: Any, batches: Sequence[np.ndarray], edits: Sequence[Edit]
) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
    """Put numbers into a layer's weights and into its input of every call, in place.

    A cell that repeats a stored number stands for that number, so all cells tied to it move.

    Returns:
        The edits by the cells that they changed, one a cell; and a sentence for each that could
        not be made.
    """
    if not edits:
        return (), ()
    build(spec, layer, batches[-1].shape)
    weights = {weight.name: weight for weight in spec.weights(layer)}
    copies = {
        step.result: step
        for step in spec.steps(layer, spec.input_axes(batches[-1].ndim))
        if step.op.copies
    }
    stored = {"inputs": batches[-1]} | {
        name: np.array(weight.variable.numpy()) for name, weight in weights.items()
    }
    placed: dict[Cell, Edit] = {}
    refused: list[str] = []
    for edit in edits:
        with _collected(refused):
            cell = _stored(edit.cell, stored, weights, copies)
            placed[cell] = Edit(cell, edit.value)
    for edit in placed.values():
        name, index = edit.cell.tensor, edit.cell.index
        for array in batches if name == "inputs" else [stored[name]]:
            array[index] = edit.value
    for name in {edit.cell.tensor for edit in placed.values()} - {"inputs"}:
        weights[name].variable.assign(stored[name])
    return tuple(placed.values()), tuple(dict.fromkeys(refused))


@contextmanager
def _collected(refused: list[str]) -> Generator[None]:
    try:
        yield
    except BadInputError as refusal:
        refused.append(str(refusal))


def _stored(
    cell: Cell,
    stored: Mapping[str, np.ndarray],
    weights: Mapping[str, Weight],
    copies: Mapping[str, Step],
) -> Cell:
    """Return the stored cell that a cell is, or is a copy of."""
    if step := copies.get(cell.tensor):
        (name,) = step.operands
        _check(cell, step.op.evaluate(stored[name]).shape)
        (block,) = step.op.sources(cell.index, stored[name].shape)
        return _stored(Cell(name, tuple(s.start for s in block)), stored, weights, copies)
    if cell.tensor == "inputs" or (
        cell.tensor in weights and weights[cell.tensor].role == "weight"
    ):
        _check(cell, stored[cell.tensor].shape)
        return cell
    role = weights[cell.tensor].role if cell.tensor in weights else None
    why = "a constant, which the layer makes by itself" if role == "constant" else "no stored cell"
    raise BadInputError(
        f"The number cannot be changed: expected a cell of {', '.join(_open(weights))}. Received "
        f"`{cell}`, {why}. {_ASK}"
    )


def _open(weights: Mapping[str, Weight]) -> list[str]:
    return ["inputs", *(name for name, weight in weights.items() if weight.role == "weight")]


def _check(cell: Cell, shape: tuple[int, ...]) -> None:
    if len(cell.index) != len(shape) or any(
        at >= length for at, length in zip(cell.index, shape, strict=True)
    ):
        last = Cell(cell.tensor, tuple(length - 1 for length in shape))
        raise BadInputError(
            f"The number cannot be put there: expected an index up to `{last}`. Received "
            f"`{cell}`. Make the tensor larger again, or go back to the seed's numbers."
        )
