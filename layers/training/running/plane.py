"""Measures the loss over a plane through the weights: a call of the layer for each point."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from layers.inputs.cells import Cell
from layers.training.history import History
from layers.training.plane import SIDE, LossPlane, plane_of
from layers.training.running.train import replayed


def loss_plane(
    history: History,
    layer: Any,
    inputs: Any,
    targets: Any,
    *,
    cells: Sequence[Cell] = (),
    call_arguments: Mapping[str, Any] | None = None,
    progress: Callable[[int, float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> LossPlane:
    """Return TensorFlow's losses of all rows over a plane, and the path of the training in it.

    What the layer draws and remembers is at every point as it is at the path's end. The layer is
    left as it was.

    Args:
        history: of ``train``.
        layer: built like the one that was trained.
        inputs: as they were trained on.
        targets: likewise.
        cells: two cells of weights; none for the first two principal directions of the path.
        call_arguments: as they were trained with.
        progress: called after each point with how many are measured, and the last loss.
        stop: asked before each point; true ends the measuring there.

    Raises:
        BadInputError: errors as of ``plane_of``.
    """
    directions, basis = plane_of(history, cells)
    whole = replace(history, settings=replace(history.settings, batch_size=0))
    end = directions.steps[-1]
    losses = np.full((SIDE, SIDE), np.nan)
    taken = 0
    with replayed(whole, end, layer, inputs, targets, call_arguments or {}) as loop:
        state = loop.state()
        batch = loop.data.batch(0)
        for up, across in np.ndindex(SIDE, SIDE):
            if stop is not None and stop():
                break
            point = basis.weights(directions.across[across], directions.up[up])
            own = {n: values.astype(state[0][n].dtype) for n, values in point.items()}
            loop.restore((state[0] | own, state[1]))
            losses[up, across] = loss = float(loop.forward(batch)[1])
            taken += 1
            if progress is not None:
                progress(taken, loss)
    return LossPlane(directions=directions, losses=losses, taken=taken)
