"""The first three probes: making, calling and tracing the layer."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import Any

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import LayerUnderTest, attempt
from layers.checkup.probes.failures import failure
from layers.checkup.report import Finding
from layers.inputs.fields import BadInputError


def make(tested: LayerUnderTest) -> Iterator[Finding]:
    """Make the layer twice: every probe makes layers of its own."""
    for _ in range(2):
        _, error = attempt(tested.new)
        if isinstance(error, BadInputError):
            raise error
        if error:
            yield failure(error, tested, "make")
            return


def call(tested: LayerUnderTest) -> Iterator[Finding]:
    """Call it twice on random numbers.

    Raises:
        BadInputError: a shape is given for an argument that ``call`` does not have.
    """
    layer = tested.new()
    _check_argument_names(tested, layer)
    for _ in range(2):
        outputs, error = attempt(lambda: tested.call(layer))
        if error:
            yield failure(error, tested, "call", layer)
            return
        if not outputs:
            yield _no_output(tested, layer)
            return


def graph(tested: LayerUnderTest) -> Iterator[Finding]:
    """Call it on a symbolic input, as a functional model does."""
    layer = tested.new()
    _, error = attempt(lambda: tested.call_on(layer, tested.specs()))
    if error:
        yield failure(error, tested, "graph", layer)


def _no_output(tested: LayerUnderTest, layer: Any) -> Finding:
    source = tested.source(layer)
    method = source.method("call") if source else None
    has_return = method is not None and any(isinstance(n, ast.Return) for n in ast.walk(method))
    return Finding(
        code="no-output",
        severity="broken",
        where=f"call, line {method.lineno}" if method else "call",
        wrong="`call` returns nothing."
        if has_return or method is None
        else "`call` has no `return` statement.",
        happens="The next layer of a model has no input: `fit` and every functional model fail.",
        evidence="`call` returned no tensor.",
        fix=fixes.return_last(source),
    )


def _check_argument_names(tested: LayerUnderTest, layer: Any) -> None:
    parameters = inspect.signature(layer.call).parameters
    open_ended = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    if not isinstance(tested.shape, dict) or open_ended:
        return
    unknown = [name for name in tested.shape if name not in parameters]
    if unknown:
        raise BadInputError(
            f"`{type(layer).__name__}` cannot be called: expected shapes for arguments of its "
            f"`call`, which are {', '.join(parameters)}. Received one for "
            f"{', '.join(f'`{name}`' for name in unknown)}. Use the names in `call`, or give one "
            "shape without a name."
        )
