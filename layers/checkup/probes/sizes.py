"""Probes of sizes: the output's shape, and indices hard-coded for one size."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import (
    LayerUnderTest,
    attempt,
    author_classes,
    flatten_outputs,
    is_stock,
    summarize_error,
)
from layers.checkup.literal_indices import (
    LiteralRange,
    has_literal_size_on_line,
    literal_ranges,
    reshapes_with_literals,
)
from layers.checkup.probes.failures import line_of
from layers.checkup.report import Finding
from layers.checkup.shapes import Shape, all_shapes, map_shapes
from layers.checkup.source import ClassSource, source_of


def wrong_output_shape(tested: LayerUnderTest) -> Iterator[Finding]:
    """Compare the output shape that the layer declares with the shape that ``call`` returns."""
    layer = tested.called()
    for name, declare in (
        ("compute_output_shape", _declared_shapes),
        ("compute_output_spec", _declared_by_spec),
    ):
        owner = next(c for c in type(layer).__mro__ if name in vars(c))
        if owner is keras.layers.Layer or (name == "compute_output_spec" and is_stock(owner)):
            continue
        declared, error = attempt(lambda declare=declare: declare(tested, layer))
        if isinstance(error, NotImplementedError):
            continue
        actual = [tuple(out.shape) for out in tested.call(layer)]
        if error is None and len(declared) == len(actual) and all(map(_agree, declared, actual)):
            continue
        source = source_of(owner)
        method = source.method(name) if source else None
        message = (
            f"raises {summarize_error(error)}"
            if error
            else f"returns {', '.join(map(str, declared))}"
        )
        yield Finding(
            code="wrong-output-shape",
            severity="broken",
            where=name + (f", line {method.lineno}" if method else ""),
            wrong=f"`{name}` disagrees with `call`.",
            happens="In a functional model, the next layer is built for a shape that it does not "
            "get.",
            evidence=f"`{name}` {message}; `call` returns {', '.join(map(str, actual))}.",
            fix=fixes.remove_method(source, name),
        )


def _declared_by_spec(tested: LayerUnderTest, layer: Any) -> list[tuple]:
    return [tuple(spec.shape) for spec in flatten_outputs(tested.call_on(layer, tested.specs()))]


def _declared_shapes(tested: LayerUnderTest, layer: Any) -> list[tuple]:
    if isinstance(tested.shape, dict):
        takes = list(inspect.signature(layer.compute_output_shape).parameters)
        named = {f"{name}_shape": shape for name, shape in tested.shape.items()}
        if set(takes) & set(named):
            answer = layer.compute_output_shape(**{k: v for k, v in named.items() if k in takes})
        else:
            answer = layer.compute_output_shape(*all_shapes(tested.shape)[: len(takes)])
    else:
        answer = layer.compute_output_shape(tested.shape)
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


def _agree(declared: tuple, actual: tuple) -> bool:
    return len(declared) == len(actual) and all(
        one is None or other is None or one == other
        for one, other in zip(declared, actual, strict=True)
    )


def hard_coded_size(tested: LayerUnderTest) -> Iterator[Finding]:
    """Look for indices and sizes written as numbers, and try the class with twice the size."""
    layer = tested.called()
    for cls in author_classes(layer):
        source = source_of(cls)
        if source is None:
            continue
        found = next(_wrong_positions(tested, layer, source), None)
        found = found or next(_wrong_sizes(tested, layer, source), None)
        if found:
            yield found


def _wrong_positions(tested: LayerUnderTest, layer: Any, source: ClassSource) -> Iterator[Finding]:
    call = source.method("call")
    given = {argument.arg for argument in call.args.args} if call else set()
    for position in literal_ranges(source.tree, given):
        axis = _axis(tested, position, of_input=position.array in given)
        length = all_shapes(tested.shape)[0][axis]
        if length is None or position.end >= length:
            continue
        evidence = _at_twice(tested, layer, length, position)
        if evidence is None:
            continue
        yield Finding(
            code="hard-coded-size",
            severity="risky",
            where=f"{position.array}, line {position.line}",
            wrong=f"The indices {position.start}:{position.end} are numbers that do not depend on "
            f"the size of `{position.array}`.",
            happens="They are right for one size. With another size the layer runs, and its result "
            "is wrong.",
            evidence=evidence,
            fix=fixes.center_range(source, position.line, length),
        )


def _axis(tested: LayerUnderTest, position: LiteralRange, *, of_input: bool) -> int:
    """Return the input's axis that a literal range refers to.

    For the input itself, it is the range's axis. For another array, it is most likely the one in
    whose centre the range lies.
    """
    shape = all_shapes(tested.shape)[0]
    if of_input:
        return max(-len(shape), min(position.axis, len(shape) - 1))
    centred = [a for a, n in enumerate(shape) if a and n == position.start + position.end]
    return centred[0] if centred else len(shape) - 1


def resized(tested: LayerUnderTest, layer: Any, length: int, other: int) -> tuple[Any, Any] | None:
    """Return a layer of the same class for another length, with an input; None if that fails."""

    def swap(shape: Shape) -> Shape:
        return (shape[0], *(other if n == length else n for n in shape[1:]))

    arguments, error = attempt(lambda: tested.arguments)
    if error:
        return None
    given = {k: other if type(v) is int and v == length else v for k, v in arguments.items()}
    made, error = attempt(lambda: type(layer)(**given))
    if error:
        return None
    return made, tested.inputs(shape=map_shapes(swap, tested.shape))


def _at_twice(
    tested: LayerUnderTest, layer: Any, length: int, position: LiteralRange
) -> str | None:
    """Describe what happens at twice the size; None if the layer cannot be made for it."""
    twice = resized(tested, layer, length, 2 * length)
    if twice is None:
        return None
    made, inputs = twice
    _, error = attempt(lambda: tested.call_on(made, inputs))
    if error:
        return (
            f"At {length} it runs; at {2 * length} with the same class: {summarize_error(error)}."
        )
    starts = (position.start / length, position.start / (2 * length))
    return (
        f"At {length} the range starts at {starts[0]:.0%} of the axis; at {2 * length}, with the "
        f"same class and without an error, at {starts[1]:.0%}."
    )


def _wrong_sizes(tested: LayerUnderTest, layer: Any, source: ClassSource) -> Iterator[Finding]:
    """Look for a line with numbers that fails at twice the size, or changes the number of rows."""
    shape = all_shapes(tested.shape)[0]
    usual = _rows(tested.call(layer))
    for length in dict.fromkeys(n for n in shape[1:] if n and n > 1):
        twice = resized(tested, layer, length, 2 * length)
        if twice is None:
            continue
        made, inputs = twice
        outputs, error = attempt(
            lambda made=made, inputs=inputs: flatten_outputs(tested.call_on(made, inputs))
        )
        if error:
            line, message = line_of(error), summarize_error(error)
        else:
            now = _rows(outputs)
            if now == usual or usual != [shape[0]] * len(usual):
                continue
            line = next((n.lineno for n in reshapes_with_literals(source.tree)), None)
            message = f"{usual[0]} rows became {now[0]}"
        if (
            line is None
            or not source.spans(line)
            or not has_literal_size_on_line(source.tree, line)
        ):
            continue
        yield Finding(
            code="hard-coded-size",
            severity="risky",
            where=f"line {line}",
            wrong=f"A size is hard-coded: `{source.line(line)[:60]}`.",
            happens="The layer works for one size of its input only.",
            evidence=f"At {length} it runs; at {2 * length} with the same class: {message}.",
            fix=fixes.use_input_lengths(source, shape),
        )


def _rows(outputs: list[Any]) -> list[int | None]:
    """Return the length of every output's first axis."""
    return [length for output in outputs for length in tuple(output.shape)[:1]]
