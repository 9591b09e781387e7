"""Probes of sizes: the batch, the output's shape, and indices hard-coded for one size."""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import (
    BATCH,
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
from layers.checkup.source import Source, source_of


def fixed_batch(tested: LayerUnderTest) -> Iterator[Finding]:
    """Call a layer on other batch sizes, and a new one on an unknown batch size."""
    given = all_shapes(tested.shape)[0][0] or BATCH
    layer = tested.called()
    usual = [tuple(out.shape) for out in tested.call(layer)]
    for batch in (1, 2, 3, given + 1):
        outputs, error = attempt(lambda b=batch: tested.call(layer, batch=b))
        message = summarize_error(error) if error else ""
        if not error:
            shapes = [tuple(out.shape) for out in outputs]
            follow = [(batch, *shape[1:]) for shape in usual]
            multiple = [
                (shape[0] * batch // given, *shape[1:]) if shape else shape for shape in usual
            ]
            rows = _literal_rows(tested, layer, usual, shapes, given, batch)
            if rows is not None:
                yield _rows_finding(tested, layer, *rows, batch, shapes[0])
                return
            if shapes in (usual, follow, multiple) or not any(
                shape and shape[0] == given for shape in usual
            ):
                continue
            message = f"the output has the shape {shapes[0]}"
        yield _batch_finding(tested, layer, given, f"batch {batch}", message, error)
        return
    fresh = tested.new()
    _, error = attempt(lambda: tested.call_on(fresh, tested.specs(concrete=False)))
    if error is not None:
        whole = tested.new()
        _, other = attempt(lambda: tested.call_on(whole, tested.specs()))
        if other is None:
            yield _batch_finding(
                tested, fresh, given, "an unknown batch size", summarize_error(error), error
            )


def _literal_rows(
    tested: LayerUnderTest,
    layer: Any,
    usual: list[tuple],
    shapes: list[tuple],
    given: int,
    batch: int,
) -> tuple[int, int] | None:
    """Return (rows, line) of a reshape that mixes the rows of a batch into a fixed number of rows.

    The output then has the same number of rows for every batch, and as many numbers as the batch
    has: ``reshape(x, (2, -1))``. The number has to stand in the source.
    """
    source = tested.source(layer)
    if source is None or len(usual) != len(shapes):
        return None
    for before, now in zip(usual, shapes, strict=True):
        fixed_rows = len(before) == len(now) > 1 and before[0] == now[0] not in (batch, given)
        scaled = math.prod(now) * given == math.prod(before) * batch
        if not fixed_rows or not scaled or before == now or batch in now[1:]:
            continue
        for node in reshapes_with_literals(source.tree):
            shape = next((a for a in node.args if isinstance(a, (ast.Tuple, ast.List))), None)
            first = shape.elts[0] if shape and shape.elts else None
            if isinstance(first, ast.Constant) and first.value == before[0]:
                return before[0], node.lineno
    return None


def _rows_finding(
    tested: LayerUnderTest, layer: Any, rows: int, line: int, batch: int, shape: tuple
) -> Finding:
    return Finding(
        code="fixed-batch",
        severity="broken",
        where=f"line {line}",
        wrong=f"The output has {rows} rows for every batch size.",
        happens="The rows of a batch are mixed: `fit` compares outputs with the targets of other "
        "rows, or fails.",
        evidence=f"With batch {batch}: the output has the shape {shape}.",
        fix=fixes.use_input_batch(tested.source(layer), rows, {}),
    )


def _batch_finding(
    tested: LayerUnderTest,
    layer: Any,
    given: int,
    what: str,
    message: str,
    error: BaseException | None,
) -> Finding:
    line = line_of(error) if error else None
    arguments, _ = attempt(lambda: tested.arguments)
    return Finding(
        code="fixed-batch",
        severity="broken",
        where=f"line {line}" if line else "the batch",
        wrong=f"The layer works only for the batch size that it was built with ({given}).",
        happens="The last batch of an epoch and `predict` on one row fail, or return wrong rows.",
        evidence=f"With {what}: {message}.",
        fix=fixes.use_input_batch(tested.source(layer), given, arguments or {}),
    )


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


def _wrong_positions(tested: LayerUnderTest, layer: Any, source: Source) -> Iterator[Finding]:
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


def _wrong_sizes(tested: LayerUnderTest, layer: Any, source: Source) -> Iterator[Finding]:
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
