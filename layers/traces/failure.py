"""A layer that fails while it is recorded: the sentence, and what ran until then."""

from __future__ import annotations

from layers.inputs.fields import BadInputError
from layers.traces.trace import Trace


class RecordingFailedError(BadInputError):
    """A call that did not come to its end.

    Attributes:
        trace: the operations up to the failure; its outputs are the tensors that no operation
            read, among which are the operands of the one that failed.
        shapes: the shape of each of them, by name.
    """

    def __init__(self, sentence: str, trace: Trace) -> None:
        super().__init__(sentence)
        self.trace = trace
        self.shapes = {name: trace[name].shape for name in trace.output_names}

    def __reduce__(self) -> tuple:
        """Rebuild with the trace, which crosses from a worker's process."""
        return type(self), (str(self), self.trace)
