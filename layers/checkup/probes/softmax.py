"""The probe of a softmax over an axis of length 1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import (
    LayerUnderTest,
    as_array,
    attempt,
    flatten_outputs,
)
from layers.checkup.probes.failures import is_library_code
from layers.checkup.report import Finding


def softmax_of_one(tested: LayerUnderTest) -> Iterator[Finding]:
    """Look through the layer's graph for a softmax over an axis of length 1."""
    layer = tested.called()
    found = softmax_over_one(tested, layer)
    if not found:
        return
    shape, line = found[0]
    outputs = [as_array(out) for seed in range(3) for out in tested.call(layer, seed)]
    always_one = all(out.dtype.kind == "f" and (out == 1).all() for out in outputs)
    source = tested.source(layer)
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
        wrong="A softmax runs over an axis of length 1.",
        happens="Its result is always 1, and no layer before it can train.",
        evidence=f"The softmax's input has shape {shape}"
        + ("; with 3 random inputs every output was 1." if always_one else "."),
        fix=fixes.use_sigmoid(source),
    )


def softmax_over_one(tested: LayerUnderTest, layer: Any) -> list[tuple[str, int | None]]:
    """Return (shape, the author's line) of every softmax over one in the layer's graph."""
    operations, _ = attempt(lambda: operations_of(tested, layer))
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
    outputs = [as_array(out) for seed in range(2) for out in tested.call(layer, seed)]
    ones = [o for o in outputs if o.dtype.kind == "f" and o.ndim > 1 and o.shape[-1] == 1]
    source = tested.source(layer)
    exponents = source is not None and re.search(r"\bexp\(", source.text) is not None
    if exponents and len(ones) == len(outputs) and all((np.abs(o - 1) < 1e-6).all() for o in ones):
        return [(str(ones[0].shape), None)]
    return []


def operations_of(tested: LayerUnderTest, layer: Any) -> list[Any]:
    """Return the operations of the layer's call as TensorFlow runs it, inner functions included."""
    inputs = tested.inputs()
    traced = tf.function(lambda inputs: flatten_outputs(tested.call_on(layer, inputs)))
    graph = traced.get_concrete_function(
        tf.nest.map_structure(lambda a: tf.TensorSpec(a.shape, tf.as_dtype(a.dtype)), inputs)
    ).graph
    operations = list(graph.get_operations())
    for function in graph._functions.values():
        inner = getattr(function, "graph", None)
        operations += list(inner.get_operations()) if inner is not None else []
    return operations


def line_of_operation(operation: Any) -> int | None:
    """Return the innermost of the author's lines that made an operation; None if there is none."""
    lines = [frame.lineno for frame in operation.traceback if not is_library_code(frame.filename)]
    return lines[-1] if lines else None
