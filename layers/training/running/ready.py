"""From a subject, which is plain data, to a built layer with its data."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import keras
import numpy as np

from layers.catalog.registry import get
from layers.inputs.description import SEED
from layers.inputs.fields import BadInputError
from layers.inputs.sources import SOURCES, check_size, format_shape
from layers.networks import small_cnn
from layers.networks.running.runnable import runnable_model
from layers.recording import record
from layers.recording.given import clean, unique
from layers.recording.owners import owned
from layers.runs.call_code import call_code
from layers.runs.code import code
from layers.runs.edits import Placed, apply_edits
from layers.runs.prepare import Call, prepare_call, random_state
from layers.runs.run import state_put_back
from layers.training.running import demonstrations
from layers.training.running.teacher import outputs_of
from layers.training.stripes import striped_images
from layers.training.subject import Subject
from layers.training.targets import make_targets
from layers.user_code import user_module

TEACHER_SEED = 1_000
"""How far a teacher's seed is from the layer's."""


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A built layer with its data.

    Attributes:
        layer: as its seed made it, edits included.
        arguments: of its call.
        keywords: likewise, by name.
        inputs: the arrays in them, by name.
        targets: float32, of the first output's shape.
        axes: input or weight → one word for each of its axes.
        teacher: a teacher's weights by path; empty where there is none.
        refused: why edits could not be made.
        script: Python that makes inputs and layer, and prints one call; empty where there is none.
        outputs: how many arrays the layer returns.
    """

    layer: Any
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    inputs: Mapping[str, np.ndarray]
    targets: np.ndarray
    axes: Mapping[str, tuple[str, ...]]
    teacher: Mapping[str, np.ndarray] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    script: str = ""
    outputs: int = 1


@contextmanager
def ready(subject: Subject, *, kept: bool = False) -> Generator[Ready]:
    """Build a subject's layer; what an author's own raises in the block is a sentence.

    Args:
        subject: what is trained.
        kept: whether the layer is left as it was, so that the next call may have the same one: of
            a step of a Dense, building it is a third of the time.

    Raises:
        BadInputError: a layer, inputs or targets that do not fit.
    """
    own = subject.own
    with user_module.at_work(own.path, own.source, subject.name) if own else nullcontext():
        yield (_kept(_Key(pickle.dumps(subject), subject)) if kept and not own else _built(subject))


def _built(subject: Subject) -> Ready:
    if subject.name == small_cnn.NAME:
        return _cnn(subject)
    return _demonstration(subject) if subject.name in demonstrations.LAYERS else _layer(subject)


@dataclass(frozen=True)
class _Key:
    """A subject, which has dicts and arrays, as what it can be found by."""

    text: bytes
    subject: Subject = field(compare=False)


@lru_cache(maxsize=1)
def _kept(key: _Key) -> Ready:
    return _built(key.subject)


def _layer(subject: Subject) -> Ready:
    own = subject.own
    spec = user_module.get(own.path, own.source, subject.name) if own else get(subject.name)
    values = dict(subject.values)
    if any(each.name == "calls" for each in spec.fields):
        values["calls"] = 1  # a training calls the layer itself
    sources: Any = subject.source
    if spec.inputs:
        sources = {spec.inputs[0].name: subject.source, **subject.others}

    def made(seed: int) -> tuple[Any, Call]:
        given = {"batch": subject.batch, "sources": sources, "constant": subject.constant}
        layer, (call,) = prepare_call(spec, values, seed=seed, **given)
        return layer, call

    layer, call = made(subject.seed)
    keywords = {name: value for name, value in call.named.items() if name != "training"}
    placed = Placed()
    if subject.edits:
        with state_put_back(layer):
            trace = record(layer, *call.arguments, **call.named)
        placed = apply_edits(trace, layer, (call,), subject.edits)
    outputs = outputs_of(layer, call.arguments, keywords)
    first = next(iter(call.arrays.values()))
    targets, teacher = _targets(
        subject, first, outputs[0].shape, lambda seed: made(seed)[0], call.arguments, keywords
    )
    axes = {each.name: each.axes_of(call.arrays[each.name].ndim) for each in spec.inputs}
    if not spec.inputs:
        axes = {name: spec.input_axes(array.ndim) for name, array in call.arrays.items()}
    given: dict[str, Any] = {
        "seed": subject.seed,
        "constant": subject.constant,
        "edits": placed.edits,
    }
    if spec.inputs:
        given |= {"sources": sources, "outputs": len(outputs)}
        script = call_code(spec, values, call, layer=layer, **given)
    else:
        given |= {"source": sources, "inputs": call.arrays["inputs"]}
        script = code(spec, values, layer=layer, **given)
    return Ready(
        layer=layer,
        arguments=call.arguments,
        keywords=keywords,
        inputs=call.arrays,
        targets=targets,
        axes={**axes, **spec.axes},
        teacher=teacher,
        refused=placed.refused,
        script=script,
        outputs=len(outputs),
    )


