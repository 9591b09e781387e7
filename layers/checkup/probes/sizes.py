"""Sizes: the batch, the shape of the output, and indices that are right for one size only."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import (
    BATCH,
    Subject,
    attempt,
    flat,
    is_stock,
    own_classes,
    short,
)
from layers.checkup.literal_indices import Position, has_sizes, positions, reshapes
from layers.checkup.probes.failures import line_of
from layers.checkup.report import Finding
from layers.checkup.shapes import Shape, all_shapes, map_shapes
from layers.checkup.source import Source, source_of


def fixed_batch(subject: Subject) -> Iterator[Finding]:
    """Call one layer on batches of 1, 2 and 3, and a fresh one on a batch of any length."""
    given = all_shapes(subject.shape)[0][0] or BATCH
    layer = subject.called()
    usual = [tuple(out.shape) for out in subject.call(layer)]
    for batch in (1, 2, 3, given + 1):
        outputs, error = attempt(lambda b=batch: subject.call(layer, batch=b))
        told = short(error) if error else ""
        if not error:
            shapes = [tuple(out.shape) for out in outputs]
            follow = [(batch, *shape[1:]) for shape in usual]
            multiple = [
                (shape[0] * batch // given, *shape[1:]) if shape else shape for shape in usual
            ]
            if shapes in (usual, follow, multiple) or not any(
                shape and shape[0] == given for shape in usual
            ):
                continue
            told = f"the output has the shape {shapes[0]}"
        yield _batch_finding(subject, layer, given, f"batch {batch}", told, error)
        return
    fresh = subject.new()
    _, error = attempt(lambda: subject.feed(fresh, subject.specs(concrete=False)))
    if error is not None:
        whole = subject.new()
        _, other = attempt(lambda: subject.feed(whole, subject.specs()))
        if other is None:
            yield _batch_finding(
                subject, fresh, given, "a batch of any length", short(error), error
            )


def _batch_finding(
    subject: Subject, layer: Any, given: int, what: str, told: str, error: BaseException | None
) -> Finding:
    line = line_of(error) if error else None
    arguments, _ = attempt(lambda: subject.arguments)
    return Finding(
        code="fixed-batch",
        severity="broken",
        where=f"line {line}" if line else "the batch",
        wrong=f"The layer works for the batch it was built with ({given}) only.",
        happens="The last batch of an epoch and `predict` on one row fail, or give wrong rows.",
        evidence=f"With {what}: {told}.",
        fix=fixes.any_batch(subject.source(layer), given, arguments or {}),
    )


def wrong_output_shape(subject: Subject) -> Iterator[Finding]:
    """Compare what the layer says of its output's shape with what ``call`` returns."""
    layer = subject.called()
    for name, ask in (("compute_output_shape", _said), ("compute_output_spec", _said_by_spec)):
        owner = next(c for c in type(layer).__mro__ if name in vars(c))
        if owner is keras.layers.Layer or (name == "compute_output_spec" and is_stock(owner)):
            continue
        said, error = attempt(lambda ask=ask: ask(subject, layer))
        if isinstance(error, NotImplementedError):
            continue
        actual = [tuple(out.shape) for out in subject.call(layer)]
        if error is None and len(said) == len(actual) and all(map(_agree, said, actual)):
            continue
        source = source_of(owner)
        method = source.method(name) if source else None
        told = f"raises {short(error)}" if error else f"says {', '.join(map(str, said))}"
        yield Finding(
            code="wrong-output-shape",
            severity="broken",
            where=name + (f", line {method.lineno}" if method else ""),
            wrong=f"`{name}` does not agree with `call`.",
            happens="Every layer after it in a functional model is built for a shape that never "
            "comes.",
            evidence=f"`{name}` {told}; `call` returns {', '.join(map(str, actual))}.",
            fix=fixes.without_method(source, name),
        )


def _said_by_spec(subject: Subject, layer: Any) -> list[tuple]:
    return [tuple(spec.shape) for spec in flat(subject.feed(layer, subject.specs()))]


def _said(subject: Subject, layer: Any) -> list[tuple]:
    if isinstance(subject.shape, dict):
        takes = list(inspect.signature(layer.compute_output_shape).parameters)
        named = {f"{name}_shape": shape for name, shape in subject.shape.items()}
        if set(takes) & set(named):
            answer = layer.compute_output_shape(**{k: v for k, v in named.items() if k in takes})
        else:
            answer = layer.compute_output_shape(*all_shapes(subject.shape)[: len(takes)])
    else:
        answer = layer.compute_output_shape(subject.shape)
    return _shapes_in(answer)


def _shapes_in(answer: Any) -> list[tuple]:
    if answer is None:
        return [("None",)]
    if isinstance(answer, dict):
        return [shape for inner in answer.values() for shape in _shapes_in(inner)]
    if hasattr(answer, "as_list"):
        return [tuple(answer.as_list())]
    parts = tuple(answer)
    if all(part is None or isinstance(part, (int, np.integer)) for part in parts):
        return [parts]
    return [shape for inner in parts for shape in _shapes_in(inner)]


