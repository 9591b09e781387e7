"""The probe of dtypes: float64 in a layer that computes in float32."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import LayerUnderTest, attempt, summarize_error
from layers.checkup.examination.object_graph import is_variable, iter_reachable
from layers.checkup.probes.places import locate
from layers.checkup.probes.softmax import line_of_operation, operations_of
from layers.checkup.report import Finding


def float64_constant(tested: LayerUnderTest) -> Iterator[Finding]:
    """Look at the dtypes of a layer's attributes, operations and outputs."""
    layer = tested.called()
    if "float64" in {tested.dtype, layer.compute_dtype}:
        return
    source = tested.source(layer)
    outputs = any(getattr(out, "dtype", None) == tf.float64 for out in tested.call(layer))
    wide = [item for item in iter_reachable(layer) if _is_wide(item.value, arrays=outputs)]
    if wide:
        where, _ = locate(tested, layer, wide[0])
        wrong = f"`{wide[0].path}` is float64."
    elif outputs:
        where, wrong = "call", "`call` returns float64."
    elif line := _constant_in_call(tested, layer, source):
        where, wrong = f"line {line}", "`call` computes in float64."
    else:
        return
    yield _finding(tested, source, where, wrong, outputs=outputs)


def _is_wide(value: Any, *, arrays: bool) -> bool:
    """Return whether a value is float64. NumPy arrays count only if ``arrays``."""
    if isinstance(value, np.ndarray):
        return arrays and value.dtype == "float64"
    if not (tf.is_tensor(value) or is_variable(value)):
        return False
    return tf.as_dtype(value.dtype) == tf.float64


def _constant_in_call(tested: LayerUnderTest, layer: Any, source: Any) -> int | None:
    """Return the author's line that makes a float64 constant in the layer's graph."""
    if source is None:
        return None
    operations, _ = attempt(lambda: operations_of(tested, layer))
    for operation in operations or ():
        if operation.type == "Const" and operation.outputs[0].dtype == tf.float64:
            users = operation.outputs[0].consumers()
            if users and all(user.type == "Cast" for user in users):
                continue  # converted at once: nothing is computed in float64
            line = line_of_operation(operation)
            if line is not None and source.spans(line):
                return line
    return None


def _finding(
    tested: LayerUnderTest, source: Any, where: str, wrong: str, *, outputs: bool
) -> Finding:
    mixed = _under_mixed_precision(tested)
    return Finding(
        code="float64-constant",
        severity="broken" if outputs or mixed else "risky",
        where=where,
        wrong=wrong,
        happens="Combined with float32 it raises, or the following layers compute in float64, with "
        "twice the memory. With mixed precision it fails.",
        evidence=f"Input {tested.dtype}, {'output float64' if outputs else 'output not float64'}; "
        f"with mixed_float16: {mixed or 'it runs'}.",
        fix=fixes.use_float32(source),
    )


def _under_mixed_precision(tested: LayerUnderTest) -> str:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        _, error = attempt(tested.called)
    finally:
        keras.config.set_dtype_policy(before)
    return summarize_error(error) if error else ""
