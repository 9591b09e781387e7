"""A trace while it is rewritten: what made what, shapes, numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from layers.operations.elementwise import Elementwise
from layers.operations.op import Op
from layers.traces.trace import Step, Tensor, Trace

Match = tuple[str, ...]


@dataclass(eq=False)
class StepsByResult:
    """The steps by result, so that a rule can look at what made an operand.

    Attributes:
        tensors: every tensor by name.
        steps: result name → step, in order.
        ends: results that are the layer's own or its state, and stay.
    """

    tensors: dict[str, Tensor]
    steps: dict[str, Step]
    ends: set[str]
    added: int = field(default=0)

    @classmethod
    def of(cls, trace: Trace) -> StepsByResult:
        """Look at a trace."""
        ends = set(trace.output_names)
        kept = ("state", "update", "output")  # a loss that the layer adds is no result of its call
        ends |= {name for name, each in trace.tensors.items() if each.role in kept}
        return cls(dict(trace.tensors), {step.result: step for step in trace.steps}, ends)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a tensor's shape."""
        return self.tensors[name].values.shape

    def rank(self, name: str) -> int:
        """Return how many axes a tensor has."""
        return self.tensors[name].values.ndim

    def made(self, name: str, kind: type[Op]) -> Step | None:
        """Return the step that made a tensor, if its operation is of that kind."""
        step = self.steps.get(name)
        return step if step is not None and isinstance(step.op, kind) else None

    def function(self, name: str, *functions: str) -> tuple[str, ...] | None:
        """Return the operands of the cell-by-cell function that made a tensor, if it is one."""
        step = self.made(name, Elementwise)
        return step.operands if step and step.op.name in functions else None  # ty: ignore

    def number(self, name: str) -> float | None:
        """Return the number in a constant of one cell; None of a complex one, and of all others."""
        tensor = self.tensors[name]
        if tensor.role != "constant" or tensor.values.size != 1 or name in self.steps:
            return None
        value = tensor.values.ravel()[0]
        return None if np.iscomplexobj(value) else float(value)

    def is_number(self, name: str, value: float) -> bool:
        """Say whether a tensor is a constant of one cell with this value, as float32 has it."""
        found = self.number(name)
        return found is not None and math.isclose(found, value, rel_tol=1e-6)

    def other(self, operands: tuple[str, ...] | None, value: float) -> str | None:
        """Of two operands in any order, one of which is this number, return the other."""
        if operands is None or len(operands) != 2:
            return None
        left, right = operands
        if self.is_number(right, value):
            return left
        return right if self.is_number(left, value) else None

    def reshaped(self, name: str, shape: tuple[int, ...]) -> str:
        """Add a tensor with the numbers of another in a new shape, and return its name."""
        self.added += 1
        new = f"%{name.strip('%')}.{self.added}"
        values = self.tensors[name].values.reshape(shape)
        axes = tuple(f"axis {axis}" for axis in range(len(shape)))
        old = self.tensors[name]
        role = "constant" if old.role == "constant" else "intermediate"
        self.tensors[new] = Tensor(values=values, axes=axes, role=role, path=old.path)
        return new

    def added_as(self, step: Step, values: np.ndarray) -> str:
        """Add a tensor that the sublayer of a step makes on the way, and return its name."""
        self.added += 1
        new = f"%{step.result.strip('%')}.{self.added}"
        old = self.tensors[step.result]
        values = np.asarray(values, old.values.dtype)
        axes = tuple(f"axis {axis}" for axis in range(values.ndim))
        self.tensors[new] = Tensor(values=values, axes=axes, role="intermediate", path=old.path)
        return new

    def constant(self, name: str, values: np.ndarray) -> str:
        """Add a constant that stands for part of another, and return its name."""
        self.added += 1
        new = f"%{name.strip('%')}.{self.added}"
        axes = tuple(f"axis {axis}" for axis in range(values.ndim))
        self.tensors[new] = Tensor(values=values, axes=axes, role="constant")
        return new

    def readers(self, name: str) -> list[Step]:
        """Return the steps that read a tensor."""
        return [step for step in self.steps.values() if name in step.operands]

    def rename(self, old: str, new: str) -> None:
        """Let every step that reads ``old`` read ``new``."""
        for result, step in self.steps.items():
            if old in step.operands:
                operands = tuple(new if name == old else name for name in step.operands)
                self.steps[result] = replace(step, operands=operands)

    def _needed(self) -> set[str]:
        needed: set[str] = set()
        waiting = list(self.ends)
        while waiting:
            name = waiting.pop()
            if name not in needed:
                needed.add(name)
                waiting += self.steps[name].operands if name in self.steps else ()
        return needed

    def prune(self) -> None:
        """Drop the steps that lead to no end."""
        needed = self._needed()
        self.steps = {name: step for name, step in self.steps.items() if name in needed}

    def finish(self, trace: Trace) -> Trace:
        """Return the trace with what still leads to an end."""
        needed = self._needed() | set(trace.input_names)
        steps = ordered({name: step for name, step in self.steps.items() if name in needed})
        made = {step.result for step in steps}
        names = [name for name in self.tensors if name in needed and name not in made]
        names += [step.result for step in steps]
        return replace(
            trace, tensors={name: self.tensors[name] for name in names}, steps=tuple(steps)
        )


def ordered(steps: dict[str, Step]) -> list[Step]:
    """Return the steps in their order, but each after what it reads."""
    done: dict[str, Step] = {}
    for name in steps:
        waiting = [name]
        while waiting:
            top = waiting[-1]
            missing = [n for n in steps[top].operands if n in steps and n not in done]
            if missing:
                waiting += missing
                continue
            done.setdefault(top, steps[top])
            waiting.pop()
    return list(done.values())
