"""Where states go during a training: all of them while they are small, else keyframes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from layers.inputs.fields import BadInputError
from layers.training.history import Arrays, History

MAXIMUM_BYTES = 2**27
"""What a history may hold, 128 MB: the small CNN with Adam's slots is 48 MB a state."""

State = tuple[Arrays, Arrays]


@dataclass(eq=False)
class Store:
    """Frames of states and gradients, made as large as they may become.

    Attributes:
        steps: how many there may be.
        every: the distance of the states that are kept; 1 where all are.
        full: whether gradients are kept as well.
    """

    steps: int
    every: int
    full: bool
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    slots: dict[str, np.ndarray] = field(default_factory=dict)
    gradients: dict[str, np.ndarray] = field(default_factory=dict)
    kept: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    unconnected: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, state: State, moved: Arrays, steps: int, most: int = MAXIMUM_BYTES) -> Store:
        """Decide what can be kept, and make room.

        Args:
            state: the first.
            moved: the weights that have gradients.
            steps: how many are to be taken.
            most: bytes of all frames.

        Raises:
            BadInputError: not even the first and the last state fit.
        """
        weights, slots = state
        one = sum(each.nbytes for each in (*weights.values(), *slots.values()))
        slopes = sum(each.nbytes for each in moved.values())
        full = (steps + 1) * one + steps * slopes <= most
        every, frames = 1, steps + 1
        if not full:
            frames = most // one
            if frames < 2:
                raise BadInputError(
                    f"The training cannot be kept: expected a layer whose weights and optimizer "
                    f"fit {most // 2:,} bytes. Received {one:,}. Choose a smaller layer, or an "
                    "optimizer that keeps less."
                )
            every = math.ceil(steps / (frames - 1))
            frames = min(frames, steps // every + 2)
        store = cls(steps, every, full)
        store.weights = {name: _room(frames, each) for name, each in weights.items()}
        store.slots = {name: _room(frames, each) for name, each in slots.items()}
        if full:
            store.gradients = {name: _room(steps, each) for name, each in moved.items()}
        return store

    def due(self, step: int) -> bool:
        """Say whether the state before a step is kept."""
        return step % self.every == 0

    def keep(self, step: int, state: State) -> None:
        """Keep a state, unless it is kept."""
        if self.kept and self.kept[-1] == step:
            return
        at = len(self.kept)
        for frames, arrays in zip((self.weights, self.slots), state, strict=True):
            for name, frame in frames.items():
                frame[at] = arrays[name]
        self.kept.append(step)

    def add(self, loss: float, gradients: Mapping[str, np.ndarray | None]) -> None:
        """Keep a step's loss, and its gradients where there is room."""
        at = len(self.losses)
        self.losses.append(loss)
        self.unconnected |= {name for name, found in gradients.items() if found is None}
        for name, frame in self.gradients.items():
            found = gradients[name]
            frame[at] = 0 if found is None else found

    def finish(self, **about: Any) -> History:
        """Return the history, cut to what was reached.

        Args:
            about: its other fields.
        """
        states, losses = len(self.kept), len(self.losses)
        return History(
            losses=np.array(self.losses, "float64"),
            kept=tuple(self.kept),
            weights={name: _cut(frame, states) for name, frame in self.weights.items()},
            slots={name: _cut(frame, states) for name, frame in self.slots.items()},
            gradients={
                name: _cut(frame, losses)
                for name, frame in self.gradients.items()
                if name not in self.unconnected
            },
            full=self.full,
            **about,
        )


def _room(frames: int, like: np.ndarray) -> np.ndarray:
    return np.empty((frames, *like.shape), like.dtype)


def _cut(frames: np.ndarray, count: int) -> np.ndarray:
    return frames if len(frames) == count else frames[:count].copy()
