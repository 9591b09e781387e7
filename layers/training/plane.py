"""The loss over a plane through the weights, and the path that the training took, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from layers.inputs.cells import Cell
from layers.inputs.fields import BadInputError
from layers.training.history import History

SIDE = 25
"""Losses along each side of a plane: 625 calls of the layer."""
MOST_NUMBERS = 10_000
"""Of all weights that training moves: a plane through more says little of them."""
MOST_POINTS = 400
"""States of the path that are looked at."""
_ROOM = 0.2
"""How much wider than the path a plane is, at each side."""


@dataclass(frozen=True, kw_only=True)
class Directions:
    """A plane through the last state, and the path of a training in it.

    Attributes:
        names: of the two directions.
        steps: which states the path has, ascending.
        path: (states, 2), where each lies; float64.
        across: (SIDE,), where the losses are measured in the first direction.
        up: (SIDE,), likewise in the second.
        share: how much of the path's squared distance from its end lies in the plane.
    """

    names: tuple[str, str]
    steps: tuple[int, ...]
    path: np.ndarray
    across: np.ndarray
    up: np.ndarray
    share: float


@dataclass(frozen=True, kw_only=True)
class LossPlane:
    """TensorFlow's own losses over a plane.

    Attributes:
        directions: the plane.
        losses: (up, across), float64; NaN where measuring was stopped.
        taken: how many were measured.
    """

    directions: Directions
    losses: np.ndarray
    taken: int

    @property
    def nbytes(self) -> int:
        """Bytes of all the arrays."""
        return self.losses.nbytes + self.directions.path.nbytes


@dataclass(frozen=True, kw_only=True)
class Basis:
    """How a point of a plane becomes weights.

    Attributes:
        names: the weights, in their order in a row of numbers.
        shapes: theirs.
        centre: (numbers,) float64: the last state.
        vectors: (2, numbers) float64.
    """

    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    centre: np.ndarray
    vectors: np.ndarray

    def weights(self, across: float, up: float) -> dict[str, np.ndarray]:
        """Return the weights at a point, float64."""
        numbers = self.centre + across * self.vectors[0] + up * self.vectors[1]
        sizes = [int(np.prod(shape)) for shape in self.shapes]
        parts = np.split(numbers, np.cumsum(sizes)[:-1])
        return {
            name: part.reshape(shape)
            for name, part, shape in zip(self.names, parts, self.shapes, strict=True)
        }


def plane_of(history: History, cells: Sequence[Cell] = ()) -> tuple[Directions, Basis]:
    """Return the plane of two weights, or of the first two principal directions of the path.

    It goes through the last state whose weights are finite numbers: what is not one of the two
    weights, or lies outside the plane, is as it is there.

    Args:
        history: of a training.
        cells: two cells of weights that training moves; none for the principal directions.

    Raises:
        BadInputError: nothing moves, too many numbers do, or cells that are no such two.
    """
    moved = {n: v for n, v in history.weights.items() if n not in history.fixed}
    count = sum(int(np.prod(array.shape[1:])) for array in moved.values())
    if not 0 < count <= MOST_NUMBERS:
        raise BadInputError(
            f"The loss's plane cannot be measured: expected from 1 to {MOST_NUMBERS:,} numbers "
            f"that training moves. Received {count:,}. Choose a layer with such weights."
        )
    rows = np.unique(np.linspace(0, len(history.kept) - 1, MOST_POINTS).astype(int))
    numbers = np.concatenate(
        [array[rows].reshape(len(rows), -1).astype("float64") for array in moved.values()], axis=1
    )
    finite = np.isfinite(numbers).all(axis=1)
    numbers, rows = numbers[finite], rows[finite]
    if not len(numbers):
        raise BadInputError(
            "The loss's plane cannot be measured: expected weights that are finite numbers. "
            "Received none in any step. Lower the learning rate."
        )
    apart = numbers - numbers[-1]
    if cells:
        names, vectors = _of_cells(moved, cells)
    else:
        names, vectors = _principal(apart)
    path = apart @ vectors.T
    ends = [_ends(path[:, axis]) for axis in (0, 1)]
    total = float((apart**2).sum())
    directions = Directions(
        names=names,
        steps=tuple(history.kept[row] for row in rows),
        path=path,
        across=np.linspace(*ends[0], SIDE),
        up=np.linspace(*ends[1], SIDE),
        share=float((path**2).sum()) / total if total else 1.0,
    )
    shapes = tuple(array.shape[1:] for array in moved.values())
    basis = Basis(names=tuple(moved), shapes=shapes, centre=numbers[-1], vectors=vectors)
    return directions, basis


def _of_cells(
    moved: dict[str, np.ndarray], cells: Sequence[Cell]
) -> tuple[tuple[str, str], np.ndarray]:
    places, starts, at = [], {}, 0
    for name, array in moved.items():
        starts[name] = at
        at += int(np.prod(array.shape[1:]))
    for cell in cells:
        shape = moved[cell.tensor].shape[1:] if cell.tensor in moved else None
        fits = shape is not None and len(shape) == len(cell.index)
        if not fits or not all(0 <= i < n for i, n in zip(cell.index, shape or (), strict=True)):
            raise BadInputError(
                f"The loss's plane cannot be measured: expected cells of {', '.join(moved)}. "
                f"Received `{cell}`. Choose weights that training moves."
            )
        flat = np.ravel_multi_index(cell.index, shape) if shape else 0
        places.append(starts[cell.tensor] + int(flat))
    if len(set(places)) != 2:
        raise BadInputError(
            "The loss's plane cannot be measured: expected two different weights. Received "
            f"{', '.join(map(str, cells))}. Choose another for one of them."
        )
    vectors = np.zeros((2, at))
    vectors[[0, 1], places] = 1.0
    return (str(cells[0]), str(cells[1])), vectors


def _principal(apart: np.ndarray) -> tuple[tuple[str, str], np.ndarray]:
    """Return the two directions in which the path extends most from its end, of length 1 each."""
    vectors = np.linalg.svd(apart, full_matrices=False)[2][:2]
    if len(vectors) < 2:  # one state, or one number
        vectors = np.concatenate([vectors, np.zeros_like(vectors)])[:2]
    strongest = np.abs(vectors).argmax(axis=1)
    signs = np.sign(vectors[[0, 1], strongest])  # the same picture wherever it is computed
    vectors = vectors * np.where(signs == 0, 1.0, signs)[:, None]
    return ("the first principal direction", "the second principal direction"), vectors


def _ends(values: np.ndarray) -> tuple[float, float]:
    """Return where a plane begins and ends in one direction."""
    low, high = float(values.min()), float(values.max())
    room = _ROOM * (high - low) or 1.0
    return low - room, high + room
