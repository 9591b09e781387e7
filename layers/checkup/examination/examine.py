"""Runs one probe on one layer in the current process; it needs TensorFlow."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from layers.checkup.examination.layer_under_test import LayerUnderTest, attempt
from layers.checkup.examples import EXAMPLES
from layers.checkup.plan import PLAN
from layers.checkup.probes import PROBES
from layers.checkup.probes.failures import failure
from layers.checkup.report import Finding, Outcome
from layers.checkup.shapes import Shapes
from layers.inputs.fields import BadInputError
from layers.user_code.isolation import isolated

_SEEDS = 710_100
"""The seed of the first examination; small numbers are left to authors."""


def examine(
    name: str,
    make: Callable[[], Any],
    shape: Shapes,
    dtype: str,
    registered: Mapping[str, type],
) -> Outcome:
    """Run one probe. What it changes in the process is restored.

    Args:
        name: the probe's name in ``PLAN``.
        make: returns a new layer.
        shape: the input's shapes, batch first.
        dtype: the input's dtype.
        registered: serializable classes to register meanwhile, by registered name.

    Raises:
        BadInputError: what ``make`` raises.
    """
    step = next(step for step in PLAN if step.name == name)
    tested = LayerUnderTest(make, shape, dtype, registered)
    started = time.perf_counter()
    with isolated(registered, seed=_SEEDS + PLAN.index(step)) as printed:
        found, error = attempt(lambda: tuple(PROBES[name](tested)))
        if isinstance(error, BadInputError):
            raise error
        if error is not None:
            layer, _ = attempt(tested.new)
            found = (failure(error, tested, step.doing, layer),)
        label = ""
        if name == "make" and not found:
            layer, _ = attempt(tested.new)
            label = type(layer).__name__ if layer is not None else ""
    findings = [_with_example(finding) for finding in found]
    if name == "call" and printed.getvalue().strip():
        findings.append(_prints(printed.getvalue()))
    broken = any(finding.severity == "broken" for finding in found)
    return Outcome(
        probe=name,
        layer=label,
        findings=tuple(findings),
        abilities=frozenset({step.gives}) if step.gives and not broken else frozenset(),
        milliseconds=1e3 * (time.perf_counter() - started),
    )


def _with_example(finding: Finding) -> Finding:
    if finding.fix is None and finding.code in EXAMPLES:
        return replace(finding, fix=EXAMPLES[finding.code].fix)
    return finding


def _prints(text: str) -> Finding:
    return Finding(
        code="prints",
        severity="note",
        where="call",
        wrong="The layer prints when it is called.",
        happens="In `fit` it prints only while the graph is traced, not at every step.",
        evidence=f"Two calls printed {len(text)} characters: {text.strip()[:60]!r}.",
    )
