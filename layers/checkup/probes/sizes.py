"""Sizes: the batch, the shape of the output, and indices that are right for one size only."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from layers.checkup import fixes
from layers.checkup.probes.failures import line_of
from layers.checkup.report import Finding
from layers.checkup.shapes import Shape, all_shapes, map_shapes
from layers.checkup.source import Source, attribute_of, dotted, source_of
from layers.checkup.subject import (
    BATCH,
    Subject,
    attempt,
    own_classes,
    short,
)


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
    return Finding(
        code="fixed-batch",
        severity="broken",
        where=f"line {line}" if line else "the batch",
        wrong=f"The layer works for the batch it was built with ({given}) only.",
        happens="The last batch of an epoch and `predict` on one row fail, or give wrong rows.",
        evidence=f"With {what}: {told}.",
        fix=fixes.any_batch(subject.source(layer), given),
    )


def wrong_output_shape(subject: Subject) -> Iterator[Finding]:
    """Compare what ``compute_output_shape`` says with what ``call`` returns."""
    layer = subject.called()
    owner = next(c for c in type(layer).__mro__ if "compute_output_shape" in vars(c))
    if owner is keras.layers.Layer:
        return
    said, error = attempt(lambda: _said(subject, layer))
    if isinstance(error, NotImplementedError):
        return
    actual = [tuple(out.shape) for out in subject.call(layer)]
    source = source_of(owner)
    method = source.method("compute_output_shape") if source else None
    where = "compute_output_shape" + (f", line {method.lineno}" if method else "")
    if error is None:
        if len(said) == len(actual) and all(map(_agree, said, actual)):
            return
        told = f"`compute_output_shape` says {', '.join(map(str, said))}"
    else:
        told = f"`compute_output_shape` raises {short(error)}"
    yield Finding(
        code="wrong-output-shape",
        severity="broken",
        where=where,
        wrong="`compute_output_shape` does not agree with `call`.",
        happens="Every layer after it in a functional model is built for a shape that never comes.",
        evidence=f"{told}; `call` returns {', '.join(map(str, actual))}.",
        fix=fixes.without_method(source, "compute_output_shape"),
    )


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
    """Look for positions written as numbers, and try other sizes through the same class."""
    layer = subject.called()
    for cls in own_classes(layer):
        source = source_of(cls)
        if source is None:
            continue
        for node, bounds in _literal_positions(source.tree):
            axis = _axis(subject, source, node, bounds)
            length = all_shapes(subject.shape)[0][axis]
            if length is None or bounds[1] >= length:
                continue
            evidence = _at_other_sizes(subject, layer, length, bounds)
            if evidence is None:
                continue
            array = source.segment(node.value)
            yield Finding(
                code="hard-coded-size",
                severity="risky",
                where=f"{array}, line {node.lineno}",
                wrong=f"The positions {bounds[0]}:{bounds[1]} are written as numbers, whatever the "
                f"size of `{array}`.",
                happens="They are right for one size; another size runs as well, and is wrong in "
                "silence.",
                evidence=evidence,
                fix=fixes.centred(source, node.lineno, length),
            )
            break
        yield from _literal_sizes(subject, layer, source)


def _literal_positions(tree: ast.ClassDef) -> list[tuple[ast.Subscript, tuple[int, int]]]:
    """Return slices such as ``[4:6, 4:6]``: from 1 on, both ends numbers, and not of a shape."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Subscript) or "shape" in ast.unparse(node.value):
            continue
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        bounds = [b for part in parts if (b := fixes.literal_slice(part))]
        bounds = [b for b in bounds if 1 <= b[0] < b[1]]
        if bounds:
            found.append((node, bounds[0]))
    return sorted(found, key=lambda pair: pair[0].lineno)


def _axis(subject: Subject, source: Source, node: ast.Subscript, bounds: tuple[int, int]) -> int:
    """Return the input's axis that positions are meant for.

    Of the input itself it is told by their place; of another array, it is most likely the one in
    whose centre they are.
    """
    shape = all_shapes(subject.shape)[0]
    call = source.method("call")
    if call and isinstance(node.value, ast.Name) and node.value.id in _names(call):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        place = next(i for i, part in enumerate(parts) if fixes.literal_slice(part) == bounds)
        leads = any(isinstance(p, ast.Constant) and p.value is ... for p in parts[:place])
        return min(len(shape) - len(parts) + place if leads else place, len(shape) - 1)
    centred = [a for a, n in enumerate(shape) if a and n and sum(bounds) == n]
    return centred[0] if centred else len(shape) - 1


def _names(function: ast.FunctionDef) -> set[str]:
    return {argument.arg for argument in function.args.args}


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


def _at_other_sizes(
    subject: Subject, layer: Any, length: int, bounds: tuple[int, int]
) -> str | None:
    """Say what happens at twice the size, where the layer runs there as well."""
    twice = resized(subject, layer, length, 2 * length)
    if twice is None:
        return None
    made, fed = twice
    _, error = attempt(lambda: subject.feed(made, fed))
    if error:
        return f"At {length} it runs; at {2 * length} through the same class: {short(error)}."
    place = (bounds[0] / length, bounds[0] / (2 * length))
    return (
        f"At {length} they begin {place[0]:.0%} of the way in; at {2 * length}, through the same "
        f"class and without a word, {place[1]:.0%}."
    )


def _literal_sizes(subject: Subject, layer: Any, source: Any) -> Iterator[Finding]:
    """Look for reshapes to a written size that another input does not fit."""
    shape = all_shapes(subject.shape)[0]
    lengths = {n for n in shape[1:] if n and n > 1} | {int(np.prod([n or 1 for n in shape[1:]]))}
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or dotted(node.func).rpartition(".")[2] not in _SHAPED:
            continue
        shapes = [a for a in (*node.args, *(k.value for k in node.keywords)) if _is_written(a)]
        numbers = {
            n.value
            for s in shapes
            for n in ast.walk(s)
            if isinstance(n, ast.Constant) and type(n.value) is int
        }
        if not numbers & lengths:
            continue
        for length in [n for n in shape[1:] if n and n > 1]:
            other = resized(subject, layer, length, 2 * length)
            if other is None:
                continue
            made, fed = other
            _, error = attempt(lambda m=made, f=fed: subject.feed(m, f))
            if error is None or (
                not _spans(node, line_of(error)) and not _near(node, source, error)
            ):
                continue
            yield Finding(
                code="hard-coded-size",
                severity="risky",
                where=f"{ast.unparse(node.func)}, line {node.lineno}",
                wrong=f"A size is written as a number: `{ast.unparse(node)[:60]}`.",
                happens="The layer works for one size of its input only.",
                evidence=f"At {length} it runs; at {2 * length} through the same class: "
                f"{short(error)}.",
            )
            return


_SHAPED = {"reshape", "Reshape", "broadcast_to"}


def _is_written(node: ast.expr) -> bool:
    return isinstance(node, (ast.Tuple, ast.List)) and any(
        isinstance(e, ast.Constant) for e in node.elts
    )


def _spans(node: ast.expr, line: int | None) -> bool:
    return line is not None and node.lineno <= line <= (node.end_lineno or 0)


def _near(node: ast.expr, source: Any, error: BaseException) -> bool:
    """Return whether what was made there, and kept as an attribute, is on the line that fails."""
    line = line_of(error)
    for parent in ast.walk(source.tree):
        if isinstance(parent, ast.Assign) and node in ast.walk(parent.value):
            names = [attribute_of(t) for t in parent.targets]
            return line is not None and any(n and n in source.line(line) for n in names)
    return False
