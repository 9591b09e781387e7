"""From a subject, which is plain data, to a built layer with its data."""

from __future__ import annotations

import pickle
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from layers.catalog.registry import get
from layers.networks import small_cnn
from layers.runs.call_code import call_code
from layers.runs.code import code
from layers.runs.prepare import Call, prepare_call
from layers.training.running.demonstrations import DEMONSTRATIONS
from layers.training.running.networks import cnn, demonstration
from layers.training.running.prepared import Ready, targets_of, with_edits
from layers.training.running.teacher import outputs_of
from layers.training.subject import Subject
from layers.user_code import user_module


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
        return cnn(subject)
    return demonstration(subject) if subject.name in DEMONSTRATIONS else _layer(subject)


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
    placed = with_edits(layer, call, subject.edits)
    outputs = outputs_of(layer, call.arguments, keywords)
    first = next(iter(call.arrays.values()))
    targets, teacher = targets_of(
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
