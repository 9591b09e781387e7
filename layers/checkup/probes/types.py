"""Types: float64 where the layer computes in float32."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import Subject, attempt, short
from layers.checkup.examination.object_graph import held, is_variable
from layers.checkup.probes.places import place
from layers.checkup.probes.softmax import line_of_operation, operations_of
from layers.checkup.report import Finding


def float64_constant(subject: Subject) -> Iterator[Finding]:
    """Look at the types of what the layer holds, of what it computes, and of what it returns."""
    layer = subject.called()
    if "float64" in {subject.dtype, layer.compute_dtype}:
        return
    source = subject.source(layer)
    outputs = any(getattr(out, "dtype", None) == tf.float64 for out in subject.call(layer))
    wide = [item for item in held(layer) if _is_wide(item.value, arrays=outputs)]
    if wide:
        where, _ = place(subject, layer, wide[0])
        wrong = f"`{wide[0].path}` is float64."
    elif outputs:
        where, wrong = "call", "`call` returns float64."
    elif line := _constant_in_call(subject, layer, source):
        where, wrong = f"line {line}", "`call` works in float64."
    else:
        return
    yield _finding(subject, source, where, wrong, outputs=outputs)


def _is_wide(value: Any, *, arrays: bool) -> bool:
    """Return whether a value is float64; NumPy's only counts where it came through."""
    if isinstance(value, np.ndarray):
        return arrays and value.dtype == "float64"
    if not (tf.is_tensor(value) or is_variable(value)):
        return False
    return tf.as_dtype(value.dtype) == tf.float64


def _constant_in_call(subject: Subject, layer: Any, source: Any) -> int | None:
    """Return the author's line that makes a float64 constant in the layer's graph."""
    if source is None:
        return None
    operations, _ = attempt(lambda: operations_of(subject, layer))
    for operation in operations or ():
        if operation.type == "Const" and operation.outputs[0].dtype == tf.float64:
            line = line_of_operation(operation)
            if line is not None and source.spans(line):
                return line
    return None


def _finding(subject: Subject, source: Any, where: str, wrong: str, *, outputs: bool) -> Finding:
    mixed = _under_mixed_precision(subject)
    return Finding(
        code="float64-constant",
        severity="broken" if outputs or mixed else "risky",
        where=where,
        wrong=wrong,
        happens="It meets float32 and raises, or turns all that follows into float64: twice the "
        "memory, and slow; under mixed precision it fails.",
        evidence=f"Input {subject.dtype}, {'output float64' if outputs else 'output not float64'}; "
        f"under mixed_float16: {mixed or 'it runs'}.",
        fix=fixes.float64(source),
    )


def _under_mixed_precision(subject: Subject) -> str:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        _, error = attempt(subject.called)
    finally:
        keras.config.set_dtype_policy(before)
    return short(error) if error else ""
