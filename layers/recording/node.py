"""One operation of TensorFlow as its translation sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.operations.op import Op
from layers.recording.calls import RecordedCall


@dataclass(frozen=True)
class Made:
    """What an operation of TensorFlow is called here: the op, and which operands it reads.

    Attributes:
        op: the operation.
        operands: their places among TensorFlow's.
        first: an operation on them before, whose result ``op`` reads; its numbers must be exact.
        first_reads: the places in ``operands`` of those that it reads, where others go to ``op``
            as they are, before its result.
    """

    op: Op
    operands: tuple[int, ...]
    first: Op | None = None
    first_reads: tuple[int, ...] | None = None


@dataclass(frozen=True, eq=False)
class Node:
    """One result of one operation that ran.

    Attributes:
        call: the operation.
        place: which of its results.
    """

    call: RecordedCall
    place: int = 0

    @property
    def op_type(self) -> str:
        """TensorFlow's name."""
        return self.call.op_type

    def setting(self, name: str, default: Any = None) -> Any:
        """Return an attribute; text as str. None is what was left to TensorFlow's default."""
        value = self.call.attributes.get(name)
        value = default if value is None else value
        return value.decode() if isinstance(value, bytes) else value

    def array(self, at: int) -> np.ndarray:
        """Return an operand's numbers, for what is a setting in all but name."""
        return np.asarray(self.call.inputs[at])

    def numbers(self, at: int) -> tuple[int, ...]:
        """Return an operand's whole numbers, flat."""
        return tuple(int(number) for number in np.ravel(self.array(at)))

    def shape(self, at: int = 0) -> tuple[int, ...]:
        """Return an operand's shape."""
        return tuple(self.call.inputs[at].shape)

    @property
    def result_shape(self) -> tuple[int, ...]:
        """The shape of the result."""
        return tuple(self.call.outputs[self.place].shape)

    def axis(self, number: int, at: int = 0) -> int:
        """Return an axis of an operand, counted from the front."""
        return number % len(self.shape(at)) if self.shape(at) else 0

    @property
    def spatial(self) -> slice:
        """Where in a shape the spatial axes are: channels last."""
        return slice(1, -1)
