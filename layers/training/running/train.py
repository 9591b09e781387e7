"""Trains a layer and keeps every step; computes a step that was not kept again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from layers.inputs.fields import BadInputError
from layers.runs.run import state_put_back
from layers.training.history import History, Moment, differences
from layers.training.running import endings
from layers.training.running.data import Data
from layers.training.running.loop import TrainingLoop, dense
from layers.training.running.store import MAXIMUM_BYTES, Store
from layers.training.settings import settings as checked_settings

UNCONNECTED = (
    "No gradient reaches it: nothing that can be differentiated leads from it to the loss."
)


def train(
    layer: Any,
    inputs: Any,
    targets: Any,
    *,
    steps: int,
    loss: str = "mean_squared_error",
    optimizer: str = "sgd",
    learning_rate: float = 0.01,
    seed: int = 0,
    loss_arguments: Mapping[str, Any] | None = None,
    optimizer_arguments: Mapping[str, Any] | None = None,
    clip: str = "none",
    clip_at: float = 1.0,
    batch_size: int | None = None,
    training: bool = True,
    call_arguments: Mapping[str, Any] | None = None,
    progress: Callable[[int, float], None] | None = None,
    stop: Callable[[], bool] | None = None,
    maximum_bytes: int = MAXIMUM_BYTES,
) -> History:
    """Train a layer as Keras's own objects do in a plain loop, bit for bit, and keep every step.

    The layer is built first if it is not, and is left as the last step leaves it. At most 128 MB
    are kept: every state and gradient while they fit, else states at even distances, from which
    ``moment`` computes the others again.

    Args:
        layer: any Keras layer or model.
        inputs: an array (batch, …) of any dtype that the layer takes, or a list or dict of them,
            for one argument; a tuple for several.
        targets: of the first output's shape, or a list with one array for each of the first
            outputs; read as float32.
        steps: from 1 to 10,000.
        loss: a name in ``settings.LOSSES``.
        optimizer: a name in ``settings.OPTIMIZERS``.
        learning_rate: from 0 to 10⁹.
        seed: of the order in which rows are drawn; what the layer draws has seeds of its own.
        loss_arguments: the loss's, by Keras's names.
        optimizer_arguments: the optimizer's, by Keras's names.
        clip: ``none``, ``norm``, ``value`` or ``global_norm``.
        clip_at: to what gradients are clipped.
        batch_size: rows in each step; None or 0 for all.
        training: what the layer's call is told.
        call_arguments: further arguments of the layer's call: a mask, an initial state.
        progress: called after each step with the steps taken and the loss before it.
        stop: asked before each step; true ends the training there.
        maximum_bytes: what the history may hold.

    Returns:
        the history, up to the step that failed, where one did: ``failure`` says why.

    Raises:
        BadInputError: a setting, inputs or targets that do not fit, or a layer that fails in its
            first call.
    """
    chosen = checked_settings(
        steps=steps,
        loss=loss,
        optimizer=optimizer,
        learning_rate=learning_rate,
        seed=seed,
        loss_arguments=loss_arguments,
        optimizer_arguments=optimizer_arguments,
        clip=clip,
        clip_at=clip_at,
        batch_size=batch_size,
        training=training,
    )
    loop = TrainingLoop(Data.of(layer, inputs, targets, chosen, call_arguments or {}), chosen)
    first = loop.state()
    moved = {name: first[0][name] for name in loop.moved}
    store = Store.of(first, moved, chosen.steps, maximum_bytes)
    step, failure = 0, ""
    while step < chosen.steps:
        if stop is not None and stop():
            failure = endings.stopped(step, chosen.steps)
            break
        if store.due(step):
            store.keep(step, loop.state())
        try:
            loss_before = take_step(loop, store, step)
        except BadInputError:
            raise
        except Exception as error:  # an author's layer may raise anything
            failure = endings.raised(loop, step, error)
            if not step:
                raise BadInputError(failure) from error
            break
        if not np.isfinite(loss_before):
            failure = endings.not_finite(loop, step, loss_before)
            break
        step += 1
        if progress is not None:
            progress(step, loss_before)
    if len(store.losses) == step:  # else the step that failed may have begun to change it
        store.keep(step, loop.state())
    fixed = loop.fixed | dict.fromkeys(sorted(store.unconnected), UNCONNECTED)
    notes = endings.notes(loop, fixed, store)
    return store.finish(settings=chosen, steps=step, fixed=fixed, failure=failure, notes=notes)


def take_step(loop: TrainingLoop, store: Store, step: int) -> float:
    """Take a step and keep its loss and gradients; after a loss that is not finite, only these."""
    loss, gradients = loop.gradients(loop.data.batch(step))
    number = float(loss)
    found = {name: None if g is None else dense(g).numpy() for name, g in gradients.items()}
    if np.isfinite(number):
        loop.apply(gradients)
    store.add(number, found)
    return number


def moment(
    history: History,
    step: int,
    layer: Any,
    inputs: Any,
    targets: Any,
    *,
    call_arguments: Mapping[str, Any] | None = None,
) -> Moment:
    """Return one step of a history; one that is not kept is computed again, bit for bit.

    The layer is left as it was.

    Args:
        history: of ``train``.
        step: from 0 to the number of steps taken.
        layer: built like the one that was trained; its weights may be any.
        inputs: as they were trained on.
        targets: likewise.
        call_arguments: likewise.

    Raises:
        BadInputError: there is no such step, or it comes out otherwise: the layer draws numbers
            that no seed in it governs.
    """
    if history.full:
        return history.moment(step)
    with replayed(history, step, layer, inputs, targets, call_arguments or {}) as loop:
        weights, slots = loop.state()
        taken = step < len(history.losses)
        if not taken:
            return Moment(
                step=step, loss=np.nan, weights=weights, slots=slots, gradients={}, updates={}
            )
        loss, gradients = loop.gradients(loop.data.batch(step))
        check_again(history, step, float(loss))
        after: dict[str, np.ndarray] = {}
        if step < history.steps:
            loop.apply(gradients)
            after = loop.state()[0]
        found = {n: dense(g).numpy() for n, g in gradients.items() if g is not None}
        return Moment(
            step=step,
            loss=float(loss),
            weights=weights,
            slots=slots,
            gradients=found,
            updates=differences(weights, after),
        )


@contextmanager
def replayed(
    history: History,
    step: int,
    layer: Any,
    inputs: Any,
    targets: Any,
    keywords: Mapping[str, Any],
    loop: TrainingLoop | None = None,
) -> Generator[TrainingLoop]:
    """Set a layer and its optimizer to the state before a step, and put the layer back after.

    Arguments and errors as of ``moment``; ``loop`` as of ``step_traces``.
    """
    start = history.keyframe(step)
    if loop is None:
        data = Data.of(layer, inputs, targets, history.settings, keywords)
        loop = TrainingLoop(data, history.settings)
    data = loop.data
    state = history.state(start)
    own = [tuple(known.variable.shape) for known in loop.variables.values()]
    if own != [values.shape for values in state[0].values()] or len(state[1]) != len(loop.slots):
        raise BadInputError(
            "The step cannot be computed again: expected a layer with the variables "
            f"{', '.join(state[0]) or 'none'}. Received {', '.join(loop.variables) or 'none'}. "
            "Build it as the one that was trained."
        )
    loop.rename(list(state[0]), list(state[1]))
    with state_put_back(layer):
        loop.restore(state)
        for earlier in range(start, step):
            loss, gradients = loop.gradients(data.batch(earlier))
            check_again(history, earlier, float(loss))
            loop.apply(gradients)
        yield loop


def check_again(history: History, step: int, loss: float) -> None:
    """Refuse a step that comes out otherwise than the first time.

    Raises:
        BadInputError: in a sentence.
    """
    before = float(history.losses[step])
    if loss != before and not (np.isnan(loss) and np.isnan(before)):
        raise BadInputError(
            f"The step cannot be computed again: expected the loss {before!r} at step {step}. "
            f"Received {loss!r}. The data are others, or the layer draws numbers that no seed in "
            "it governs."
        )
