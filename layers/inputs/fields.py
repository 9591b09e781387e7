"""What can be set about a layer: one frozen dataclass a kind of value.

A field is read three times: the pages make a widget of it, the link carries it under its name, and
``parse`` is the one gate through which values come in, whether typed, linked or passed in code.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

_LISTED = 24
"""Up to so many choices a refusal names them all."""


class BadInputError(ValueError):
    """Input that cannot be used, as a sentence: what failed, expected, received, hint."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """What all fields share: the name (also in the link), the label on the page, and the help."""

    name: str
    default: Any
    label: str = ""
    help: str = ""

    @property
    def title(self) -> str:
        """The label, or the name spelled out."""
        return self.label or self.name.replace("_", " ").capitalize()

    def parse(self, value: object) -> Any:
        """Return ``value`` as this field's type, or raise ``BadInputError`` with a sentence."""
        raise NotImplementedError

    def text(self, value: Any) -> str:
        """Write a value as the link carries it; ``parse(text(v)) == v``."""
        return str(value)

    def _refuse(self, value: object, expected: str, instead: str) -> BadInputError:
        received = repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "..."
        return BadInputError(
            f"`{self.name}` cannot be used: expected {expected}. Received {received}. {instead}"
        )


@dataclass(frozen=True, kw_only=True)
class IntField(Field):
    """A whole number from ``minimum`` to ``maximum``, both included."""

    minimum: int
    maximum: int

    def parse(self, value: object) -> int:
        """Read an int, or text of one."""
        expected = f"a whole number from {self.minimum} to {self.maximum}"
        instead = f"Try {self.name}={self.default}."
        if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d{1,18}", str(value).strip()):
            raise self._refuse(value, expected, instead)
        number = int(str(value))
        if not self.minimum <= number <= self.maximum:
            nearest = min(max(number, self.minimum), self.maximum)
            raise self._refuse(value, expected, f"The nearest that works is {nearest}.")
        return number


@dataclass(frozen=True, kw_only=True)
class CountField(IntField):
    """A whole number that is stepped through (how often the layer has been called)."""

    step_label: str
    reset_label: str


@dataclass(frozen=True, kw_only=True)
class FloatField(Field):
    """A finite number from ``minimum`` to ``maximum``, both included."""

    minimum: float
    maximum: float

    def parse(self, value: object) -> float:
        """Read a float, or text of one; NaN and infinities are refused."""
        expected = f"a number from {self.minimum:g} to {self.maximum:g}"
        try:
            number = float(str(value))
        except ValueError:
            number = math.nan
        if isinstance(value, bool) or not self.minimum <= number <= self.maximum:
            raise self._refuse(value, expected, f"Try {self.name}={self.default:g}.")
        return number

    def text(self, value: float) -> str:
        """Write the shortest form that reads back to the same float."""
        return repr(float(value)).removesuffix(".0")


@dataclass(frozen=True, kw_only=True)
class ChoiceField(Field):
    """One of a few named choices."""

    choices: tuple[str, ...]

    def parse(self, value: object) -> str:
        """Accept exactly one of the choices."""
        if value not in self.choices:
            near = get_close_matches(str(value), self.choices) or [self.default]
            listed = ", ".join(self.choices)
            if len(self.choices) > _LISTED:
                listed = f"{len(self.choices)} names, such as {', '.join(near)}"
            raise self._refuse(value, f"one of {listed}", f"Try {self.name}={near[0]}.")
        return str(value)


@dataclass(frozen=True, kw_only=True)
class BoolField(Field):
    """On or off."""

    def parse(self, value: object) -> bool:
        """Read a bool, or ``true``/``false``, ``1``/``0``, ``on``/``off`` in any case."""
        if isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in {"true", "1", "on"}:
            return True
        if word in {"false", "0", "off"}:
            return False
        raise self._refuse(value, "true or false", f"Try {self.name}={self.text(self.default)}.")

    def text(self, value: bool) -> str:
        """Write ``true`` or ``false``."""
        return str(bool(value)).lower()


@dataclass(frozen=True, kw_only=True)
class ShapeField(Field):
    """The shape of a whole tensor, typed as ``2, 3, 4``; a tuple of ints in code.

    Also other tuples of whole numbers, such as strides, or a padding that may be 0.
    """

    minimum_rank: int
    maximum_rank: int
    maximum_axis: int
    maximum_elements: int
    minimum_axis: int = 1

    def parse(self, value: object) -> tuple[int, ...]:
        """Read a tuple of ints, or numbers with commas, spaces or ``x`` between."""
        expected = (
            f"{self._count()} from {self.minimum_axis} to {self.maximum_axis}, such as "
            f"`{self.text(self.default)}`"
        )
        instead = f"Try `{self.text(self.default)}`."
        text = ",".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)
        text = text.strip().removeprefix("(").removesuffix(")").strip(" ,")
        parts = re.split(r"\s*[,x×]\s*|\s+", text) if len(text) <= 200 else [""]
        if not all(re.fullmatch(r"-?\d{1,12}", part) for part in parts):
            raise self._refuse(value, expected, instead)
        shape = tuple(int(part) for part in parts)
        if not self.minimum_rank <= len(shape) <= self.maximum_rank:
            raise self._refuse(value, f"{expected}; this has {len(shape)}", instead)
        if math.prod(shape) > self.maximum_elements:
            raise self._refuse(
                value,
                f"at most {self.maximum_elements:,} elements in all; this has {math.prod(shape):,}",
                "Make an axis shorter.",
            )
        if not all(self.minimum_axis <= length <= self.maximum_axis for length in shape):
            raise self._refuse(value, expected, instead)
        return shape

    def _count(self) -> str:
        low, high = self.minimum_rank, self.maximum_rank
        if high == 1:
            return "a whole number"
        return f"{high} whole numbers" if low == high else f"{low} to {high} whole numbers"

    def text(self, value: tuple[int, ...]) -> str:
        """Write ``2,3,4``."""
        return ",".join(str(length) for length in value)
