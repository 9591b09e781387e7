"""The small CNN and the layers to look at, with their data and their code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from layers.inputs.fields import BadInputError
from layers.inputs.sources import SOURCES, InputSource, check_size, code_of, format_shape
from layers.model_files.config import LayerConfig
from layers.networks import small_cnn
from layers.networks.running.runnable import runnable_model
from layers.runs.call_code import input_edits
from layers.runs.code import IMPORTS, SETTING, array_literal, lean_source, weight_edits
from layers.runs.prepare import Call, random_state
from layers.training.running.demonstrations import DEMONSTRATIONS, FEATURES
from layers.training.running.prepared import Ready, targets_of, with_edits
from layers.training.running.teacher import outputs_of
from layers.training.stripes import striped_images
from layers.training.subject import Subject

STRIPES = InputSource(
    label="Images of stripes",
    make=lambda shape, seed, _: striped_images(shape, seed),
    code="striped_images({shape}, {seed})",
)


def cnn(subject: Subject) -> Ready:
    """Build the small CNN afresh: what the Models page keeps is not to be trained."""
    values = small_cnn.checked(subject.values)

    def made(seed: int) -> Any:
        source = small_cnn.CnnSource(tuple(sorted(values.items())), seed)
        with random_state(seed):
            layers = runnable_model.__wrapped__(source).layers.values()
            return keras.Sequential(list(layers), name=small_cnn.NAME)

    def written(network: Any) -> str:
        configs = small_cnn.configuration(values).layers or ()
        lines = [_written(*each) for each in zip(configs, network.layers, strict=True)]
        inner = "".join(f"        {line},\n" for line in lines)
        return f"keras.Sequential(\n    [\n{inner}    ],\n    name={small_cnn.NAME!r},\n)"

    shape = (values["image"], values["image"], values["channels"])
    axes = ("batch", "rows", "columns", "channels")
    striped = isinstance(subject.source, str) and subject.source == "example"
    helpers = f"{lean_source(striped_images)}\n\n" if striped else ""
    return _of_one_input(subject, made, shape, axes, STRIPES, helpers, written)


def _written(config: LayerConfig, layer: Any) -> str:
    """Write a layer of the small CNN, with the seeds that it has."""
    settings = dict(config.settings)
    if hasattr(layer, "kernel_initializer"):
        seed = layer.kernel_initializer.seed
        settings["kernel_initializer"] = _Code(f"keras.initializers.GlorotUniform(seed={seed})")
    if hasattr(layer, "seed_generator"):
        settings["seed"] = int(layer.seed_generator.state.numpy()[0])
    arguments = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    return f"keras.layers.{config.class_name}({arguments})"


class _Code(str):
    """Python that stands in the code as it is."""

    __slots__ = ()
    __repr__ = str.__str__


def demonstration(subject: Subject) -> Ready:
    """Build a layer that is only here to be looked at."""
    shown = DEMONSTRATIONS[subject.name]

    def made(seed: int) -> Any:
        with random_state(seed):
            return shown.make(seed)

    return _of_one_input(
        subject,
        made,
        (FEATURES,),
        ("batch", "features"),
        SOURCES["normal"],
        shown.helpers(),
        lambda _: shown.written.format(seed=subject.seed),
    )


def _of_one_input(
    subject: Subject,
    made: Callable[[int], Any],
    shape: tuple[int, ...],
    axes: tuple[str, ...],
    example: InputSource,
    helpers: str,
    written: Callable[[Any], str],
) -> Ready:
    """Return a network with its data.

    Args:
        subject: what is trained.
        made: returns the network for a seed.
        shape: of its input, without the batch.
        axes: one word for each axis of its input.
        example: its own input.
        helpers: Python that its code needs before all else: classes and functions.
        written: returns the Python that makes a network like the one that it is given.
    """
    rows = 8 if subject.batch is None else subject.batch
    whole = (rows, *shape)
    check_size("input", whole)
    given = (whole, subject.seed, subject.constant)
    known = {"example": example, **SOURCES}
    if isinstance(subject.source, np.ndarray):
        inputs = subject.source.astype("float32")
        if inputs.shape[1:] != shape:
            raise BadInputError(
                f"Your array does not fit the network: expected rows of {format_shape(shape)}. "
                f"Received {format_shape(inputs.shape)}. Size the network to the data."
            )
    elif subject.source in known:
        inputs = known[subject.source].make(*given)
    else:
        raise BadInputError(
            f"The input cannot be made: expected {', '.join(known)} or an array. "
            f"Received {subject.source[:60]!r}. Pick one of these."
        )
    network = made(subject.seed)
    layer = f"layer = {written(network)}"
    call = Call(arrays={"inputs": inputs}, arguments=(inputs,), named={})
    placed = with_edits(network, call, subject.edits)
    if isinstance(subject.source, np.ndarray):
        made_by = array_literal(inputs, 'np.load("training.npz")["inputs/inputs"]')
    else:
        made_by = code_of(known[subject.source], *given)
    lines = [
        *IMPORTS,
        "",
        "",
        helpers,
        f"inputs = {made_by}",
        *input_edits("inputs", placed.edits, subject.source),
        layer + weight_edits(network, placed.edits, "layer(inputs)"),
        "print(layer(inputs).numpy())",
    ]
    (outputs,) = outputs_of(network, inputs)
    targets, teacher = targets_of(subject, inputs, outputs.shape, made, (inputs,), {})
    return Ready(
        layer=network,
        arguments=(inputs,),
        keywords={},
        inputs={"inputs": inputs},
        targets=targets,
        axes={"inputs": axes},
        teacher=teacher,
        refused=placed.refused,
        script=SETTING + "\n".join(lines) + "\n",
    )
