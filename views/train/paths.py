"""The weights over the steps, and the loss around their path, as blocks."""

from __future__ import annotations

import numpy as np

from figures.paths import paths
from figures.plane import plane
from layers.inputs.cells import Cell
from layers.inputs.fields import ChoiceField
from layers.training.history import History
from layers.training.plane import LossPlane
from views.blocks import Block, row, text
from views.train.link import PLANE, PLANE_CELLS
from views.train.places import bare

MOST_WEIGHTS = 8
"""Weights that have a picture; of more, those that moved farthest."""


def paths_row(history: History, step: int, pinned: Cell | None, layer: str) -> list[Block]:
    """Return a figure for each weight that moves, the step marked, and a sentence where some lack.

    Args:
        history: of a training.
        step: that is marked.
        pinned: the cell that is set apart, of a weight or of what is shown in its place.
        layer: for file names.
    """
    moved = farthest(history)
    if not moved:
        return [text("No weight moves in this training.")]
    last = len(history.losses) - 1
    own = pinned and Cell(bare(pinned.tensor)[0].removeprefix("updated/"), pinned.index)
    figures = [
        paths(
            history.weights[name],
            steps=history.kept,
            name=name,
            at=step,
            last=last,
            picked=_picked(own, name, history.weights[name].shape[1:]),
            layer=layer,
        )
        for name in moved[:MOST_WEIGHTS]
    ]
    blocks = [row(figures) | {"time": {"step": step, "last": last, "follows": True}}]
    if len(moved) > MOST_WEIGHTS:
        blocks.append(
            text(
                f"The {MOST_WEIGHTS} weights that moved farthest are drawn, of {len(moved)} that "
                "move. The files have all."
            )
        )
    return blocks


def farthest(history: History) -> list[str]:
    """Return the weights that move at all, the one that moves farthest first."""
    moves: dict[str, float] = {}
    for name, states in history.weights.items():
        if states.dtype.kind in "biu" or not states[0].size:
            continue
        with np.errstate(all="ignore"):
            far = np.abs(states.astype("float64") - states[0]).max()
        moves[name] = float(np.nan_to_num(far, nan=np.inf))
    return sorted((name for name in moves if moves[name]), key=lambda name: -moves[name])


def cells_of(history: History, most: int = 100) -> list[Cell]:
    """Return the cells of trained weights, those that moved farthest first."""
    found = []
    for name in farthest(history):
        if name in history.fixed:
            continue
        states = history.weights[name]
        with np.errstate(all="ignore"):
            far = np.nan_to_num(np.abs(states - states[0]).max(axis=0), nan=np.inf)
        for flat in np.argsort(-far, axis=None)[:most]:
            index = tuple(int(i) for i in np.unravel_index(flat, far.shape))
            found.append((float(far[index]), Cell(name, index)))
    found.sort(key=lambda pair: -pair[0])
    return [cell for _, cell in found[:most]]


def plane_fields(history: History) -> tuple[ChoiceField, ...]:
    """Return what a link says of the plane of losses.

    Returns:
        which plane; and of a plane of two weights the one across and the one up: choices in the
        weights' own order, and as defaults the two that moved farthest. Only the first where fewer
        than two numbers move.
    """
    cells = cells_of(history)
    if len(cells) < 2:
        return (PLANE,)
    order = list(history.weights)
    choices = sorted(cells, key=lambda cell: (order.index(cell.tensor), cell.index))
    texts = tuple(map(str, choices))
    named = zip(PLANE_CELLS, cells, strict=False)
    return (PLANE, *(ChoiceField(name=name, default=str(c), choices=texts) for name, c in named))


def plane_row(measured: LossPlane, step: int, last: int, layer: str) -> list[Block]:
    """Return the loss around the path as contours, and what is to be known of it.

    Args:
        measured: the losses.
        step: that is marked.
        last: the last one.
        layer: for file names.
    """
    directions = measured.directions
    figure = plane(
        measured.losses,
        across=directions.across,
        up=directions.up,
        path=directions.path,
        steps=directions.steps,
        at=step,
        names=directions.names,
        layer=layer,
    )
    asked = measured.losses.size
    said = (
        "TensorFlow's loss of all rows at each of "
        f"{measured.taken:,} points, counted from the end of the path (the dot); the ring is its "
        "start, the square the step that is shown. "
        f"{100 * directions.share:.3g} % of the path's squared length lies in this plane; "
        "every other number is as it is at the end."
    )
    if measured.taken < asked:
        said += f" Measuring was stopped: {asked - measured.taken:,} points are missing."
    return [row([figure]) | {"time": {"step": step, "last": last, "follows": True}}, text(said)]


def _picked(cell: Cell | None, name: str, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    if cell is None or cell.tensor != name or len(cell.index) != len(shape):
        return None
    fits = all(i < n for i, n in zip(cell.index, shape, strict=True))
    return cell.index if fits else None
