"""The first three: can the layer be made, be called, and be traced as a graph?"""

from __future__ import annotations

from collections.abc import Iterator

from layers.checkup.examination.layer_under_test import Subject, attempt
from layers.checkup.probes.failures import failure
from layers.checkup.report import Finding
from layers.inputs.fields import BadInputError


def make(subject: Subject) -> Iterator[Finding]:
    """Make the layer."""
    _, error = attempt(subject.new)
    if isinstance(error, BadInputError):
        raise error
    if error:
        yield failure(error, subject, "make")


def call(subject: Subject) -> Iterator[Finding]:
    """Call it on numbers, twice."""
    layer = subject.new()
    for _ in range(2):
        _, error = attempt(lambda: subject.call(layer))
        if error:
            yield failure(error, subject, "call", layer)
            return


def graph(subject: Subject) -> Iterator[Finding]:
    """Call it on a symbolic input, as every functional model does."""
    layer = subject.new()
    _, error = attempt(lambda: subject.feed(layer, subject.specs()))
    if error:
        yield failure(error, subject, "graph", layer)
