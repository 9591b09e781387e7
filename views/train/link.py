"""What a link of the Train page chooses beside the layer: targets, loss, optimizer, the step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from layers.api.explore import OwnModule
from layers.inputs.description import Description
from layers.inputs.fields import BoolField, ChoiceField, Field, IntField
from layers.training.plane import SIDE
from layers.training.settings import (
    BATCH_SIZE,
    CLIP,
    CLIP_AT,
    LEARNING_RATE,
    LOSS,
    LOSSES,
    OPTIMIZER,
    OPTIMIZERS,
    STEPS,
)
from layers.training.subject import Subject
from layers.training.targets import RULES, TARGETS
from views.explore.link import Choice, from_link

VALUE, GRADIENT, UPDATE, CHANGE = "value", "gradient", "update", "change"
SHOW = ChoiceField(
    name="show",
    default=VALUE,
    choices=(VALUE, GRADIENT, UPDATE, CHANGE),
    label="Show each tensor's",
    help="Its value, its gradient, what the step adds to it, or its change since the start.",
)
OWN_TARGETS = "upload"
TARGET = ChoiceField(
    name="targets",
    default="random",
    choices=(*TARGETS, OWN_TARGETS),
    help="What the outputs should become.",
)
TARGET_OF_LINK = from_link(TARGET)
TARGET_LABELS = {
    **{name: rule.label for name, rule in RULES.items()},
    "teacher": "A teacher: the same layer, another seed",
    OWN_TARGETS: "Your file (CSV or NPY)",
}
TRAINING = BoolField(
    name="training",
    default=True,
    label="Call with training=True",
    help="Dropout drops and batch statistics are taken only in training.",
)
STEP_COUNT = replace(STEPS, default=20)
"""Few: a page first shows what a step does."""
_RATE = replace(LEARNING_RATE, label="Learning rate η")
_ROWS = replace(BATCH_SIZE, label="Rows in each step")
_NOT_TRAINED = ("calls", "training")
"""Fields of a layer that say how Explore calls it."""
NO_PLANE, PRINCIPAL, TWO_WEIGHTS = "none", "principal", "weights"
PLANE = ChoiceField(
    name="plane",
    default=NO_PLANE,
    choices=(NO_PLANE, PRINCIPAL, TWO_WEIGHTS),
    label="The loss around the path, in the plane of",
    help=f"Calls the layer {SIDE**2} times.",
)
PLANE_CELLS = ("plane_across", "plane_up")
"""Parameters of the two weights of a plane."""
_LOOKED_AT = {
    *(PLANE.name, *PLANE_CELLS),
    *("step", "show", "cell", "contrast", "reduction", "time", "row_axis", "column_axis"),
    *("visitor", "have", "prefetch"),
}
"""Parameters of the picture of a training, and what the browser adds to them in its questions."""
MAXIMUM_BYTES = 32 * 2**20
"""Of a history: one for every visitor is held."""


def trainable(layer: Description) -> Description:
    """Return a layer's declaration without the fields that say how Explore calls it."""
    return replace(layer, fields=tuple(f for f in layer.fields if f.name not in _NOT_TRAINED))


def step_field(last: int) -> IntField:
    """Return the field of the step that is shown, from 0 to ``last``."""
    return IntField(name="step", default=0, minimum=0, maximum=last, label=f"Step, of {last}")


def same_training(layer: Description, one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Say whether two links ask for one training, whatever step of it they show, and how.

    Args:
        layer: which both are of.
        one: a link's parameters.
        other: another's, or a question of the browser's.
    """
    own = {field.name for field in layer.fields}
    return all(
        one.get(name) == other.get(name)
        for name in one.keys() | other.keys()
        if name in own or not (name in _LOOKED_AT or name.startswith("at_"))
    )


def argument_fields(kind: str, name: str) -> list[tuple[str, Field]]:
    """Return (argument, its field) of a loss or an optimizer.

    In the link an argument begins with what it is of: ``adam_beta_1``. A layer may have a
    ``momentum`` or an ``epsilon`` of its own.

    Args:
        kind: ``loss`` or ``optimizer``.
        name: which.
    """
    owner = (LOSSES if kind == "loss" else OPTIMIZERS)[name]
    return [
        (each.name, replace(each, name=f"{name}_{each.name}", label=each.title))
        for each in owner.fields
    ]


def read_settings(read: Callable[[Field], Any]) -> dict[str, Any]:
    """Return the arguments of ``layers.training.train``; ``read`` returns a field's value."""
    loss = read(LOSS)
    loss_arguments = {name: read(field) for name, field in argument_fields("loss", loss)}
    optimizer = read(OPTIMIZER)
    rate = read(_RATE)
    arguments = {name: read(field) for name, field in argument_fields("optimizer", optimizer)}
    steps, rows, clip = read(STEP_COUNT), read(_ROWS), read(CLIP)
    return {
        "steps": steps,
        "loss": loss,
        "optimizer": optimizer,
        "learning_rate": rate,
        "loss_arguments": loss_arguments,
        "optimizer_arguments": arguments,
        "clip": clip,
        "clip_at": CLIP_AT.default if clip == "none" else read(CLIP_AT),
        "batch_size": rows,
        "training": read(TRAINING),
        "maximum_bytes": MAXIMUM_BYTES,
    }


def subject_of(choice: Choice, targets: str | np.ndarray, own: OwnModule | None) -> Subject:
    """Return what is trained; ``own`` is the module of an author's layer."""
    return Subject(
        name=choice.layer.name,
        values=choice.values,
        batch=choice.batch,
        seed=choice.seed,
        source=choice.source,
        constant=choice.constant,
        others=choice.others,
        edits=choice.edits,
        own=own if choice.is_authors else None,
        targets=targets,
    )
