"""Why a command ends without its result: a sentence for standard error, and the exit status."""

from __future__ import annotations

DIFFERS = 1
"""``--check`` found a file that is not what would be written."""
WRONG_REQUEST = 2
"""A link, an option or a recipe asks for what there is not."""
CANNOT_WRITE = 3
"""The file or the folder takes no file."""
CANNOT_DRAW = 4
"""The run has no picture of that kind: too large, or the layer failed."""


class Refusal(Exception):  # noqa: N818 (what is refused is no error of the program)
    """A command's end: the sentence, and the exit status that says which kind."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status
