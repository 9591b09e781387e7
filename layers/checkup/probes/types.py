"""Types: float64 where the layer computes in float32."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.checkup import fixes
from layers.checkup.probes.places import place
from layers.checkup.probes.softmax import line_of_operation, operations_of
from layers.checkup.report import Finding
from layers.checkup.subject import Subject, attempt, own_classes, short
from layers.checkup.walk import held, is_variable


def float64_constant(subject: Subject) -> Iterator[Finding]:
    """Look at the types of what the layer holds, of what it computes, and of what it returns."""
    if subject.dtype == "float64":
        return
    layer = subject.called()
    if layer.compute_dtype == "float64":
        return
    source = subject.source(layer)
    outputs = [out for out in subject.call(layer) if getattr(out, "dtype", None) == tf.float64]
    wide = []
    for item in held(layer):
        kind = getattr(item.value, "dtype", None)
        if kind is None or isinstance(kind, str) and kind != "float64":
            continue
        name = kind if isinstance(kind, str) else getattr(kind, "name", str(kind))
        array = isinstance(item.value, np.ndarray)
        if name == "float64" and (not array or outputs):
            if tf.is_tensor(item.value) or is_variable(item.value) or array:
                wide.append(item)
    if wide:
        where, _ = place(subject, layer, wide[0])
        yield _finding(
            subject, source, where, f"`{wide[0].path}` is float64.", outputs=bool(outputs)
        )
        return
    if outputs:
        yield _finding(subject, source, "call", "`call` returns float64.", outputs=True)
        return
    if not own_classes(layer):
        return
    operations, _ = attempt(lambda: operations_of(subject, layer))
    for operation in operations or ():
        if operation.type == "Const" and operation.outputs[0].dtype == tf.float64:
            line = line_of_operation(operation)
            if line is None or source is None or not _within(source, line):
                continue
            where = f"line {line}"
            yield _finding(subject, source, where, "`call` works in float64.", outputs=False)
            return


def _within(source: Any, line: int) -> bool:
    return source.first <= line <= (source.tree.end_lineno or 0)


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
