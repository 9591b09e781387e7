"""Keras's own loss and optimizer for checked settings, and names for what an optimizer keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from layers.inputs.fields import BadInputError
from layers.inputs.sources import format_shape
from layers.recording.given import clean, unique
from layers.training.settings import LOSSES, OPTIMIZERS, Settings

_SINGULAR = {
    "momentums": "momentum",
    "velocities": "velocity",
    "velocity_hats": "velocity_hat",
    "average_gradients": "average_gradient",
}
"""The lists in which Keras's optimizers keep one variable for each weight."""


def make_loss(settings: Settings) -> keras.losses.Loss:
    """Return Keras's loss."""
    return getattr(keras.losses, LOSSES[settings.loss].keras_name)(**settings.loss_keywords)


def make_optimizer(settings: Settings) -> keras.optimizers.Optimizer:
    """Return Keras's optimizer, not built."""
    cls = getattr(keras.optimizers, OPTIMIZERS[settings.optimizer].keras_name)
    return cls(**settings.optimizer_keywords)


def slots_of(optimizer: Any, paths: list[str]) -> dict[str, Any]:
    """Return what a built optimizer keeps, by name: ``kernel/momentum``, ``iterations``.

    Args:
        optimizer: built on the weights of these paths, in this order.
        paths: of the weights.
    """
    slots: dict[str, Any] = {}
    for attribute, kind in _SINGULAR.items():
        own = getattr(optimizer, attribute, None) or getattr(optimizer, f"_{attribute}", None) or []
        for path, variable in zip(paths, own, strict=False):
            slots[unique(clean(f"{path}/{kind}"), slots)] = variable.value
    known = {id(variable) for variable in slots.values()}
    for variable in optimizer.variables:
        if id(variable.value) not in known:
            slots[unique(clean(variable.name.replace("iteration", "iterations")), slots)] = (
                variable.value
            )
    return slots


def check_fit(settings: Settings, outputs: Any, targets: np.ndarray) -> None:
    """Refuse targets or outputs that a loss cannot be taken of.

    Args:
        settings: with the loss.
        outputs: the layer's, a tensor.
        targets: of the same shape.

    Raises:
        BadInputError: another shape, outputs without a gradient, or numbers that are no
            probabilities where the loss takes those.
    """
    title = LOSSES[settings.loss].title
    if not outputs.dtype.is_floating:
        raise BadInputError(
            f"The layer cannot be trained: expected outputs that are floating numbers. Received "
            f"{outputs.dtype.name}, which has no gradient. Choose a layer whose outputs change "
            "little by little."
        )
    shape = tuple(outputs.shape)
    if tuple(targets.shape) != shape:
        raise BadInputError(
            f"The targets do not fit: expected the outputs' shape, {format_shape(shape)}. Received "
            f"{format_shape(tuple(targets.shape))}. Bring one number for each output."
        )
    if "crossentropy" not in settings.loss:
        return
    values = np.asarray(targets)[np.isfinite(targets)]
    if values.size and (values.min() < 0 or values.max() > 1):
        raise BadInputError(
            f"{title} does not fit: expected targets from 0 to 1. Received {values.min():g} to "
            f"{values.max():g}. Choose classes as targets, or mean squared error."
        )
    if settings.loss == "categorical_crossentropy":
        _check_classes(title, shape, targets)
    if not settings.loss_arguments.get("from_logits"):
        found = np.asarray(outputs, "float64")
        found = found[np.isfinite(found)]
        if found.size and (found.min() < 0 or found.max() > 1 + 1e-6):
            raise BadInputError(
                f"{title} does not fit: expected outputs from 0 to 1, which are probabilities. "
                f"Received {found.min():g} to {found.max():g}. Set from_logits, or give the layer "
                "a sigmoid or a softmax."
            )


def _check_classes(title: str, shape: tuple[int, ...], targets: np.ndarray) -> None:
    if not shape or shape[-1] < 2:
        raise BadInputError(
            f"{title} does not fit: expected an output for each of at least two classes. Received "
            f"{format_shape(shape)}. Choose binary cross-entropy, or more units."
        )
    sums = targets.astype("float64").sum(axis=-1)
    wrong = sums[np.isfinite(sums) & (np.abs(sums - 1) > 1e-3)]
    if wrong.size:
        raise BadInputError(
            f"{title} does not fit: expected targets whose classes add up to 1. Received a row "
            f"that adds up to {wrong[0]:g}. Choose one-hot rows, or binary cross-entropy."
        )


def frozen(names: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, str]:
    """Return path → why a variable of a layer is not given to the optimizer.

    Args:
        names: path → ``Owned``.
        known: path → the variable, of those that Keras trains.
    """
    reasons = {}
    for name, owned in names.items():
        if name in known:
            continue
        if owned.seed:
            reasons[name] = "It is the state of a generator of random numbers."
        elif not owned.variable.dtype.is_floating:
            reasons[name] = "It holds integers, which have no gradient."
        elif owned.trainable:
            reasons[name] = (
                "Keras does not know it: a variable of TensorFlow's as an attribute is not "
                "tracked, or its layer is frozen. Make it by add_weight in build()."
            )
        else:
            reasons[name] = "It is not trainable."
    return reasons
