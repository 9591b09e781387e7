"""One time step of a recurrent run, and its states over all time steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from layers.traces.loops import RepeatedBlock
from layers.traces.trace import Step, Trace


@dataclass(frozen=True)
class State:
    """What a loop hands from each time step to the next.

    Attributes:
        scope: the sublayer that runs the loop.
        names: the tensors, the initial one first; one more than there are time steps, or as many
            where nobody reads the last.
        start: the time step after which the first of them stands; more than 0 in a part, and
            where the initial one went into a constant.
    """

    scope: str
    names: tuple[str, ...]
    start: int = 0

    def near(self, time: int, most: int) -> State:
        """Return the part of at most ``most`` tensors around a time step."""
        first = max(0, min(time - self.start - most // 2, len(self.names) - most))
        return replace(self, names=self.names[first : first + most], start=self.start + first)


def time_steps(found: Sequence[RepeatedBlock]) -> int:
    """Return how many time steps the longest loop has; 0 where there is no loop."""
    return max((len(loop.iterations) for loop in found), default=0)


def steps_at(trace: Trace, found: Sequence[RepeatedBlock], time: int) -> tuple[Step, ...]:
    """Return the operations of one time step, and those outside of all loops that lead there.

    Args:
        trace: the run.
        found: its loops.
        time: the time step, from 0; of a shorter loop the last one stands for those it lacks.
    """
    inside = {step.result for loop in found for each in loop.iterations for step in each.steps}
    chosen = {
        step.result
        for loop in found
        for step in loop.iterations[min(time, len(loop.iterations) - 1)].steps
    }
    wanted = set(chosen)
    for step in reversed(trace.steps):
        if step.result in inside:
            continue
        readers = (reader.result for reader in trace.used_by[step.result])
        if step.result in trace.output_names or any(name in wanted for name in readers):
            wanted.add(step.result)
    return tuple(step for step in trace.steps if step.result in wanted)


def states(found: Sequence[RepeatedBlock]) -> tuple[State, ...]:
    """Return what every loop carries from time step to time step.

    Where nobody reads a state after the last time step, the last tensor is the one before it.
    """
    made: list[State] = []
    for loop in found:
        for number, initial in enumerate(loop.iterations[0].carried):
            handed = (each.handed_on[number] for each in loop.iterations)
            names = tuple(name for name in (initial, *handed) if name)
            if len(names) > 1:
                made.append(State(loop.scope, names, start=0 if initial else 1))
    return tuple(made)
