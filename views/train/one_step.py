"""All numbers of one step that a picture of it is made of, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from layers.inputs.description import Description
from layers.operations.elementwise import Moved
from layers.traces.trace import Step, Trace
from layers.training.history import History
from layers.training.step import FiniteDifference, StepTraces
from views.train.link import CHANGE, UPDATE
from views.train.places import Places, bare

START = "start/"
"""Before the name of a tensor as it was in step 0."""


@dataclass(frozen=True, kw_only=True)
class OneStep:
    """One step of a training, and what a switch shows of it.

    Attributes:
        layer: its declaration.
        history: of the training; the states near the step are enough.
        traces: of the step.
        start: of step 0, for changes.
        found: what is drawn in each tensor's place.
        difference: of a pinned weight, what moving it changes, measured.
    """

    layer: Description
    history: History
    traces: StepTraces
    start: StepTraces
    found: Places
    difference: FiniteDifference | None = None

    @property
    def title(self) -> str:
        """What the picture is called."""
        return f"{self.layer.title}, step {self.traces.step}: each tensor's {self.found.show}"

    @property
    def file_name(self) -> str:
        """What its file is called, without an ending."""
        return f"{self.layer.name}-step-{self.traces.step}-{self.found.show}"

    @cached_property
    def trace(self) -> Trace:
        """Every operation of the step, and the differences that updates and changes are."""
        whole = self.traces.whole
        tensors, steps = dict(whole.tensors) | dict(self.found.tensors), list(whole.steps)
        if self.found.show not in (UPDATE, CHANGE):
            return replace(whole, tensors=tensors)
        for result in self.found.tensors:
            name = bare(result)[0]
            if self.found.show == UPDATE:
                variable = name.removesuffix("_before")
                later, sooner = self.traces.updated.get(variable, variable), name
            else:
                later, sooner = name, START + name
                tensors[sooner] = self.start.whole.tensors[name]
            if later != sooner and later in tensors:
                steps.append(Step(Moved(), (later, sooner), result))
        return replace(whole, tensors=tensors, steps=tuple(steps))
