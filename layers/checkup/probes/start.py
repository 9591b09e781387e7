"""The first three probes: making, calling and tracing the layer."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from layers.checkup.examination.layer_under_test import LayerUnderTest, attempt
from layers.checkup.probes.failures import failure
from layers.checkup.report import Finding
from layers.inputs.fields import BadInputError


def make(tested: LayerUnderTest) -> Iterator[Finding]:
    """Make the layer."""
    _, error = attempt(tested.new)
    if isinstance(error, BadInputError):
        raise error
    if error:
        yield failure(error, tested, "make")


def call(tested: LayerUnderTest) -> Iterator[Finding]:
    """Call it twice on random numbers.

    Raises:
        BadInputError: a shape is given for an argument that ``call`` does not have.
    """
    layer = tested.new()
    _check_argument_names(tested, layer)
    for _ in range(2):
        _, error = attempt(lambda: tested.call(layer))
        if error:
            yield failure(error, tested, "call", layer)
            return


def graph(tested: LayerUnderTest) -> Iterator[Finding]:
    """Call it on a symbolic input, as a functional model does."""
    layer = tested.new()
    _, error = attempt(lambda: tested.call_on(layer, tested.specs()))
    if error:
        yield failure(error, tested, "graph", layer)


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