def _agree(said: tuple, actual: tuple) -> bool:
    return len(said) == len(actual) and all(
        one is None or other is None or one == other
        for one, other in zip(said, actual, strict=True)
    )


def hard_coded_size(subject: Subject) -> Iterator[Finding]:
    """Look for positions and sizes written as numbers, and try twice the size through the class."""
    layer = subject.called()
    for cls in own_classes(layer):
        source = source_of(cls)
        if source is None:
            continue
        found = next(_wrong_positions(subject, layer, source), None)
        found = found or next(_wrong_sizes(subject, layer, source), None)
        if found:
            yield found


def _wrong_positions(subject: Subject, layer: Any, source: Source) -> Iterator[Finding]:
    call = source.method("call")
    given = {argument.arg for argument in call.args.args} if call else set()
    for position in positions(source.tree, given):
        axis = _axis(subject, position, of_input=position.array in given)
        length = all_shapes(subject.shape)[0][axis]
        if length is None or position.end >= length:
            continue
        evidence = _at_twice(subject, layer, length, position)
        if evidence is None:
            continue
        yield Finding(
            code="hard-coded-size",
            severity="risky",
            where=f"{position.array}, line {position.line}",
            wrong=f"The positions {position.start}:{position.end} are written as numbers, whatever "
            f"the size of `{position.array}`.",
            happens="They are right for one size; another size runs as well, and is wrong in "
            "silence.",
            evidence=evidence,
            fix=fixes.centred(source, position.line, length),
        )


def _axis(subject: Subject, position: Position, *, of_input: bool) -> int:
    """Return the input's axis that positions are meant for.

    Of the input itself it is told by their place; of another array, it is most likely the one in
    whose centre they are.
    """
    shape = all_shapes(subject.shape)[0]
    if of_input:
        return max(-len(shape), min(position.axis, len(shape) - 1))
    centred = [a for a, n in enumerate(shape) if a and n == position.start + position.end]
    return centred[0] if centred else len(shape) - 1


def resized(subject: Subject, layer: Any, length: int, other: int) -> tuple[Any, Any] | None:
    """Return a layer of the same class with one length replaced by another, and its input."""

    def swap(shape: Shape) -> Shape:
        return (shape[0], *(other if n == length else n for n in shape[1:]))

    arguments, error = attempt(lambda: subject.arguments)
    if error:
        return None
    given = {k: other if type(v) is int and v == length else v for k, v in arguments.items()}
    made, error = attempt(lambda: type(layer)(**given))
    if error:
        return None
    return made, subject.inputs(shape=map_shapes(swap, subject.shape))


def _at_twice(subject: Subject, layer: Any, length: int, position: Position) -> str | None:
    """Say what happens at twice the size; None where the layer cannot be made for it."""
    twice = resized(subject, layer, length, 2 * length)
    if twice is None:
        return None
    made, fed = twice
    _, error = attempt(lambda: subject.feed(made, fed))
    if error:
        return f"At {length} it runs; at {2 * length} through the same class: {short(error)}."
    places = (position.start / length, position.start / (2 * length))
    return (
        f"At {length} they begin {places[0]:.0%} of the way in; at {2 * length}, through the same "
        f"class and without a word, {places[1]:.0%}."
    )


def _wrong_sizes(subject: Subject, layer: Any, source: Source) -> Iterator[Finding]:
    """Try twice the size: a line with numbers that fails then, or that moves rows of the batch."""
    shape = all_shapes(subject.shape)[0]
    usual = _rows(subject.call(layer))
    for length in dict.fromkeys(n for n in shape[1:] if n and n > 1):
        twice = resized(subject, layer, length, 2 * length)
        if twice is None:
            continue
        made, fed = twice
        outputs, error = attempt(lambda made=made, fed=fed: flat(subject.feed(made, fed)))
        if error:
            line, told = line_of(error), short(error)
        else:
            now = _rows(outputs)
            if now == usual or usual != [shape[0]] * len(usual):
                continue
            line = next((n.lineno for n in reshapes(source.tree)), None)
            told = f"{usual[0]} rows became {now[0]}"
        if line is None or not source.spans(line) or not has_sizes(source.tree, line):
            continue
        yield Finding(
            code="hard-coded-size",
            severity="risky",
            where=f"line {line}",
            wrong=f"A size is written as a number: `{source.line(line)[:60]}`.",
            happens="The layer works for one size of its input only.",
            evidence=f"At {length} it runs; at {2 * length} through the same class: {told}.",
            fix=fixes.flattened(source, shape),
        )


def _rows(outputs: list[Any]) -> list[int | None]:
    """Return the length of every output's first axis."""
    return [length for output in outputs for length in tuple(output.shape)[:1]]
