"""Sentences about a training: why it ended before its time, and what is worth saying of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from layers.traces.failure import words_of
from layers.training.running.loop import TrainingLoop
from layers.training.running.store import Store


def raised(loop: TrainingLoop, step: int, error: BaseException) -> str:
    """Say that the layer failed."""
    return (
        f"Training stopped at step {step} of {loop.settings.steps}: expected a call that returns. "
        f"Received {type(error).__name__}: {words_of(error)}. Correct the call of "
        f"{type(loop.data.layer).__name__}; the {step} steps before it are kept."
    )


def not_finite(loop: TrainingLoop, step: int, loss: float) -> str:
    """Say that the loss is no number, and where the first NaN or infinity is."""
    batch = loop.data.batch(step)
    where = ""
    for name, tensor in batch.passed.tensors.items():
        where = where or _holds(f"the input `{name}`", np.asarray(tensor))
    for target in batch.targets:
        where = where or _holds("the targets", np.asarray(target))
    hint = "Change these numbers." if where else "Lower the learning rate, or clip the gradients."
    for name, known in loop.variables.items():
        where = where or _holds(f"`{name}`", known.variable.numpy())
    if not where and loop.settings.loss == "mean_squared_error":
        where = "the outputs' squares are too large for their type"
    return (
        f"Training stopped at step {step} of {loop.settings.steps}: expected a loss that is a "
        f"finite number. Received {loss}{f'; {where}' if where else ''}. {hint} The {step} steps "
        "before it are kept."
    )


def stopped(step: int, steps: int) -> str:
    """Say that somebody stopped it."""
    return f"The training was stopped after {step} of {steps} steps, which are kept."


def notes(loop: TrainingLoop, fixed: Mapping[str, str], store: Store) -> tuple[str, ...]:
    """Return what is worth a sentence: why nothing moves, what is taken of several outputs."""
    found = []
    if not set(loop.moved) - set(fixed):
        found.append(
            "Nothing moves: no weight of this layer is trained."
            + "".join(f" `{n}`: {why}" for n, why in list(fixed.items())[:4])
        )
    elif loop.settings.learning_rate == 0:
        found.append("Nothing moves: the learning rate is 0.")
    if loop.outputs > len(loop.data.targets):
        found.append(
            f"The loss is of the first {len(loop.data.targets)} of {loop.outputs} outputs."
        )
    if not store.full:
        found.append(
            f"Every {store.every}th state is kept; what lies between is computed again, bit for "
            "bit."
        )
    return tuple(found)


def _holds(what: str, values: np.ndarray) -> str:
    if values.dtype.kind in "biuOSU":
        return ""
    wrong = values.size - int(np.isfinite(values.astype("float64")).sum())
    holds = "hold" if what.endswith("s") else "holds"
    return f"{what} {holds} {wrong:,} numbers that are NaN or infinite" if wrong else ""
