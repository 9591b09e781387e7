"""The probe of a hard-coded batch size."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from typing import Any

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import (
    BATCH,
    LayerUnderTest,
    attempt,
    summarize_error,
)
from layers.checkup.literal_indices import (
    reshapes_with_literals,
)
from layers.checkup.probes.failures import line_of
from layers.checkup.report import Finding
from layers.checkup.shapes import all_shapes


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
