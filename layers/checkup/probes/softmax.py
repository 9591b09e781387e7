"""A softmax with nothing to compare with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import Subject, as_array, attempt, flat
from layers.checkup.probes.failures import is_ours
from layers.checkup.report import Finding


def softmax_of_one(subject: Subject) -> Iterator[Finding]:
    """Look through the layer's graph for a softmax over an axis of length 1."""
    layer = subject.called()
    found = of_one(subject, layer)
    if not found:
        return
    shape, line = found[0]
    outputs = [as_array(out) for seed in range(3) for out in subject.call(layer, seed)]
    still = all(out.dtype.kind == "f" and (out == 1).all() for out in outputs)
    source = subject.source(layer)
    if line is None and source:
        line = next(
            (
                source.first + place
                for place, text in enumerate(source.text.splitlines())
                if re.search("softmax", text, re.IGNORECASE)
            ),
            None,
        )
    yield Finding(
        code="softmax-of-one",
        severity="broken",
        where=f"the softmax, line {line}" if line else "the softmax",
        wrong="A softmax runs over an axis of length 1: there is nothing to compare with.",
        happens="What it returns is always 1: it tells nothing, and nothing before it can train.",
        evidence=f"The softmax works on {shape}"
        + ("; over 3 random inputs every output was 1." if still else "."),
        fix=fixes.sigmoid(source),
    )


def of_one(subject: Subject, layer: Any) -> list[tuple[str, int | None]]:
    """Return (shape, the author's line) of every softmax over one in the layer's graph."""
    operations, _ = attempt(lambda: operations_of(subject, layer))
    found = []
    for operation in operations or ():
        if operation.type not in {"Softmax", "LogSoftmax"}:
            continue
        shape = operation.inputs[0].shape
        if shape.rank and shape[-1] == 1:
            sizes = tuple(length or "batch" for length in shape)
            found.append((str(sizes).replace("'", ""), line_of_operation(operation)))
    if found:
        return found
    outputs = [as_array(out) for seed in range(2) for out in subject.call(layer, seed)]
    ones = [o for o in outputs if o.dtype.kind == "f" and o.ndim > 1 and o.shape[-1] == 1]
    source = subject.source(layer)
    exponents = source is not None and re.search(r"\bexp\(", source.text) is not None
    if exponents and len(ones) == len(outputs) and all((np.abs(o - 1) < 1e-6).all() for o in ones):
        return [(str(ones[0].shape), None)]
    return []


def operations_of(subject: Subject, layer: Any) -> list[Any]:
    """Return the operations of the layer's call as TensorFlow runs it, inner functions included."""
    fed = subject.inputs()
    traced = tf.function(lambda fed: flat(subject.feed(layer, fed)))
    graph = traced.get_concrete_function(
        tf.nest.map_structure(lambda a: tf.TensorSpec(a.shape, tf.as_dtype(a.dtype)), fed)
    ).graph
    operations = list(graph.get_operations())
    for function in graph._functions.values():
        inner = getattr(function, "graph", None)
        operations += list(inner.get_operations()) if inner is not None else []
    return operations


def line_of_operation(operation: Any) -> int | None:
    """Return the author's line that made an operation: the innermost that is no library's."""
    lines = [frame.lineno for frame in operation.traceback if not is_ours(frame.filename)]
    return lines[-1] if lines else None
