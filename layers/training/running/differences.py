"""A gradient's second opinion: move one number of a weight, and see what the loss does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from layers.inputs.fields import BadInputError
from layers.inputs.sources import format_shape
from layers.training.history import History
from layers.training.running.loop import State, TrainingLoop, dense
from layers.training.running.train import replayed
from layers.training.step import FiniteDifference


def finite_difference(
    history: History,
    step: int,
    layer: Any,
    inputs: Any,
    targets: Any,
    *,
    weight: str,
    index: tuple[int, ...],
    amount: float = 1e-3,
    call_arguments: Mapping[str, Any] | None = None,
    loop: TrainingLoop | None = None,
) -> FiniteDifference:
    """Measure what moving one number of a weight changes in the loss of one step.

    What the layer draws and remembers is the same at every measurement. The layer is left as it
    was.

    Args:
        history: of ``train``.
        step: of ``history``.
        layer: built like the one that was trained.
        inputs: as they were trained on.
        targets: likewise.
        weight: the path of one of the layer's variables of floating numbers.
        index: the cell, one integer an axis.
        amount: how far it is moved; above 0.
        call_arguments: as they were trained with.
        loop: as of ``step_traces``.

    Raises:
        BadInputError: no such step, weight or cell, or an amount that is not above 0.
    """
    if not amount > 0:
        raise BadInputError(
            f"The loss's change cannot be measured: expected an amount above 0. Received "
            f"{amount!r}. Try 0.001."
        )
    with replayed(history, step, layer, inputs, targets, call_arguments or {}, loop) as known:
        state = known.state()
        at = _cell(known, weight, index)
        loss, gradients = known.gradients(known.data.batch(step))
        gradient = gradients.get(weight)
        own = np.nan if gradient is None else float(dense(gradient).numpy()[at])
        above, up = _moved(known, state, step, weight, at, amount)
        below, down = _moved(known, state, step, weight, at, -amount)
        middle = float(loss)
        finest = float(np.finfo(loss.dtype.as_numpy_dtype).eps) if loss.dtype.size > 2 else 1e-2
        apart = up - down  # the weight's type may not hold the amount exactly
        return FiniteDifference(
            weight=weight,
            index=at,
            amount=amount,
            loss=middle,
            above=above,
            below=below,
            slope=(above - below) / apart if apart else np.nan,
            gradient=own,
            tolerance=4 * finest * max(abs(above), abs(below)) / apart if apart else np.inf,
        )


def _cell(loop: TrainingLoop, weight: str, index: tuple[int, ...]) -> tuple[int, ...]:
    known = {n: o for n, o in loop.variables.items() if o.variable.dtype.is_floating}
    if weight not in known:
        raise BadInputError(
            f"The loss's change cannot be measured: expected one of {', '.join(known) or 'none'}. "
            f"Received {weight[:60]!r}. Choose a weight of the layer."
        )
    shape = tuple(known[weight].variable.shape)
    at = tuple(int(place) for place in index)
    if len(at) != len(shape) or not all(0 <= a < n for a, n in zip(at, shape, strict=True)):
        raise BadInputError(
            f"The loss's change cannot be measured: expected a cell of {format_shape(shape)}. "
            f"Received {at}. Count from 0, one index an axis."
        )
    return at


def _moved(
    loop: TrainingLoop, state: State, step: int, weight: str, at: tuple[int, ...], amount: float
) -> tuple[float, float]:
    """Return the loss with one number moved, and the number."""
    loop.restore(state)
    values = np.array(state[0][weight])
    values[at] += amount
    loop.variables[weight].variable.assign(values)
    _, loss = loop.forward(loop.data.batch(step))
    return float(loss), float(values[at])