def _cnn(subject: Subject) -> Ready:
    """Build the small CNN afresh: what the Models page keeps is not to be trained."""
    values = small_cnn.checked(subject.values)

    def made(seed: int) -> Any:
        source = small_cnn.CnnSource(tuple(sorted(values.items())), seed)
        with random_state(seed):
            layers = runnable_model.__wrapped__(source).layers.values()
            return keras.Sequential(list(layers), name=small_cnn.NAME)

    shape = (values["image"], values["image"], values["channels"])
    axes = ("batch", "rows", "columns", "channels")
    return _of_one_input(subject, made, shape, axes, striped_images)


def _demonstration(subject: Subject) -> Ready:
    """Build a layer that is only here to be looked at."""

    def made(seed: int) -> Any:
        with random_state(seed):
            return demonstrations.LAYERS[subject.name](seed)

    normal = SOURCES["normal"].make
    shape, axes = (demonstrations.FEATURES,), ("batch", "features")
    return _of_one_input(subject, made, shape, axes, lambda *given: normal(*given, 0.0))


def _of_one_input(
    subject: Subject,
    made: Callable[[int], Any],
    shape: tuple[int, ...],
    axes: tuple[str, ...],
    example: Callable[[tuple[int, ...], int], np.ndarray],
) -> Ready:
    """Return a network with its data.

    Args:
        subject: what is trained.
        made: returns the network for a seed.
        shape: of its input, without the batch.
        axes: one word for each axis of its input.
        example: returns its own input for a shape and a seed.
    """
    rows = 8 if subject.batch is None else subject.batch
    whole = (rows, *shape)
    check_size("input", whole)
    if isinstance(subject.source, np.ndarray):
        inputs = subject.source.astype("float32")
        if inputs.shape[1:] != shape:
            raise BadInputError(
                f"Your array does not fit the network: expected rows of {format_shape(shape)}. "
                f"Received {format_shape(inputs.shape)}. Size the network to the data."
            )
    elif subject.source == "example":
        inputs = example(whole, subject.seed)
    elif subject.source in SOURCES:
        inputs = SOURCES[subject.source].make(whole, subject.seed, subject.constant)
    else:
        raise BadInputError(
            f"The input cannot be made: expected example, {', '.join(SOURCES)} or an array. "
            f"Received {subject.source[:60]!r}. Pick one of these."
        )
    network = made(subject.seed)
    (outputs,) = outputs_of(network, inputs)
    targets, teacher = _targets(subject, inputs, outputs.shape, made, (inputs,), {})
    return Ready(
        layer=network,
        arguments=(inputs,),
        keywords={},
        inputs={"inputs": inputs},
        targets=targets,
        axes={"inputs": axes},
        teacher=teacher,
    )


def _targets(
    subject: Subject,
    first: np.ndarray,
    shape: tuple[int, ...],
    make: Callable[[int], Any],
    arguments: tuple[Any, ...],
    keywords: Mapping[str, Any],
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the targets, and a teacher's weights by path."""
    if isinstance(subject.targets, np.ndarray):
        return subject.targets.astype("float32"), {}
    if subject.targets != "teacher":
        return make_targets(subject.targets, first, shape, subject.seed), {}
    teacher = make((subject.seed + TEACHER_SEED) % (SEED.maximum + 1))
    weights: dict[str, np.ndarray] = {}
    targets = outputs_of(teacher, arguments, keywords)[0].astype("float32")
    for known in owned(teacher).values():
        if known.trainable:
            weights[unique(clean(known.path), weights)] = np.array(known.variable.numpy())
    return targets, weights
