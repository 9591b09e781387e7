"""One probe on one layer, in the process it is called in; TensorFlow is needed here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from layers.checkup.examination.layer_under_test import Subject, attempt
from layers.checkup.examples import EXAMPLES
from layers.checkup.plan import PLAN
from layers.checkup.probes import PROBES
from layers.checkup.probes.failures import failure
from layers.checkup.report import Finding, Outcome
from layers.checkup.shapes import Shapes
from layers.inputs.fields import BadInputError
from layers.user_code.isolation import untouched


def examine(
    name: str,
    make: Callable[[], Any],
    shape: Shapes,
    dtype: str,
    registered: Mapping[str, type],
) -> Outcome:
    """Run one probe; what it changes in the process is put back.

    Args:
        name: the probe, as in ``PLAN``.
        make: returns a fresh layer.
        shape: as in ``Subject``.
        dtype: of the input.
        registered: classes to register meanwhile.

    Raises:
        BadInputError: what ``make`` refuses with a sentence.
    """
    step = next(step for step in PLAN if step.name == name)
    subject = Subject(make, shape, dtype, registered)
    started = time.perf_counter()
    with untouched(registered) as printed:
        found, error = attempt(lambda: tuple(PROBES[name](subject)))
        if isinstance(error, BadInputError):
            raise error
        if error is not None:
            layer, _ = attempt(subject.new)
            found = (failure(error, subject, step.doing, layer),)
        label = ""
        if name == "make" and not found:
            label = type(subject.new()).__name__
    findings = [_with_example(finding) for finding in found]
    if name == "call" and printed.getvalue().strip():
        findings.append(_prints(printed.getvalue()))
    broken = any(finding.severity == "broken" for finding in found)
    return Outcome(
        probe=name,
        layer=label,
        findings=tuple(findings),
        able=frozenset({step.gives}) if step.gives and not broken else frozenset(),
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
        wrong="The layer prints while it is called.",
        happens="In `fit` it prints while the graph is traced, and not at every step.",
        evidence=f"Two calls printed {len(text)} characters: {text.strip()[:60]!r}.",
    )
