"""A layer that fails while it is recorded: the sentence, and what ran until then."""

from __future__ import annotations

import re

from layers.inputs.fields import BadInputError
from layers.traces.trace import Trace

_NOISE = re.compile(
    r"\x1b\[[\d;]*m|\{\{function_node .*?\}\}| \[Op:.*|Arguments received by .*"
    r"|Exception encountered when calling .*?\.call\(\)\.",
    re.DOTALL,
)
"""What TensorFlow and Keras write around an error's own words: colours, nodes, all arguments."""


def words_of(error: BaseException) -> str:
    """Return an error's own words on one line, at most 300 characters, without a last full stop."""
    return " ".join(_NOISE.sub("", str(error)).split())[:300].rstrip(".")


def error_words(error: BaseException | None) -> str:
    """Return an error's type and its own words, as a sentence has them."""
    parts = (type(error).__name__, words_of(error)) if error else ("an error",)
    return ": ".join(filter(None, parts))


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
