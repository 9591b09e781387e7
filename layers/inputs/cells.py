"""One cell of a run, by the name of its tensor and its index, and numbers that a visitor put there.

As a link carries them: ``outputs.2.3``, and ``inputs.0.1=1.5,bias.2=-3``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from layers.inputs.fields import BadInputError, Field, FloatField
from layers.traces.trace import Trace

_CELL = re.compile(r"([a-z][a-z0-9_/]{0,60})((?:\.\d{1,9}){0,8})")
_HOW = "a tensor and an index on each axis, such as `outputs.0.2`"
MAXIMUM_EDITS = 1000
NUMBER = FloatField(name="value", default=0.0, minimum=-1e6, maximum=1e6)
"""What may be put into a cell, beside NaN and infinities."""
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "+inf": math.inf, "-inf": -math.inf}


@dataclass(frozen=True)
class Cell:
    """One number of one tensor."""

    tensor: str
    index: tuple[int, ...]

    def __str__(self) -> str:
        """Return it as the link carries it."""
        return ".".join(map(str, (self.tensor, *self.index)))


@dataclass(frozen=True)
class Edit:
    """A number that a visitor put into a cell."""

    cell: Cell
    value: float

    def __str__(self) -> str:
        """Return it as the link carries it."""
        return f"{self.cell}={NUMBER.text(self.value)}"


@dataclass(frozen=True, kw_only=True)
class CellField(Field):
    """A cell, or None."""

    def parse(self, value: object) -> Cell | None:
        """Read a ``Cell``, or text that names one; empty text is None."""
        if value is None or isinstance(value, Cell) or not str(value).strip():
            return value if isinstance(value, Cell) else None
        return self._cell(value, str(value).strip())

    def text(self, value: Cell | None) -> str:
        """Write ``outputs.2.3``."""
        return "" if value is None else str(value)

    def _cell(self, value: object, text: str) -> Cell:
        found = _CELL.fullmatch(text)
        if not found:
            raise self._refuse(value, _HOW, f"Leave `{self.name}` out, or click a cell.")
        return Cell(found[1], tuple(int(at) for at in found[2].split(".")[1:]))


@dataclass(frozen=True, kw_only=True)
class EditsField(CellField):
    """Numbers put into cells, one after the other; a later one counts."""

    def parse(self, value: object) -> Any:
        """Read a tuple of ``Edit``, or text such as ``inputs.0.1=1.5,bias.2=-3``."""
        if isinstance(value, tuple):
            return value
        parts = [part for part in str(value or "").split(",") if part.strip()]
        if len(parts) > MAXIMUM_EDITS:
            raise self._refuse(
                value, f"at most {MAXIMUM_EDITS:,} cells", "Upload an array instead."
            )
        return tuple(self._edit(part) for part in parts)

    def text(self, value: Any) -> str:
        """Write ``inputs.0.1=1.5,bias.2=-3``."""
        return ",".join(map(str, value))

    def _edit(self, part: str) -> Edit:
        where, equals, number = part.partition("=")
        if not equals:
            raise self._refuse(part, f"{_HOW}, `=`, and a number", "Leave it out, or edit a cell.")
        cell = self._cell(part, where.strip())
        if (value := _NOT_FINITE.get(number.strip().lower())) is not None:
            return Edit(cell, value)  # one NaN for all, which so is equal to itself
        try:
            return Edit(cell, NUMBER.parse(number))
        except BadInputError:
            expected = (
                f"a number from {NUMBER.minimum:,g} to {NUMBER.maximum:,g}, nan, inf or -inf in "
                "each cell"
            )
            raise self._refuse(part, expected, f"Try {cell}=0.") from None


def check_cell(trace: Trace, cell: Cell, shown: tuple[str, ...]) -> None:
    """Check that a run has that cell, in one of the tensors that are shown.

    Raises:
        BadInputError: no such tensor, or no such cell in it.
    """
    if cell.tensor not in shown:
        raise BadInputError(
            f"The cell cannot be pinned: expected one of the tensors {', '.join(shown)}. Received "
            f"`{cell}`. Click a cell of the picture."
        )
    shape = trace[cell.tensor].shape
    if len(cell.index) != len(shape) or any(
        at >= length for at, length in zip(cell.index, shape, strict=True)
    ):
        last = ".".join(map(str, (cell.tensor, *(length - 1 for length in shape))))
        raise BadInputError(
            f"The cell cannot be pinned: expected an index up to `{last}`. Received `{cell}`. "
            "Click a cell of the picture."
        )
